"""bootstrap: parses its options, decides what to build or check, and says what came of it."""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chalchitra import hardware as hardware_
from chalchitra import stopping, unread
from chalchitra.environments import fetch_uv
from chalchitra.environments import uv as uv_
from chalchitra.environments.build import (
    Builder,
    check_disk,
    check_platform,
    had_dev,
    lead_to_source,
    remove_leftovers,
    same_disk,
)
from chalchitra.environments.state import EnvironmentState, state, verify
from chalchitra.environments.table import Environment, Table, environment_dir, load
from chalchitra.errors import CancelledError, ChalchitraError, Ending, ExitCode, MissingError
from chalchitra.hints import pasteable, typed
from chalchitra.paths import data_dir, installed, project_root, venv_dir
from chalchitra.printable import json_line, printable, raw

LOCK_FILE = ".lock"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run bootstrap with these options (without: the process's own); returns the exit code."""
    options = parser().parse_args(arguments)
    unread.guard()
    report = Report(as_json=options.json)
    error: Ending | None = None
    try:
        stopping.hear("The build was cancelled.")
        error = _tried(options, report)
        stopping.deaf()
    except CancelledError as caught:  # raised once at most, wherever we were
        stopping.deaf()
        error = caught
    if error is not None and options.debug:
        traceback.print_exception(error)
    report.finish(error)
    unread.finish()
    return int(error.exit_code if error else ExitCode.DONE)


def _tried(options: argparse.Namespace, report: Report) -> ChalchitraError | None:
    """What went wrong. Raises CancelledError."""
    try:
        _bootstrap(options, project_root(), report)
    except (ChalchitraError, OSError) as caught:
        return _ours(caught)
    return None


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bootstrap",
        description="Build the environments that Chalchitra runs in, or check them.",
        epilog="Without options, it builds what this machine needs and does not have yet.",
        allow_abbrev=False,
    )
    either = parser.add_mutually_exclusive_group()
    add = parser.add_argument
    add("--env", metavar="NAME", action="append", help="only this environment; repeatable")
    either.add_argument(
        "--check", action="store_true", help="build nothing; check everything thoroughly"
    )
    either.add_argument(
        "--force", action="store_true", help="rebuild environments even if they are complete"
    )
    add("--dev", action="store_true", help="include the development tools (tests, lint, types)")
    add("--debug", action="store_true", help="show the full output of uv, and tracebacks")
    add("--json", action="store_true", help="print the environments and their state as JSON")
    return parser


def _bootstrap(options: argparse.Namespace, root: Path, report: Report) -> None:
    table = load(root)
    machine = hardware_.detect()
    chosen = choose(table, options.env, machine.apple_silicon, root)
    if installed(root):
        lead_to_source(chosen, root)
    if options.check:
        if installed(root) and not options.env:  # what no job needed yet is not missing
            chosen = [item for item in chosen if environment_dir(item.name, root).is_dir()]
        states = [verify(item.name, root, dev=options.dev) for item in chosen]
        report.show(states)
        _raise_broken(states)
        return
    hardware_.write_cache(machine, table.default_mapping(apple_silicon=machine.apple_silicon), root)
    if options.env and not installed(root):  # there, they run in a Python of their own
        chosen = _with_commands(table, chosen, root)
    try:
        if options.force or _broken(chosen, root, options.dev):
            venv_dir(root).mkdir(parents=True, exist_ok=True)
            with _locked(root, report) as lock_fd:
                # Whoever held the lock before us may have built it all.
                wanted = chosen if options.force else _broken(chosen, root, options.dev)
                _build(table, wanted, root, report, lock_fd, options)
    finally:
        report.states = [state(item.name, root, dev=options.dev) for item in chosen]
    report.show(report.states)


def choose(
    table: Table, named: Sequence[str] | None, apple_silicon: bool, root: Path
) -> list[Environment]:
    """The environments a call is about: the named ones; else what this machine builds unasked and
    what was built here by name before."""
    if named:
        return [table.get(name) for name in dict.fromkeys(named)]
    return [
        item
        for item in table.environments.values()
        if item.built_unasked(apple_silicon=apple_silicon)
        or environment_dir(item.name, root).is_dir()
    ]


def _with_commands(table: Table, chosen: list[Environment], root: Path) -> list[Environment]:
    """No command runs without the environment of the commands, so it is built along."""
    first = table.with_commands
    if first in chosen or state(first.name, root).whole:
        return chosen
    return [first, *chosen]


def _broken(chosen: list[Environment], root: Path, dev: bool) -> list[Environment]:
    return [item for item in chosen if not state(item.name, root, dev=dev).whole]


def _build(
    table: Table,
    wanted: list[Environment],
    root: Path,
    report: Report,
    lock_fd: int,
    options: argparse.Namespace,
) -> None:
    for item in wanted:
        check_platform(item)
    remove_leftovers(root)
    if not wanted:
        return
    uv = uv_.find_uv(root, table.with_commands.name, report.say)
    env = uv_.variables(os.environ)
    cache = uv_.cache_dir(uv, env)
    if cache and not same_disk(cache, venv_dir(root)):
        env.setdefault("UV_LINK_MODE", "copy")  # it would copy anyway, and warn
    builder = Builder(root, uv, env, lock_fd, report.tick, options.debug)
    check_disk(wanted, builder)
    for item in wanted:
        dev = options.dev or had_dev(item, root)
        report.started(item)
        builder.build(item, dev=dev)
        report.built(item, _size_gb(environment_dir(item.name, root)))
    if state(table.with_commands.name, root).whole:
        shutil.rmtree(venv_dir(root) / fetch_uv.TOOLS, ignore_errors=True)


def _raise_broken(states: list[EnvironmentState]) -> None:
    broken = [seen for seen in states if not seen.whole]
    if broken:
        raise MissingError(
            "Incomplete: " + "; ".join(f"{seen.name} ({seen.reason})" for seen in broken) + ".",
            fix=broken[0].fix if len(broken) == 1 else typed("./bootstrap.sh"),
        )


@contextmanager
def _locked(root: Path, report: Report) -> Iterator[int]:
    """Hold venv/.lock: one bootstrap builds at a time. Yields the descriptor that holds it."""
    with open(venv_dir(root) / LOCK_FILE, "ab") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report.say("another bootstrap is building here: waiting for it to finish")
            stopping.lock(handle, fcntl.LOCK_EX)
        yield handle.fileno()


def _size_gb(folder: Path) -> float:
    """What the files of a folder take, in GB, hard links counted once."""
    seen: dict[tuple[int, int], int] = {}
    for path in folder.rglob("*"):
        info = path.lstat()
        seen[info.st_dev, info.st_ino] = info.st_blocks * 512
    return sum(seen.values()) / 1e9


class Report:
    """What a person sees while it works: a line an environment; a live one on a terminal.

    With `as_json` stdout gets one JSON object at the end; the rest goes to stderr.
    """

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._stream = sys.stderr if as_json else sys.stdout
        self._live = self._stream.isatty()
        self._doing = ""
        self._clock = 0.0
        self._built: dict[str, float] = {}
        self.states: list[EnvironmentState] = []

    def say(self, text: str) -> None:
        print(pasteable(text), file=self._stream, flush=True)

    def started(self, environment: Environment) -> None:
        size = environment.platforms[hardware_.platform_id()]
        self._doing = environment.name
        self._clock = time.monotonic()
        self.say(
            f"{environment.name}: building "
            f"(at most {size.download:.1f} GB to fetch, {size.disk:.1f} GB on disk)"
        )

    def tick(self, doing: str) -> None:
        """A sign of life on a terminal: the seconds so far and what uv says last."""
        if self._live:
            seconds = time.monotonic() - self._clock
            line = f"{self._doing}: {seconds:.0f} s  {doing}"
            width = shutil.get_terminal_size().columns - 1
            line = printable(line)[:width]
            print(f"\r{line:<{width}}", end="", file=raw(self._stream), flush=True)

    def built(self, environment: Environment, size_gb: float) -> None:
        seconds = time.monotonic() - self._clock
        self._built[environment.name] = round(seconds, 1)
        self._clear()
        self.say(f"{environment.name}: built in {seconds:.0f} s, {size_gb:.1f} GB")

    def show(self, states: list[EnvironmentState]) -> None:
        """Say how the environments are; those that were just built have been spoken of."""
        self.states = states
        for seen in states:
            if not self._as_json and seen.name not in self._built:
                python = f" (Python {seen.stamp.python})" if seen.stamp else ""
                found = f"complete{python}" if seen.whole else f"incomplete, {seen.reason}"
                self.say(f"{seen.name}: {found}")

    def finish(self, error: Ending | None) -> None:
        self._clear()
        if self._as_json:
            print(json_line(self._json(error), indent=1))
        elif error:
            print(*map(pasteable, error.lines()), sep="\n", file=sys.stderr)

    def _json(self, error: Ending | None) -> dict[str, Any]:
        return {
            "environments": [
                {**seen.to_dict(), "built_seconds": self._built.get(seen.name)}
                for seen in self.states
            ],
            "error": error.to_dict() if error else None,
        }

    def _clear(self) -> None:
        if self._live:
            print("\r\x1b[K", end="", file=raw(self._stream), flush=True)


def _ours(error: ChalchitraError | OSError) -> ChalchitraError:
    if not isinstance(error, OSError):
        return error
    return MissingError(
        f"Something in {data_dir()} cannot be used: {error}.",
        cause="The disk is full, or a file or folder is not writable.",
        fix="Fix that, then type the same command again.",
    )
