"""What a job's deliverables are called: as the film, so that players find them beside it.

A name is changed only where the disk that the job is written to does not take it, and that is said.
"""

from __future__ import annotations

import errno
import secrets
import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from chalchitra.files import TEMPORARY_PREFIX

_ENDING = ".xxx.burned.new-99.mp4"
"""As long as what a deliverable's name can have after its title (runner/deliver.py)."""
_NAME_BYTES = 255
"""What a file's name may have on most file systems; eCryptfs (encrypted homes) takes 143."""
_SHORT_NAME_BYTES = 143
_NOWHERE = frozenset('\\:*?"<>|')
"""What exFAT, NTFS and network shares take in no name; neither do they take dots and spaces at its
end."""
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def title_of(name: str, out: Path) -> tuple[str, str | None]:
    """The title for deliverables of `name` (a film's, or what was asked for) in the folder `out`.

    Returns it, and a sentence on why it is another where it had to change. Raises OSError where
    nothing can be written in `out`.
    """
    plain = "".join(_plain(char) for char in name)
    plain = plain if plain.strip() else "film"
    why = None if plain == name else "some of its characters are not allowed in file names"
    out.mkdir(parents=True, exist_ok=True)
    trial = out / f"{TEMPORARY_PREFIX}{secrets.token_hex(4)}"
    trial.mkdir()
    try:
        for title, because in _candidates(plain):
            if _takes(trial, title + _ENDING):
                why = because or why
                break
        else:
            title, why = "film", "the job's disk does not accept it"
    finally:
        shutil.rmtree(trial, ignore_errors=True)
    if why is None:
        return title, None
    return title, f"The tracks are named {title!r}, not {_shown(name)!r}: {why}."


def _candidates(name: str) -> Iterator[tuple[str, str | None]]:
    """Titles from the name itself to what every disk takes, with the reason to give it up."""
    yield name, None
    yield _cut(name, _NAME_BYTES), "with a language after it, it is too long for the disk"
    strict = "".join("-" if char in _NOWHERE else char for char in name).rstrip(" .") or "film"
    for most in (_NAME_BYTES, _SHORT_NAME_BYTES):
        yield _cut(strict, most), "the job's disk does not accept that name"


def _takes(folder: Path, name: str) -> bool:
    """Whether the folder's disk keeps a file under this name and no other."""
    path = folder / name
    try:
        path.touch(exist_ok=False)
        kept = {_composed(entry.name) for entry in folder.iterdir()}
        path.unlink()
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise
        return False
    return _composed(name) in kept


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)  # HFS+ takes names apart, and finds them either way


def _plain(char: str) -> str:
    """The character as it may stand in one line of text and in one part of a path."""
    if char == "/":
        return "-"
    return " " if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") else char


def _cut(name: str, most: int) -> str:
    """The beginning of a name that leaves room for an ending; never a part of a syllable."""
    from chalchitra.subtitles.cues.graphemes import graphemes

    room = most - len(_ENDING)
    if len(name.encode()) <= room:
        return name
    kept = ""
    for part in graphemes(name):
        if len((kept + part).encode()) > room:
            break
        kept += part
    return kept.rstrip() or "film"


def _shown(name: str) -> str:
    return name.encode(errors="replace").decode()
