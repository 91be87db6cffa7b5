#!/usr/bin/env python3
"""Jobs' folders as strangers may leave them, made by seed, through every command that reads them.

    venv/common/bin/python scripts/fuzz/jobs.py [--count 20000] [--first 0] [--two-accounts]

Each seed copies a finished job and changes it: values, types, paths and numbers in its records;
files and folders that become links out of the job, FIFOs, devices, sockets, folders, nothing or far
too large; attempts that name anybody's processes; attempts that nobody recorded; owners and
permissions. Then `jobs`, `status`, `logs`, `qc`, a dry run, a run (tidy, decide, publish; the
stages only echo), `cancel`, `restyle`, `review` and `rm` get it. They may refuse it in three
sentences. They may not raise anything else, take longer than LIMIT processor seconds, hang, signal
a process, or read, write or remove what lies outside of the job: that is watched where files are
opened and removed, and compared. With --two-accounts (root only) the job is one person's and their
group may write in it: another of the group does all that, and the first types the commands. Ends
with 1 where something is wrong; its seed makes the same folder again.
"""

from __future__ import annotations

import argparse
import errno
import io
import json
import os
import pkgutil
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import (
    ExitStack,
    closing,
    contextmanager,
    redirect_stderr,
    redirect_stdout,
    suppress,
)
from functools import cache
from importlib import import_module
from pathlib import Path
from stat import S_ISREG
from types import FrameType
from typing import Any
from unittest import mock

import typer

from chalchitra.cli.main import app
from chalchitra.editing import review
from chalchitra.editing.restyle import restyle
from chalchitra.environments import table
from chalchitra.errors import ChalchitraError
from chalchitra.files import sha256_bytes
from chalchitra.hardware import Hardware
from chalchitra.jobs.model import AudioStream, Job, Machine
from chalchitra.jobs.store import write_job
from chalchitra.media.film import Film, Stream
from chalchitra.models import catalogue
from chalchitra.pipeline import STAGES, plan, split_key
from chalchitra.runner import processes
from chalchitra.runner.events import Silent
from chalchitra.runner.launch import Ended, Launch, Watch
from chalchitra.runner.run import RunOptions, Services, run_job
from chalchitra.settings import resolve
from chalchitra.stagekit.protocol import RESULT_FILE, MessageWriter, Request, Result
from chalchitra.stagekit.stage import Stage
from chalchitra.subtitles.tracks.edited import read_edited

LIMIT = 5.0
"""Processor seconds that no call may take: they take hundredths."""
HANGS = 60.0
"""Seconds after which a call hangs, on a FIFO or a device, and is not only slow."""
MOST_MEMORY = 4 << 30
"""Bytes: a call that wants more raises MemoryError, which is found."""
SECRET = "zq the secret of somebody else qz"
STAGES_OF_ONE = ("demux", "vad", "asr", "alignment", "export", "subtitle_gen@hi", "mux")
QC = {
    "style": "plain",
    "characters": "code points",
    "cues": 1,
    "counts": {},
    "violations": [],
    "reading_speed": {"limit": 17, "code_points": {}, "graphemes": {}},
}


MODELS, ENVIRONMENTS = cache(catalogue.load), cache(table.load)
COMMAND = typer.main.get_command(app)


class TooLongError(BaseException):
    """A call took longer than LIMIT."""


# -- the place: an `out`, and what must stay as it is beside it


GROUP, ACCOUNTS = 3000, (2001, 2002)


@contextmanager
def acting_as(account: int | None) -> Iterator[None]:
    """What a person of this account, in the group and with its umask, may do; None: oneself."""
    if account is None:
        yield
        return
    groups, group, mask = os.getgroups(), os.getegid(), os.umask(0o002)
    os.setgroups([])
    os.setegid(GROUP)
    os.seteuid(account)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)
        os.umask(mask)


class Place:
    """A folder with a film, a finished job to copy, things of others, and a process of others.

    With `accounts` the job, and the things, are the first account's, and the second changes it.
    """

    def __init__(self, root: Path, accounts: tuple[int, int] | None = None) -> None:
        self.root = root
        self.owner: int | None
        self.stranger: int | None
        self.owner, self.stranger = accounts or (None, None)
        self.film = root / "film.mkv"
        self.film.write_text("the film")
        self.cues = root / "film.hi.srt"
        self.cues.write_text("1\n00:00:01,000 --> 00:00:02,000\nnamaste\n")
        self.model = root / "finished" / "001"
        self.others = root / "others"
        self.out = root / "out"
        self.job = self.out / "2026" / "01" / "02" / "mallory" / "001"
        self._make_others()
        self._make_model()
        mark = processes.mark_of(processes.boot_id(), os.getpid(), processes.start_of(os.getpid()))
        self.bystander = subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(1e6)"],
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, processes.RUNNER_VARIABLE: mark},
        )
        if accounts:
            self._give_away()

    def _give_away(self) -> None:
        """All is the first account's; of the group, only the film, the cues and the job are."""
        for path in (self.root, *self.root.rglob("*")):
            os.chown(path, self.owner or 0, GROUP, follow_symlinks=False)
            if not path.is_symlink():
                path.chmod(0o2775 if path.is_dir() else 0o664)
        self.others.chmod(0o700)

    def close(self) -> None:
        self.bystander.kill()
        self.bystander.wait()

    def _make_others(self) -> None:
        for name in (
            "secret", "secret.json", ".lock", "record.json", "attempts.json", "job.json",
            "state.json", "asr.log", "film.hi.srt", ".tmp-mine.srt", "attempt-001/film.mkv",
            "done-001/film.mkv", "done-007/result.json", "asr/attempt-003/work",
            "asr/.tmp-work/work", "001/.lock", "001/job.json",
        ):  # fmt: skip
            path = self.others / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({"text": SECRET}) + "\n")

    def _make_model(self) -> None:
        status = self.film.stat()
        keys = [key for key in plan("subtitle", "hi", []) if key in STAGES_OF_ONE]
        stages = [split_key(key)[0] for key in keys]
        job = Job(
            job_id="job_20260102_001",
            created="2026-01-02T00:00:00+00:00",
            user="mallory",
            title="film",
            workflow="subtitle",
            film=Film(
                path=self.film,
                size=status.st_size,
                mtime_ns=status.st_mtime_ns,
                container="matroska",
                start_time=0,
                duration=5,
                streams=[Stream(index=0, position=0, kind="audio", codec="aac")],
            ),
            source_language="hi",
            target_languages=[],
            languages={"hi": {"id": "hi", "whisper": "hi"}},
            audio_stream=AudioStream(index=0, position=0, reason="it is the only one"),
            engine="ctranslate2",
            stages=keys,
            stage_environments=dict.fromkeys(stages, "common"),
            models={},
            machines={
                stage: Machine(device="cpu", compute_type="int8", threads=1) for stage in stages
            },
            settings=resolve([], environ={}),
        )
        write_job(job, self.model)
        with quickly():
            outcome = run_job(self.model, Silent(), RunOptions(), Services(launcher=echo))
        assert outcome.error is None, outcome.error

    def copy(self) -> None:
        shutil.rmtree(self.out, ignore_errors=True)
        with acting_as(self.owner):
            self.job.parent.mkdir(parents=True)
            (self.job.parents[1] / ".ids" / "001").mkdir(parents=True)
            shutil.copytree(self.model, self.job)

    def seen(self) -> dict[str, tuple[int, ...]]:
        """All that lies outside of the job, with what tells whether it was touched."""
        found = {}
        for folder, names, files in os.walk(self.root):
            here = Path(folder)
            if here == self.out:
                names.clear()
                continue
            for name in (*names, *files):
                stat = os.lstat(here / name)
                kept = (stat.st_mode, stat.st_size, stat.st_ino, stat.st_uid)
                times = () if here == self.root and name == "out" else (stat.st_mtime_ns,)
                found[str(here / name)] = kept + times
        return found

    def copied(self) -> Iterator[Path]:
        """Files in `out` that have what is secret."""
        for folder, _, files in os.walk(self.out):
            for name in files:
                path = Path(folder, name)
                stat = path.lstat()
                file = S_ISREG(stat.st_mode) and stat.st_nlink == 1 and stat.st_size < 1 << 20
                if file and SECRET.encode() in path.read_bytes():
                    yield path


def echo(launch: Launch, watch: Watch) -> Ended:
    """Serves a request: every output says what was asked."""
    request = Request.model_validate_json(launch.request.read_bytes())
    with closing(MessageWriter(launch.messages)) as messages:
        stage = Stage(request, messages)
        stage.progress(1, 2, "cues")
        for output in STAGES[request.stage].outputs:
            if output == "burned":
                continue
            plain = f"{output}.{request.language or 'all'}"
            title = str(request.params.get("title", "x"))
            deliver = {"srt": f"{title}.hi.srt", "text": "transcript.txt", "film": f"{title}.mkv"}
            path = stage.output(output, plain, deliver_as=deliver.get(output))
            made: object = QC if output == "qc" else {"by": launch.key, "duration": 5.0}
            path.write_text(json.dumps(made))
        Result(
            stage=request.stage,
            status="done",
            outputs=stage.finished_outputs(),
            python="python",
            python_version="3",
            seconds=0.1,
        ).write(launch.attempt / RESULT_FILE)
    return Ended(0)


# -- what strangers do


PATHS = (
    "{others}/secret", "../../../../../../others/secret", "output/../../../../../../../others/x",
    "../others/film.hi.srt", "/dev/zero", "/proc/self/environ", "/", "..", ".", "", "a//b", "a/",
    "stages/asr", "output", "output/film.hi.srt", "output/\n", "\x1b[31mred", "a\x00b", "a" * 300,
    "b/" * 3000, "\u202egnp.exe", "-rf", ".lock", "job.json", "{job}/job.json", "{others}/001",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 7, 2**31, 2**63, 2**64, 10**300, -(10**40), 0.5, -0.0, 1e308, "",
    "x", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59-23:59", "hi", "../x", "asr", "running",
    [], {}, [[]], [None], {"": {}}, ["../x"], {"../x": 1}, "translation@../../x", "subtitle_gen@hi",
)  # fmt: skip
RAW = (b"Infinity", b"NaN", b"-1e999", b'"\\ud800"', b"[" * 100_000, b'{"a":' * 5000, b"1" * 5000)
"""What no JSON of ours has, as bytes in place of a value."""
PATH_KEYS = ("path", "deliver_as", "title", "name", "output_dir", "log", "user", "file")


def records(job: Path) -> list[Path]:
    return sorted(path for path in job.rglob("*.json*") if is_small(path))


def is_small(path: Path) -> bool:
    """Whether a file is one that may be read here: an earlier change may have made it endless."""
    stat = path.lstat()
    return S_ISREG(stat.st_mode) and stat.st_size < 1 << 20


def choose_record(job: Path, rnd: random.Random) -> Path | None:
    found = records(job)
    if not found:
        return None
    main = [path for path in found if path.parent == job]
    kept = [path for path in found if path.name in ("record.json", "attempts.json")]
    return rnd.choice(rnd.choice([main or found, kept or found, found]))


def change_record(place: Place, rnd: random.Random) -> None:
    """A value of a record becomes another, is lost, or is doubled under another name."""
    path = choose_record(place.job, rnd)
    if path is None:
        return
    try:
        data = json.loads(path.read_text())
    except (OSError, ValueError, RecursionError):
        return
    mark = "zqzqzq"
    raw: bytes | None = None
    for _ in range(rnd.randint(1, 3)):
        where, key = spot(data, rnd)
        if where is None:
            continue
        match rnd.randrange(12):
            case 0 if isinstance(where, dict):
                del where[key]
            case 1 if isinstance(where, dict):
                where[str(hostile(place, rnd))[:300]] = where[key]
            case 2:
                where[key] = mark
                raw = rnd.choice(RAW)
            case 3 if isinstance(where[key], list) and where[key]:
                rnd.shuffle(where[key])
                where[key].append(where[key][0])
            case _:
                like_a_path = str(key) in PATH_KEYS or rnd.random() < 0.3
                where[key] = hostile(place, rnd) if like_a_path else rnd.choice(VALUES)
    text = json.dumps(data, ensure_ascii=rnd.random() < 0.5).encode("utf-8", "surrogatepass")
    path.write_bytes(text.replace(f'"{mark}"'.encode(), raw) if raw else text)


def spot(data: Any, rnd: random.Random) -> tuple[Any, Any]:
    """A place in a document: the thing that holds it, and its key."""
    where, key = None, None
    while isinstance(data, dict | list) and data:
        keys = list(data) if isinstance(data, dict) else list(range(len(data)))
        where, key = data, rnd.choice(keys)
        data = where[key]
        if rnd.random() < 0.35:
            break
    return where, key


def hostile(place: Place, rnd: random.Random) -> str:
    path = rnd.choice(PATHS)
    return path.replace("{others}", str(place.others)).replace("{job}", str(place.job))


def change_file(place: Place, rnd: random.Random) -> None:
    """A file or a folder of the job is no longer one, or leads elsewhere."""
    at_top = [place.job / name for name in (".lock", ".cancel", ".queued", "job.json", "state.json",
              "film.json", "output", "logs", "stages", ".tmp-x", "script.json")]  # fmt: skip
    below = sorted(place.job.rglob("*"))
    path = rnd.choice(at_top if rnd.random() < 0.4 else below or at_top)
    if path.parent.is_symlink() or not path.parent.is_dir():
        return
    was_folder = path.is_dir() and not path.is_symlink()
    shutil.rmtree(path) if was_folder else path.unlink(missing_ok=True)
    others = place.others
    with suppress(OSError):
        match rnd.randrange(12):
            case 0:
                os.mkfifo(path)
            case 1:
                files = ("secret", "secret.json", "record.json", ".lock", "new", "film.hi.srt")
                path.symlink_to(others / rnd.choice(files))
            case 2 | 3:
                path.symlink_to(others / rnd.choice(["", "asr", "001", "done-001", "new"]))
            case 4:
                path.symlink_to(rnd.choice(["/dev/zero", "/dev/tty", "/proc/self/mem", path.name]))
            case 5:
                path.mkdir()
            case 6:
                with socket.socket(socket.AF_UNIX) as found, folder_of(path):
                    found.bind(path.name)
            case 7:
                path.touch()
                os.truncate(path, rnd.choice([0, 1 << 26, 1 << 40]))
            case 8:
                os.link(others / rnd.choice(["secret.json", ".lock", "asr.log"]), path)
            case 9:
                path.write_bytes(rnd.randbytes(rnd.randint(0, 400)))
            case 10:
                os.mknod(path, 0o20666, os.makedev(1, 5))  # root alone may: /dev/zero
            case 11:
                path.symlink_to(os.path.relpath(rnd.choice(below or at_top), path.parent))


@contextmanager
def folder_of(path: Path) -> Iterator[None]:
    """Be in the folder of a path for a while: a socket's name may have 100 bytes."""
    before = Path.cwd()
    os.chdir(path.parent)
    try:
        yield
    finally:
        os.chdir(before)


def cut_record(place: Place, rnd: random.Random) -> None:
    path = choose_record(place.job, rnd)
    if path is not None:
        data = path.read_bytes()
        path.write_bytes(data[: rnd.randrange(len(data) + 1)] + rnd.choice([b"", b"}", b"\xff"]))


def name_processes(place: Place, rnd: random.Random) -> None:
    """An attempt that runs, in a group that is anybody's, with all of it as it really is."""
    stage = place.job / "stages" / rnd.choice([*STAGES_OF_ONE])
    if not stage.is_dir() or stage.is_symlink():
        return
    theirs = place.bystander.pid
    group = rnd.choice([0, 1, -1, theirs, theirs, theirs, os.getpgrp(), os.getpid(), 2**40])
    runner = rnd.choice([1, 0, os.getpid(), 4_100_000])
    attempt = {
        "number": rnd.choice([1, 2, 9, 10**9, 10**30, -1]),
        "fingerprint": "0" * 64,
        "started": "2026-01-02T00:00:00+00:00",
        "host": rnd.choice([processes.host()] * 5 + ["\x1b[31m"]),
        "boot": processes.boot_id(),
        "runner": runner,
        "runner_start": rnd.choice([processes.start_of(runner), "1", ""]),
        "group": group,
        "group_start": processes.start_of(group) if group > 0 else "",
        "ending": "running",
    }
    text = json.dumps({"version": 1, "attempts": [attempt] * rnd.choice([1, 2, 500])})
    with suppress(OSError):
        (stage / "attempts.json").unlink(missing_ok=True)
        (stage / "attempts.json").write_text(text)


def leave_attempt(place: Place, rnd: random.Random) -> None:
    """An attempt that nobody recorded, whole and with its hashes, whose output goes elsewhere."""
    key = rnd.choice([key for key in STAGES_OF_ONE if key != "demux"])
    stage = place.job / "stages" / key
    old = next(iter(stage.glob("done-*")), None)
    if old is None or stage.is_symlink() or stage.parent.is_symlink():
        return
    if not all(map(is_small, old.iterdir())):
        return
    number = rnd.choice([2, 7, 999_999_999, 10**12])
    new = stage / f"{rnd.choice(['done', 'done', 'attempt'])}-{number:03d}"
    with suppress(OSError, ValueError):
        shutil.copytree(old, new, symlinks=True)
        for name in ("request.json", "result.json"):
            data = json.loads((new / name).read_text())
            if name == "request.json":
                data["attempt"] = rnd.choice([number, number, 1, -3, 10**30])
                data["fingerprint"] = rnd.choice([data["fingerprint"], "0" * 64])
            else:
                output = rnd.choice(list(data["outputs"].values()))
                payload = rnd.choice(["payload", "link", "fifo"])
                content = b"[Desktop Entry]\n"
                secret = (place.others / "secret").read_bytes()
                if payload == "payload":
                    (new / payload).write_bytes(content)
                elif payload == "link":
                    content = secret
                    (new / payload).symlink_to(place.others / "secret")
                else:
                    os.mkfifo(new / payload)
                output |= {
                    "path": rnd.choice([payload, payload, hostile(place, rnd)]),
                    "bytes": len(content),
                    "sha256": sha256_bytes(content),
                    "deliver_as": rnd.choice([hostile(place, rnd), "transcript.txt", None]),
                }
            (new / name).write_text(json.dumps(data))


def claim_files(place: Place, rnd: random.Random) -> None:
    """A record says that a stage made, or placed, a file of somebody else's, with its true hash."""
    key = rnd.choice(STAGES_OF_ONE)
    path = place.job / "stages" / key / "record.json"
    theirs = place.others / rnd.choice(["secret", "film.hi.srt"])
    link = place.job / rnd.choice(["output", "stages"]) / "mine"
    with suppress(OSError, ValueError, LookupError):
        if path.parent.is_symlink() or path.parent.parent.is_symlink() or not is_small(path):
            return
        data = json.loads(path.read_text())
        name = rnd.choice(list(data["outputs"]))
        stat = theirs.stat()
        where = os.path.relpath(theirs, place.job)
        if rnd.random() < 0.5:
            link.symlink_to(theirs)
            where = link.relative_to(place.job).as_posix()
        made = {
            "path": rnd.choice([where, where, str(theirs)]),
            "bytes": stat.st_size,
            "mtime_ns": stat.st_mtime_ns,
            "sha256": sha256_bytes(theirs.read_bytes()),
        }
        output = data["outputs"][name]
        match rnd.randrange(3):
            case 0:
                data["outputs"][name] = {**output, **made}
                for placed in place.job.glob("output/*"):
                    placed.unlink()
            case 1:
                data["outputs"]["old"] = {**output, "placed": made}
                data["fingerprint"] = "0" * 64
            case 2:
                data["outputs"][name] = {**output, "placed": made}
                data["fingerprint"] = "0" * 64
        path.write_text(json.dumps(data))


def change_owner(place: Place, rnd: random.Random) -> None:
    path = rnd.choice([place.job, *sorted(place.job.rglob("*"))])
    if path.is_symlink():
        return
    with suppress(OSError):
        if os.geteuid() == 0 and rnd.random() < 0.6:
            os.chown(path, 2002, 2002, follow_symlinks=False)
        else:
            path.chmod(rnd.choice([0o000, 0o444, 0o111, 0o777, 0o500]))


def lay_beside(place: Place, rnd: random.Random) -> None:
    """What lies beside the job where lists, `rm` and the store look."""
    parent = place.job.parent
    with suppress(OSError):
        match rnd.randrange(5):
            case 0:
                (parent / ".tmp-rm-001-x").symlink_to(place.others / "001")
            case 1:
                (parent / "002").symlink_to(place.others / "001")
            case 2:
                (parent.parent / "asha").symlink_to(place.others)
            case 3:
                (parent / "003").mkdir()
                os.mkfifo(parent / "003" / "job.json")
            case 4:
                (parent.parent / "asha" / "001").mkdir(parents=True)


CHANGES: tuple[tuple[Callable[[Place, random.Random], None], int], ...] = (
    (change_record, 8),
    (change_file, 6),
    (cut_record, 1),
    (name_processes, 2),
    (leave_attempt, 2),
    (claim_files, 2),
    (change_owner, 1),
    (lay_beside, 1),
)


_SPOILT_BEFORE = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What a change meets where an earlier one left no record that it could change."""


def made(place: Place, seed: int) -> list[str]:
    """Lay the job of this seed into its place; returns what was done to it."""
    rnd = random.Random(seed)
    place.copy()
    kinds, weights = zip(*CHANGES, strict=True)
    chosen = rnd.choices(kinds, weights, k=rnd.choice([1, 1, 2, 3, 5]))
    for change in chosen:
        with acting_as(place.stranger), suppress(*_SPOILT_BEFORE):
            change(place, rnd)
    return [change.__name__ for change in chosen]


# -- what gets it


def typed(*arguments: str | Path) -> Callable[[], None]:
    """A command as it is typed, on a terminal that takes UTF-8 and nothing else."""

    def run() -> None:
        shown = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
        with redirect_stdout(shown[0]), redirect_stderr(shown[1]), suppress(typer.Exit, SystemExit):
            COMMAND.main(args=[str(each) for each in arguments], standalone_mode=False)

    return run


def calls(place: Place, rnd: random.Random) -> Iterator[tuple[str, Callable[[], object]]]:
    job, out = place.job, place.out
    services = Services(launcher=echo)
    only = rnd.choice([(), (), ("asr",), ("subtitle_gen", "mux")])
    options = RunOptions(only=only, verify=rnd.random() < 0.3, force=rnd.random() < 0.2)
    looks = [
        ("jobs", typed("jobs", "--out", out, *rnd.choice([[], ["--json"]]))),
        ("status", typed("status", job, *rnd.choice([[], ["--json"]]))),
        ("logs", typed("logs", job, *rnd.choice([[], ["asr"], ["--json"]]))),
        ("qc", typed("qc", job, *rnd.choice([[], ["--json"]]))),
        ("plan", lambda: run_job(job, Silent(), RunOptions(dry_run=True), services)),
        ("cancel", typed("cancel", job)),
        ("all", typed("run-pipeline", "--all", "--dry-run", "--out", out)),
    ]
    yield from rnd.sample(looks, 3)
    yield "run", lambda: run_job(job, Silent(), options, services)
    changes = [
        ("restyle", lambda: restyle(job, Silent(), style=None, overrides=[NEW_STYLE])),
        ("review", lambda: review.take(job, place.cues, read_edited(place.cues).track, "hi")),
        ("undo", lambda: review.undo(job, None)),
        ("run again", lambda: run_job(job, Silent(), RunOptions(), services)),
    ]
    yield rnd.choice(changes)
    yield rnd.choice(looks)
    if rnd.random() < 0.7:
        yield "rm", typed("rm", "--yes", job)


NEW_STYLE = ("subtitle_gen.max_lines", "1")


@contextmanager
def quickly() -> Iterator[None]:
    """No power is cut, no machine or environment is asked; what starts processes echoes."""
    quick = {
        "os.fsync": lambda fd: None,
        "chalchitra.runner.preflight._require_environment": lambda name: None,
        "chalchitra.runner.preflight.known_hardware": lambda: Hardware("test", 2, 2, 8 * 10**9, ()),
        "chalchitra.models.catalogue.load": MODELS,
        "chalchitra.environments.table.load": ENVIRONMENTS,
        "chalchitra.runner.fingerprints.code_hashes": lambda *_, **more: {"script": "0"},
        "chalchitra.runner.fingerprints.locked_versions": lambda _: {},
        "chalchitra.editing.rerun.run_job": lambda folder, reporter, options, services=None: (
            run_job(folder, reporter, options, Services(launcher=echo))
        ),
    }
    with ExitStack() as stack:
        for name, instead in quick.items():
            stack.enter_context(mock.patch(name, instead))
        yield


class Watched:
    """Says what was opened, changed or signalled outside of the job while it watches."""

    _EVENTS = frozenset({
        "open", "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink",
        "os.chmod", "os.chown", "os.truncate", "os.utime", "os.listdir", "os.scandir",
    })  # fmt: skip

    def __init__(self) -> None:
        self.others = ""
        self.found: list[str] = []
        self.on = False
        self._open = os.open

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.on or event not in self._EVENTS:
            return
        for path in arguments[:2]:
            if isinstance(path, str | bytes | os.PathLike):
                # Of what is relative to a descriptor the hook is not told which: see `opened`.
                self._check(event, os.fsdecode(path))

    def opened(self, path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        """os.open, which knows what its descriptor of a folder stands for."""
        if self.on and dir_fd is not None:
            with suppress(OSError):
                here = os.readlink(f"/proc/self/fd/{dir_fd}")  # noqa: PTH115 - done 30,000 times
                followed = f"{here}/{path}"
                if not flags & os.O_NOFOLLOW or "/" in path or path in (".", ".."):
                    followed = os.path.realpath(followed)
                self._check("open", followed, real=True)
        return self._open(path, flags, mode, dir_fd=dir_fd)

    def _check(self, event: str, path: str, *, real: bool = False) -> None:
        if not path.startswith("/") or path.startswith("/proc/"):
            return
        self.on = False
        try:
            # What is removed, renamed or made is the name itself; what is opened is followed.
            folder = os.path.dirname(path)  # noqa: PTH120 - as it was given
            followed = event in ("open", "os.listdir", "os.scandir", "os.truncate", "os.chmod")
            true = path if real else os.path.realpath(path if followed else folder)
            if true == self.others or true.startswith(self.others + "/"):
                self.found.append(f"{event} {path}")
        finally:
            self.on = True

    def kill(self, *arguments: Any) -> None:
        if self.on and arguments[1:2] != (0,):
            self.found.append(f"a signal to {arguments}")
        raise ProcessLookupError(errno.ESRCH, "nobody")

    @contextmanager
    def watching(self, others: Path) -> Iterator[list[str]]:
        self.others, self.found, self.on = str(others), [], True
        patches = {
            "os.open": self.opened,
            "os.kill": self.kill,
            "os.killpg": self.kill,
            "chalchitra.runner.processes._kill": lambda one: self.kill(one, signal.SIGKILL),
        }
        with ExitStack() as stack:
            for name, instead in patches.items():
                stack.enter_context(mock.patch(name, instead))
            try:
                yield self.found
            finally:
                self.on = False


WATCHED = Watched()
sys.addaudithook(WATCHED.hook)  # for good: it says nothing while nobody watches


@contextmanager
def limited() -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        raise TooLongError

    timers = (
        (signal.ITIMER_REAL, signal.SIGALRM, HANGS),
        (signal.ITIMER_PROF, signal.SIGPROF, LIMIT),
    )
    before = [signal.signal(number, ring) for _, number, _ in timers]
    for timer, _, seconds in timers:
        signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        for (timer, number, _), handler in zip(timers, before, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)


def problems(place: Place, seed: int) -> Iterator[str]:
    """What is wrong with what the job of this seed made the program do."""
    made(place, seed)
    rnd = random.Random(seed + 1)
    before = place.seen()
    with quickly():
        for name, call in calls(place, rnd):
            error: BaseException | None = None
            with WATCHED.watching(place.others) as found:
                try:
                    with acting_as(place.owner), limited():
                        outcome = call()
                    error = getattr(outcome, "error", None)
                except (ChalchitraError, OSError) as caught:
                    error = caught
                except TooLongError:
                    yield f"{name}: it takes longer than {LIMIT:.0f} s of processor, or hangs"
                except Exception as caught:
                    yield f"{name}: {type(caught).__name__}: {caught}"[:400]
            if error is not None and not str(error).strip():
                yield f"{name}: an error without words"
            if isinstance(error, ChalchitraError) and "not foreseen" in error.cause:
                yield f"{name}: {error.what}"
            yield from (f"{name}: {each}" for each in found)
    after = place.seen()
    if after != before:
        gone = sorted(dict(before.items() ^ after.items()))
        yield f"outside of the job is changed: {', '.join(gone)}"
        place.close()
        raise RuntimeError("the place is spoilt")
    yield from (f"a secret is copied to {path}" for path in place.copied())
    if place.bystander.poll() is not None:
        yield "a process of somebody else's is gone"
        raise RuntimeError("the place is spoilt")


def read_all_modules() -> None:
    """Import now what another account might not be allowed to read."""
    for package in ("chalchitra", "encodings"):
        for module in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
            if not module.name.endswith("__main__"):
                with suppress(ImportError):
                    import_module(module.name)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--two-accounts", action="store_true", help="Be two people, as root can.")
    parser.add_argument("--keep", action="store_true", help="Leave the last folder as it is.")
    args = parser.parse_args(arguments)
    wrong: Counter[str] = Counter()
    clock = time.monotonic()
    root = Path(tempfile.mkdtemp())
    if args.two_accounts:
        root.chmod(0o755)
        read_all_modules()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    place = Place(root, ACCOUNTS if args.two_accounts else None)
    try:
        for seed in range(args.first, args.first + args.count):
            for problem in problems(place, seed):
                wrong[problem.partition(":")[0]] += 1
                print(f"seed {seed}: {problem}", flush=True)
    finally:
        place.close()
        if not args.keep:
            shutil.rmtree(root, ignore_errors=True)
    seconds = time.monotonic() - clock
    total = sum(wrong.values())
    print(f"{args.count} folders in {seconds:.0f} s, {total} problems {dict(wrong) or ''}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
