"""The variables a process of an environment gets."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from chalchitra import offline, paths
from chalchitra.environments.table import environment_dir, load

NEVER_INHERITED = (
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "PYTHONUSERBASE",
    "PYTHONEXECUTABLE",
    "PYTHONPLATLIBDIR",
    "PYTHONSAFEPATH",
    "PYTHONINSPECT",
    "PYTHONWARNINGS",
    "PYTHONIOENCODING",
    "PYTHONDONTWRITEBYTECODE",
    "__PYVENV_LAUNCHER__",
    "VIRTUAL_ENV_PROMPT",
    "CONDA_PREFIX",
    "CONDA_DEFAULT_ENV",
    "CONDA_SHLVL",
)
"""What would let another Python, or another environment, into the process; the terminal's encoding,
which is not that of logs; and the wish for no bytecode, which would compile our source again at
every start of every stage."""


def activation(
    name: str,
    root: Path | None = None,
    *,
    inherited: Mapping[str, str],
    debug: bool = False,
    log_level: str = "INFO",
) -> dict[str, str]:
    """All variables of a process in the environment `name`: the inherited ones, corrected.

    Raises UsageError for a name that is not in the table.
    """
    environment = load(root).get(name)
    folder = environment_dir(environment.name, root)
    variables = {key: value for key, value in inherited.items() if key not in NEVER_INHERITED}
    variables |= {
        "VIRTUAL_ENV": str(folder),
        "PATH": _path(folder / "bin", inherited.get("PATH") or os.defpath),
        "PYTHONPATH": str(paths.import_dir(root)),
        "PYTHONNOUSERSITE": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        "DEBUG_MODE": "true" if debug else "false",
        "LOG_LEVEL": log_level,
        **offline.VARIABLES,
        **paths.variables(),
    }
    libraries = [
        path
        for entry in environment.library_path
        for path in folder.glob(f"lib/python3*/site-packages/{entry}")
    ]
    if libraries:
        # CTranslate2 opens cuBLAS and cuDNN by name and does not look where their wheels put them.
        variables["LD_LIBRARY_PATH"] = _path(*libraries, inherited.get("LD_LIBRARY_PATH", ""))
    return variables


def _path(*parts: Path | str) -> str:
    return os.pathsep.join(str(part) for part in parts if str(part))
