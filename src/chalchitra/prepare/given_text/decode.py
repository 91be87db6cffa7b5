"""The file that a person gave with --transcript, as text."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from chalchitra.errors import UsageError
from chalchitra.given import require_given
from chalchitra.subtitles.formats.others import other_bytes
from chalchitra.subtitles.formats.registry import lines_of
from chalchitra.text.decode import LEGACY, Decoded, decode

LARGEST = 20_000_000
"""Bytes. The text of a long film has some 200,000."""


def read_text(path: Path) -> tuple[str, list[str]]:
    """A file's text in NFC with "\\n" ending its lines, and notes where it was guessed or mended.

    Raises UsageError for a file that is missing, empty, too large, or no text.
    """
    data = _bytes(path)
    if (other := other_bytes(data)) is not None:
        raise UsageError(
            f"{path} is not a text file.", cause=f"It is {other.title}.", fix=other.fix
        )
    try:
        found = decode(data)
    except ValueError as error:
        raise UsageError(
            f"{path} is not a text file.",
            cause=str(error),
            fix="Save it as plain text in UTF-8; a word processor can export that.",
        ) from None
    if found.encoding == LEGACY and _is_garbled(found.text):
        raise UsageError(
            f"{path} is not in Unicode.",
            cause="It was written for an older encoding (such as ISCII or Windows-1251), "
            "and which one it does not say.",
            fix="Open it where its letters look right, and save it as UTF-8.",
        )
    text = lines_of(found.text)
    if not text.strip():
        raise UsageError(
            f"There is no text in {path}.",
            cause="The file is empty.",
            fix="Give a file with the spoken lines, or leave --transcript out.",
        )
    return unicodedata.normalize("NFC", text), _notes(found, path)


def _bytes(path: Path) -> bytes:
    return require_given(
        path,
        LARGEST,
        lambda cause: UsageError(
            f"{path} is too large to be the text of a film.",
            cause=cause,
            fix="Give the file with the spoken lines.",
        ),
        called="The transcript",
        option="--transcript",
    )


def _is_garbled(text: str) -> bool:
    """Whether a text that was taken for Windows-1252 has letters of no language that uses it: most
    of them would have accents."""
    letters = [character for character in text if character.isalpha()]
    return 2 * sum(not character.isascii() for character in letters) > len(letters)


def _notes(found: Decoded, path: Path) -> list[str]:
    notes = []
    if found.encoding == LEGACY:
        notes.append(
            f"{path.name} is not UTF-8 and was read as Windows-1252; if letters look wrong, save "
            "it as UTF-8."
        )
    elif found.guessed:
        notes.append(f"{path.name} was read as UTF-16, although it is not marked as such.")
    if count := found.text.count("\ufffd"):
        notes.append(
            f"{path.name} has lost {count} letters: an earlier program wrote \ufffd for them."
        )
    notes += [f"{path.name} was repaired: {repair}." for repair in found.repairs]
    return notes
