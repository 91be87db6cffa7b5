"""A checkout in a temporary folder whose stages do nothing but what the protocol asks.

Every stage is a real process (or warm worker) that imports the stage kit, reads its request and
writes small outputs and its result; the environment borrows the packages of the Python that runs
this, so nothing is installed.
"""

from __future__ import annotations

import os
import platform
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chalchitra import paths
from chalchitra.environments.state import Stamp, lock_hashes
from chalchitra.hardware import platform_id
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import AudioStream, Job, Machine
from chalchitra.jobs.state import JobState
from chalchitra.jobs.store import write_job
from chalchitra.media.film import Film, Stream
from chalchitra.pipeline import STAGES, plan, split_key

ENVIRONMENT = "noop"

_STAGE = """
from chalchitra.pipeline import STAGES
from chalchitra.stagekit.run import run_stage
from chalchitra.stagekit.stage import Stage

def work(stage: Stage) -> None:
    for output in STAGES[{name!r}].outputs:
        stage.output(output, output).write_text({name!r} + (stage.language or ""))

run_stage({name!r}, work)
"""

_TABLE = """
[{name}]
purpose = "measuring the runner"
build = "always"
python = ["{python}"]
imports = []
key_libraries = []
serves = [{serves}]
[{name}.platforms]
{platform} = {{ download = 0.1, disk = 0.1 }}
"""


@dataclass(frozen=True)
class NoopProject:
    """The checkout's folder; `command` and `env` run our program in it."""

    root: Path

    @classmethod
    def make(cls, root: Path) -> NoopProject:
        own = paths.project_root()
        for folder in ("config", "requirements", "scripts/stages"):
            (root / folder).mkdir(parents=True)
        (root / "src").symlink_to(own / "src")
        for name in ("models.toml", "runner.toml", "hardware_cache.json"):
            if (own / "config" / name).exists():
                (root / "config" / name).symlink_to(own / "config" / name)
        for name in STAGES:
            (root / "scripts" / "stages" / f"{name}.py").write_text(_STAGE.format(name=name))
        serves = ", ".join(f'{{ stage = "{name}", default = "everywhere" }}' for name in STAGES)
        python = sysconfig.get_python_version()
        table = _TABLE.format(
            name=ENVIRONMENT, python=python, serves=serves, platform=platform_id()
        )
        (root / "config" / "environments.toml").write_text(table)
        (root / "requirements" / f"{ENVIRONMENT}.txt").write_text("# nothing\n")
        _environment(root)
        return cls(root)

    @property
    def env(self) -> dict[str, str]:
        return {**os.environ, "CHALCHITRA_ROOT": str(self.root)}

    @property
    def python(self) -> Path:
        """The stages' Python."""
        return paths.venv_dir(self.root) / ENVIRONMENT / "bin" / "python"

    def command(self, *arguments: str | Path) -> list[str]:
        return [sys.executable, "-m", "chalchitra", *map(str, arguments)]

    def jobs(
        self, out: Path, count: int, languages: Sequence[str] = (), *, done: bool = False
    ) -> list[Path]:
        """Prepare jobs: transcribe, or with `languages` subtitle with these tracks.

        `done` only writes down that they were run.
        """
        keys = plan("subtitle" if languages else "transcribe", "hi", list(languages))
        stages = list(dict.fromkeys(split_key(key)[0] for key in keys))
        made: list[Path] = []
        for number in range(1, count + 1):
            film = self.root / "films" / f"{number}.mkv"
            film.parent.mkdir(exist_ok=True)
            film.write_text(f"film {number}")  # films differ, or the store would do the work
            stat = film.stat()
            job = Job(
                job_id=f"job_20260102_{number:03d}",
                created="2026-01-02T00:00:00+00:00",
                user="bench",
                title=f"film {number}",
                workflow="subtitle" if languages else "transcribe",
                film=Film(
                    path=film,
                    size=stat.st_size,
                    mtime_ns=stat.st_mtime_ns,
                    container="matroska",
                    start_time=0,
                    duration=5,
                    streams=[Stream(index=0, position=0, kind="audio", codec="aac")],
                ),
                source_language="hi",
                target_languages=list(languages),
                languages={name: {"id": name} for name in ("hi", *languages)},
                audio_stream=AudioStream(index=0, position=0, reason="it is the only one"),
                engine="ctranslate2",
                translator="indictrans2" if languages else None,
                stages=keys,
                stage_environments=dict.fromkeys(stages, ENVIRONMENT),
                models={},
                machines={
                    name: Machine(device="cpu", compute_type="int8", threads=1) for name in stages
                },
                settings={},
            )
            (out / f"2026/01/02/.ids/{number:03d}").mkdir(parents=True)
            folder = out / f"2026/01/02/bench/{number:03d}"
            write_job(job, folder)
            if done:
                state = JobState.of(job)
                state.state, state.stages_done, state.seconds = "done", len(keys), 1.0
                state.started = state.ended = job.created
                state.write(JobLayout(folder))
            made.append(folder)
        return made


def _environment(root: Path) -> None:
    """A virtual environment that borrows the packages of the one that runs this."""
    folder = paths.venv_dir(root) / ENVIRONMENT
    site = folder / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    site.mkdir(parents=True)
    (folder / "bin").mkdir()
    base = Path(sys.executable).resolve()
    (folder / "bin" / "python").symlink_to(base)
    (folder / "pyvenv.cfg").write_text(f"home = {base.parent}\n")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    Stamp(
        environment=ENVIRONMENT,
        locks=lock_hashes([ENVIRONMENT], root),
        python=platform.python_version(),
        platform=platform_id(),
        packages={},
    ).write(folder)
