"""Whether an environment is whole: its stamp, the quick look at it, and the thorough one.

The stamp is the last thing a build writes, so an environment without one was never finished.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from chalchitra.environments.activation import activation
from chalchitra.environments.table import Environment, environment_dir, load, python_path
from chalchitra.errors import MissingError
from chalchitra.files import sha256_file, write_json
from chalchitra.hardware import platform_id
from chalchitra.hints import restore_line, typed
from chalchitra.paths import import_dir, requirements_dir

STAMP_FILE = "chalchitra.json"
VERIFY_SECONDS = 120


@dataclass(frozen=True)
class Stamp:
    """What a finished build was made of.

    `locks` maps the names of its locks to their sha256, `packages` the installed packages (names
    as the index normalises them) to their versions.
    """

    environment: str
    locks: dict[str, str]
    python: str
    platform: str
    packages: dict[str, str] = field(repr=False)

    def write(self, folder: Path) -> None:
        write_json(folder / STAMP_FILE, asdict(self))


@dataclass(frozen=True)
class EnvironmentState:
    """Whole or not; if not, why, and what to type."""

    name: str
    whole: bool
    reason: str = ""
    fix: str = ""
    stamp: Stamp | None = field(default=None, repr=False)

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "whole": self.whole,
            "reason": self.reason,
            "fix": self.fix,
            "python": self.stamp.python if self.stamp else None,
        }


def _release(version: str) -> str:
    """A version without the leading zeros that PEP 440 does not count: 2.007 is 2.7."""
    return re.sub(r"\b0+(?=\d)", "", version)


def normalised(package: str) -> str:
    """A package's name as the index spells it: `IndicTransToolkit` -> `indictranstoolkit`."""
    return re.sub(r"[-_.]+", "-", package).lower()


def lock_path(lock: str, root: Path | None = None) -> Path:
    return requirements_dir(root) / f"{lock}.txt"


def lock_hashes(locks: list[str], root: Path | None = None) -> dict[str, str]:
    """The sha256 of each lock. Raises MissingError for one that is not there."""
    try:
        return {lock: sha256_file(lock_path(lock, root)) for lock in locks}
    except FileNotFoundError as error:
        raise MissingError(
            f"{error.filename} is missing.",
            cause="The installation is incomplete.",
            fix=restore_line("requirements"),
        ) from None


def locks_of(environment: Environment, *, dev: bool) -> list[str]:
    """The names of the locks that make up an environment."""
    return [environment.name, *([environment.dev] if dev and environment.dev else [])]


def read_stamp(folder: Path) -> Stamp | None:
    """The stamp in an environment's folder, or None when there is none that can be read."""
    try:
        return Stamp(**json.loads((folder / STAMP_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def state(name: str, root: Path | None = None, *, dev: bool = False) -> EnvironmentState:
    """A look of milliseconds: stamp, locks, platform, and the Python that the build used.

    `dev` asks for the developers' tools too. Raises UsageError for an unknown name.
    """
    environment = load(root).get(name)
    folder = environment_dir(name, root)
    stamp = read_stamp(folder)
    reason = _problem(environment, folder, stamp, root, dev)
    fix = typed("./bootstrap.sh --env", name, *(["--dev"] if dev and environment.dev else []))
    return EnvironmentState(name, not reason, reason, fix if reason else "", stamp)


def _problem(
    environment: Environment, folder: Path, stamp: Stamp | None, root: Path | None, dev: bool
) -> str:
    if not folder.is_dir():
        return "it has not been built"
    if stamp is None or stamp.environment != environment.name:
        return "its build was not finished"
    if stamp.platform != platform_id():
        return f"it was built for {stamp.platform}, and this is {platform_id()}"
    if dev and environment.dev and environment.dev not in stamp.locks:
        return "it lacks the development tools"
    wanted = lock_hashes(locks_of(environment, dev=dev), root)
    changed = [lock for lock, digest in wanted.items() if stamp.locks.get(lock) != digest]
    if changed:
        return f"requirements/{changed[0]}.txt changed since it was built"
    python = Path(os.path.realpath(folder / "bin" / "python"))
    if not os.access(python, os.X_OK):
        return f"its Python is missing ({python})"
    version = re.fullmatch(r"python(3\.\d+)", python.name)
    if version and not stamp.python.startswith(f"{version[1]}."):
        return f"its Python is now {version[1]}, but was {stamp.python}"
    return ""


def locked_versions(name: str, root: Path | None = None) -> dict[str, str]:
    """Package -> version, as the lock resolved on this machine and Python, out of the stamp.

    Raises MissingError when the environment was not built.
    """
    stamp = read_stamp(environment_dir(load(root).get(name).name, root))
    if stamp is None:
        raise MissingError(
            f"The environment {name} is missing.",
            cause="It has not been built, or its build was not finished.",
            fix=typed("./bootstrap.sh --env", name),
        )
    return stamp.packages


def verify(name: str, root: Path | None = None, *, dev: bool = False) -> EnvironmentState:
    """The thorough look: also starts the environment's Python and asks it what it finds."""
    seen = state(name, root, dev=dev)
    if not seen.whole or seen.stamp is None:
        return seen
    reason = _found_wrong(load(root).get(name), seen.stamp, root)
    if not reason:
        return seen
    fix = typed("./bootstrap.sh --force --env", name)
    return EnvironmentState(name, False, reason, fix, seen.stamp)


_LOOK = """
import importlib.metadata, importlib.util, json, sys
def found(module):
    try:
        return importlib.util.find_spec(module) is not None
    except ImportError:
        return False
ours = importlib.util.find_spec("chalchitra")
print(json.dumps({
    "python": sys.version.split()[0],
    "missing": [module for module in sys.argv[1:] if not found(module)],
    "packages": {d.name: d.version for d in importlib.metadata.distributions()},
    "source": ours.origin if ours else None,
}))
"""


def _found_wrong(environment: Environment, stamp: Stamp, root: Path | None) -> str:
    variables = activation(environment.name, root, inherited=os.environ)
    del variables["PYTHONPATH"]  # the .pth file must do by itself
    # Parents only: looking for `a.b` would import `a`, and that takes seconds where `a` is large.
    modules = sorted({module.partition(".")[0] for module in environment.imports})
    try:
        answer = subprocess.run(
            [python_path(environment.name, root), "-P", "-c", _LOOK, *modules],
            env=variables,
            cwd=environment_dir(environment.name, root),
            capture_output=True,
            text=True,
            check=True,
            timeout=VERIFY_SECONDS,
        ).stdout
        seen = json.loads(answer)
    except subprocess.CalledProcessError as error:
        return f"its Python does not run ({(error.stderr.strip().splitlines() or ['?'])[-1]})"
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return f"its Python does not run ({error})"
    if seen["python"].split(".")[:2] != stamp.python.split(".")[:2]:
        return f"its Python is {seen['python']}, but was {stamp.python}"
    packages = {normalised(key): version for key, version in seen["packages"].items()}
    for package, version in stamp.packages.items():
        if _release(packages.get(package, "")) != _release(version):
            return f"{package} is {packages.get(package, 'not installed')} but should be {version}"
    if seen["missing"]:
        return f"{', '.join(seen['missing'])} cannot be imported"
    expected = import_dir(root) / "chalchitra" / "__init__.py"
    if not seen["source"] or not expected.samefile(seen["source"]):
        return "it cannot find the source of this Chalchitra"
    return ""
