"""Placing deliverables in `output/` without ever overwriting what a person changed there."""

from __future__ import annotations

import os
from pathlib import Path

from chalchitra.files import copy_file, fsync_dir, sha256_file, written_whole
from chalchitra.jobs import JobLayout, Placed


def place(
    layout: JobLayout,
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
    target = layout.output / name
    beside = False
    if move and not source.exists() and target.exists() and sha256_file(target) == sha256:
        return _placed(layout, target, sha256), False  # moved by a run that then was killed
    if target.exists() and not _is_ours(target, layout, previous):
        if target.stat().st_size == source.stat().st_size and sha256_file(target) == sha256:
            if move:
                source.unlink()
            return _placed(layout, target, sha256), False
        target, beside = _free_name(layout, target, previous), True
    if move:
        os.replace(source, target)
        fsync_dir(target.parent)
    else:
        with written_whole(target) as temporary:
            copy_file(source, temporary)
    return _placed(layout, target, sha256), beside


def is_as_placed(layout: JobLayout, placed: Placed) -> bool:
    """Whether the deliverable is still what was placed: by size and time, else by hash."""
    path = layout.root / placed.path
    try:
        stat = path.stat()
    except FileNotFoundError:
        return False
    if stat.st_size != placed.bytes:
        return False
    return stat.st_mtime_ns == placed.mtime_ns or sha256_file(path) == placed.sha256


def _is_ours(target: Path, layout: JobLayout, previous: Placed | None) -> bool:
    return (
        previous is not None
        and layout.root / previous.path == target
        and is_as_placed(layout, previous)
    )


def _free_name(layout: JobLayout, target: Path, previous: Placed | None) -> Path:
    """`film.hi.srt` -> `film.hi.new.srt`, then `film.hi.new-2.srt` ..."""
    number = 1
    while True:
        suffix = ".new" if number == 1 else f".new-{number}"
        candidate = target.with_name(f"{target.stem}{suffix}{target.suffix}")
        if not candidate.exists() or _is_ours(candidate, layout, previous):
            return candidate
        number += 1


def _placed(layout: JobLayout, path: Path, sha256: str) -> Placed:
    stat = path.stat()
    return Placed(
        path=path.relative_to(layout.root).as_posix(),
        bytes=stat.st_size,
        mtime_ns=stat.st_mtime_ns,
        sha256=sha256,
    )
