"""uv, which installs: finding one, the variables it runs with, running it, and what its errors mean."""

from __future__ import annotations

import configparser
import os
import re
import selectors
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from chalchitra.environments import fetch_uv
from chalchitra.errors import MissingError
from chalchitra.paths import venv_dir

OLDEST = (0, 5)
"""The first uv that knows all the options used here."""

HTTP_TIMEOUT = "300"
"""Seconds that uv waits for an index that stalls (its own 30 are short for wheels of gigabytes)."""

TICK_SECONDS = 0.5
END_SECONDS = 5.0


def find_uv(root: Path, commands: str, say: Callable[[str], None]) -> Path:
    """The uv to build with: the machine's, that of the environment `commands`, or one fetched now.

    Raises MissingError when there is none and none can be had.
    """
    at_hand = [
        shutil.which("uv"),
        venv_dir(root) / commands / "bin" / "uv",
        venv_dir(root) / fetch_uv.TOOLS / "bin" / "uv",
    ]
    for path in at_hand:
        if path and _usable(Path(path)):
            return Path(path)
    say("uv, which installs the environments, is not on this machine: fetching it")
    try:
        return Path(fetch_uv.fetch(str(root), base_python()))
    except subprocess.CalledProcessError as error:
        cause = cause_of(error.stderr) or "Its index, or the way to it, does not work here."
        said = (error.stderr.strip().splitlines() or ["nothing"])[-1]
        raise MissingError(
            f"uv could not be fetched; pip said: {said}.",
            cause=cause,
            fix="Mend that, or install uv yourself, and type the same command again.",
        ) from None
    except (OSError, ValueError) as error:
        raise MissingError(
            f"uv could not be fetched: {error}.",
            cause="This Python cannot install anything.",
            fix="Install uv, or your system's python3-venv package, and type the same command again.",
        ) from None


def base_python() -> str:
    """The Python behind the environment that we may be running in: that one can be rebuilt."""
    return str(getattr(sys, "_base_executable", "") or sys.executable)


def variables(root: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """uv's own variables: the machine's, with pip's index where uv was told none."""
    ours = {key: value for key, value in environ.items() if key != "VIRTUAL_ENV"}
    ours.setdefault("UV_HTTP_TIMEOUT", HTTP_TIMEOUT)
    if not _configures_uv(environ):
        main, extra = pip_indexes(environ)
        if main:
            ours["UV_DEFAULT_INDEX"] = main
        if extra:
            # pip takes from any index; the hashes of the lock make that safe.
            ours |= {"UV_INDEX": extra, "UV_INDEX_STRATEGY": "unsafe-best-match"}
    return ours


def pip_indexes(environ: Mapping[str, str]) -> tuple[str, str]:
    """pip's index and its further ones (space-separated): its variables, else its files."""
    found: dict[str, str] = {}
    home = Path(environ.get("HOME") or "/")
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    files = [
        Path("/etc/pip.conf"),
        home / ".pip" / "pip.conf",
        home / "Library" / "Application Support" / "pip" / "pip.conf",
        config / "pip" / "pip.conf",
        Path(environ.get("PIP_CONFIG_FILE") or os.devnull),
    ]
    parser = configparser.RawConfigParser()
    with suppress(configparser.Error, UnicodeDecodeError):
        parser.read(files, encoding="utf-8")
    for section in ("global", "install"):
        if parser.has_section(section):
            found |= dict(parser.items(section))
    main = environ.get("PIP_INDEX_URL") or found.get("index-url", "")
    extra = environ.get("PIP_EXTRA_INDEX_URL") or found.get("extra-index-url", "")
    return main, " ".join(extra.split())


def cache_dir(uv: Path, env: Mapping[str, str]) -> Path | None:
    """Where uv keeps what it downloaded; None when it does not say."""
    answer = subprocess.run([uv, "cache", "dir"], capture_output=True, text=True, env=dict(env))
    return Path(answer.stdout.strip()) if answer.returncode == 0 else None


def all_cached(uv: Path, lock: Path, env: Mapping[str, str]) -> bool:
    """Whether everything a lock pins was downloaded before."""
    command = [uv, "pip", "install", "--dry-run", "--offline", "--require-hashes"]
    command += ["--python", base_python(), "--target", lock.parent / ".none", "-r", lock]
    answer = subprocess.run(command, capture_output=True, text=True, env=dict(env))
    return answer.returncode == 0 and "Would download" not in answer.stderr


def run(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    log: Path,
    on_tick: Callable[[str], None],
    echo: bool = False,
    pass_fds: tuple[int, ...] = (),
) -> tuple[int, str]:
    """Run a command to its end; returns its exit status and what it wrote to stderr.

    Everything it writes goes to the end of `log` (and to our stderr with `echo`). `on_tick` gets
    the last line, twice a second and at every line. Whatever interrupts us ends the process too.
    """
    words: list[str] = []
    with open(log, "ab") as out:
        out.write(f"$ {' '.join(map(str, command))}\n".encode())
        out.flush()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.PIPE,
            env=dict(env),
            pass_fds=pass_fds,
        )
        try:
            for piece in _pieces(process):
                out.write(piece)
                out.flush()
                if echo:
                    sys.stderr.buffer.write(piece)
                    sys.stderr.flush()
                words.append(piece.decode("utf-8", "replace"))
                lines = "".join(words[-2:]).strip().splitlines()
                on_tick(lines[-1].strip() if lines else "")
            return process.wait(), "".join(words)
        finally:
            _end(process)


def _pieces(process: subprocess.Popen[bytes]) -> list[bytes]:
    raise NotImplementedError


def cause_of(said: str) -> str:
    """The likely cause, in one sentence, of what uv or pip said; empty when unknown."""
    for pattern, cause in _CAUSES:
        if re.search(pattern, said, re.IGNORECASE):
            return cause
    return ""
