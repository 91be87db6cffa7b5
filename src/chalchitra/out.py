"""Where jobs live when --out does not say."""

from __future__ import annotations

from pathlib import Path

from chalchitra.errors import UsageError
from chalchitra.paths import jobs_dir


def out_dir(named: Path | None) -> Path:
    """The folder of all jobs: `--out`, else `out` in the checkout, or in the data folder."""
    return (named or jobs_dir()).absolute()


def found_out(named: Path | None) -> Path:
    """The folder of all jobs, for what only looks at them: where nothing was prepared yet, there
    may be none. Raises UsageError when one that was named is not there."""
    folder = out_dir(named)
    if named is not None:
        require_out(folder)
    return folder


def require_out(folder: Path) -> None:
    """Raise UsageError when the folder of all jobs is not there."""
    if not folder.is_dir():
        raise UsageError(
            f"There is no folder {folder}.",
            cause="Jobs are in the folder that prepare-job wrote to: --out, by default out.",
            fix="Give the same --out as prepare-job.",
        )
