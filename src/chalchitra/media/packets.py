"""The packets of a film, past what is damaged in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

_TRIES = 10_000
"""So often in a row a damaged stretch may give no packet."""
_CHUNK = 1 << 20


def is_readable(path: Path) -> bool:
    """Whether a file's disk gives all of it; a demuxer's error of input may be the film's own."""
    try:
        with open(path, "rb", buffering=0) as handle:
            while handle.read(_CHUNK):
                pass
    except OSError:
        return False
    return True


def kind_of(stream: Any) -> str:
    """ffmpeg's word for what a stream holds: video, audio, subtitle, ..., or unknown.

    Asked for the type of one that ffmpeg knows nothing of, PyAV 15.1 crashes.
    """
    return "unknown" if type(stream).__name__ == "Stream" else str(stream.type)


def packets(container: Any, *streams: Any) -> Iterator[Any]:
    """All packets of an open film, in the order they come; of these streams only, where named.

    A stretch without one (zeros in a broadcast) is passed over, as ffmpeg itself does; damage that
    ends the reading ends the packets. An error of the disk is raised (OSError).
    """
    import av

    tries = 0
    while tries < _TRIES:
        try:
            for packet in container.demux(*streams):
                tries = 0
                yield packet
            return
        except IndexError:  # PyAV at the end, where damage looked like another stream (FLV)
            return
        except av.error.BlockingIOError:
            tries += 1
        except av.error.FFmpegError as error:
            # A demuxer that says -1 of what it cannot read says EPERM; an open file has no such.
            disk = isinstance(error, OSError) and not isinstance(error, PermissionError)
            if disk or isinstance(error, MemoryError):
                raise
            return


class Units:
    """The seconds of packets' times. A stream's unit is asked for once: that takes longest."""

    def __init__(self) -> None:
        self._units: dict[int, tuple[int, int] | None] = {}

    def seconds(self, packet: Any, ticks: int | None) -> float | None:
        """A time or a duration of a packet in seconds; None without it, or without a unit."""
        index = packet.stream_index
        if index not in self._units:
            base = packet.time_base
            self._units[index] = (base.numerator, base.denominator) if base else None
        unit = self._units[index]
        return None if unit is None or ticks is None else ticks * unit[0] / unit[1]
