"""Building one environment: aside, checked, stamped, and put in its place by one rename.

Environments are made relocatable, so the rename breaks nothing in them, nor does moving the
checkout. Standard library only, also of what is imported late: the environment that runs this
may be the one that is replaced.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from chalchitra.environments import uv as uv_
from chalchitra.environments.activation import activation
from chalchitra.environments.state import (
    Stamp,
    lock_hashes,
    lock_path,
    locks_of,
    normalised,
    read_stamp,
)
from chalchitra.environments.table import Environment, environment_dir
from chalchitra.errors import MissingError
from chalchitra.hardware import platform_id
from chalchitra.hints import typed
from chalchitra.paths import import_dir, installed, venv_dir

BUILDING = ".building-"
REPLACED = ".replaced-"
SOURCE_FILE = "chalchitra.pth"

_COMMAND = """#!/bin/sh
# Runs Chalchitra from the checkout that this environment is in.
self=$0
while [ -L "$self" ]; do
  target=$(readlink "$self")
  case $target in /*) self=$target ;; *) self=$(dirname "$self")/$target ;; esac
done
# Ctrl-C while Python starts is kept until we hear it, where env(1) can do that.
# shellcheck disable=SC2086  # no word where it cannot
block=$(env --block-signal=INT true 2>/dev/null && echo env --block-signal=INT) || block=
exec $block "$(dirname "$self")/python" -m chalchitra "$@"
"""


@dataclass(frozen=True)
class Builder:
    """What all builds of one bootstrap share.

    `lock_fd` is the held lock: uv inherits it, so that a uv that outlives us still holds it.
    `tick` is called again and again with what is being done.
    """

    root: Path
    uv: Path
    env: Mapping[str, str]
    lock_fd: int
    tick: Callable[[str], None]
    debug: bool = False

    def build(self, environment: Environment, *, dev: bool) -> Stamp:
        """Build an environment from nothing and put it in its place.

        Raises MissingError with what went wrong; what was there before is then still there.
        """
        aside = venv_dir(self.root) / f"{BUILDING}{environment.name}"
        log = log_path(environment.name, self.root)
        log.write_bytes(b"")
        shutil.rmtree(aside, ignore_errors=True)
        try:
            self._uv(environment, log, "venv", *self._venv_options(environment), aside)
            python = aside / "bin" / "python"
            locks = locks_of(environment, dev=dev)
            paths = [lock_path(lock, self.root) for lock in locks]
            hashes = lock_hashes(locks, self.root)
            options: list[str | Path] = ["--python", python, "--require-hashes"]
            self._uv(environment, log, "pip", "sync", *options, *paths)
            site = _site_packages(aside)
            self._add_ours(environment, aside, site)
            self._import_once(environment, python, log)
            stamp = Stamp(
                environment=environment.name,
                locks=hashes,
                python=_version(aside),
                platform=platform_id(),
                packages=_installed(site),
            )
            stamp.write(aside)
            self._put_in_place(environment, aside)
        except OSError as error:
            raise MissingError(
                f"The environment {environment.name} could not be built: {error}.",
                cause="The disk is full, or the folder is not writable.",
                fix="Fix that, then type the same command again.",
            ) from None
        finally:
            put_back(self.root)
            shutil.rmtree(aside, ignore_errors=True)
        return stamp

    def _venv_options(self, environment: Environment) -> list[str]:
        ours = f"{sys.version_info.major}.{sys.version_info.minor}"
        python = uv_.base_python() if ours in environment.python else environment.python[0]
        name = f"chalchitra-{environment.name}"
        return ["--relocatable", "--no-project", "--prompt", name, "--python", python]

    def _uv(self, environment: Environment, log: Path, *words: str | Path) -> None:
        command: list[str | Path] = [self.uv, *words]
        self._run(environment, log, command, self.env)

    def _import_once(self, environment: Environment, python: Path, log: Path) -> None:
        """Import what stages load, which proves the build, and compiles it: later starts take half.

        (torch: 2.3 s instead of 5.4 s where Python may not write its bytecode.)
        """
        variables = activation(environment.name, self.root, inherited=os.environ)
        variables.pop("PYTHONDONTWRITEBYTECODE", None)
        imports = "\n".join(f"import {module}" for module in environment.imports)
        command: list[str | Path] = [python, "-P", "-c", imports]
        self._run(environment, log, command, variables, doing="importing its libraries once")

    def _run(
        self,
        environment: Environment,
        log: Path,
        command: list[str | Path],
        env: Mapping[str, str],
        doing: str = "",
    ) -> None:
        code, said = uv_.run(
            command,
            env=env,
            log=log,
            on_tick=lambda line: self.tick(doing or line),
            echo=self.debug,
            pass_fds=(self.lock_fd,),
        )
        if code:
            raise _failure(environment.name, code, said, log)

    def _add_ours(self, environment: Environment, aside: Path, site: Path) -> None:
        """The .pth file to our source and, where commands run, the command."""
        final = environment_dir(environment.name, self.root) / site.relative_to(aside)
        (site / SOURCE_FILE).write_text(_to_source(final, self.root), encoding="utf-8")
        if environment.has_commands and not installed(self.root):
            command = aside / "bin" / "chalchitra"
            command.write_text(_COMMAND, encoding="utf-8")
            command.chmod(0o755)

    def _put_in_place(self, environment: Environment, aside: Path) -> None:
        place = environment_dir(environment.name, self.root)
        replaced = venv_dir(self.root) / f"{REPLACED}{environment.name}"
        if place.exists():
            place.rename(replaced)
        aside.rename(place)
        shutil.rmtree(replaced, ignore_errors=True)


def log_path(name: str, root: Path) -> Path:
    """Where the last build of an environment wrote what uv said."""
    return venv_dir(root) / f"{name}.log"


def had_dev(environment: Environment, root: Path) -> bool:
    """Whether the environment has the developers' tools: a rebuild keeps them."""
    stamp = read_stamp(environment_dir(environment.name, root))
    return stamp is not None and environment.dev in stamp.locks


def put_back(root: Path) -> None:
    """Give environments their names back whose successors did not get so far."""
    for replaced in venv_dir(root).glob(f"{REPLACED}*"):
        place = environment_dir(replaced.name.removeprefix(REPLACED), root)
        if not place.exists():
            replaced.rename(place)


def remove_leftovers(root: Path) -> None:
    """Remove what interrupted builds left. Only for whoever holds the lock."""
    put_back(root)
    for pattern in (f"{BUILDING}*", f"{REPLACED}*"):
        for folder in venv_dir(root).glob(pattern):
            shutil.rmtree(folder, ignore_errors=True)


def check_platform(environment: Environment) -> None:
    """Raises MissingError where the table does not have this platform."""
    if platform_id() not in environment.platforms:
        raise MissingError(
            f"The environment {environment.name} is not available for {platform_id()}.",
            cause=f"Its libraries exist for {', '.join(environment.platforms)} (on Apple silicon "
            "with an arm64 Python).",
            fix="Use one of these systems; on Windows, use WSL.",
        )


def check_disk(environments: list[Environment], builder: Builder) -> None:
    """Raises MissingError when the builds would not fit.

    What uv has in its cache on the same disk is linked, not copied, and takes nothing.
    """
    needed = sum(item.platforms[platform_id()].disk for item in environments)
    place = venv_dir(builder.root)
    cache = uv_.cache_dir(builder.uv, builder.env) or place
    short = [folder for folder in (place, cache) if free_gb(folder) < needed]
    locks = [lock_path(item.name, builder.root) for item in environments]
    if not short or (
        same_disk(place, cache)
        and all(uv_.all_cached(builder.uv, lock, builder.env) for lock in locks)
    ):
        return
    names = ", ".join(item.name for item in environments)
    raise MissingError(
        f"There is not enough space for {names}: {needed:.1f} GB are needed in {short[0]}, but "
        f"only {free_gb(short[0]):.1f} GB are free.",
        cause="The libraries for recognition and translation are large.",
        fix=f"Free some space, or {_elsewhere(builder.root)} (UV_CACHE_DIR moves uv's cache).",
    )


def _elsewhere(root: Path) -> str:
    """How environments get to another disk."""
    if installed(root):
        return "name a folder on another disk in CHALCHITRA_DATA"
    return "make venv a link to a folder on another disk"


def free_gb(folder: Path) -> float:
    """What is free on the disk that a folder is on or would be on, in GB."""
    return shutil.disk_usage(_existing(folder)).free / 1e9


def same_disk(one: Path, other: Path) -> bool:
    return _existing(one).stat().st_dev == _existing(other).stat().st_dev


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())


def lead_to_source(environments: Iterable[Environment], root: Path) -> None:
    """Let built environments find our source again, where an update has put that elsewhere."""
    for environment in environments:
        folder = environment_dir(environment.name, root)
        for file in folder.glob(f"lib/python3*/site-packages/{SOURCE_FILE}"):
            wanted = _to_source(file.parent, root)
            if file.read_text(encoding="utf-8") != wanted:
                file.write_text(wanted, encoding="utf-8")


def _to_source(site: Path, root: Path) -> str:
    """A line that leads Python from an environment's site-packages to our source.

    Relative in a checkout, so that it still holds after that was moved.
    """
    source = import_dir(root)
    return f"{source if installed(root) else os.path.relpath(source, site)}\n"


def _site_packages(folder: Path) -> Path:
    return next(folder.glob("lib/python3*/site-packages"))


def _version(folder: Path) -> str:
    """The version of a new environment's Python, as uv noted it."""
    noted = (folder / "pyvenv.cfg").read_text(encoding="utf-8")
    found = re.search(r"^version(?:_info)? *= *(\d+\.\d+\.\d+)", noted, re.MULTILINE)
    if found is None:
        raise OSError(f"{folder / 'pyvenv.cfg'} does not name a version")
    return found[1]


def _installed(site: Path) -> dict[str, str]:
    """Package -> version of all that is in a site-packages folder."""
    names = sorted(path.name.removesuffix(".dist-info") for path in site.glob("*.dist-info"))
    return {normalised(name): version for name, _, version in (n.partition("-") for n in names)}


def _failure(name: str, code: int, said: str, log: Path) -> MissingError:
    what, cause, fix = "the installer failed", "The log says why.", "Read it"
    if code < 0:
        what = f"the installer was killed by {signal.Signals(-code).name}"
        cause = "Somebody stopped it, or the machine ran out of memory."
        fix = "Look at the log"
    elif trouble := uv_.trouble_of(said):
        what, cause, fix = trouble.what, trouble.cause, trouble.fix
    elif error := re.findall(r"^(\w*(?:Error|Exception)\b.*)$", said, re.MULTILINE):
        what = f"it was installed but does not run ({error[-1]})"
        cause = "A system library is missing or too old."
        fix = "Look for its name in the log"
    return MissingError(
        f"The environment {name} could not be built: {what}.",
        cause=cause,
        fix=typed("./bootstrap.sh --env", name, first=f"{fix} (the log: {log}), then"),
    )
