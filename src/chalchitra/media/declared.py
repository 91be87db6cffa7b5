"""How long a header says that a film is, where ffmpeg believes the size of the file instead.

ffmpeg takes a WAV or an AVI that was cut for a whole one that is shorter; nobody would be told.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, NamedTuple

_UNKNOWN = 0x7FFF0000
"""Sizes from this one on, of 32 bits, are left by writers who could not go back to write the true
one."""
_MOST_CHUNKS = 1000
_NEAR = 0.02
"""So near to the file's size over its bit rate is a length that ffmpeg has from there. It may have
another from the header (WAV's `fact`)."""


def declared_sound(name: str, stream: Any) -> float | None:
    """The length in seconds of a stream of sound by an AVI's header; None of any other stream."""
    if name != "avi" or stream.type != "audio" or not stream.time_base:
        return None
    return float(stream.frames * stream.time_base)


class _Chunks(NamedTuple):
    """How a file's chunks begin: after `head` bytes, each with a name of `name` bytes and a size.

    The `size` may count the chunk's beginning, too (`whole`), and is padded to `align` bytes.
    """

    head: int
    name: int
    size: str
    data: bytes
    align: int = 1
    whole: bool = False


_CHUNKS = {
    "wav": _Chunks(12, 4, "<I", b"data", align=2),
    "w64": _Chunks(
        40, 16, "<q", b"data\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a", align=8, whole=True
    ),
    "caf": _Chunks(8, 4, ">q", b"data"),
}


def declared(path: Path, name: str, container: Any) -> float | None:
    """The film's length in seconds by its header; None where that adds nothing to what ffmpeg says.

    `name` is the container's and `container` the open film. Raises OSError.
    """
    if name == "avi":
        frames = [(each.frames, each.average_rate) for each in container.streams.video]
        return max((float(count / rate) for count, rate in frames if rate), default=None)
    rate = next((each.codec_context.bit_rate for each in container.streams.audio), None)
    if name in _CHUNKS and rate and container.duration:
        size, there = _sound(path, _CHUNKS[name])
        limit = _UNKNOWN if name == "wav" else 1 << 60
        believed = there * 8 / rate
        if there < size < limit and abs(believed - container.duration / 1e6) < _NEAR * believed:
            return float(size * 8 / rate)
    return None


def _sound(path: Path, chunks: _Chunks) -> tuple[int, int]:
    """How many bytes of sound the header promises and how many there are; (0, 0) if unknown."""
    total = path.stat().st_size
    with path.open("rb") as file:
        at = chunks.head
        for _ in range(_MOST_CHUNKS):
            file.seek(at)
            head = file.read(chunks.name + struct.calcsize(chunks.size))
            if len(head) < chunks.name + struct.calcsize(chunks.size):
                return 0, 0
            (size,) = struct.unpack(chunks.size, head[chunks.name :])
            size -= len(head) if chunks.whole else 0
            if size < 0:
                return 0, 0
            at += len(head)
            if head[: chunks.name] == chunks.data:
                return size, total - at
            at += -(-size // chunks.align) * chunks.align
    return 0, 0
