"""Placing deliverables in `output/` without ever overwriting what a person changed there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count, takewhile
from pathlib import Path
from typing import Protocol

from chalchitra.files import copy_file, fsync_dir, sha256_file, written_whole
from chalchitra.jobs import JobLayout, Placed


class Room(Protocol):
    """Where deliverables are placed: a job, or a folder of the person."""

    @property
    def root(self) -> Path: ...

    @property
    def output(self) -> Path: ...


def place(
    layout: Room,
    source: Path,
    name: str,
    sha256: str,
    previous: Placed | None,
    *,
    move: bool = False,
) -> tuple[Placed, bool]:
    """Put `source` into `output/` as `name`; returns where it is, and whether that is beside.

    `previous` is what was placed there before, if anything: a file that is no longer as it was
    placed belongs to the person, and the new one goes beside it. `move` renames instead of copying
    (a film is not kept twice).
    """
    layout.output.mkdir(exist_ok=True)
    moved = move and not source.exists()  # by a run that then was killed
    for target in _names(layout, name):
        if not os.path.lexists(target) or (not moved and _is_ours(target, layout, previous)):
            break
        if _is_the_same(target, source, sha256):
            if move:
                source.unlink(missing_ok=True)
            return _placed(layout, target, sha256), target.name != name
    if move:
        os.replace(source, target)
        fsync_dir(target.parent)
    else:
        with written_whole(target) as temporary:
            copy_file(source, temporary)
    return _placed(layout, target, sha256), target.name != name


def places(layout: JobLayout, name: str) -> list[Path]:
    """The files that may be this deliverable: of its name, and beside what a person changed."""
    return list(takewhile(Path.exists, _names(layout, name)))


def is_as_placed(layout: Room, placed: Placed) -> bool:
    """Whether the deliverable is still what was placed: by size and time, else by hash."""
    path = layout.root / placed.path
    try:
        stat = path.stat()
    except FileNotFoundError:
        return False
    if stat.st_size != placed.bytes:
        return False
    return stat.st_mtime_ns == placed.mtime_ns or sha256_file(path) == placed.sha256


def _is_ours(target: Path, layout: Room, previous: Placed | None) -> bool:
    return (
        previous is not None
        and layout.root / previous.path == target
        and is_as_placed(layout, previous)
    )


def _is_the_same(target: Path, source: Path, sha256: str) -> bool:
    if not target.is_file():  # a folder, or a link to nothing
        return False
    if source.exists() and target.stat().st_size != source.stat().st_size:
        return False
    return sha256_file(target) == sha256


def _names(layout: Room, name: str) -> Iterator[Path]:
    """`film.hi.srt`, then `film.hi.new.srt`, then `film.hi.new-2.srt` ..."""
    target = layout.output / name
    yield target
    yield target.with_name(f"{target.stem}.new{target.suffix}")
    for number in count(2):
        yield target.with_name(f"{target.stem}.new-{number}{target.suffix}")


def _placed(layout: Room, path: Path, sha256: str) -> Placed:
    stat = path.stat()
    return Placed(
        path=path.relative_to(layout.root).as_posix(),
        bytes=stat.st_size,
        mtime_ns=stat.st_mtime_ns,
        sha256=sha256,
    )
