"""Shared fixtures: a whole small project with stages that only echo, and the real base model."""

from __future__ import annotations

import json
import os
import platform
import signal
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from chalchitra import paths, stopping
from chalchitra.environments.state import Stamp, lock_hashes
from chalchitra.hardware import platform_id
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import AudioStream, Job, Machine
from chalchitra.jobs.store import write_job
from chalchitra.media.film import Film, Stream
from chalchitra.pipeline import plan, split_key
from chalchitra.schemas import CHECK_VARIABLE

_PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("same", derandomize=True, **_PATIENT)
settings.register_profile("new", print_blob=True, **_PATIENT)
settings.load_profile("same")
"""Every machine draws the same examples, and none is failed for being slow; `scripts/test --all`
draws new ones."""

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell's background jobs have it
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # and what nohup starts
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(autouse=True)
def _signals_stay_as_they_were():
    """The program turns deaf at its end; whatever the next test starts would be deaf with it, or
    told to stop as it was."""
    heard = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
    before = [(number, signal.getsignal(number)) for number in heard]
    told = stopping._told
    yield
    stopping._told = told
    for number, handler in before:
        if signal.getsignal(number) is not handler:
            signal.signal(number, handler)


os.environ[CHECK_VARIABLE] = "1"  # the programs that tests start check what they print, too


@pytest.fixture(autouse=True)
def documents(request):
    """Hold every document that a test leaves behind against its schema (docs/schemas).

    A test that damages documents by itself is marked so.
    """
    folder = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    if folder is not None and request.node.get_closest_marker("damages_documents") is None:
        check_documents(folder)


ECHO = '''
"""A stage that writes, into every output, what it was given."""
import json, os, sys
from chalchitra.pipeline import STAGES
from chalchitra.stagekit.run import run_stage
from chalchitra.stagekit.stage import Stage

NAME = {name!r}

def work(stage: Stage) -> None:
    given = {{
        "inputs": {{name: path.read_text() for name, path in sorted(stage.inputs.items())}},
        "settings": stage.params.get("word", ""),
        "language": stage.language,
    }}
    {extra}
    for output in STAGES[NAME].outputs:
        name = f"{{output}}.{{stage.language or 'all'}}.txt"
        path = stage.output(output, name, deliver_as=name if NAME == "subtitle_gen" else None)
        path.write_text(json.dumps(given, sort_keys=True))

run_stage(NAME, work)
'''

ENVIRONMENTS = """
[{name}]
purpose = "tests"
build = "always"
python = ["3.11", "3.12"]
imports = []
key_libraries = []
serves = [{serves}]
[{name}.platforms]
{platform} = {{ download = 0.1, disk = 0.1 }}
"""


@dataclass
class Project:
    """A checkout in a temporary folder, with two fake environments and echoing stages."""

    root: Path

    def stage(self, name: str, extra: str = "pass") -> None:
        """Write the script of a stage; `extra` is a line of Python inside its work."""
        script = paths.stages_dir(self.root) / f"{name}.py"
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(ECHO.format(name=name, extra=extra))

    def job(
        self, workflow="subtitle", targets=("en",), settings=None, film="film.mkv"
    ) -> tuple[Job, JobLayout]:
        """A job of an existing 'film', all stages in `one` except subtitles and mux."""
        film = self.root / film
        film.parent.mkdir(exist_ok=True)
        if not film.exists():  # another time would make it a film that changed
            film.write_text("the film")
        keys = plan(workflow, "hi", list(targets))
        stages = list(dict.fromkeys(split_key(key)[0] for key in keys))
        number = 1 + len(list(self.root.glob("out/*/*/*/asha/*")))
        job = Job(
            job_id=f"job_20260102_{number:03d}",
            created="2026-01-02T00:00:00+00:00",
            user="asha",
            title=film.stem,
            workflow=workflow,
            film=_as_a_film(film),
            source_language="hi",
            target_languages=list(targets),
            languages={name: {"id": name} for name in ("hi", *targets)},
            audio_stream=AudioStream(index=0, position=0, reason="it is the only one"),
            engine="ctranslate2",
            translator="indictrans2" if targets else None,
            stages=keys,
            stage_environments={
                s: "two" if s in ("subtitle_gen", "qc", "mux") else "one" for s in stages
            },
            models={},
            machines={s: Machine(device="cpu", compute_type="int8", threads=1) for s in stages},
            settings=settings or {},
        )
        folder = self.root / f"out/2026/01/02/asha/{number:03d}"
        write_job(job, folder)
        return job, JobLayout(folder)


def check_documents(folder: Path) -> None:
    """Raise SchemaError where a document below a folder is not what its schema says."""
    from chalchitra.schemas.registry import DOCUMENTS, check

    for where, _, names in os.walk(folder):
        for name in DOCUMENTS:
            if f"{name}.json" in names:
                data = _whole(Path(where, f"{name}.json"))
                if data is not None:
                    check("qc-track" if name == "qc" and "tracks" not in data else name, data)


def _whole(file: Path) -> dict[str, Any] | None:
    """A document; None for what a test cut or wrote over, so that it is none any more."""
    try:
        data = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(data, dict) or len(data) < 3:
        return None
    return data if data.get("version", 1) == 1 else None


def _as_a_film(path: Path) -> Film:
    """What probing says of the text that stands for a film here."""
    status = path.stat()
    return Film(
        path=path,
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        container="matroska",
        start_time=0,
        duration=5,
        streams=[Stream(index=0, position=0, kind="audio", codec="aac")],
    )


@pytest.fixture
def project(tmp_path, monkeypatch) -> Project:
    """A Project that CHALCHITRA_ROOT names. Nobody cuts the power: the disk is not waited for."""
    monkeypatch.setattr(os, "fsync", lambda fd: None)
    monkeypatch.setattr("chalchitra.media.probe.probe", _as_a_film)
    root = tmp_path / "project"
    (root / "config").mkdir(parents=True)
    (root / "requirements").mkdir()
    (root / "src").symlink_to(paths.source_dir())
    (root / "config" / "models.toml").symlink_to(paths.config_dir() / "models.toml")
    rules = (paths.config_dir() / "runner.toml").read_text()
    assert "\nwait = 1.0" in rules
    (root / "config" / "runner.toml").write_text(rules.replace("\nwait = 1.0", "\nwait = 0.01"))
    stages = ("demux", "vad", "language", "asr", "alignment", "export", "translation")
    serves = {"one": stages, "two": ("subtitle_gen", "qc", "mux")}
    table = ""
    for name, served in serves.items():
        rows = ", ".join(f'{{ stage = "{stage}", default = "everywhere" }}' for stage in served)
        table += ENVIRONMENTS.format(name=name, serves=rows, platform=platform_id())
        (root / "requirements" / f"{name}.txt").write_text(f"# {name}\n")
    (root / "config" / "environments.toml").write_text(table)
    for name in serves:
        fake_environment(root, name)
    monkeypatch.setenv("CHALCHITRA_ROOT", str(root))
    made = Project(root)
    for stage in (*stages, "subtitle_gen", "qc", "mux"):
        made.stage(stage)
    return made


def fake_environment(root: Path, name: str) -> None:
    """A virtual environment that borrows the packages of the one that runs the tests."""
    folder = root / "venv" / name
    site = folder / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    site.mkdir(parents=True)
    (folder / "bin").mkdir()
    base = Path(sys.executable).resolve()
    (folder / "bin" / "python").symlink_to(base)
    (folder / "pyvenv.cfg").write_text(f"home = {base.parent}\n")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    Stamp(
        environment=name,
        locks=lock_hashes([name], root),
        python=platform.python_version(),
        platform=platform_id(),
        packages={"torch": "2.8.0"} if name == "one" else {},
    ).write(folder)


@pytest.fixture(scope="session")
def base_model() -> Path:
    """The base Whisper model of the catalogue, fetched where it is not there yet."""
    from chalchitra.models.catalogue import load
    from chalchitra.models.fetch import fetch

    return fetch(load().find("base", "whisper", "ctranslate2")).path
