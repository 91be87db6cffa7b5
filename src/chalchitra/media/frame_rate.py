"""The exact frame rate of a film, out of what its container says."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalchitra.media.film import Film

SLOWEST, FASTEST = 10, 60
"""Frames a second. Of slower pictures a frame is no measure for cues; of faster ones every second
frame counts, since hundredths of a second (ASS) cannot tell more than 60 a second apart."""

_NEAR = Fraction(4, 10_000)
"""Containers give the rate as an average of rounded times; 24 and 24000/1001 are 1/1000 apart."""
_DROPPED = Fraction(1, 100)
"""So many pictures of an even film may be missing."""
_HALVED = (Fraction(100), Fraction(120_000, 1001), Fraction(120))
_KNOWN = (
    *(Fraction(n) for n in range(SLOWEST, FASTEST + 1)),
    Fraction(25, 2),
    *(Fraction(n * 1000, 1001) for n in (15, 24, 30, 48, 60)),
    *_HALVED,
)


def exact(average: Fraction | None, base: Fraction | None = None) -> Fraction | None:
    """The rate that a container's `average` frames a second stand for; None where they are uneven.

    `base` is the rate on which all time stamps lie; it counts where hardly a picture is missing.
    """
    if average is None:
        return None
    found = _known(average)
    if found is None and base is not None and abs(base - average) <= _DROPPED * base:
        found = _known(base)
    return found


def film_rate(film: Film) -> Fraction | None:
    """The frames a second that the film's subtitles are cut and judged by.

    None where they are judged in milliseconds: without a picture, and where the rate varies.
    """
    said = next((stream.frame_rate for stream in film.streams if stream.is_picture), None)
    try:
        rate = exact(Fraction(said)) if said else None
    except (ValueError, ZeroDivisionError):
        rate = None
    return rate / 2 if rate in _HALVED else rate


def _known(rate: Fraction) -> Fraction | None:
    nearest = min(_KNOWN, key=lambda known: abs(known - rate))
    return nearest if abs(nearest - rate) <= _NEAR * nearest else None
