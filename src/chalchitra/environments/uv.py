"""uv, which installs: finding one, its variables, running it, and what its errors mean."""

from __future__ import annotations

import codecs
import configparser
import os
import re
import selectors
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from chalchitra.environments import fetch_uv
from chalchitra.errors import MissingError
from chalchitra.paths import installed, requirements_dir, venv_dir

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
        installed(root) and Path(sys.prefix) / "bin" / "uv",  # it came along
        venv_dir(root) / commands / "bin" / "uv",
        venv_dir(root) / fetch_uv.TOOLS / "bin" / "uv",
    ]
    for path in at_hand:
        if path and _usable(Path(path)):
            return Path(path)
    say("uv, which installs the environments, is not on this machine: fetching it")
    try:
        return Path(fetch_uv.fetch(str(requirements_dir(root)), str(venv_dir(root)), base_python()))
    except subprocess.CalledProcessError as error:
        trouble = trouble_of(error.stderr)
        said = (error.stderr.strip().splitlines() or ["nothing"])[-1]
        raise MissingError(
            f"uv could not be fetched: {trouble.what if trouble else said}.",
            cause=trouble.cause if trouble else "pip does not work here.",
            fix=f"{trouble.fix if trouble else 'Install uv'}, and type the same command again.",
        ) from None
    except (OSError, ValueError) as error:
        raise MissingError(
            f"uv could not be fetched: {error}.",
            cause="This Python cannot install anything.",
            fix="Install uv, or the package python3-venv, and type the same command again.",
        ) from None


def base_python() -> str:
    """The Python behind the environment that we may be running in: that one can be rebuilt."""
    return str(getattr(sys, "_base_executable", "") or sys.executable)


def variables(environ: Mapping[str, str]) -> dict[str, str]:
    """uv's own variables: the machine's, with pip's index where uv was told none."""
    ours = {key: value for key, value in environ.items() if key != "VIRTUAL_ENV"}
    ours.setdefault("UV_HTTP_TIMEOUT", HTTP_TIMEOUT)
    pip = pip_settings(environ)
    if pip["cert"]:
        ours.setdefault("SSL_CERT_FILE", pip["cert"])
    if pip["index-url"] and not _configures_uv(environ):
        # uv takes a package from the first index that has the version, and asks the default one
        # last; pip's extra ones are only for what its main one lacks. An extra index beside the
        # public one is left out: it may have a poorer wheel of what the public one has.
        *first, last = [pip["index-url"], *pip["extra-index-url"].split()]
        if first:
            ours["UV_INDEX"] = " ".join(first)
        ours["UV_DEFAULT_INDEX"] = last
        ours["UV_INDEX_STRATEGY"] = "unsafe-first-match"  # the lock's hashes make it safe
    return ours


def pip_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Where pip takes packages from: by its variables, else by its files; "" where neither says."""
    home = Path(environ.get("HOME") or "/")
    files = [
        Path("/etc/pip.conf"),
        home / ".pip" / "pip.conf",
        home / "Library" / "Application Support" / "pip" / "pip.conf",
        _config_home(environ) / "pip" / "pip.conf",
        Path(environ.get("PIP_CONFIG_FILE") or os.devnull),
    ]
    parser = configparser.RawConfigParser()
    with suppress(configparser.Error, UnicodeDecodeError):
        parser.read(files, encoding="utf-8")
    found: dict[str, str] = {}
    for section in ("global", "install"):
        if parser.has_section(section):
            found |= dict(parser.items(section))
    keys = ("index-url", "extra-index-url", "cert")
    told = {key: environ.get(f"PIP_{key.upper().replace('-', '_')}") for key in keys}
    return {key: told[key] or found.get(key, "") for key in keys}


def cache_dir(uv: Path, env: Mapping[str, str]) -> Path | None:
    """Where uv keeps what it downloaded; None when it does not say."""
    answer = subprocess.run([uv, "cache", "dir"], capture_output=True, text=True, env=dict(env))
    return Path(answer.stdout.strip()) if answer.returncode == 0 else None


def all_cached(uv: Path, lock: Path, env: Mapping[str, str]) -> bool:
    """Whether everything a lock pins was downloaded before."""
    command: list[str | Path] = [uv, "pip", "install", "--dry-run", "--offline"]
    command += ["--require-hashes", "--python", base_python()]
    command += ["--target", lock.parent / ".nowhere", "-r", lock]
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
    the last whole line, twice a second and whenever something came. Whatever interrupts us ends
    the process too.
    """
    said = b""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
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
                    sys.stderr.write(decoder.decode(piece))
                    sys.stderr.flush()
                said += piece
                whole_lines = said.rpartition(b"\n")[0]
                on_tick(whole_lines.rpartition(b"\n")[2].decode("utf-8", "replace").strip())
            return process.wait(), said.decode("utf-8", "replace")
        finally:
            _end(process)


def _pieces(process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """What the process writes to stderr as it comes; b"" when nothing came for a tick."""
    stream = process.stderr
    if stream is None:
        raise ValueError("the process has no stderr to read")
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while True:
            if not selector.select(TICK_SECONDS):
                yield b""
                continue
            piece = os.read(stream.fileno(), 2**16)
            if not piece:
                return
            yield piece


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stderr:
        process.stderr.close()


@dataclass(frozen=True)
class Trouble:
    """A kind of failure: the words uv or pip use for it, and our three sentences."""

    pattern: str
    what: str
    cause: str
    fix: str


_TROUBLES = (
    Trouble(
        r"No space left|os error 28|quota exceeded|os error 122",
        "the disk is full",
        "Environments with torch take gigabytes, and uv keeps a cache of what it downloaded.",
        "Free some room (uv cache clean empties the cache)",
    ),
    Trouble(
        r"hash mismatch|DO NOT MATCH THE HASHES",
        "a package does not match its locked hash",
        "The download was damaged, or the index serves different files.",
        "Use another index (UV_DEFAULT_INDEX names one) if it happens again",
    ),
    Trouble(
        r"no wheels with a matching|has no usable wheels|only has wheels for",
        "a package does not exist for this system",
        "The C library, the macOS or the processor is older than the package supports.",
        "Look for its name in the log, and update the system",
    ),
    Trouble(
        r"Failed to build|command '?\S*(gcc|g\+\+|cc|clang|c\+\+)'? failed",
        "a package could not be compiled",
        "It has no binary for this system, and a C++ compiler is missing here.",
        "Install one (build-essential on Debian, xcode-select --install on macOS)",
    ),
    Trouble(
        r"error sending request|Failed to fetch|Request failed|dns error|Connection refused"
        r"|timed out|Connection (reset|aborted)|NewConnectionError|Max retries exceeded"
        r"|Network (is )?unreachable|HTTP status|Failed to download"
        r"|No matching distribution found for uv",
        "the package index cannot be reached",
        "There is no network, a proxy is in the way, or the index that is set up is wrong.",
        "Check the network, or name another index in UV_DEFAULT_INDEX",
    ),
)


def trouble_of(said: str) -> Trouble | None:
    """Which of the known failures uv or pip is talking about."""
    return next((item for item in _TROUBLES if re.search(item.pattern, said, re.IGNORECASE)), None)


def _configures_uv(environ: Mapping[str, str]) -> bool:
    """Whether someone told uv where packages come from: a variable, or a configuration file."""
    names = (
        *("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL"),
        *("UV_NO_INDEX", "UV_FIND_LINKS", "UV_OFFLINE", "UV_CONFIG_FILE"),
    )
    files = (_config_home(environ) / "uv" / "uv.toml", Path("/etc/uv/uv.toml"))
    return any(environ.get(name) for name in names) or any(file.exists() for file in files)


def _config_home(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME") or "/") / ".config")


def _usable(path: Path) -> bool:
    """Whether this uv starts and is new enough (a shim can be there and not run)."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    version = re.match(r"uv (\d+)\.(\d+)", answer.stdout)
    return version is not None and (int(version[1]), int(version[2])) >= OLDEST
