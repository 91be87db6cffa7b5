"""What is right for a film: where its words are as players play it, and what is to be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from forms import CODECS, CONTAINERS
from making import EDIT_S, HOLE
from recipes import Recipe
from tones import FILM_S, STARTS, WORD_S, Spoken

Telling = Literal["nothing", "may", "must"]

_HURT = ("zeros_mid", "zeros_tail", "cut", "random_mid")
_INDEX_LAST = frozenset({"mp4", "m4a", "mov", "f4v", "3gp", "wtv", "caf"})
"""Where the index comes last: without it no player opens the file."""

_WITHOUT_STAMPS = frozenset({"avi", "tta", "wv", "rm", "ogg", "ogv"})
"""Their sound is placed by how much of it came before, in Ogg since the last whole page."""
_WITHOUT_LENGTH = frozenset("ts ts2 m2ts mpg vob dat ogg ogv nut dv".split())
"""Without a header that tells the length, a file that was cut is a shorter film."""
_NO_PLAYER = frozenset(
    {
        *(("w64", "size0"), ("w64", "sizemax"), ("w64", "piped"), ("rf64", "piped")),
        *(("au", "size0"), ("aiff", "size0"), ("aiff", "piped")),
    }
)
"""Headers in whose files ffmpeg, in one version or another, finds nothing."""
_NOT_COPIED = frozenset(
    {"bluray_pcm", "dvd_pcm", "s302m", "nellymoser", "adpcm_qt", "adpcm_swf", "pcmfbe"}
)
"""Sound that Matroska has no name for, and that is not encoded anew."""
_BARE_SAMPLES = frozenset({"wav", "w64", "rf64", "aiff", "au", "caf", "mov", "avi", "gxf", "dv"})


@dataclass
class Expected:
    """The right answer to one film; times are seconds of its time line.

    `hurt`: any word may be missing, if that is told. `holes` are where sound is missing for
    certain. `late_by` is how much later than written a word may come, for the encoder's priming
    where the container does not tell it. With `silence_is_data` zeros in the file are silence in
    the sound, and nobody can tell them from one that was recorded. `drifts`: what follows damage
    may come at another time, since nothing in the file says when it is. `end_unknown`: nothing in
    the file says that it was longer. `refused`: it may be
    refused, or must be with `naming` in what is said. `no_mux`: no film with tracks can be made.
    """

    words: list[Spoken]
    telling: Telling = "nothing"
    hurt: bool = False
    holes: list[tuple[float, float]] = field(default_factory=list)
    late_by: float = 0.0
    silence_is_data: bool = False
    drifts: bool = False
    end_unknown: bool = False
    no_mux: bool = False
    refused: Literal["never", "may", "must"] = "never"
    naming: str = ""


def expected(recipe: Recipe) -> Expected:
    """What is right for this recipe."""
    shift = {"editlist": -EDIT_S, "below0": -0.5}.get(recipe.start, 0.0)
    if recipe.start.startswith("late"):
        shift = float(recipe.start[4:])
    words = [
        Spoken(word, at + shift, at + shift + WORD_S)
        for word, at in enumerate(STARTS)
        if at + shift >= 0
    ]
    codec = CODECS[recipe.codec]
    right = Expected(words, late_by=codec.priming / recipe.rate)
    if recipe.damage == "piped" and recipe.container in _INDEX_LAST and recipe.picture != "no":
        right.late_by += 0.13  # pictures in another order, and no edit list that hides the first
    if recipe.event in ("joined", "joined_id3", "ahead5", "ahead_hour", "back"):
        later = FILM_S + (5.0 if recipe.event == "ahead5" else 0.0)
        right.words += [Spoken(word, at + later, at + later + WORD_S) for word, at, _ in words]
        right.late_by += 0.1  # a whole packet, or a picture, ends the first part
        right.telling = "may"
    if recipe.event == "hole":
        right.holes, right.telling = [HOLE], "must"
    if recipe.event == "lost":
        right.hurt, right.telling = True, "may"
        if recipe.codec == "truehd":  # after a lost packet it waits for the next restart header
            right.refused = "may"
    if recipe.codec == "tta" and recipe.container == "mkv":
        last = right.words[-1]  # ffmpeg cuts the last packet short, and says so
        right.holes = [*right.holes, (last.start, last.end)]
        right.telling = "may" if right.telling == "nothing" else right.telling
    if recipe.damage == "piped" and recipe.start.startswith("late"):
        # Without an edit list, a fragmented MP4 has its first packet at 0, and then a hole.
        right.telling = "may" if right.telling == "nothing" else right.telling
    if recipe.waver != "steady":
        right.telling = "may" if right.telling == "nothing" else right.telling
    if recipe.layout == "inverted":
        right.telling = "must"
    if recipe.layout == "two_languages":
        right.telling = "may" if right.telling == "nothing" else right.telling
    if recipe.damage in _HURT:
        right.hurt, right.telling = True, "may"
        if recipe.container in _INDEX_LAST and recipe.damage in ("cut", "zeros_tail"):
            right.refused = "may"
    right.drifts = right.hurt and (
        CONTAINERS[recipe.container].bare
        or recipe.container in _WITHOUT_STAMPS
        or (recipe.container == "wav" and recipe.codec == "mp3")
    )
    right.end_unknown = recipe.damage == "cut" and (
        CONTAINERS[recipe.container].bare or recipe.container in _WITHOUT_LENGTH
    )
    if recipe.container == "rm" and recipe.picture == "no":
        right.end_unknown = right.hurt  # ffmpeg writes the length of one packet into its header
    right.no_mux = recipe.codec in _NOT_COPIED or (
        # Before 6, ffmpeg writes 0 channels into its header.
        recipe.codec == "tta" and recipe.layout == "5_0"
    )
    right.no_mux = right.no_mux or (recipe.container == "rm" and recipe.picture != "no")  # RV10
    if recipe.damage.startswith("zeros") and _samples_alone(recipe):
        right.silence_is_data = True
    if (recipe.container, recipe.damage) in _NO_PLAYER:
        right.refused = "may"
    if recipe.damage == "too_long" or (
        recipe.damage == "piped" and recipe.container in ("rm", "avi")
    ):
        right.telling = "may" if right.telling == "nothing" else right.telling
    if recipe.damage == "encrypted":
        right.refused, right.naming = "must", "encrypt"
    return right


def _samples_alone(recipe: Recipe) -> bool:
    """Whether the container holds bare samples, without a word between them."""
    samples = recipe.codec.startswith(("pcm", "adpcm")) or recipe.codec in ("ulaw", "alaw")
    return samples and recipe.container in _BARE_SAMPLES
