"""A film's time line where its clock jumps, as ffmpeg makes it of its time stamps."""

from __future__ import annotations

from chalchitra.media.film import Film

JUMPING = frozenset({"mpegts", "mpeg", "ogg"})
"""Containers whose clock may start anew: ffmpeg puts the parts one after the other."""
FORWARD_S = 10.0
BACK_S = 0.1
"""Jumps of the clock by more than this are stitched: ffmpeg's own limits (-dts_delta_threshold)."""
SURE = 0.8
"""Of a film's smallest jump back: the limit that ffmpeg is given instead (inputs.film_input)."""


def limit(film: Film) -> float | None:
    """The seconds that ffmpeg is to take for a jump, where it would not do so by itself."""
    # Where films were joined, a last packet of the one comes after the first of the next: it seems
    # to jump ahead by as much, and up to 10 s ffmpeg takes that for a hole and moves what follows.
    small = film.set_back is not None and film.set_back < FORWARD_S + 1
    return SURE * film.set_back if small and film.set_back is not None else None


class Clock:
    """By how much ffmpeg moves the packets of a film, as they come; seconds.

    Whichever stream jumps moves those of all streams from there on.
    """

    def __init__(self, film: Film) -> None:
        self._limit = limit(film) or FORWARD_S
        self._moved = 0.0
        self._streams: dict[int, tuple[float, float]] = {}
        self._last: float | None = None

    def moved(self, stream: int, time: float | None, duration: float) -> float:
        """What is added to the stamps of this packet, whose decoding time is `time`."""
        if time is None:
            return self._moved
        at = time + self._moved
        before, expected = self._streams.get(stream, (None, self._last))
        if expected is not None:
            away = at - expected
            if abs(away) > self._limit or (before is not None and at + BACK_S < before):
                self._moved -= away
                at = expected
        self._streams[stream] = (at, at + duration)
        self._last = at
        return self._moved
