"""What befalls a film's bytes: stretches zeroed, cut, overwritten, lengths in headers changed."""

from __future__ import annotations

import random
import re
import struct
from collections.abc import Callable

from recipes import Recipe


class CannotError(Exception):
    """The bytes that were to be changed are not there."""


def change(data: bytes, recipe: Recipe, chance: random.Random) -> bytes:
    """The film's bytes with the recipe's damage. Raises CannotError."""
    size = len(data)
    if recipe.damage == "zeros_mid":
        return _over(data, int(size * 0.45), bytes(int(size * 0.05)))
    if recipe.damage == "zeros_tail":
        return _over(data, int(size * 0.75), bytes(size - int(size * 0.75)))
    if recipe.damage == "cut":
        return data[: int(size * 0.6)]
    if recipe.damage == "random_mid":
        return _over(data, int(size * 0.45), chance.randbytes(int(size * 0.03)))
    if recipe.damage == "too_short":
        return _length(data, recipe.container, 0.3)
    if recipe.damage == "too_long":
        return _length(data, recipe.container, 4.0)
    if recipe.damage in ("size0", "sizemax"):
        return _size(data, recipe.container, recipe.damage == "sizemax")
    return data


def drop_packets(data: bytes, container: str, chance: random.Random) -> bytes:
    """A bad reception: 1 in 100 packets of a TS, or sectors of a program stream, are not there."""
    each = {"ts": 188, "ts2": 188, "m2ts": 192, "dat": 2324}.get(container, 2048)
    blocks = [data[at : at + each] for at in range(0, len(data), each)]
    head = 4
    return b"".join(block for at, block in enumerate(blocks) if at < head or chance.random() > 0.01)


def vcd(data: bytes) -> bytes:
    """A program stream as the .dat of a Video CD: RIFF, and sectors of 2,352 bytes."""
    each = 2324
    sectors = []
    for number, at in enumerate(range(0, len(data), each)):
        minute, second, frame = number // 4500, number // 75 % 60, number % 75
        sync = b"\0" + b"\xff" * 10 + b"\0" + bytes((minute, second, frame, 2)) + bytes(8)
        sectors.append(sync + data[at : at + each].ljust(each, b"\0") + bytes(4))
    body = b"".join(sectors)
    head = b"fmt " + struct.pack("<I", 16) + bytes(16) + b"data" + struct.pack("<I", len(body))
    return b"RIFF" + struct.pack("<I", 4 + len(head) + len(body)) + b"CDXA" + head + body


def _over(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def _at(data: bytes, mark: bytes, after: int = 0) -> int:
    found = data.find(mark, after)
    if found < 0:
        raise CannotError(f"there is no {mark!r}")
    return found + len(mark)


def _length(data: bytes, container: str, by: float) -> bytes:
    """The length that the header tells, multiplied."""
    change = _LENGTHS.get(container, _mp4_length)
    return change(data, by)


def _matroska_length(data: bytes, by: float) -> bytes:
    at = _at(data, b"\x44\x89\x88")
    (seconds,) = struct.unpack(">d", data[at : at + 8])
    return _over(data, at, struct.pack(">d", seconds * by))


def _mp4_length(data: bytes, by: float) -> bytes:
    """`mvhd`, every `tkhd` and `mdhd` (version 0, which short films have)."""
    found = data
    for mark, skip in ((b"mvhd", 16), (b"tkhd", 20), (b"mdhd", 16)):
        for match in re.finditer(mark, data):
            at = match.start() + 4 + skip
            (length,) = struct.unpack(">I", data[at : at + 4])
            found = _over(found, at, struct.pack(">I", int(length * by)))
    return found


def _avi_length(data: bytes, by: float) -> bytes:
    at = _at(data, b"avih") + 4 + 16
    found = _times(data, at, "<I", by)
    for match in re.finditer(b"strh", data[:4096]):
        found = _times(found, match.start() + 8 + 32, "<I", by)
    return found


def _flv_length(data: bytes, by: float) -> bytes:
    return _times(data, _at(data, b"duration\0"), ">d", by)


def _asf_length(data: bytes, by: float) -> bytes:
    properties = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
    at = _at(data, properties) + 8 + 16 + 8 + 8 + 8
    return _times(_times(data, at, "<Q", by), at + 8, "<Q", by)


def _flac_length(data: bytes, by: float) -> bytes:
    at = _at(data, b"fLaC") + 4 + 10
    (word,) = struct.unpack(">Q", data[at : at + 8])
    low = (1 << 36) - 1
    return _over(data, at, struct.pack(">Q", (word & ~low) | int((word & low) * by)))


def _times(data: bytes, at: int, kind: str, by: float) -> bytes:
    (value,) = struct.unpack_from(kind, data, at)
    changed = value * by if kind.endswith("d") else int(value * by)
    return _over(data, at, struct.pack(kind, changed))


_LENGTHS: dict[str, Callable[[bytes, float], bytes]] = {
    "mkv": _matroska_length,
    "mka": _matroska_length,
    "webm": _matroska_length,
    "avi": _avi_length,
    "flv": _flv_length,
    "wmv": _asf_length,
    "flac": _flac_length,
}


def _size(data: bytes, container: str, most: bool) -> bytes:
    """The size that the header gives the sound: 0, or as much as there can be."""
    if container == "w64":
        at = _at(data, b"data\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a")
        return _over(data, at, b"\xff" * 7 + b"\x7f" if most else bytes(8))
    if container == "au":
        return _over(data, 8, b"\xff" * 4 if most else bytes(4))
    if container == "aiff":
        return _over(data, _at(data, b"SSND"), b"\xff" * 4 if most else bytes(4))
    sized = _over(data, _at(data, b"data"), b"\xff" * 4 if most else bytes(4))
    return _over(sized, 4, b"\xff" * 4 if most else bytes(4))
