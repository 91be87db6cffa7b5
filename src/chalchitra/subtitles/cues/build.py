"""Cues out of timed words: where to break, what goes on which line, and how long it is shown.

words -> pieces (pieces.py) -> passages -> the cheapest cues (typeset.py) -> their times (clock.py).
Times of pieces and cues are whole ticks (frames.py), so nothing is rounded afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from chalchitra.subtitles.cues.breaks import Piece
from chalchitra.subtitles.cues.clock import FOREVER, Clock, spaced_starts
from chalchitra.subtitles.cues.cue import Cue, CueSettings, milliseconds
from chalchitra.subtitles.cues.frames import Ticks
from chalchitra.subtitles.cues.graphemes import UNSPACED_SCRIPTS
from chalchitra.subtitles.cues.pieces import pieces_of
from chalchitra.subtitles.cues.shot_changes import ShotChanges
from chalchitra.subtitles.cues.typeset import Layout, Typesetter
from chalchitra.subtitles.cues.unavoidable import Parted, why_unavoidable
from chalchitra.subtitles.cues.words import TimedWord, in_order
from chalchitra.transcript.songs import NOTE


@dataclass(frozen=True, slots=True)
class Track:
    """Cues, and for each, by its index, why it cannot keep to the limits that it breaks."""

    cues: list[Cue] = field(default_factory=list)
    unavoidable: dict[int, str] = field(default_factory=dict)


def build_track(
    words: Sequence[TimedWord],
    settings: CueSettings,
    *,
    language: str,
    script: str,
    duration: float | None = None,
    cuts: ShotChanges | None = None,
    frame_rate: Fraction | None = None,
) -> Track:
    """The cues that show these words, in order, none lost, within the limits of `settings`.

    `language` is an id of languages.toml and `script` its ISO 15924 code; `duration` is the film's
    in seconds and `frame_rate` its frames a second (at most 60), where they are known: cues then
    come and go with frames. They never overlap, and lie in [0, duration] unless the film is
    shorter than two frames (else milliseconds) a cue. A word longer than a line is cut between
    grapheme clusters; a cluster longer than a line stays whole. Cues of a song stand between notes
    (♪ text ♪) and hold nothing that is spoken. With `cuts`, cues come and go with shot changes as
    the style says.
    """
    ticks = Ticks(frame_rate)
    film = int(duration * 1000) if duration is not None else None
    longest = max(1, milliseconds(settings.max_duration))
    unspaced = script in UNSPACED_SCRIPTS
    pieces = [
        replace(piece, start=ticks.at(piece.start), end=ticks.at(piece.end))
        for piece in pieces_of(in_order(words, longest, film), settings, unspaced)
    ]
    if not pieces:
        return Track()
    passages = _passages(pieces, settings, ticks)
    firsts = [first for first, _, _ in passages]
    clock = Clock(settings, None if film is None else ticks.at(film), cuts, ticks)
    typesetter = Typesetter(pieces, settings, clock, language, unspaced, firsts)
    cues: list[Layout] = []
    parted: dict[int, Parted] = {}
    for first, after, why in passages:
        cues += typesetter.cut(first, after)
        parted[after] = why
    return _timed(typesetter, cues, settings, parted)


def _timed(
    typesetter: Typesetter,
    cues: Sequence[Layout],
    settings: CueSettings,
    parted: dict[int, Parted],
) -> Track:
    clock, pieces = typesetter.clock, typesetter.pieces
    starts = spaced_starts([typesetter.starts[cue.begin] for cue in cues], clock)
    track = Track()
    for n, (start, layout) in enumerate(zip(starts, cues, strict=True)):
        last = clock.film + clock.min_gap if clock.film is not None else FOREVER
        following = starts[n + 1] if n + 1 < len(starts) else max(last, start + 2)
        spoken = pieces[layout.end - 1].end
        reading = typesetter.reading(layout)
        out = clock.out_time(start, spoken, following, reading)
        end = out.end if clock.film is None else min(out.end, max(clock.film, start + 1))
        units = tuple(dict.fromkeys(p.segment for p in pieces[layout.begin : layout.end]))
        begins, ends = map(clock.ticks.written, (start, end))
        cue = Cue(n + 1, begins, ends, lines_of(typesetter, layout, settings), units)
        track.cues.append(cue)
        track.unavoidable[cue.index] = why_unavoidable(
            typesetter, layout, start, out, following, parted
        )
    return track


def lines_of(typesetter: Typesetter, layout: Layout, settings: CueSettings) -> tuple[str, ...]:
    """The lines of a cue as they are shown: with the dashes of two speakers, or a song's notes."""
    lines = tuple(typesetter.text(*line) for line in layout.lines)
    if layout.speakers == 2:
        return tuple(settings.two_speakers + line for line in lines)
    if typesetter.pieces[layout.begin].song:
        first, *rest = lines
        *others, last = [f"{NOTE} {first}", *rest]
        return (*others, f"{last} {NOTE}")
    return lines


def _passages(
    pieces: Sequence[Piece], settings: CueSettings, ticks: Ticks
) -> list[tuple[int, int, Parted]]:
    """Ranges of pieces that no cue may leave, and what ends each."""
    ends = [
        (at, why)
        for at in range(1, len(pieces))
        if (why := _parted(pieces[at - 1], pieces[at], settings, ticks)) is not None
    ]
    ends.append((len(pieces), "end"))
    firsts = [0, *(at for at, _ in ends[:-1])]
    return [(first, after, why) for first, (after, why) in zip(firsts, ends, strict=True)]


def _parted(before: Piece, after: Piece, settings: CueSettings, ticks: Ticks) -> Parted | None:
    """Why two neighbours may not share a cue, or None.

    Another breath is another's, often, where nobody is known to speak; and two speakers share a
    cue only with dashes.
    """
    gap = after.start - before.end
    if gap > ticks.limit(settings.max_pause):
        return "pause"
    if after.song != before.song:
        return "song"
    both_known = None not in (after.speaker, before.speaker)
    if after.speaker != before.speaker and both_known:
        can = settings.two_speakers and settings.max_lines > 1 and not after.song
        return None if can else "speaker"
    breath = after.segment != before.segment and gap > ticks.limit(settings.min_gap)
    return "breath" if breath and not both_known else None
