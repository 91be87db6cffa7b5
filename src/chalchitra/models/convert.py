"""Converting a fetched model once, in the environment of the stage that will load it.

An aligner comes as transformers saves it; converted for torchaudio, its stage starts ten seconds
sooner, since it never imports transformers.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from chalchitra import stopping
from chalchitra.environments.activation import activation
from chalchitra.environments.table import environment_for, python_path
from chalchitra.errors import MissingError
from chalchitra.hints import fetch_line, typed
from chalchitra.models.catalogue import ModelEntry
from chalchitra.models.manifest import needs_conversion, record_conversion

CONVERTERS = {"torchaudio": ("alignment", "chalchitra.speech.alignment.convert")}
"""The table's `convert`: the stage that loads the result, and the module that makes it."""


def convert_if_needed(entry: ModelEntry, root: Path | None = None) -> bool:
    """Convert a fetched model unless that is done; returns whether it was.

    Raises MissingError when the environment is missing or the model cannot be converted.
    """
    folder = entry.path(root)
    if entry.convert is None or not needs_conversion(entry, folder):
        return False
    stage, module = CONVERTERS[entry.convert]
    environment = environment_for(stage, root=root).name
    python = python_path(environment, root)
    if not python.exists():
        raise MissingError(
            f"The model {entry} cannot be converted.",
            cause=f"The environment {environment}, which converts it, is missing.",
            fix=typed("./bootstrap.sh --env", environment),
        )
    blank = ["--blank", entry.blank_token] if entry.blank_token else []
    with subprocess.Popen(
        [python, "-m", module, folder, folder, *blank],
        env=activation(environment, root, inherited=os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,  # Ctrl-C on the terminal is for us to hear
    ) as process:
        try:
            said, errors = stopping.aside(process.communicate)
        finally:
            process.kill()
    if process.returncode:
        raise MissingError(
            f"The model {entry} cannot be converted.",
            cause=_why(errors),
            fix=fetch_line(entry.name, entry.format, "--force", first="To fetch it again,"),
        )
    record_conversion(entry, folder, said.split())
    return True


def _why(printed: str) -> str:
    """What the converter said: its error and the cause, or the last line of a traceback."""
    lines = printed.strip().splitlines() or ["It did not say why."]
    errors = [at for at, line in enumerate(lines) if line.startswith("Error: ")]
    said = lines[errors[-1] : errors[-1] + 2] if errors else lines[-1:]
    return " ".join(line.strip().removeprefix("Error: ") for line in said)
