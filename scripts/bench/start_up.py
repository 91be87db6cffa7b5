#!/usr/bin/env python3
"""What starting costs: prepare-job on a clip, and a run in which every stage is up to date.

venv/common/bin/python scripts/bench/start_up.py CLIP -s en [--runs 5]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from statistics import median

from measure import describe, measure

from chalchitra.paths import project_root


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clip", type=Path)
    parser.add_argument("-s", "--source", default="en")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    root = project_root()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        prepare = [
            str(root / "prepare-job.sh"), str(arguments.clip), "--subtitle", "-s",
            arguments.source, "--model", "base", "--out", folder, "--user", "bench",
        ]  # fmt: skip
        prepared = [measure(prepare) for _ in range(arguments.runs)]
        job = min(path.parent for path in out.glob("*/*/*/bench/*/job.json"))
        run = [str(root / "run-pipeline.sh"), "--job-dir", str(job)]
        measure(run)
        idle = [measure(run) for _ in range(arguments.runs)]
    print(describe("prepare", prepared))
    print(describe("up to date", idle))
    print(
        f"medians      prepare {median(r.seconds for r in prepared):.2f} s, "
        f"up to date {median(r.seconds for r in idle):.2f} s"
    )


if __name__ == "__main__":
    main()
