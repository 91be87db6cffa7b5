"""The file that a person gave with --transcript, as clean text."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from chalchitra.errors import UsageError
from chalchitra.text.decode import decode
from chalchitra.text.direction import UNSEEN

LARGEST = 20_000_000
"""Bytes. The text of a long film has some 200,000."""


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


_IGNORED = "\ufeff\u2060\u00ad" + UNSEEN
"""Invisible: marks of byte order inside, word joiners, soft hyphens, marks of direction.
ZWJ and ZWNJ are spelling."""


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
    try:
        found = decode(data)
    except ValueError as error:
        raise _no_text(path, str(error)) from None
    if not found.guessed:
        return found.text, None
    if found.encoding == "cp1252":
        return found.text, (
            f"{path.name} is not UTF-8 and was read as Windows-1252; if letters look wrong, save "
            "it as UTF-8."
        )
    return found.text, f"{path.name} was read as UTF-16, which it does not say it is."


def _no_text(path: Path, cause: str) -> UsageError:
    return UsageError(
        f"{path} is no text.",
        cause=cause,
        fix="Save it as plain text in UTF-8; a word processor can export that.",
    )
