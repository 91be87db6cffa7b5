#!/usr/bin/env python3
"""A shared store as a stranger left it, by seed, through everything that reads or prunes a store.

    venv/common/bin/python scripts/fuzz/store.py [--count 20000] [--first 0]

Each seed makes a folder of jobs whose store has three good entries, and changes it: records
(types, paths, numbers, cut, nested), files and folders (links to what lies outside, FIFOs, sockets,
devices, hard links, holes, other modes, times and, where root runs this, owners). Then entries are
found, taken, put and pruned, and `cache` is typed. Nothing but our own errors may be raised,
nothing outside may be read, written, removed or given another mode, what is taken is what was put,
no control character is printed, and no call takes longer than LIMIT seconds. Ends with 1 where one
did.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import json
import os
import random
import shutil
import signal
import socket
import stat
import sys
import tempfile
import traceback
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import typer

from chalchitra.artifacts import ENTRY_FILE, ArtifactStore, Entry
from chalchitra.cli.cache import app as cache
from chalchitra.errors import ChalchitraError
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import Job
from chalchitra.jobs.record import Output, StageRecord
from chalchitra.stagekit.protocol import RESULT_FILE, OutputFile, Result

LIMIT = 10
"""Seconds of one call; all of them together take hundredths."""
SECRET = b"the owner's own words"
STRANGER = 2002
GOOD = {"sub/words.json": b"words " * 9, "text": b"more"}


class Hangs(BaseException):
    """A call that did not come back."""


class World(NamedTuple):
    """What a seed made: the folder of jobs, what lies outside, the fingerprints of its entries."""

    out: Path
    outside: Path
    prints: list[str]


def fingerprint(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def done_job(out: Path, number: int) -> tuple[Job, JobLayout, StageRecord]:
    """A job that has published one stage."""
    layout = JobLayout(out / f"2026/01/02/asha/{number:03d}")
    (out / f"2026/01/02/.ids/{number:03d}").mkdir(parents=True)
    folder = layout.done("asr", 1)
    outputs, files = {}, {}
    for name, data in GOOD.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        files[name] = OutputFile(path=name, bytes=len(data), sha256=digest)
        outputs[name] = Output(
            path=path.relative_to(layout.root).as_posix(),
            bytes=len(data),
            mtime_ns=path.stat().st_mtime_ns,
            sha256=digest,
        )
    Result(
        stage="asr", status="done", outputs=files, python="p", python_version="3", seconds=1
    ).write(folder / RESULT_FILE)
    record = StageRecord(
        stage="asr", fingerprint=fingerprint(number), fingerprint_parts={}, attempt=1,
        environment="e", python="p", python_version="3", started="2026-01-02T00:00:00+00:00",
        seconds=7.5, outputs=outputs,
    )  # fmt: skip
    job = SimpleNamespace(job_id=f"job_20260102_{number:03d}", title="film")
    return cast(Job, job), layout, record


def made(folder: Path, rnd: random.Random) -> World:
    out, outside = folder / "out", folder / "outside"
    (outside / "tree" / fingerprint(1)).mkdir(parents=True)
    (outside / "tree" / fingerprint(1) / ENTRY_FILE).write_bytes(SECRET)
    (outside / "secret").write_bytes(SECRET)
    (outside / "secret").chmod(0o600)
    (outside / "tree" / "film").write_bytes(SECRET * 3)
    store = ArtifactStore(out / ".store")
    for number in (1, 2, 3):
        store_job = done_job(out, number)
        store.put(*store_job)
    shutil.rmtree(out / "2026")
    if rnd.random() < 0.5:
        with store.in_use():
            pass
    return World(out, outside, [fingerprint(number) for number in (1, 2, 3)])


NUMBERS = [0, -1, 1 << 63, 10**400, 1e308, float("nan"), float("inf"), 0.5, True]
TEXTS = [
    "", ".", "..", "../../../outside/secret", "/etc/passwd", "sub/../text", "a\0b", "\x1b]0;x\x07",
    "\u202egnp", "x" * 5000, "a/" * 3000 + "a", "entry.json", "result.json", "request.json", "link",
    "sub/link/secret", "asr@../..", "../../..", "file:///etc/passwd", "\\\\host\\share", "\x9b31m",
]  # fmt: skip


def odd(rnd: random.Random) -> Any:
    """A value that no record of ours has there."""
    return rnd.choice(
        [
            None,
            [],
            {},
            {"path": rnd.choice(TEXTS)},
            rnd.choice(NUMBERS),
            rnd.choice(NUMBERS),
            rnd.choice(TEXTS),
            rnd.choice(TEXTS),
            rnd.choice(TEXTS),
        ]
    )


def changed_record(data: Any, rnd: random.Random) -> Any:
    """The record with one value changed, wherever it lies."""
    at = data
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        if not keys:
            return odd(rnd)
        key = rnd.choice(keys)
        if isinstance(at[key], dict | list) and at[key] and rnd.random() < 0.8:
            at = at[key]
            continue
        match rnd.randrange(4):
            case 0:
                del at[key]
            case 1 if isinstance(at, dict):
                at[rnd.choice(TEXTS)] = at[key]
            case _:
                at[key] = odd(rnd)
        return data


def change_record(path: Path, world: World, rnd: random.Random) -> None:
    """A record rewritten: a value, a poisoned path that holds, or no JSON at all."""
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode) or found.st_size > 1 << 20:  # made endless before
        return
    text = path.read_bytes()
    match rnd.randrange(8):
        case 0:
            text = text[: rnd.randrange(len(text) + 1)]
        case 1:
            text = b"[" * rnd.choice([10, 100_000])
        case 2:
            at = rnd.randrange(len(text) + 1)
            text = text[:at] + rnd.randbytes(rnd.randint(1, 4)) + text[at:]
        case 3 if path.name == RESULT_FILE:
            try:
                data = json.loads(text)
                row = next(iter(data["outputs"].values()))
                there = os.path.relpath(world.outside / "secret", path.parent)
                row["path"] = rnd.choice([*TEXTS, there])
                row |= {"bytes": len(SECRET), "sha256": hashlib.sha256(SECRET).hexdigest()}
                text = json.dumps(data).encode()
            except (
                ValueError,
                LookupError,
                AttributeError,
                TypeError,
                StopIteration,
                RecursionError,
            ):
                return
        case _:
            try:
                data = json.loads(text)
                if isinstance(data, dict | list):
                    for _ in range(rnd.randint(1, 3)):
                        data = changed_record(data, rnd) if isinstance(data, dict | list) else data
                text = json.dumps(data).encode("utf-8", "surrogatepass")
            except (ValueError, RecursionError):
                return
    path.unlink()
    path.write_bytes(text)
    path.chmod(0o444)


def special(path: Path, world: World, rnd: random.Random) -> None:
    """Something else in the place of a file or a folder."""
    kept = path.with_name("kept")
    if path.exists() and rnd.random() < 0.3 and not kept.exists():
        path.rename(kept)
    elif path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    match rnd.randrange(9):
        case 0:
            path.symlink_to(rnd.choice([world.outside, world.outside / "tree"]))
        case 1:
            path.symlink_to(world.outside / "secret")
        case 2:
            target = rnd.choice([world.outside / "new", path, Path("/dev/zero"), kept, Path("..")])
            path.symlink_to(target)
        case 3:
            os.mkfifo(path)
        case 4:
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as there:
                there.bind(str(path))  # suppressed: the name is too long for a socket
        case 5:
            with contextlib.suppress(OSError):
                os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5))
        case 6:
            os.link(world.outside / "secret", path)
        case 7:
            with open(path, "wb") as handle:
                handle.truncate(rnd.choice([0, len(SECRET), 1 << 40]))
        case 8:
            path.mkdir()
            (path / "x").mkdir()


def change(world: World, rnd: random.Random) -> None:
    """One change of the store, as anybody may make who can write there."""
    root = world.out / ".store"
    everything = [root, *root.rglob("*")]
    path = rnd.choice(everything)
    secret = path.lstat().st_ino == (world.outside / "secret").lstat().st_ino
    match rnd.randrange(12):
        case 0 | 1 | 2 | 3:
            records = [p for p in everything if p.suffix == ".json" and p.name != "words.json"]
            if records:
                change_record(rnd.choice(records), world, rnd)
        case 4 | 5 | 6:
            if path.name != ".store" or rnd.random() < 0.3:
                special(path, world, rnd)
        case 7 if not secret and not path.is_symlink() and path.exists():
            path.chmod(rnd.choice([0o777, 0o666, 0o444, 0, 0o4755, 0o2775]))
        case 8 if not secret:
            with contextlib.suppress(OSError):
                os.utime(path, (0, rnd.choice([-1e10, 1e18, 9e9, 0.0])), follow_symlinks=False)
        case 9 if not secret:
            with contextlib.suppress(OSError):
                os.chown(path, STRANGER, STRANGER, follow_symlinks=False)
        case 10:
            shelf = rnd.choice([p for p in root.glob("??") if p.is_dir()] or [world.out])
            name = rnd.choice(["..x", "\x1b[31mred", "x" * 200, "\udcff", "f" * 64, ".lock", "-rf"])
            with contextlib.suppress(OSError):
                (shelf / name).mkdir()
        case 11:
            entries = [p for p in root.glob("??/*") if p.is_dir() and not p.is_symlink()]
            if len(entries) > 1:
                one, two = rnd.sample(entries, 2)
                with contextlib.suppress(OSError):
                    shutil.rmtree(two)
                    one.rename(two)  # an entry in another's place


def snapshot(outside: Path) -> dict[str, tuple[Any, ...]]:
    """All that may not change: names, kinds, modes, owners, times, bytes."""
    found = {}
    for path in (outside, *sorted(outside.rglob("*"))):
        one = path.lstat()
        data = path.read_bytes() if stat.S_ISREG(one.st_mode) else b""
        data = os.fsencode(path.readlink()) if path.is_symlink() else data
        when = 0 if path.is_dir() else one.st_mtime_ns
        found[str(path)] = (one.st_mode, one.st_uid, when, data)
    return found


def typed(*words: str) -> str:
    """What `cache` prints."""
    with contextlib.redirect_stdout(io.StringIO()) as said:
        typer.main.get_command(cache).main(list(words), "cache", standalone_mode=False)
    return said.getvalue()


def taken(store: ArtifactStore, name: str, into: Path) -> Iterator[str]:
    """What is wrong with what was taken."""
    into.mkdir()
    entry = store.take(name, into)
    files = {p.relative_to(into).as_posix(): p for p in into.rglob("*") if not p.is_dir()}
    if entry is None and files:
        yield f"take: nothing, and {sorted(files)} are left"
    for path, file in files.items():
        if file.is_symlink() or not file.is_file():
            yield f"take: {path} is no file"
        elif path != RESULT_FILE and (file.read_bytes() not in GOOD.values()):
            yield f"take: {path} is {file.read_bytes()[:40]!r}"
    if entry is not None and not isinstance(entry, Entry):
        yield "take: no entry"


def printed(text: str) -> Iterator[str]:
    for character in text:
        if character != "\n" and unicodedata.category(character) in ("Cc", "Cs"):
            yield f"{character!r} is printed"
            return


def problems(seed: int, folder: Path) -> Iterator[str]:
    """What goes wrong with the store of this seed; the folder is empty, and is left so."""
    rnd = random.Random(seed)
    place = folder / str(seed)
    world = made(place, rnd)
    for _ in range(rnd.randint(1, 4)):
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):  # what lay below is gone
            change(world, rnd)
    before = snapshot(world.outside)
    store = ArtifactStore(world.out / ".store")
    newest = done_job(world.out, 4)
    again = done_job(world.out, 1)
    out = ("--out", str(world.out))

    def used() -> Iterator[str]:
        with store.in_use():
            yield from ()

    def put() -> Iterator[str]:
        for one in (newest, again):
            with contextlib.suppress(OSError, ValueError):
                store.put(*one)
            yield from taken(ArtifactStore(store.root), one[2].fingerprint, place / f"p{id(one)}")

    def shown() -> Iterator[str]:
        yield from printed(typed(*out, *rnd.choice([(), ("--json",)])))

    def pruned() -> Iterator[str]:
        how = rnd.choice([("--all",), ("--older-than", "1"), ("--max-size", "0"), ()])
        yield from printed(typed("prune", *how, *out, *rnd.choice([(), ("--json",)])))

    calls: dict[str, Callable[[], Iterator[str]]] = {
        "find": lambda: (
            f"{name} is {found.fingerprint}"
            for name in world.prints
            if (found := store.find(name)) is not None and found.fingerprint != name
        ),
        "in_use": used,
        "take": lambda: (
            said
            for n, name in enumerate(world.prints)
            for said in taken(store, name, place / f"t{n}")
        ),
        "put": put,
        "cache": shown,
        "prune": pruned,
    }
    order = list(calls)
    rnd.shuffle(order)
    for name in order:
        signal.alarm(LIMIT)
        try:
            yield from calls[name]()
        except ChalchitraError as error:
            yield from (f"{name}: {said}" for said in printed(str(error)))
        except Hangs:
            yield f"{name}: more than {LIMIT} s"
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            yield f"{name}: {type(error).__name__}: {error} ({where.filename}:{where.lineno})"[:400]
        finally:
            signal.alarm(0)
        after = snapshot(world.outside)
        if after != before:
            names = before.keys() | after.keys()
            wrong = {name for name in names if before.get(name) != after.get(name)}
            yield f"{name}: outside, {sorted(wrong)} changed"
            before = after
    shutil.rmtree(place)


def hang(*_: object) -> None:
    raise Hangs


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    args = parser.parse_args(arguments)
    signal.signal(signal.SIGALRM, hang)
    wrong: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(args.first, args.first + args.count):
            for problem in problems(seed, Path(folder)):
                wrong[problem.partition(":")[0]] += 1
                print(f"seed {seed}: {problem}", flush=True)
    print(f"{args.count} stores, {sum(wrong.values())} problems {dict(wrong) if wrong else ''}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
