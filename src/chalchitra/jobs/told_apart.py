"""Names for films that are shown together, or copied into one folder, with as much of their paths
as tells them apart.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import NamedTuple


class Apart(NamedTuple):
    """What a film is called among others: its title, or more where that is not its alone.

    `folder` is where its deliverables go in a folder that all share; None where they need none.
    """

    label: str
    folder: str | None = None


def told_apart(films: Sequence[tuple[str, PurePath]]) -> list[Apart]:
    """Tell films apart that are given as a title and a path.

    Titles are equal where a disk may take them for one name: case and Unicode's forms do not
    count. Jobs of one film keep its title.
    """
    alike: dict[str, dict[PurePath, None]] = {}
    for title, path in films:
        alike.setdefault(_key(title), {})[path] = None
    return [_apart(title, path, [*alike[_key(title)]]) for title, path in films]


def _apart(title: str, path: PurePath, alike: Sequence[PurePath]) -> Apart:
    others = [set(map(_key, _names(title, other))) for other in alike if other != path]
    if not others:
        return Apart(title)
    for label in _names(title, path):
        if not any(_key(label) in names for names in others):
            by_title = PurePath(label).name == title
            return Apart(label, str(PurePath(label).parent) if by_title else label)
    return Apart(path.name, path.name)


def _names(title: str, path: PurePath) -> Iterator[str]:
    """Names of a film, from the shortest: its title after its folders, then its file likewise."""
    folders = path.parent.parts[1:]  # without the root
    for last in (title, path.name):
        for count in range(len(folders) + 1):
            yield str(PurePath(*folders[len(folders) - count :], last))


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())
