"""Which files of the folders that were named are films, and which are left out."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from chalchitra.errors import UsageError
from chalchitra.media.formats import FILM_SUFFIXES
from chalchitra.media.sniff import looks_like_media
from chalchitra.prepare.parts import common_name, groups
from chalchitra.text.listing import listed

_SIDECARS = frozenset(
    ".srt .vtt .ass .ssa .sub .idx .sup .ttml .smi .txt .nfo .xml .json .csv .tsv .jpg .jpeg .png "
    ".webp .gif .pdf .md .html .url .log .torrent .sfv .md5".split()
)
"""What lies beside films and is none: counted, not named."""
_UNFINISHED = frozenset(".part .partial .crdownload .download .!qb .!ut .aria2 .tmp".split())
_PACKED = frozenset(".zip .rar .7z .tar .gz .bz2 .xz .zst .iso .img .nrg".split())
_MOST_NAMED = 10
_MADE = re.compile(r"(.+)\.(?:subtitled|[\w-]+\.burned)(?:\.new(?:-\d+)?)?")
"""What the stage mux calls its films, after the film's own name."""


@dataclass
class FilmFiles:
    """The films in the order in which they are prepared, and what a person is told was left out."""

    films: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def find_films(
    paths: Iterable[Path], of_folder: Callable[[Path, list[Path]], list[Path]] | None = None
) -> FilmFiles:
    """The films that were named, folders replaced by those in them and below (sorted by name).

    A file in a folder is a film by its suffix, or by how it begins; one that is named may end in
    anything. `of_folder` may take a folder's films in another order, and fewer. Raises UsageError
    for a folder that holds none or cannot be read.
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
        found.films += of_folder(path, films) if of_folder else films
        if left_out:
            found.notes.append(f"Skipped in {path}: {left_out}.")
    found.films[:], doubled = _once(found.films)
    found.notes += doubled
    return found


def _once(films: Iterable[Path]) -> tuple[list[Path], list[str]]:
    """The films, each file once whatever its names are, and what is said of the others."""
    first: dict[object, Path] = {}
    notes = []
    for film in films:
        try:
            status = film.stat()
            identity: object = (status.st_dev, status.st_ino)
        except (OSError, ValueError):  # whoever opens it says what is wrong with it
            identity = film
        if identity not in first:
            first[identity] = film
            continue
        same = first[identity]
        if named_film(same) == named_film(film):
            notes.append(f"{film} was named more than once; it is prepared once.")
        else:
            notes.append(f"{film} is the same file as {same}; it is prepared once.")
    return list(first.values()), list(dict.fromkeys(notes))


def named_film(path: Path) -> Path:
    """A film's path as its job has it: one that is named through a link keeps that name."""
    return Path(os.path.normpath(path.absolute()))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # whoever opens it says what is wrong with it
        return False


def _look_into(folder: Path) -> tuple[list[Path], str]:
    """The films in a folder and those below it, and what else is there, for a sentence.

    Of hidden files and folders nothing is said. Links to folders are not followed: they may lead
    round in a circle.
    """
    kinds: dict[str, list[Path]] = {}
    for file in _walk(folder, kinds):
        kinds.setdefault(_kind(file), []).append(file)
    beside = kinds.get("beside", [])
    parts = []
    for kind, (what, why) in _LEFT_OUT.items():
        if kind in kinds:
            items = [path.relative_to(folder) for path in kinds[kind]]
            parts.append(f"{_named(what, items)} ({why})")
    if beside:
        are = "is not a film" if len(beside) == 1 else "are not films"
        parts.append(f"{len(beside)} {_plural('file', beside)} that {are}")
    return kinds.get("film", []), "; ".join(parts)


def _walk(folder: Path, left_out: dict[str, list[Path]]) -> Iterator[Path]:
    """The files in a folder and below it, by name; `left_out` gets the folders not entered."""

    def cannot(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise UsageError(
                f"The folder {folder} cannot be read.",
                cause=f"{error.strerror}.",
                fix="Check its permissions, or give another folder.",
            ) from None
        left_out.setdefault("closed", []).append(Path(error.filename))

    for where, folders, files in os.walk(folder, onerror=cannot):
        here = Path(where)
        seen = sorted(name for name in folders if not name.startswith("."))
        folders[:] = []
        for name in seen:
            path = here / name
            if path.is_symlink():
                left_out.setdefault("link", []).append(path)
            elif (path / "job.json").exists():
                left_out.setdefault("job", []).append(path)
            else:
                folders.append(name)
        yield from (here / name for name in sorted(files) if not name.startswith("."))


_LEFT_OUT = {
    "link": ("folder", "links; name one to include its films"),
    "job": ("folder", "jobs"),
    "closed": ("folder", "cannot be read"),
    "ours": ("file", "made by Chalchitra from films next to them; name one to use it"),
    "unfinished": ("file", "unfinished downloads"),
    "packed": ("file", "archives or disc images; extract the films first"),
    "other": ("file", "not recognised as films; name one to try it"),
}
"""What is left out by its kind, and why."""


def _kind(file: Path) -> str:
    """What a file of a folder is: a film, or something of _LEFT_OUT, or what lies beside films."""
    suffix = file.suffix.lower()
    if suffix in FILM_SUFFIXES and _is_ours(file):
        return "ours"
    for kind, suffixes in (
        ("film", FILM_SUFFIXES),
        ("beside", _SIDECARS),
        ("unfinished", _UNFINISHED),
        ("packed", _PACKED),
    ):
        if suffix in suffixes:
            return kind
    return "film" if looks_like_media(file) else "other"


def _is_ours(file: Path) -> bool:
    """Whether it is named as a film that we made, and the one it was made from is there."""
    made = _MADE.fullmatch(file.stem)
    if made is None:
        return False
    if any((file.parent / f"{made[1]}{suffix}").exists() for suffix in FILM_SUFFIXES):
        return True
    beside = [path for path in file.parent.iterdir() if path.suffix.lower() in FILM_SUFFIXES]
    return any(common_name(parts) == made[1] for parts in groups(beside))


def _named(kind: str, items: list[Path]) -> str:
    return f"the {_plural(kind, items)} {listed([repr(str(item)) for item in items], _MOST_NAMED)}"


def _plural(kind: str, items: list[Path]) -> str:
    return kind if len(items) == 1 else f"{kind}s"
