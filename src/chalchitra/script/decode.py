"""Bytes of a text file into text: UTF-8, UTF-16, or what Windows wrote before Unicode."""

from __future__ import annotations

import codecs
import unicodedata
from pathlib import Path

from chalchitra.errors import UsageError

LARGEST = 20_000_000
"""Bytes. The text of a long film has some 200,000."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as UTF-16's does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEGACY = "cp1252"


def read_text(path: Path) -> tuple[str, str | None]:
    """A file's text in NFC with "\\n" ending its lines, and a note where its encoding was guessed.

    Raises UsageError for a file that is missing, empty, too large, or no text.
    """
    data = _bytes(path)
    text, note = _decoded(data, path)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    text = "".join(char for char in text if char not in _IGNORED)
    if any(unicodedata.category(char) == "Cc" and char not in "\n\t\f\v\x1b" for char in text):
        raise _no_text(path, "It holds characters that no text has.")
    if not text.strip():
        raise UsageError(
            f"There is no text in {path}.",
            cause="The file is empty.",
            fix="Give a file with the lines that are said, or leave --transcript out.",
        )
    return unicodedata.normalize("NFC", text), note


_IGNORED = "\ufeff\u2060\u00ad"
"""Invisible: marks of byte order inside, word joiners, soft hyphens. ZWJ and ZWNJ are spelling."""


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(
                f"{path} is too large to be the text of a film.",
                cause=f"It has more than {LARGEST / 1e6:.0f} MB.",
                fix="Give the file with the lines that are said.",
            )
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"The transcript {path} cannot be read.",
            cause=f"{error.strerror}.",
            fix="Correct the name after --transcript, or the file's permissions.",
        ) from None


def _decoded(data: bytes, path: Path) -> tuple[str, str | None]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), None
            except UnicodeDecodeError:
                raise _no_text(path, f"It says that it is {encoding}, and is not.") from None
    if (guessed := _utf16(data)) is not None:
        return guessed, f"{path.name} was read as UTF-16, which it does not say it is."
    if b"\0" in data:
        raise _no_text(path, "It holds bytes that no text has.")
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        pass
    try:
        return data.decode(_LEGACY), (
            f"{path.name} is not UTF-8 and was read as Windows-1252; if letters look wrong, save "
            "it as UTF-8."
        )
    except UnicodeDecodeError:
        raise _no_text(path, "It is neither UTF-8 nor UTF-16 nor Windows-1252.") from None


def _utf16(data: bytes) -> str | None:
    """UTF-16 without a mark: line ends and spaces show as zero bytes on one side only."""
    if len(data) < 4 or len(data) % 2 or b"\0" not in data:
        return None
    for encoding, low, high in (("utf-16-le", 0, 1), ("utf-16-be", 1, 0)):
        sides = data[low::2].count(0), data[high::2].count(0)
        if sides[0] == 0 and sides[1] * 20 > len(data):  # at least a tenth of the characters
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                return None
    return None


def _no_text(path: Path, cause: str) -> UsageError:
    return UsageError(
        f"{path} is no text.",
        cause=cause,
        fix="Save it as plain text in UTF-8; a word processor can export that.",
    )
