"""Placing deliverables in `output/` without ever overwriting what a person changed there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count, takewhile
from pathlib import Path
from typing import Protocol

from chalchitra import job_files
from chalchitra.files import copy_file, fsync_dir, written_whole
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.record import Placed


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
    made_in: Path | None = None,
) -> tuple[Placed, bool]:
    """Put `source` into `output/` as `name`; returns where it is, and whether that is beside.

    `previous` is what was placed there before, if anything: a file that is no longer as it was
    placed belongs to the person, and the new one goes beside it. `move` renames instead of copying
    (a film is not kept twice). `made_in` is the folder of the job that `source` lies in, where that
    is not the one to place it in.
    """
    made_in = made_in or layout.root
    layout.output.mkdir(exist_ok=True)
    moved = move and not os.path.lexists(source)  # by a run that then was killed
    size = None if moved else job_files.stat(made_in, source).st_size
    for target in _names(layout, name):
        if not os.path.lexists(target) or (not moved and _is_ours(target, layout, previous)):
            break
        if _is_the_same(layout, target, size, sha256):
            if move:
                source.unlink(missing_ok=True)
            return _placed(layout, target, sha256), target.name != name
    if move:
        os.replace(source, target)
        fsync_dir(target.parent)
    else:
        with job_files.open_file(made_in, source) as made, written_whole(target) as temporary:
            copy_file(made, temporary)
    return _placed(layout, target, sha256), target.name != name


def places(layout: JobLayout, name: str) -> list[Path]:
    """The files that may be this deliverable: of its name, and beside what a person changed."""
    return list(takewhile(os.path.lexists, _names(layout, name)))


def is_as_placed(layout: Room, placed: Placed) -> bool:
    """Whether the deliverable is still what was placed: by size and time, else by hash."""
    try:
        stat = job_files.stat(layout.root, placed.path)
        if stat.st_size != placed.bytes:
            return False
        same_time = stat.st_mtime_ns == placed.mtime_ns
        return same_time or job_files.sha256(layout.root, placed.path) == placed.sha256
    except OSError:
        return False


def _is_ours(target: Path, layout: Room, previous: Placed | None) -> bool:
    return (
        previous is not None
        and layout.root / previous.path == target
        and is_as_placed(layout, previous)
    )


def _is_the_same(layout: Room, target: Path, size: int | None, sha256: str) -> bool:
    """Whether a file of a person's is what would be placed; a link or a folder of theirs is not."""
    try:
        if size not in (None, job_files.stat(layout.root, target).st_size):
            return False
        return job_files.sha256(layout.root, target) == sha256
    except OSError:
        return False


def _names(layout: Room, name: str) -> Iterator[Path]:
    """`film.hi.srt`, then `film.hi.new.srt`, then `film.hi.new-2.srt` ..."""
    target = layout.output / name
    yield target
    yield target.with_name(f"{target.stem}.new{target.suffix}")
    for number in count(2):
        yield target.with_name(f"{target.stem}.new-{number}{target.suffix}")


def _placed(layout: Room, path: Path, sha256: str) -> Placed:
    stat = job_files.stat(layout.root, path)
    return Placed(
        path=path.relative_to(layout.root).as_posix(),
        bytes=stat.st_size,
        mtime_ns=stat.st_mtime_ns,
        sha256=sha256,
    )
