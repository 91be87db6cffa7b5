"""Bytes of a text file into text: UTF-8, UTF-16, UTF-32, or what Windows wrote before Unicode."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as UTF-16's does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEGACY = "cp1252"


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text as it stands in its file, without the mark of byte order that it began with.

    `encoding` is Python's name of it: utf-8, utf-8-sig (with a mark), utf-16 and utf-32 (with a
    mark), utf-16-le, utf-16-be (guessed without one), cp1252 (guessed, since it is no UTF-8).
    """

    text: str
    encoding: str

    @property
    def guessed(self) -> bool:
        return self.encoding in ("utf-16-le", "utf-16-be", _LEGACY)


def decode(data: bytes) -> Decoded:
    """The text of a file's bytes. Raises ValueError, which says on one line why it is none."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return Decoded(data.decode(encoding), encoding)
            except UnicodeDecodeError:
                raise ValueError(f"It says that it is {encoding}, and is not.") from None
    if (guessed := _utf16(data)) is not None:
        return guessed
    if b"\0" in data:
        raise ValueError("It holds bytes that no text has.")
    for encoding in ("utf-8", _LEGACY):
        try:
            return Decoded(data.decode(encoding), encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("It is neither UTF-8 nor UTF-16 nor Windows-1252.")


def _utf16(data: bytes) -> Decoded | None:
    """UTF-16 without a mark: line ends and spaces show as zero bytes on one side only."""
    if len(data) < 4 or len(data) % 2 or b"\0" not in data:
        return None
    for encoding, low, high in (("utf-16-le", 0, 1), ("utf-16-be", 1, 0)):
        sides = data[low::2].count(0), data[high::2].count(0)
        if sides[0] == 0 and sides[1] * 20 > len(data):  # at least a tenth of the characters
            try:
                return Decoded(data.decode(encoding), encoding)
            except UnicodeDecodeError:
                return None
    return None
