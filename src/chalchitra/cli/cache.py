"""`cache`: the store of stage outputs that jobs share; its size, and pruning it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chalchitra.cli.help import Command, Group
from chalchitra.cli.text import OutOption, print_json
from chalchitra.durations import length
from chalchitra.errors import UsageError
from chalchitra.tables import Column, show
from chalchitra.wrapping import say

if TYPE_CHECKING:
    from chalchitra.artifacts import ArtifactStore, Entry

app = typer.Typer(cls=Group, help="Show or prune the stage outputs that jobs share.")

JsonOption = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


@dataclass
class _Size:
    """So many entries and bytes; `only_here` are those that no job has too, which pruning frees."""

    entries: int = 0
    bytes: int = 0
    only_here: int = 0

    def add(self, size: int, only_here: int) -> None:
        self.entries += 1
        self.bytes += size
        self.only_here += only_here


@app.callback(invoke_without_command=True)
def show_cache(context: typer.Context, out: OutOption = None, as_json: JsonOption = False) -> None:
    """Show how much disk the shared stage outputs take, and how much pruning would free."""
    if context.invoked_subcommand is not None:
        context.obj = (out, as_json)  # given before `prune` they mean the same
        return
    from chalchitra.jobs.layout import memory_of
    from chalchitra.pipeline import STAGES, split_key
    from chalchitra.translation.memory import remembered

    store = _store(out)
    entries = store.entries()
    total, stages = _Size(), {name: _Size() for name in STAGES}
    for entry, _ in entries:
        sizes = entry.bytes, _only_here(store, entry)
        total.add(*sizes)
        stages.setdefault(split_key(entry.stage)[0], _Size()).add(*sizes)
    stages = {name: size for name, size in stages.items() if size.entries}
    oldest = entries[0][1] if entries else None
    sentences, memory_bytes = remembered(memory_of(store.root.parent))
    if as_json:
        data = {
            "store": str(store.root),
            **asdict(total),
            "oldest_use": None if oldest is None else _time(oldest),
            "memory": {"sentences": sentences, "bytes": memory_bytes},
            "stages": [{"stage": name, **asdict(size)} for name, size in stages.items()],
        }
        print_json("cache", data)
        return
    if not as_json and sentences:
        typer.echo(f"Remembered translations: {sentences} ({_shown(memory_bytes)}).")
    if oldest is None:
        typer.echo(f"The store {store.root} is empty.")
        return
    show(COLUMNS, [_row(name, size) for name, size in (*stages.items(), ("all", total))])
    from chalchitra.artifacts import days_ago

    say(f"The oldest was last used {length(days_ago(oldest) * 86_400)} ago.")
    say(
        f"Pruning everything would free {_shown(total.only_here)}; jobs share the rest and keep it."
    )


@app.command(cls=Command)
def prune(
    context: typer.Context,
    older_than: Annotated[
        float | None,
        typer.Option(metavar="DAYS", min=0, help="Remove what was not used for this many days."),
    ] = None,
    max_size: Annotated[
        float | None,
        typer.Option(
            metavar="GB", min=0, help="Then remove the oldest, until at most this much is left."
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Remove everything.")] = False,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove stored outputs by age and size. Defaults are in config/runner.toml.

    No job loses anything; a later job on the same film may take longer.
    """
    from chalchitra.runner import rules

    before_out, before_json = context.obj or (None, False)
    store, as_json = _store(out or before_out), as_json or before_json
    if everything and (older_than is not None or max_size is not None):
        raise UsageError(
            "--all removes everything, whatever its age or size.",
            cause="It was given with --older-than or --max-size.",
            fix="Give one or the other.",
        )
    rule = rules.load().store
    days = rule.keep_days if older_than is None else older_than
    gigabytes = rule.keep_gb if max_size is None else max_size
    only_here = {entry.fingerprint: _only_here(store, entry) for entry, _ in store.entries()}
    removed = store.prune(
        keep_seconds=-math.inf if everything else days * 86_400,
        keep_bytes=0 if everything else gigabytes * 1e9,
        now=datetime.now().timestamp(),
    )
    freed = sum(only_here.get(entry.fingerprint, 0) for entry in removed)
    left = [entry for entry, _ in store.entries()]
    left_bytes = sum(entry.bytes for entry in left)
    if as_json:
        data = {
            "store": str(store.root),
            "removed": [_removed(entry, only_here) for entry in removed],
            "freed": freed,
            "entries": len(left),
            "bytes": left_bytes,
        }
        print_json("cache-prune", data)
        return
    kept = f"{_counted(len(left))}, {_shown(left_bytes)}"
    if not removed:
        typer.echo(f"Nothing to remove; the store has {kept}.")
        return
    typer.echo(
        f"Removed {_counted(len(removed))} and freed {_shown(freed)}; the store now has {kept}."
    )


@app.command(cls=Command)
def forget(context: typer.Context, out: OutOption = None) -> None:
    """Forget all remembered translations. Jobs keep theirs."""
    from chalchitra.jobs.layout import memory_of
    from chalchitra.translation.memory import forget as forget_all

    before_out, _ = context.obj or (None, False)
    store = _store(out or before_out)
    with store.alone():
        count = forget_all(memory_of(store.root.parent))
    typer.echo(f"Forgot {count} translation{'' if count == 1 else 's'}.")


COLUMNS = (
    Column("stage"),
    Column("entries", need=1, right=True),
    Column("size", right=True),
    Column("prunable", right=True),
)


def _store(out: Path | None) -> ArtifactStore:
    """The store of an `out`. Raises UsageError when a folder that was named is not there."""
    from chalchitra.artifacts import FOLDER, ArtifactStore
    from chalchitra.out import found_out

    return ArtifactStore(found_out(out) / FOLDER)


def _only_here(store: ArtifactStore, entry: Entry) -> int:
    try:
        return max(0, entry.bytes - store.shared_bytes(entry))
    except FileNotFoundError:  # a job that runs has just dropped it
        return 0


def _removed(entry: Entry, only_here: dict[str, int]) -> dict[str, Any]:
    named = entry.model_dump(include={"stage", "fingerprint", "job_id", "title", "bytes"})
    return {**named, "only_here": only_here.get(entry.fingerprint, 0)}


def _row(name: str, size: _Size) -> tuple[str, ...]:
    return (name, str(size.entries), _shown(size.bytes), _shown(size.only_here))


def _shown(size: int) -> str:
    """Bytes as one says them."""
    for unit, one in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= one:
            return f"{size / one:.1f} {unit}"
    return f"{size} B"


def _counted(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="seconds")
