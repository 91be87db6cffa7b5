"""Reading the stages' logs, and following them while the job runs."""

from __future__ import annotations

import codecs
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from chalchitra import job_files
from chalchitra.errors import ChalchitraError, UsageError
from chalchitra.hints import run_line
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.state import RUNNING, effective, read_state
from chalchitra.jobs.store import id_of_path, read_job

POLL_SECONDS = 0.2
_CHUNK = 1 << 20
_MOST_BYTES = 16 << 20
"""Of a log that is larger, the end: the longest films leave some 100 kB."""


@dataclass(frozen=True)
class Piece:
    """Some text of one stage's log, as it was found; it may end within a line."""

    stage: str
    text: str


class LogReader:
    """Hands out what a log file got since it was last asked; starts anew when it was cut."""

    def __init__(self, root: Path, path: Path) -> None:
        self._root = root
        self._path = path
        self._begin(None)

    def _begin(self, identity: tuple[int, int] | None) -> None:
        self._identity = identity
        self._offset = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def new(self) -> Iterator[str]:
        """The new text, a chunk at a time; nothing while there is no file that can be read.

        Of one that is larger than any log, the end.
        """
        try:
            handle = job_files.open_file(self._root, self._path)
        except OSError:
            return
        with handle:
            stat = os.fstat(handle.fileno())
            identity = (stat.st_dev, stat.st_ino)
            if identity != self._identity or stat.st_size < self._offset:
                self._begin(identity)
            self._offset = max(self._offset, stat.st_size - _MOST_BYTES)
            handle.seek(self._offset)
            while data := handle.read(_CHUNK):
                self._offset += len(data)
                if text := self._decoder.decode(data):
                    yield text


def stage_keys(layout: JobLayout) -> list[str]:
    """The job's stages in order; where job.json is broken, those that have a log."""
    try:
        return read_job(layout.root).stages
    except ChalchitraError:
        logs = job_files.names(layout.root, layout.log("*").parent)
        return sorted(name.removesuffix(".log") for name in logs if name.endswith(".log"))


def choose_stage(layout: JobLayout, keys: list[str], named: str | None) -> str:
    """The key that is meant: the one named, or that which runs, failed, or has the last log.

    `translation` means `translation@ta` where the job translates into one language only.
    Raises UsageError when there is no such stage, or none has a log.
    """
    if named is not None:
        found = [key for key in keys if key == named or key.partition("@")[0] == named]
        if named in found or len(found) == 1:
            return named if named in found else found[0]
        raise UsageError(
            f"{named} runs once per language." if found else f"{named} is not a stage of this job.",
            cause=f"Its stages are {', '.join(found or keys)}.",
            fix="Name one of them.",
        )
    with_log = [key for key in keys if _has_log(layout, key)]
    _, at = _where(layout)
    if at in with_log:
        return at
    if with_log:
        return with_log[-1]
    job_id = id_of_path(layout.root) or layout.root.name
    raise UsageError(
        f"Job {job_id} has no log yet.",
        cause="None of its stages has run.",
        fix=run_line(layout.root),
    )


def printed(layout: JobLayout, key: str) -> Iterator[Piece]:
    """What a stage's log holds now. Raises UsageError when there is none."""
    if not _has_log(layout, key):
        raise UsageError(
            f"{key} has no log.",
            cause="It has not run in this job, or its result was reused.",
            fix="Name another stage, or run the job.",
        )
    for text in LogReader(layout.root, layout.log(key)).new():
        yield Piece(key, text)


def follow(
    layout: JobLayout, keys: list[str], named: str | None, *, poll: float = POLL_SECONDS
) -> Iterator[Piece]:
    """What a log holds and gets until the job ends: of the stage named, else of one after another.

    A job that nobody runs has ended. Raises UsageError as choose_stage does.
    """
    before = {key: _signature(layout, key) for key in keys}
    runs, at = _where(layout)
    key = (at or "") if named is None and runs else choose_stage(layout, keys, named)
    reader = LogReader(layout.root, layout.log(key))
    while True:
        runs, at = _where(layout)
        for text in reader.new():
            yield Piece(key, text)
        for later in _after(keys, key, at if runs else keys[-1]) if named is None else ():
            # A stage may begin and end between two looks; one that did not run has its old log.
            if later == at or _signature(layout, later) != before[later]:
                key, reader = later, LogReader(layout.root, layout.log(later))
                for text in reader.new():
                    yield Piece(key, text)
        if not runs:
            return
        time.sleep(poll)


def lines(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The same, a line at a time and without its end; an unfinished last line too.

    A line of more than a million characters comes in parts.
    """
    stage, rest = "", ""
    for piece in pieces:
        if piece.stage != stage and rest:
            yield Piece(stage, rest)
            rest = ""
        stage = piece.stage
        *whole, rest = (rest + piece.text).split("\n")
        for line in whole:
            yield Piece(stage, line.removesuffix("\r"))
        if len(rest) > _CHUNK:  # no line of ours: handed on as it comes
            yield Piece(stage, rest)
            rest = ""
    if rest:
        yield Piece(stage, rest)


def _where(layout: JobLayout) -> tuple[bool, str | None]:
    """Whether the job runs, and at which stage it is; a job that was removed does not run."""
    try:
        state = read_state(layout)
        return effective(state, layout) in RUNNING, state.stage
    except ChalchitraError:
        return False, None


def _after(keys: list[str], key: str, to: str | None) -> list[str]:
    """The stages after `key` (all, where it is none) up to `to`."""
    first = keys.index(key) + 1 if key in keys else 0
    return keys[first : keys.index(to) + 1] if to in keys else []


def _has_log(layout: JobLayout, key: str) -> bool:
    return job_files.is_file(layout.root, layout.log(key))


def _signature(layout: JobLayout, key: str) -> tuple[int, int] | None:
    """What changes when a log is written to."""
    try:
        stat = job_files.stat(layout.root, layout.log(key))
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns
