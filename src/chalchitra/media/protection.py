"""Films that cannot be read without a key, told by what their containers say about themselves.

Decoders take what is encrypted for damage: without this, a job ends well, with no words and a film
of garbage.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

_COMMON = "Common Encryption (CENC)"
_APPLE = "Apple's FairPlay"
_ENTRIES = {
    b"encv": _COMMON, b"enca": _COMMON, b"enct": _COMMON, b"encs": _COMMON,
    b"drms": _APPLE, b"drmi": _APPLE, b"drmt": _APPLE, b"p608": _APPLE,
}  # fmt: skip
"""Sample entries of MP4 (ISO/IEC 14496-12, 23001-7; iTunes' own): newer ffmpegs hide them."""
_BOXES = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl"})
_LEAST_BOX = 8
_INDEX_BYTES = 64 << 20
_DEEPEST = 8
"""Levels of boxes or elements; the real ones have six."""

_ASF_OBJECTS = tuple(
    bytes.fromhex(guid)
    for guid in (
        "fbb31122 23bd d211 b4b7 00a0c955fc6e",  # Content Encryption
        "14e68a29 2226 174c b935 dae07ee9289c",  # Extended Content Encryption
        "33850543 8169 e649 9b74 ad12cb86d58c",  # Advanced Content Encryption
    )
)
"""GUIDs in the header of an ASF file, as they are written there."""
_HEAD_BYTES = 4 << 20

_SEGMENT, _TRACKS, _ENTRY, _CLUSTER = 0x18538067, 0x1654AE6B, 0xAE, 0x1F43B675
_ENCODINGS, _ENCODING, _TYPE = 0x6D80, 0x6240, 0x5033
_OUTER = frozenset({_SEGMENT, _TRACKS, _ENTRY, _ENCODINGS, _ENCODING})

_SAMPLES, _SAMPLE_BYTES = 5, 1 << 18
_NULL_PID = 0x1FFF
_HALF = 0.5
_PES = re.compile(
    rb"\x00\x00\x01\xba[\x40-\x7f].{8}\xf8\x00\x00\x01[\xbd\xc0-\xef]..([\x80-\xbf])", re.DOTALL
)
"""The packet that begins a sector of a DVD. Elsewhere the same bytes may be sound: a healthy .mpg,
MPEG-1, was taken for encrypted."""
_SOME = 0.1
"""A DVD's encryption leaves many of its sectors as they are."""


def protection(path: Path, container: str, metadata: Sequence[Mapping[str, str]]) -> str | None:
    """What a film is encrypted with, or None where nothing says so.

    `container` is its demuxer's name, `metadata` that of its streams of picture and sound. Raises
    OSError where the file cannot be read.
    """
    if container in ("mp4", "mov"):
        return _mp4(path)
    if container == "matroska":
        said = any("enc_key_id" in {key.lower() for key in one} for one in metadata)
        return "Matroska's own encryption" if said or _matroska(path) else None
    if container == "asf":
        head = _head(path)
        return "Windows Media DRM" if any(guid in head for guid in _ASF_OBJECTS) else None
    if container == "mpegts":
        return "a broadcaster's encryption" if _share(path, _transport) > _HALF else None
    if container == "mpeg":
        return "a DVD's encryption (CSS)" if _share(path, _program) > _SOME else None
    return None


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)


def _mp4(path: Path) -> str | None:
    """What the sample entries of its tracks say."""
    with path.open("rb") as file:
        at, size = 0, path.stat().st_size
        while at + _LEAST_BOX <= size:
            file.seek(at)
            head = file.read(16)
            length = int.from_bytes(head[:4], "big")
            if length == 1:
                length = int.from_bytes(head[8:16], "big")
            length = length or size - at
            if length < _LEAST_BOX:
                return None
            if head[4:8] == b"moov":
                file.seek(at)
                return _entry(memoryview(file.read(min(length, _INDEX_BYTES))))
            at += length
    return None


def _entry(data: memoryview, depth: int = 0) -> str | None:
    """The first protected sample entry in these boxes."""
    at = 0
    while at + _LEAST_BOX <= len(data):
        length = int.from_bytes(data[at : at + 4], "big") or len(data)
        name = bytes(data[at + 4 : at + 8])
        if length < _LEAST_BOX:
            return None
        inner = data[at + _LEAST_BOX : at + length]
        if name == b"stsd":
            inner = inner[_LEAST_BOX:]  # version, flags, the number of entries
        if name in _ENTRIES:
            return _ENTRIES[name]
        inside = name in _BOXES or name == b"stsd"
        if inside and depth < _DEEPEST and (found := _entry(inner, depth + 1)):
            return found
        at += length
    return None


def _matroska(path: Path) -> bool:
    """Whether a track has a ContentEncoding of type 1, encryption."""
    data = _head(path)
    for name, begin, end in _elements(data, 0, len(data)):
        if name == _TYPE and int.from_bytes(data[begin:end][:8], "big") == 1:
            return True
    return False


def _elements(data: bytes, begin: int, end: int, depth: int = 0) -> Iterator[tuple[int, int, int]]:
    """The EBML elements down to a track's encodings: identifier, and where the content lies."""
    at = begin
    while at < end:
        width = 9 - data[at].bit_length()
        if width > 4 or at + width >= end:
            return
        name = int.from_bytes(data[at : at + width], "big")
        at += width
        width = 9 - data[at].bit_length()
        if width > 8:
            return
        size = int.from_bytes(data[at : at + width], "big") & ((1 << 7 * width) - 1)
        at += width
        # All ones: nobody knew the size when it was written.
        stop = end if size == (1 << 7 * width) - 1 else min(end, at + size)
        if name == _CLUSTER:
            return
        yield name, at, stop
        if name in _OUTER and depth < _DEEPEST:
            yield from _elements(data, at, stop, depth + 1)
        at = stop


def _share(path: Path, count: Callable[[bytes], tuple[int, int]]) -> float:
    """Which share of the packets at some places of a file is scrambled."""
    size = path.stat().st_size
    scrambled = all_ = 0
    with path.open("rb") as file:
        for place in range(_SAMPLES):
            file.seek(max(0, size - _SAMPLE_BYTES) * place // (_SAMPLES - 1))
            some, of = count(file.read(_SAMPLE_BYTES))
            scrambled, all_ = scrambled + some, all_ + of
    return scrambled / all_ if all_ else 0.0


def _transport(data: bytes) -> tuple[int, int]:
    """How many of a transport stream's packets with a payload are scrambled, and of how many."""
    for length in (188, 192, 204):
        for first in range(min(length, len(data))):
            marks = data[first : first + 20 * length : length]
            if len(marks) > 5 and set(marks) == {0x47}:
                heads = [data[at : at + 4] for at in range(first, len(data) - 4, length)]
                used = [
                    head
                    for head in heads
                    if head[0] == 0x47
                    and (head[1] & 31) << 8 | head[2] != _NULL_PID
                    and head[3] & 0x10
                ]
                return sum(bool(head[3] & 0xC0) for head in used), len(used)
    return 0, 0


def _program(data: bytes) -> tuple[int, int]:
    """How many of a program stream's packets are scrambled, and of how many."""
    flags = _PES.findall(data)
    return sum(bool(flag[0] & 0x30) for flag in flags), len(flags)
