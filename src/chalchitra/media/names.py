"""Names of attached files: players write them to disks, and films come from anywhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from pathlib import PurePosixPath

_LONGEST = 200
"""Bytes; file systems have 255, and a number may have to be put on."""
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_OVERRIDES = frozenset("LRE RLE LRO RLO PDF LRI RLI FSI PDI".split())
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def harmless_name(name: str, taken: Collection[str], otherwise: str) -> str:
    """The name of a file in one folder, on any system: no path, no control characters, not `taken`.

    `otherwise` is the name of one that has none, or nothing else.
    """
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(c for c in last if not _is_hidden(c))
    plain = _FORBIDDEN.sub("_", plain).strip(" .") or otherwise
    if _DEVICES.fullmatch(plain):
        plain = f"_{plain}"
    path = PurePosixPath(plain)
    stem, suffix = (path.stem, path.suffix) if len(path.suffix) <= 20 else (plain, "")
    while len((stem + suffix).encode()) > _LONGEST:
        stem = stem[:-1]
    known = {one.casefold() for one in taken}
    found, number = stem + suffix, 1
    while found.casefold() in known:
        number += 1
        found = f"{stem} ({number}){suffix}"
    return found


def _is_hidden(character: str) -> bool:
    """Controls, line separators, lone surrogates, and overrides of direction, which hide a suffix.

    Joiners stay: Indian scripts are spelled with them.
    """
    return (
        unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs")
        or unicodedata.bidirectional(character) in _OVERRIDES
        or character == "\ufeff"
    )
