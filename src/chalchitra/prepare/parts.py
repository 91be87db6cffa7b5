"""Several parts that are one film: their order, what is missing among them, what it is called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from chalchitra.errors import UsageError

_WORD = (
    "(?:cd|dvd|disc|disk|part|partie|parte|pt|teil|vol|भाग|खंड|खण्ड|पार्ट|सीडी|ভাগ|পর্ব|খণ্ড|ભાગ|ਭਾਗ|ଭାଗ|"
    "பாகம்|பகுதி|భాగం|ಭಾಗ|ഭാഗം|حصہ)"
)
"""What stands before the number of a part, in the languages of the films that are subtitled."""
_NUMBERED = re.compile(rf"(.*?)[\s._-]*[\[(]?\b{_WORD}[\s._-]*(\d+)\b", re.IGNORECASE)
_DVD = re.compile(r"(VTS_\d\d)_(\d)", re.IGNORECASE)
_MENU = re.compile(r"(?:VIDEO_TS|VTS_\d\d_0)\.VOB", re.IGNORECASE)
_ENDS = " ._-[("
_MOST_PARTS = 30
"""Numbers that lie further apart count something else."""
_TRAILING_WORD = re.compile(rf"(?:^|[\s._\-\[(])+{_WORD}[\s._-]*$", re.IGNORECASE)


def of_folder(folder: Path, films: Sequence[Path]) -> list[Path]:
    """The parts in a folder and below it, by their numbers (2 before 10), without a DVD's menus.

    Raises UsageError for the folder of a DVD with several films.
    """
    kept = [film for film in films if not _MENU.fullmatch(film.name)]
    sets = sorted({match[1].upper() for film in kept if (match := _DVD.fullmatch(film.stem))})
    if len(sets) > 1:
        raise UsageError(
            f"{folder} holds {len(sets)} films of a DVD: {', '.join(sets)}.",
            cause="--join makes one film of all the files that it is given.",
            fix=f"Name the files of one of them, such as {sets[0]}_1.VOB, {sets[0]}_2.VOB, ...",
        )
    return sorted(kept, key=lambda film: natural(str(film.relative_to(folder))))


def natural(name: str) -> list[tuple[int, int, str]]:
    """A key that sorts numbers in names by their values."""
    folded = unicodedata.normalize("NFC", name).casefold()
    return [
        (0, int(piece), "") if piece.isdecimal() else (1, 0, piece)
        for piece in re.split(r"(\d+)", folded)
        if piece
    ]


def common_name(parts: Sequence[Path]) -> str:
    """What the film is called: what the parts' names begin with, else their folder's name."""
    split = [re.findall(r"\d+|\D", unicodedata.normalize("NFC", part.stem)) for part in parts]
    shared: list[str] = []
    for pieces in zip(*split, strict=False):
        if len(set(pieces)) > 1:
            if any(unicodedata.category(piece[0]).startswith("M") for piece in pieces):
                shared = shared[:-1]  # half a syllable
            break
        shared.append(pieces[0])
    name = "".join(shared).rstrip(_ENDS)
    while (shorter := _TRAILING_WORD.sub("", name).rstrip(_ENDS)) != name:
        name = shorter
    if name and not re.fullmatch(r"VTS(?:_\d+)?", name, re.IGNORECASE):
        return name
    for folder in parts[0].parents:
        if folder.name.upper() != "VIDEO_TS" and not re.fullmatch(
            rf"{_WORD}[\s._-]*\d+", folder.name, re.IGNORECASE
        ):
            return folder.name or parts[0].stem
    return parts[0].stem


def missing(parts: Sequence[Path]) -> list[int]:
    """The numbers that no part has, where all have one and are named alike.

    They count from 1 where the names say that these are parts, else from the lowest there is.
    """
    numbers = [_number(part) for part in parts]
    known = {found[1] for found in numbers if found}
    first = 1
    if None in numbers or len({found[0] for found in numbers if found}) > 1:
        known = _differing(parts)
        first = min(known, default=0)
        if max(known, default=0) - first > _MOST_PARTS:  # years, say
            return []
    return [number for number in range(first, max(known, default=0)) if number not in known]


def _differing(parts: Sequence[Path]) -> set[int]:
    """The numbers that are all that the names differ by; none where there is something else."""
    names = (unicodedata.normalize("NFC", part.stem) for part in parts)
    columns = zip(*(re.findall(r"\d+|\D+", name) for name in names), strict=False)
    different = [set(column) for column in columns if len(set(column)) > 1]
    if len({re.sub(r"\d+", "0", part.stem) for part in parts}) > 1 or len(different) != 1:
        return set()
    return {int(piece) for piece in different[0]}


def alike(films: Sequence[Path]) -> list[Path]:
    """The first films of a call whose names say that they are parts of one; none without such."""
    return next(iter(groups(films)), [])


def groups(films: Sequence[Path]) -> list[list[Path]]:
    """The films whose names say that they are parts, by whose: of each at least two."""
    found: dict[object, list[Path]] = {}
    for film in films:
        whose = _number(film)
        if whose is not None:
            found.setdefault(whose[0], []).append(film)
    return [group for group in found.values() if len(group) > 1]


def _number(film: Path) -> tuple[object, int] | None:
    """What a part's name says: whose part it is, and its number."""
    name = unicodedata.normalize("NFC", film.stem)
    if match := _DVD.fullmatch(name):
        return (film.parent, match[1].upper()), int(match[2])
    if match := _NUMBERED.search(name):
        whose = (name[: match.start(2)] + name[match.end(2) :]).casefold()
        return (film.parent, whose, film.suffix.casefold()), int(match[2])
    if match := re.fullmatch(rf"{_WORD}[\s._-]*(\d+)", film.parent.name, re.IGNORECASE):
        return (film.parent.parent, film.suffix.casefold()), int(match[1])
    return None
