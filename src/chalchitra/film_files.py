"""Which files of the folders that were named are films, and which are left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from chalchitra.errors import UsageError
from chalchitra.media.formats import FILM_SUFFIXES, shown
from chalchitra.media.sniff import looks_like_media
from chalchitra.text.listing import listed

_SIDECARS = frozenset(
    ".srt .vtt .ass .ssa .sub .idx .sup .ttml .smi .txt .nfo .xml .json .csv .tsv .jpg .jpeg .png "
    ".webp .gif .pdf .md .html .url .log .torrent .sfv .md5".split()
)
"""What lies beside films and is none: counted, not named."""
_UNFINISHED = frozenset(".part .partial .crdownload .download .!qb .!ut .aria2 .tmp".split())
_PACKED = frozenset(".zip .rar .7z .tar .gz .bz2 .xz .zst .iso .img .nrg".split())
_MOST_NAMED = 10


@dataclass
class FilmFiles:
    """The films in the order in which they are prepared, and what a person is told was left out."""

    films: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def find_films(paths: Iterable[Path]) -> FilmFiles:
    """The films that were named, folders replaced by the films in them (sorted by name).

    A file in a folder is a film by its suffix, or by how it begins; one that is named may end in
    anything. Raises UsageError for a folder that holds none or cannot be read.
    """
    found = FilmFiles()
    for path in paths:
        if not _is_folder(path):
            found.films.append(path)
            continue
        films, left_out = _look_into(path)
        if not films:
            raise UsageError(
                f"There is no film in {path}.",
                cause=f"Skipped: {left_out}." if left_out else "The folder is empty.",
                fix="Give another folder, or name the films one by one.",
            )
        found.films += films
        if left_out:
            found.notes.append(f"Skipped in {path}: {left_out}.")
    found.films[:] = dict.fromkeys(found.films)
    return found


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # whoever opens it says what is wrong with it
        return False


def _look_into(folder: Path) -> tuple[list[Path], str]:
    """A folder's films, and what else is in it, for a sentence; hidden files are not spoken of."""
    try:
        entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
        folders = [entry for entry in entries if entry.is_dir()]
        files = [entry for entry in entries if entry not in folders]
    except OSError as error:
        raise UsageError(
            f"The folder {folder} cannot be read.",
            cause=f"{error.strerror}.",
            fix="Check its permissions, or give another folder.",
        ) from None
    kinds: dict[str, list[Path]] = {}
    for file in files:
        kinds.setdefault(_kind(file), []).append(file)
    beside = kinds.get("beside", [])
    parts = []
    if folders:
        parts.append(_named("folder", folders) + " (name a folder to include its films)")
    for kind, why in _LEFT_OUT.items():
        if kind in kinds:
            parts.append(f"{_named('file', kinds[kind])} ({why})")
    if beside:
        are = "is not a film" if len(beside) == 1 else "are not films"
        parts.append(f"{len(beside)} {_plural('file', beside)} that {are}")
    return kinds.get("film", []), "; ".join(parts)


_LEFT_OUT = {
    "unfinished": "unfinished downloads",
    "packed": "archives or disc images; extract the films first",
    "other": "not recognised as films; name one to try it",
}
"""Why a file of a kind is left out."""


def _kind(file: Path) -> str:
    """What a file of a folder is: a film, or something of _LEFT_OUT, or what lies beside films."""
    suffix = file.suffix.lower()
    for kind, suffixes in (
        ("film", FILM_SUFFIXES),
        ("beside", _SIDECARS),
        ("unfinished", _UNFINISHED),
        ("packed", _PACKED),
    ):
        if suffix in suffixes:
            return kind
    return "film" if looks_like_media(file) else "other"


def _named(kind: str, items: list[Path]) -> str:
    return f"the {_plural(kind, items)} {listed([shown(item) for item in items], _MOST_NAMED)}"


def _plural(kind: str, items: list[Path]) -> str:
    return kind if len(items) == 1 else f"{kind}s"
