"""Bytes of a text file into text: UTF-8, UTF-16, UTF-32, or what Windows wrote before Unicode."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as UTF-16's does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LEGACY = "cp1252"
"""What is guessed where a text is no Unicode."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text as it stands in its file, without the mark of byte order that it began with.

    `encoding` is Python's name of it: utf-8, utf-8-sig (with a mark), utf-16 and utf-32 (with a
    mark), utf-16-le, utf-16-be (guessed without one), cp1252 (guessed, since it is no UTF-8).
    `repairs` say what was put right in it, each a clause: "it was written as UTF-8 twice".
    """

    text: str
    encoding: str
    repairs: tuple[str, ...] = ()

    @property
    def guessed(self) -> bool:
        return self.encoding in ("utf-16-le", "utf-16-be", LEGACY)


def decode(data: bytes) -> Decoded:
    """The text of a file's bytes, without characters that do not belong in text.

    Put right: zero bytes and DOS's end of file (U+001A) after the end, punctuation of Windows-1252
    that came by way of Latin-1 (U+0080 to U+009F), UTF-8 that was written as UTF-8 once more,
    single control characters, and single bytes in UTF-8 that are none. Raises ValueError, which
    says on one line why it is no text.
    """
    found = _decoded(data)
    text, repairs = found.text.rstrip("\0"), list(found.repairs)
    if text != found.text:
        repairs.append(
            f"zero characters after its end ({len(found.text) - len(text)}) are left out"
        )
    if "\0" in text:
        raise ValueError("It contains bytes that do not belong in text.")
    if text.rstrip("\x1a \r\n\t") != (bare := text.rstrip(" \r\n\t")) and bare.endswith("\x1a"):
        text = text.rstrip("\x1a \r\n\t") + "\n"
        repairs.append("it ends with DOS's end-of-file mark (U+001A)")
    if (once := _encoded_twice(text)) is not None:
        text = once
        repairs.append("it was encoded as UTF-8 twice")
    if count := len(_C1.findall(text)):
        text = _C1.sub(lambda found: _WINDOWS.get(found[0], ""), text)
        repairs.append(f"characters of Windows-1252 ({count}) had been read as Latin-1")
    text = _ESCAPES.sub("", text)
    if count := len(_CONTROLS.findall(text)):
        if count * _BINARY > len(text):
            raise ValueError("It contains characters that do not belong in text.")
        text = _CONTROLS.sub("", text)
        repairs.append(f"control characters ({count}) are left out")
    return Decoded(text, found.encoding, tuple(repairs))


_BINARY = 10
"""Where more than one in so many characters is a control character, it is no text."""
_CONTROLS = re.compile("[\x01-\x08\x0e-\x1f\x7f]")
_ESCAPES = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]")
"""What colours a terminal's text."""
_C1 = re.compile("[\x80-\x9f]")


def without_controls(text: str) -> str:
    """A text that stood in a file behind escapes (JSON's), without what no text has."""
    return _C1.sub("", _CONTROLS.sub("", _ESCAPES.sub("", text.replace("\0", ""))))


_WINDOWS = {chr(code): bytes([code]).decode(LEGACY, errors="ignore") for code in range(0x80, 0xA0)}


def _encoded_twice(text: str) -> str | None:
    """The text of UTF-8 that was taken for Latin-1 or Windows-1252 and written as UTF-8 again.

    No text of those encodings is UTF-8 from end to end by chance, if it has letters beyond ASCII.
    """
    if text.isascii():
        return None
    data = bytearray()
    for character in text:
        code = ord(character)
        if character == _LOST:
            code = 0xFF  # part of a letter that was lost on the way
        elif code > 0xFF and (code := _BACK.get(character, 0)) == 0:
            return None
        data.append(code)
    mended = _mended(bytes(data), _LOST)
    return mended.text if mended is not None else None


_BACK = {character: ord(code) for code, character in _WINDOWS.items() if character}


def _decoded(data: bytes) -> Decoded:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            if encoding == "utf-8-sig":
                mended = _mended(data.removeprefix(mark))
                if mended is not None:
                    return Decoded(mended.text, encoding, mended.repairs)
            else:
                with suppress(UnicodeDecodeError):
                    whole, repairs = _whole(data, int(encoding[-2:]) // 8)
                    return Decoded(whole.decode(encoding), encoding, repairs)
            raise ValueError(f"It is marked as {encoding}, but is not.")
    if (guessed := _utf16(data)) is not None:
        return guessed
    if (mended := _mended(data)) is not None:
        return mended
    try:
        return Decoded(data.decode(LEGACY), LEGACY)
    except UnicodeDecodeError:
        raise ValueError("It is neither UTF-8 nor UTF-16 nor Windows-1252.") from None


_LOST = "\ufffd"
_LETTER = re.compile(rb"[\xc2-\xf4][\x80-\xbf]{1,3}")
_ALIEN = 4
"""Where so many bytes are letters of UTF-8 for one that is none, it is UTF-8 with damage; in other
encodings nearly all are none."""


def _mended(data: bytes, lost: str = "") -> Decoded | None:
    """The text of UTF-8 with a few bytes that are none; None of other bytes.

    These are read as Windows-1252, or stand as `lost`; a last letter that was cut is left out.
    """
    text = data.decode("utf-8", errors="surrogateescape")
    alien = len(_ALIEN_BYTES.findall(text))
    if not alien:
        return Decoded(text, "utf-8")
    if alien * _ALIEN > len(_LETTER.findall(data)):
        return None
    text = _CUT.sub("", text)
    runs = _ALIEN_BYTES if not lost else _ALIEN_RUNS
    text = runs.sub(
        lambda found: lost or bytes([ord(found[0]) - 0xDC00]).decode(LEGACY, errors="replace"), text
    )
    return Decoded(text, "utf-8", (f"bytes that are not UTF-8 ({alien}) were guessed or left out",))


_ALIEN_BYTES = re.compile("[\udc80-\udcff]")
_ALIEN_RUNS = re.compile("[\udc80-\udcff]+")
_CUT = re.compile("[\udcc2-\udcf4][\udc80-\udcbf]{0,2}$")


def _whole(data: bytes, size: int) -> tuple[bytes, tuple[str, ...]]:
    """The data without a last character that is cut, of `size` bytes; what is to be said of it."""
    rest = len(data) % size
    if not rest:
        return data, ()
    return data[:-rest], ("its last letter is cut off",) if any(data[-rest:]) else ()


def _utf16(data: bytes) -> Decoded | None:
    """UTF-16 without a mark: line ends and spaces show as zero bytes on one side only."""
    body = data.rstrip(b"\0")
    if b"\0" not in body:
        return None
    if len(body) < len(data):
        data = body + b"\0" * (len(body) % 2)
    data, repairs = _whole(data, 2)
    if len(data) < 4:
        return None
    for encoding, low, high in (("utf-16-le", 0, 1), ("utf-16-be", 1, 0)):
        sides = data[low::2].count(0), data[high::2].count(0)
        if sides[0] == 0 and sides[1] * 20 > len(data):  # at least a tenth of the characters
            try:
                return Decoded(data.decode(encoding), encoding, repairs)
            except UnicodeDecodeError:
                return None
    return None
