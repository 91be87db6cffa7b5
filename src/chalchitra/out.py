"""Where jobs live when --out does not say."""

from __future__ import annotations

from pathlib import Path

from chalchitra.paths import project_root


def out_dir(named: Path | None) -> Path:
    """The folder of all jobs: `--out`, else `out/` of the checkout."""
    return (named or project_root() / "out").absolute()
