"""Why a cue breaks a limit: what its words and times leave no way round.

The typesetter leaves as few violations as can be (tests hold it against every way to cut a short
text), so what is left is unavoidable; here it is said by what.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from chalchitra.subtitles.cues.clock import Out
from chalchitra.subtitles.cues.typeset import Layout, Typesetter

Parted = Literal["pause", "song", "speaker", "breath", "end"]
"""What keeps two neighbours out of one cue, or that nothing follows."""

_PARTED: dict[Parted, str] = {
    "pause": "a pause separates them",
    "song": "one is sung and the other spoken",
    "speaker": "another person speaks",
    "breath": "a sentence begins after a breath and its speaker is not known",
    "end": "nothing follows",
}


def why_unavoidable(
    typesetter: Typesetter,
    layout: Layout,
    start: int,
    out: Out,
    following: int,
    parted: Mapping[int, Parted],
) -> str:
    """One sentence: what the cue has to show, what ends it, and why it is not cut otherwise.

    Times are ticks; `parted` says of the first pieces of passages why no cue spans them.
    """
    spoken = typesetter.pieces[layout.end - 1].end
    seconds = typesetter.clock.ticks.seconds(spoken - start)
    said = f"{typesetter.characters(layout)} characters are spoken in {seconds:.2f} s"
    bound = _bound(typesetter, spoken, out, following)
    return f"{said}, {bound}; {_neighbours(layout, parted)}"


def _bound(typesetter: Typesetter, spoken: int, out: Out, following: int) -> str:
    clock, seconds = typesetter.clock, typesetter.clock.ticks.seconds
    if out.bound == "next":
        return f"and the next cue begins {seconds(following - spoken):.2f} s later"
    if out.bound == "longest":
        return f"and a cue lasts at most {round(seconds(clock.max_duration), 2):g} s"
    if out.bound == "film":
        return "and the film ends"
    if out.bound == "shot":
        return "and the shot changes"
    return f"and a cue stays at most {round(seconds(clock.linger), 2):g} s after the voice"


def _neighbours(layout: Layout, parted: Mapping[int, Parted]) -> str:
    before, after = parted.get(layout.begin), parted.get(layout.end)
    if before and before == after:
        return f"nothing can join it, since {_PARTED[before]} on either side"
    joined = [f"nothing before it can join, since {_PARTED[before]}"] if before else []
    if after == "end":
        joined.append("nothing follows")
    elif after:
        joined.append(f"nothing after it can join, since {_PARTED[after]}")
    return (
        ", and ".join(joined)
        or "any other cut breaks as many limits, or separates what belongs together"
    )
