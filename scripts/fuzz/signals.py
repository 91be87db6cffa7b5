"""Tell commands to stop, or stop reading them, at moments drawn by seed, and see what they leave.

    python scripts/fuzz/signals.py [--count 200] [--first SEED] [--only rm ...] [--dir FOLDER]

Each case runs a command in a copy of one folder of jobs (stages that do nothing,
scripts/bench/noop_project.py; true films for prepare-job; a hub on loopback), sends SIGINT or
SIGHUP to its process group as a terminal does, or SIGTERM to it alone, or closes what reads its
output (every other time stderr with it), at a moment of its undisturbed length, and types it again.
It must end with 130 (or have ended well; or of the signal itself, where that came while Python
started), say nothing odd, leave nothing half-made and nothing running; what nobody reads must be
done all the same; the next run must end well. Printed by command: how cases ended, seconds from the
signal to the end, and the seeds of those that took too long.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))
from noop_project import NoopProject

from chalchitra import paths
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.state import read_state
from chalchitra.jobs.store import read_job

PROGRAM = str(Path(sys.executable).with_name("chalchitra"))
"""As it is typed: its shell has Ctrl-C kept while Python starts."""
KINDS = ("SIGINT", "SIGTERM", "SIGHUP", "pipe")
SOON = 2.0
"""Seconds within which a command ends where no stage is to be stopped: what is reported."""
LATE = 30.0
"""Seconds after which it is taken to hang, however much else the machine has to do."""
UNREAD = 300.0
"""The same where nobody reads: it does all that it has to do."""
ODD = re.compile(r"Traceback|Exception ignored|Fatal Python|defect of|disk is full|Broken pipe")
FILM_BYTES = 500_000_000
"""Of a film that takes half a second to hash; it is a hole, and takes no room."""
MODEL = {f"part-{number}.bin": bytes(200_000) for number in range(8)}
MODELS_TOML = """
[defaults.whisper]
multilingual = true
can_translate = true
licence = "MIT"
[whisper.base]
memory_mb = 1
gpu_memory_mb = 1
cpu_cost = 1
gpu_speed = 1
[whisper.base.ctranslate2]
sources = [{ hub = "tests/base", revision = "%s" }]
files = [%s]
[wav2vec2.aligner]
languages = ["hi"]
licence = "CC-BY-NC-4.0"
memory_mb = 1
gpu_memory_mb = 1
cpu_cost = 1
gpu_speed = 1
[wav2vec2.aligner.hf]
sources = [{ hub = "tests/aligner", revision = "%s" }]
files = [%s]
"""
COMMIT = "a" * 40
STUBBORN = """import os, signal, time
if "FUZZ_STUBBORN" in os.environ:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(1)
"""
"""Begins each stage: where a command wants it, none ends when it is asked to."""
AGAIN = 0.6
"""Seconds after which who waits for a stubborn stage presses Ctrl-C again."""


class _Server(ThreadingHTTPServer):
    """It does not mind that who fetches has gone."""

    def handle_error(self, *_: object) -> None:
        pass


class Hub(BaseHTTPRequestHandler):
    """The few endpoints of a model hub that a fetch uses; files come slowly."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        name = self.path.split("?")[0].rsplit("/", 1)[-1]
        time.sleep(0.02)
        with contextlib.suppress(OSError):
            if name not in MODEL:
                siblings = [
                    {"rfilename": name, "size": len(data), "blobId": "b" * 40}
                    for name, data in MODEL.items()
                ]
                info = {"id": "tests/base", "sha": COMMIT, "siblings": siblings}
                self._send(json.dumps(info).encode(), body=True)
            else:
                etag = {"ETag": f'"{name}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
                self._send(MODEL[name], body=body, **etag)

    def _send(self, data: bytes, *, body: bool, **headers: str) -> None:
        start = 0
        if body and (asked := re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))):
            start = int(asked[1])
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(data) - start))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        for at in range(start, len(data) if body else 0, 50_000):
            self.wfile.write(data[at : at + 50_000])
            time.sleep(0.01)


@dataclass
class Place:
    """The folder that cases work on: a checkout, films, and an `out` for each of them."""

    root: Path
    project: NoopProject
    hub: str

    @classmethod
    def make(cls, root: Path, hub: str) -> Place:
        project = NoopProject.make(root / "checkout")
        config = project.root / "config"
        for own in paths.config_dir().iterdir():
            if not (config / own.name).exists():
                (config / own.name).symlink_to(own)
        for script in paths.stages_dir(project.root).iterdir():
            script.write_text(STUBBORN + script.read_text())
        (project.root / "bootstrap.sh").symlink_to(paths.project_root() / "bootstrap.sh")
        (config / "models.toml").unlink()
        files = ", ".join(f'{{ name = "{name}" }}' for name in MODEL)
        (config / "models.toml").write_text(MODELS_TOML % (COMMIT, files, COMMIT, files))
        return cls(root, project, hub)

    def env(self, folder: Path) -> dict[str, str]:
        return {
            **self.project.env,
            "CHALCHITRA_MODELS": str(folder / "models"),
            "HF_ENDPOINT": self.hub,
            "HF_HOME": str(folder / "hf"),
            "no_proxy": "127.0.0.1",
            "NO_PROXY": "127.0.0.1",
            "PYTHONUTF8": "1",
        }

    def films(self, folder: Path, count: int) -> None:
        folder.mkdir(parents=True)
        demo = (paths.project_root() / "docs" / "demo" / "demo.mp4").read_bytes()
        for number in range(count):
            (folder / f"film {number}.mp4").write_bytes(demo + bytes(number))

    def run(self, folder: Path, *words: str) -> None:
        command = self.project.command(*words)
        subprocess.run(command, env=self.env(folder), check=True, capture_output=True)

    def jobs(self, out: Path, count: int, **how: Any) -> list[Path]:
        return self.project.jobs(out, count, **how)


Left = Callable[[Path, str | None], Iterator[str]]


@dataclass(frozen=True)
class Command:
    """One command: what it needs (`build` into a folder), what is typed, and what must be left.

    `left` yields what is wrong with a folder after a stopped run, of which it gets the stdout, or
    None where nobody read it; `again` is what is typed next, `whole` yields what is wrong after a
    run that ended well. `shared` folders are not changed by it and are not copied for each case.
    Moments are of the first `share` of its length: what comes after is another command's.
    """

    build: Callable[[Place, Path], object]
    typed: Callable[[Path], list[str]]
    left: Left = lambda folder, printed: iter(())
    whole: Left = lambda folder, printed: iter(())
    again: Callable[[Path], list[str]] | None = None
    shared: bool = False
    again_codes: tuple[int, ...] = (0,)
    share: float = 1.0
    stubborn: bool = False
    """Its stages do not end when they are asked to; it is told twice, and timed from then on."""


def job_folders(out: Path) -> list[Path]:
    return sorted(path.parent for path in out.glob("2*/*/*/[!.]*/*/job.json"))


def half_made(out: Path) -> Iterator[str]:
    """What no command may leave, stopped or not."""
    for job in job_folders(out):
        try:
            read_job(job)
            if read_state(JobLayout(job)).state == "running":
                yield f"{job.name} is said to run"
            if read_state(JobLayout(job)).state == "failed":
                yield f"{job.name} failed: {read_state(JobLayout(job)).error}"
        except Exception as error:
            yield f"{job.name}: {error}"
        if (job / ".queued").exists():
            yield f"{job.name} is said to wait"


def done(out: Path) -> Iterator[str]:
    yield from half_made(out)
    for job in job_folders(out):
        if read_state(JobLayout(job)).state != "done":
            yield f"{job.name} is {read_state(JobLayout(job)).state} after the next run"
    yield from (f"left: {path}" for path in out.rglob(".tmp-*"))
    yield from (f"left: {path}" for path in out.rglob("attempt-*") if path.is_dir())


def prepared(out: Path, printed: str | None) -> Iterator[str]:
    """Every job that is there was told, and every job that was told is there."""
    yield from half_made(out)
    there = {f"job_{''.join(job.parts[-5:-2])}_{job.name}" for job in job_folders(out)}
    told = set(re.findall(r"^(job_\d+_\d+) ", printed or "", re.MULTILINE))
    if printed is not None and there != told:
        yield f"jobs there {sorted(there)}, told {sorted(told)}"
    claims = {path.name for path in out.glob("2*/*/*/.ids/*")}
    if len(claims) != len(there):
        yield f"{len(claims)} numbers for {len(there)} jobs"
    yield from (f"left: {path}" for path in out.rglob(".tmp-*"))


def all_prepared(folder: Path) -> Iterator[str]:
    yield from prepared(folder / "out", None)
    jobs = {read_job(job).film.path.name for job in job_folders(folder / "out")}
    for film in (folder / "season").iterdir():
        if film.name not in jobs:
            yield f"{film.name} has no job"


def removed(out: Path, printed: str | None) -> Iterator[str]:
    """What is said to be removed is, and a job that is there is whole."""
    yield from half_made(out)
    there = {f"job_{''.join(job.parts[-5:-2])}_{job.name}" for job in job_folders(out)}
    for job in re.findall(r"Removed (job_\w+)", printed or ""):
        if job in there:
            yield f"{job} is said to be removed"


def all_removed(out: Path) -> Iterator[str]:
    yield from (f"left: {job}" for job in job_folders(out))
    yield from (f"left: {path}" for path in out.rglob(".tmp-*"))


def fetched(folder: Path, _: str | None) -> Iterator[str]:
    model = folder / "models" / "whisper-base-ctranslate2"
    if not model.is_dir():
        yield "no model after the next fetch"
        return
    for name, data in MODEL.items():
        if (model / name).read_bytes() != data:
            yield f"{name} is not what the hub gave"
    if list((folder / "models").glob(".fetching-*")):
        yield "half a model is left"


def unchanged(folder: Path, _: str | None) -> Iterator[str]:
    yield from half_made(folder / "out")


def short(jobs: list[Path], count: int) -> list[Path]:
    """Leave jobs their first stages."""
    for job in jobs:
        data = json.loads((job / "job.json").read_text())
        data["stages"] = data["stages"][:count]
        (job / "job.json").write_text(json.dumps(data))
    return jobs


LARGE = ".large.mkv"


def copied(source: str, copy: str) -> str:
    """Copy a file for a case; a large film as the hole that it is."""
    if not source.endswith(LARGE):
        return shutil.copy2(source, copy)
    stat = Path(source).stat()
    with open(source, "rb") as have, open(copy, "wb") as want:
        want.write(have.read(100))
        want.truncate(stat.st_size)
    os.utime(copy, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    return copy


def large_film(place: Place, folder: Path, count: int) -> None:
    """Jobs of one stage: what comes before it is looked at."""
    for job in short(place.jobs(folder / "out", count), 1):
        film = folder / f"film {job.name}{LARGE}"
        film.write_text(job.name)
        os.truncate(film, FILM_BYTES)
        text, stat = (job / "job.json").read_text(), film.stat()
        data = json.loads(text)
        data["film"] |= {"path": str(film), "size": stat.st_size, "mtime_ns": stat.st_mtime_ns}
        (job / "job.json").write_text(json.dumps(data))


def finished(place: Place, folder: Path, languages: Sequence[str]) -> None:
    place.jobs(folder / "out", 1, languages=languages)
    for _ in range(2):
        place.run(folder, *ALL(folder))


def edited(place: Place, folder: Path) -> None:
    finished(place, folder, ["en"])
    subtitles(place, folder, 100)


def taken(out: Path) -> Iterator[str]:
    yield from half_made(out)
    if any(not read_job(job).edits for job in job_folders(out)):
        yield "the edits are not in the job"


def agreed(models: Path) -> Iterator[str]:
    names = {path.name for path in models.iterdir()}
    if names != {"accepted.json", ".lock-accepted.json"}:
        yield f"in models/: {sorted(names)}"


def stored(place: Place, folder: Path, count: int) -> None:
    for number in range(count):
        key = hashlib.sha256(str(number).encode()).hexdigest()
        entry = folder / "out" / ".store" / key[:2] / key
        entry.mkdir(parents=True)
        (entry / "words.json").write_text("{}")
        row = {"stage": "asr", "fingerprint": key, "job_id": "job_20260102_001", "title": "film"}
        (entry / "entry.json").write_text(json.dumps({**row, "seconds": 1.0, "bytes": 2}))


def subtitles(place: Place, folder: Path, count: int) -> None:
    def clock(second: int) -> str:
        return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02},000"

    (folder / "film.srt").write_text(
        "\n".join(
            f"{n}\n{clock(3 * n)} --> {clock(3 * n + 2)}\nThis is the line of number {n}.\n"
            for n in range(1, count)
        )
    )


def out_of(folder: Path) -> list[str]:
    return ["--out", str(folder / "out")]


ALL: Callable[[Path], list[str]] = lambda folder: ["run-pipeline", "--all", *out_of(folder)]  # noqa: E731
PREPARE: Callable[[Path], list[str]] = lambda folder: [  # noqa: E731
    "prepare-job", str(folder / "season"), "--transcribe", "-s", "en", "--model", "base",
    *out_of(folder),
]  # fmt: skip


def stubborn(count: int) -> Command:
    """So many jobs of two stages that do not end when they are asked."""
    return Command(
        lambda place, folder: short(place.jobs(folder / "out", count), 2),
        ALL,
        unchanged,
        lambda folder, printed: done(folder / "out"),
        stubborn=True,
    )


COMMANDS: dict[str, Command] = {
    "prepare-job": Command(
        lambda place, folder: place.films(folder / "season", 4),
        PREPARE,
        lambda folder, printed: prepared(folder / "out", printed),
        lambda folder, printed: all_prepared(folder),
    ),
    "preflight": Command(
        lambda place, folder: large_film(place, folder, 1),
        ALL,
        unchanged,
        lambda folder, printed: done(folder / "out"),
        share=0.6,
    ),
    "hash": Command(
        lambda place, folder: large_film(place, folder, 2),
        ALL,
        unchanged,
        lambda folder, printed: done(folder / "out"),
        share=0.6,
    ),
    "fetch": Command(
        lambda place, folder: (folder / "models").mkdir(),
        lambda folder: ["models", "fetch", "base", "--format", "ctranslate2"],
        whole=fetched,
    ),
    "models verify": Command(
        lambda place, folder: place.run(folder, "models", "fetch", "base"),
        lambda folder: ["models", "verify"],
        shared=True,
    ),
    "models accept": Command(
        lambda place, folder: (folder / "models").mkdir(),
        lambda folder: ["models", "accept", "aligner"],
        whole=lambda folder, printed: agreed(folder / "models"),
    ),
    "stages": Command(
        lambda place, folder: place.jobs(folder / "out", 1, languages=["en"]),
        ALL,
        unchanged,
        lambda folder, printed: done(folder / "out"),
    ),
    "stubborn stages": stubborn(1),
    "stubborn batch": stubborn(3),
    "batch": Command(
        lambda place, folder: place.jobs(folder / "out", 3),
        ALL,
        unchanged,
        lambda folder, printed: done(folder / "out"),
    ),
    "restyle": Command(
        lambda place, folder: finished(place, folder, ["en"]),
        lambda folder: [
            "restyle", str(job_folders(folder / "out")[0]), "--style", "bbc",
        ],
        unchanged,
        lambda folder, printed: half_made(folder / "out"),
        again_codes=(0, 2),  # stages that do nothing make no report to show
    ),
    "review": Command(
        lambda place, folder: edited(place, folder),
        lambda folder: [
            "review", str(job_folders(folder / "out")[0]), str(folder / "film.srt"), "-t", "hi",
            "--yes",
        ],
        unchanged,
        lambda folder, printed: taken(folder / "out"),
        again_codes=(0, 2),
    ),
    "run --to": Command(
        lambda place, folder: place.jobs(folder / "out", 1),
        lambda folder: [*ALL(folder), "--to", str(folder / "players")],
        unchanged,
        lambda folder, printed: done(folder / "out"),
    ),
    "rm": Command(
        lambda place, folder: place.jobs(folder / "out", 150, done=True),
        lambda folder: ["rm", "--yes", *map(str, job_folders(folder / "out"))],
        lambda folder, printed: removed(folder / "out", printed),
        lambda folder, printed: all_removed(folder / "out"),
        again_codes=(0, 2),  # nothing is left to remove
    ),
    "cache prune": Command(
        lambda place, folder: stored(place, folder, 400),
        lambda folder: ["cache", "prune", "--all", *out_of(folder)],
        whole=lambda folder, printed: (
            f"left: {path}" for path in (folder / "out" / ".store").glob("??/*")
        ),
    ),
    "cache": Command(
        lambda place, folder: stored(place, folder, 1500),
        lambda folder: ["cache", *out_of(folder)],
        shared=True,
    ),
    "jobs": Command(
        lambda place, folder: place.jobs(folder / "out", 1000, done=True),
        lambda folder: ["jobs", *out_of(folder)],
        shared=True,
    ),
    "status": Command(
        lambda place, folder: place.jobs(folder / "out", 300, done=True),
        lambda folder: ["status", *map(str, job_folders(folder / "out"))],
        shared=True,
    ),
    "qc": Command(
        lambda place, folder: subtitles(place, folder, 8000),
        lambda folder: ["qc", str(folder / "film.srt"), "-s", "en"],
        shared=True,
    ),
    "doctor": Command(
        lambda place, folder: None, lambda folder: ["doctor"], shared=True
    ),
    "bootstrap": Command(
        lambda place, folder: None, lambda folder: ["bootstrap", "--check"], shared=True
    ),
}  # fmt: skip


@dataclass
class Run:
    """A command that was run, told something or left unread at a moment."""

    code: int
    printed: str
    errors: str
    seconds: float | None
    """From the signal to the end; None where it had ended before."""
    starved: float
    """How many of these it waited for a processor that had other things to do."""


def run(
    argv: list[str],
    env: dict[str, str],
    delay: float | None = None,
    kind: str = "",
    both: bool = False,
    twice: bool = False,
) -> Run:
    """Run a command; after `delay` seconds tell it something, or leave its stdout, or `both`.

    `twice` tells it again after a while.
    """
    process = subprocess.Popen(
        argv,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if both else subprocess.PIPE,
        cwd="/",
        start_new_session=True,
    )
    assert process.stdout
    got: dict[str, bytes] = {}
    closing = threading.Event()

    def read(name: str, stream: Any) -> None:
        data = bytearray()
        while not (name == "out" and closing.is_set()):
            piece = os.read(stream.fileno(), 65536)
            if not piece:
                break
            data += piece
        got[name] = bytes(data)

    readers = [
        threading.Thread(target=read, args=(name, stream))
        for name, stream in (("out", process.stdout), ("err", process.stderr))
        # Nobody reads: what was printed until the pipe is closed is lost with its reader.
        if stream and not (kind == "pipe" and name == "out")
    ]
    for reader in readers:
        reader.start()
    seconds, starved = None, 0.0
    if delay is not None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(delay)
        if process.poll() is None:
            told, starved = time.monotonic(), starved_seconds(process)
            tell(process, kind)
            if twice and kind != "pipe":
                ended_within(AGAIN, process)
                told, starved = time.monotonic(), starved_seconds(process)
                tell(process, "SIGTERM" if kind == "SIGTERM" else "SIGINT")
            ended_within(UNREAD if kind == "pipe" else LATE, process)
            seconds = time.monotonic() - told
            starved = starved_seconds(process) - starved
    if delay is not None and process.poll() is None:
        process.kill()
        got["err"] = got.get("err", b"") + b"Traceback: it hangs"
    process.wait()
    for reader in readers:
        reader.join(5)
    for stream in (process.stdout, process.stderr):
        if stream:
            stream.close()
    text = {name: data.decode("utf-8", "replace") for name, data in got.items()}
    return Run(process.returncode, text.get("out", ""), text.get("err", ""), seconds, starved)


def ended_within(seconds: float, process: subprocess.Popen[bytes]) -> None:
    """Wait for the end of a process, and leave it to whoever wants to read about it."""
    deadline, how = time.monotonic() + seconds, os.WEXITED | os.WNOWAIT | os.WNOHANG
    with contextlib.suppress(ChildProcessError):  # it was asked after already
        while time.monotonic() < deadline and os.waitid(os.P_PID, process.pid, how) is None:
            time.sleep(0.01)


def starved_seconds(process: subprocess.Popen[bytes]) -> float:
    """Seconds that its main thread has waited for a processor; 0 where the system does not say."""
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{process.pid}/schedstat").read_text().split()[1]) / 1e9
    return 0.0


def tell(process: subprocess.Popen[bytes], kind: str) -> None:
    """As a terminal does, which tells all that it started, or as kill(1) does, or a reader."""
    if kind == "pipe":
        assert process.stdout
        process.stdout.close()
    elif process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            if kind == "SIGTERM":
                process.terminate()
            else:
                os.killpg(process.pid, signal.Signals[kind])


def running(folder: Path) -> list[str]:
    """Processes that outlive a case's command: its folder is in their environment."""
    found = []
    wanted = b"\0CHALCHITRA_MODELS=" + os.fsencode(folder) + b"/"
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state = (entry / "stat").read_bytes().rpartition(b")")[2].split()[0]
            if state != b"Z" and wanted in b"\0" + (entry / "environ").read_bytes():
                found.append((entry / "cmdline").read_bytes().decode(errors="replace"))
    return found


@dataclass
class Figures:
    """What came of a command's cases."""

    ended: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    late: list[int] = field(default_factory=list)
    starved: int = 0
    """So many ended late for want of a processor only."""


class Fuzz:
    """All cases of one command."""

    def __init__(self, place: Place, name: str) -> None:
        self.place, self.name, self.command = place, name, COMMANDS[name]
        self.template = place.root / "templates" / name
        self.template.mkdir(parents=True)
        self.command.build(place, self.template)
        self.length = self._measure()

    def _folder(self, name: str) -> Path:
        if self.command.shared:
            return self.template
        folder = self.place.root / "cases" / self.name / name
        shutil.copytree(self.template, folder, symlinks=True, copy_function=copied)
        for job in job_folders(folder / "out"):  # paths in it name the template's films
            text = (job / "job.json").read_text()
            if str(self.template) in text:
                (job / "job.json").write_text(text.replace(str(self.template), str(folder)))
        return folder

    def _run(self, folder: Path, *how: Any) -> Run:
        argv = [PROGRAM, *self.command.typed(folder)]
        return run(argv, self._env(folder), *how)

    def _env(self, folder: Path) -> dict[str, str]:
        env = self.place.env(folder)
        return env | {"FUZZ_STUBBORN": "1"} if self.command.stubborn else env

    def _measure(self) -> float:
        folder = self._folder("undisturbed")
        started = time.monotonic()
        undisturbed = self._run(folder)
        length = time.monotonic() - started
        assert self.command.shared or undisturbed.code in self.command.again_codes, undisturbed
        self.code = undisturbed.code
        problems = list(self.command.whole(folder, undisturbed.printed))
        assert not problems, problems
        self._clear(folder)
        return length

    def _clear(self, folder: Path) -> None:
        if folder != self.template:
            shutil.rmtree(folder)

    def case(self, seed: int) -> tuple[str, Run, list[str]]:
        """How the case ended, in a word; what came of it, and what is wrong."""
        rnd = random.Random(f"{self.name}-{seed}")
        kind = KINDS[seed % len(KINDS)]
        delay = rnd.uniform(0, self.command.share * self.length)
        folder = self._folder(f"{seed:06d}")
        both = kind == "pipe" and seed // len(KINDS) % 2 == 1
        ran = self._run(folder, delay, kind, both, self.command.stubborn)
        problems = list(self._problems(kind, ran))
        problems += self.command.left(folder, ran.printed if kind != "pipe" else None)
        if kind == "pipe":
            problems += [f"unread: {each}" for each in self.command.whole(folder, None)]
        if found := running(folder) if not self.command.shared else []:
            time.sleep(1)
            problems += [f"still runs: {each}" for each in found if each in running(folder)]
        if not self.command.shared:
            argv = [PROGRAM, *(self.command.again or self.command.typed)(folder)]
            again = run(argv, self._env(folder))
            if again.code not in self.command.again_codes:
                problems.append(f"the next run: {again.code}: {again.errors[-300:]}")
            problems += self.command.whole(folder, again.printed)
        if problems:
            problems.append(f"after {delay:.3f} of {self.length:.3f} s: {ran.code}, {ran.seconds}")
            problems.append(ran.errors[-600:])
        else:
            self._clear(folder)
        word = "ended before" if ran.seconds is None else str(ran.code)
        return f"{kind} {word}", ran, problems

    def _problems(self, kind: str, ran: Run) -> Iterator[str]:
        if odd := ODD.search(ran.errors):
            yield f"{odd[0]!r} was printed"
        if ran.seconds is None or ran.code in (130, self.code):
            if ran.seconds is not None and kind == "pipe" and ran.code == 130:
                yield "it was cancelled where nobody read"
            return
        starting = kind != "pipe" and ran.code == -signal.Signals[kind]
        if not starting or ran.printed or ran.errors:
            yield f"it ended with {ran.code}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--count", type=int, default=200, help="Moments in each command.")
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--only", nargs="*", choices=list(COMMANDS), default=list(COMMANDS))
    parser.add_argument("--side-by-side", type=int, default=2, metavar="N")
    parser.add_argument("--dir", type=Path, help="Where to work; what went wrong stays there.")
    args = parser.parse_args(arguments)
    server = _Server(("127.0.0.1", 0), Hub)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # As a terminal's commands have them: nohup(1) and & would have them ignored in every case.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    wrong = 0
    with contextlib.ExitStack() as stack:
        root = args.dir or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        place = Place.make(root / "place", f"http://127.0.0.1:{server.server_address[1]}")
        for name in args.only:
            figures = fuzz(Fuzz(place, name), range(args.first, args.first + args.count), args)
            wrong += len(figures.wrong)
    return 1 if wrong else 0


def fuzz(cases: Fuzz, seeds: range, args: argparse.Namespace) -> Figures:
    """Run the cases of one command and print what came of them."""
    figures = Figures()

    def one(seed: int) -> None:
        word, ran, problems = cases.case(seed)
        figures.ended[word] += 1
        if ran.seconds is not None and not word.startswith("pipe"):
            figures.seconds.append(ran.seconds)
            figures.starved += ran.seconds > SOON >= ran.seconds - ran.starved
            if ran.seconds - ran.starved > SOON:
                figures.late.append(seed)
        if problems:
            figures.wrong.append(str(seed))
            print(f"{cases.name}, seed {seed}, {word}:", *problems, sep="\n    ", flush=True)

    with ThreadPoolExecutor(args.side_by_side) as threads:
        list(threads.map(one, seeds))
    took = sorted(figures.seconds)
    shown = ""
    if took:
        shown = f"to the end: median {took[len(took) // 2]:.2f}, most {took[-1]:.2f} s"
        shown += f", {len(figures.late)} above {SOON:.0f} s"
        if figures.late:
            shown += f" (seeds {sorted(figures.late)})"
        if figures.starved:
            shown += f"; {figures.starved} more waited for a processor"
    print(
        f"{cases.name} ({cases.length:.1f} s): {len(seeds)} moments, {len(figures.wrong)} wrong; "
        f"{dict(sorted(figures.ended.items()))}; {shown}",
        flush=True,
    )
    return figures


if __name__ == "__main__":
    sys.exit(main())
