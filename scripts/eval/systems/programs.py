"""Running the programs that are measured."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from chalchitra.environments.activation import activation
from chalchitra.environments.table import environment_for
from chalchitra.errors import StageError
from chalchitra.media.tools import find_ffmpeg
from chalchitra.paths import venv_dir
from systems import Cost


def without_bytecode_wish(env: Mapping[str, str]) -> dict[str, str]:
    """The environment without PYTHONDONTWRITEBYTECODE, under which every start would compile."""
    return {name: value for name, value in env.items() if name != "PYTHONDONTWRITEBYTECODE"}


def hearing_bin() -> Path:
    """The folder of programs of the environment that whisperX and faster-whisper are in."""
    return venv_dir() / environment_for("asr", "whisperx").name / "bin"


def timed(command: Sequence[str | Path], work: Path, *, in_hearing: bool = False) -> Cost:
    """Run a command to its end; what it and all that it waited for took. Its output goes to `work`.

    `in_hearing` gives it the environment's variables; the PATH has an ffmpeg in any case, which the
    whisperx command looks for there. Nothing is fetched while it runs. Raises StageError, with the
    last lines, when it fails.
    """
    work.mkdir(parents=True, exist_ok=True)
    tools = work / "bin"
    tools.mkdir(exist_ok=True)
    if not (tools / "ffmpeg").exists():
        (tools / "ffmpeg").symlink_to(find_ffmpeg().path)
    env = without_bytecode_wish(os.environ)
    if in_hearing:
        env = activation(environment_for("asr", "whisperx").name, inherited=env)
    env["PATH"] = f"{tools}{os.pathsep}{env['PATH']}"
    log = work / "log"
    started = time.monotonic()
    with open(log, "ab") as output:
        process = subprocess.Popen(
            list(map(str, command)), env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.terminate()
            process.wait()
            raise
    cost = Cost(time.monotonic() - started, usage.ru_utime + usage.ru_stime)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        last = "\n".join(log.read_text("utf-8", "replace").splitlines()[-8:])
        raise StageError(
            f"{Path(command[0]).name} ended with {process.returncode}: {last}",
            cause="What it printed last is shown here.",
            fix=f"All of it is in {log}, which stays with --keep FOLDER.",
        )
    return cost
