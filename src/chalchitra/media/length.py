"""How long a film is: measured, since a header may say less than the file holds, or nonsense.

A header that says more is believed as it is, for the film may be a partial copy; those who read it
to its end tell what is missing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from chalchitra.errors import UsageError
from chalchitra.media.clock import BACK_S, FORWARD_S, JUMPING
from chalchitra.media.formats import BARE_STREAMS
from chalchitra.media.packets import Units, kind_of, packets

READ_WHOLE = 128 << 20
"""Bytes: a file this small is read to its end. It takes about a second."""
READ_UNKNOWN = 2 << 30
"""Bytes: so large a file is read to its end where its header does not say its length."""
READ_PACKETS = 1_000_000
"""No file is read beyond so many packets, which takes some 3 seconds: a packet may be one byte.
It is more than 5 hours of AMR or 10 of AC-3."""

_SEEKABLE = frozenset({"matroska", "mp4", "mov", "avi"})
"""Containers with an index, in which a seek finds the end."""
_LAST_STAMP = frozenset({"ogg"})
"""Containers without a length: ffmpeg takes the last stamp for it, or adds that to the first."""
_COUNTED = frozenset({"avi"})
"""Containers without timestamps: they are counted, and nothing but their sum is far away."""
_ANEW_S = 1.0
"""A clock that goes back by more than this starts anew."""
_LAST_PACKETS = 50_000
"""So many packets are read after a seek to the end: several minutes."""
_LEAST_BYTES_A_SECOND = 64
"""Speech codecs have 500 and more; what says it has less is nonsense, or hardly a film."""
_FAR_S = 1e9
_START_S = 1.0
"""A film that starts later on its clock than this may say where it ends there, for its length."""


class Length(NamedTuple):
    """Seconds of the film's time line, None where nothing says; `sure` when it was measured.

    `set_back` is the smallest jump back of its clock (seconds), None without one.
    """

    seconds: float | None
    sure: bool
    set_back: float | None = None


@dataclass
class TimeLine:
    """The packets of a film in the order they come: how far they reach, in seconds.

    `start` is the container's first timestamp. With `stitched`, the clock may start anew, in each
    stream a little earlier or later; `set_back` is the smallest of its jumps back.
    """

    start: float
    stitched: bool
    end: float | None = None
    set_back: float | None = None
    _shift: dict[int, float] = field(default_factory=dict)
    _next: dict[int, float] = field(default_factory=dict)
    _sum: dict[int, float] = field(default_factory=dict)

    def add(self, stream: int, time: float | None, duration: float) -> None:
        """A packet with its timestamp (None without one) and its duration, in seconds."""
        self._sum[stream] = self._sum.get(stream, 0.0) + duration
        if time is None:
            return
        at = time - self.start + self._shift.get(stream, 0.0)
        expected = self._next.get(stream)
        if self.stitched and expected is not None:
            jump = at - expected
            if jump > FORWARD_S or jump < -BACK_S:
                self._shift[stream] = self._shift.get(stream, 0.0) - jump
                at = expected
                if jump < -_ANEW_S:
                    self.set_back = min(-jump, self.set_back or math.inf)
        self._next[stream] = at + duration
        self.end = max(self.end or 0.0, at + duration)

    @property
    def played(self) -> float:
        """The seconds that the packets of the longest stream last, whatever their timestamps."""
        return max(self._sum.values(), default=0.0)


def measure(
    opener: Callable[[], Any], container: str, size: int, start: float, header: float | None
) -> Length:
    """The film's length; `opener` opens it with PyAV, `header` is what its header says, or None.

    `size` is in bytes, `start` the container's first timestamp in seconds.
    """
    if header is not None and not 0 < header < _FAR_S:
        header = None
    bare = container in BARE_STREAMS
    if size <= (READ_UNKNOWN if header is None or bare else READ_WHOLE):
        line, left_at = TimeLine(start, container in JUMPING), None
        with suppress(UsageError), opener() as opened:
            left_at = _read(opened, line, READ_PACKETS)
        header = None if bare or container in _LAST_STAMP else header
        if left_at is None:
            found = _believed(header, line, size, container in _COUNTED)
            return Length(found, sure=True, set_back=line.set_back)
        if header is None:  # the rest of the file is taken to be as what was read
            reached = (line.end or line.played) * size / max(left_at, 1)
            return Length(round(reached, 6) or None, sure=False, set_back=line.set_back)
    if header is None or container not in _SEEKABLE:
        return Length(header, sure=False)
    line = TimeLine(start, stitched=False)
    import av

    with suppress(UsageError, av.error.FFmpegError), opener() as opened:
        opened.seek(round(_FAR_S * 1e6))
        _read(opened, line, _LAST_PACKETS)
    return Length(max(header, min(line.end or 0.0, size / _LEAST_BYTES_A_SECOND)), sure=True)


def _read(opened: Any, line: TimeLine, limit: int) -> int | None:
    """Follow picture and sound: a subtitle may stand long after both have ended.

    Returns None at the film's end, else the byte in the file at which `limit` packets were read.
    """
    heard = {stream.index for stream in opened.streams if kind_of(stream) in ("video", "audio")}
    units, at = Units(), 0
    for count, packet in enumerate(packets(opened)):
        at = max(at, packet.pos or 0)
        if count >= limit:
            return at
        length = units.seconds(packet, packet.duration or 0)
        if length is None or packet.stream_index not in heard or not packet.size:
            continue
        stamp = packet.dts if line.stitched and packet.dts is not None else packet.pts
        stamp = packet.dts if stamp is None else stamp
        line.add(packet.stream_index, units.seconds(packet, stamp), length)
    return None


def _believed(header: float | None, line: TimeLine, size: int, counted: bool) -> float | None:
    """The larger of what the header says and what was found, nonsense on either side left out."""
    found = line.end
    if found is None:  # no timestamps at all: one bare stream, whose packets follow each other
        found = line.played or None
    elif found > 2 * max(line.played, header or 0.0) and (counted or _absurd(found, size)):
        found = max(line.played, header or 0.0) or found
    if header is None or found is None:
        return round(found, 6) if found else header
    if header > 2 * found and _absurd(header, size):
        return round(found, 6)
    if line.start > _START_S and abs(header - line.start - found) < _START_S:
        return round(found, 6)  # where the last packet ends, counted from a clock's zero
    return round(max(header, found), 6)


def _absurd(seconds: float, size: int) -> bool:
    return seconds * _LEAST_BYTES_A_SECOND > size
