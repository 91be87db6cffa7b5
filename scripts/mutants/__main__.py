"""Puts one fault after another into the code, and looks whether the tests that should, notice.

    venv/common/bin/python scripts/mutants [MODULE|FOLDER ...] [--count 200] [--seed 1] [--jobs 2]

Each fault changes one line (scripts/mutants/changes.py) of a copy of the checkout, in which the
tests nearest to the module run (nearest.py), one file after another until one is red. Printed as
they come: the faults that nobody noticed; at the end how many of how many were. What is said to
people is not changed. A fault may change nothing that matters: look at each before a test is
written for it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any

from changes import Change, changes
from nearest import Nearest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "runner", "artifacts.py", "prepare", "media", "subtitles", "translation", "models",
    "environments",
)  # fmt: skip
"""Where a fault costs a person most."""
PATIENCE_SECONDS = 300.0
"""A file of tests that takes longer hangs, which counts as noticed."""
_NO_TESTS = 5
"""pytest's exit status where it found none that it may run."""


@dataclass(frozen=True)
class Fault:
    """A change of one module, whose path is relative to the checkout."""

    module: Path
    change: Change

    def __str__(self) -> str:
        change = self.change
        return (
            f"{self.module}:{change.line} ({change.kind})\n  - {change.before}\n  + {change.after}"
        )


@dataclass(frozen=True)
class Judged:
    """Which test file noticed a fault; None where none of these did."""

    fault: Fault
    noticed: Path | None
    asked: tuple[Path, ...]


def sample(modules: list[Path], count: int, seed: int) -> list[Fault]:
    """So many faults, drawn by seed from all that these modules can be given."""
    every = [
        Fault(module.relative_to(ROOT), change)
        for module in modules
        for change in changes(module.read_text(encoding="utf-8"))
    ]
    return random.Random(seed).sample(every, min(count, len(every)))


def copied(place: Path) -> Path:
    """A copy of what git knows of the checkout, with its environments and models by hard links."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).exists():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, place / name, follow_symlinks=False)
    for folder in ("venv", "models"):
        if (ROOT / folder).is_dir():
            subprocess.run(["cp", "-al", ROOT / folder, place / folder], check=True)
    shutil.copy2(ROOT / "config" / "hardware_cache.json", place / "config")
    return place


def judge(fault: Fault, checkout: Path, tests: list[Path]) -> Judged:
    """Run the tests with the fault in a copy of the checkout, which is whole again afterwards."""
    file = checkout / fault.module
    whole = file.read_text(encoding="utf-8")
    asked = []
    try:
        file.write_text(fault.change.source, encoding="utf-8")
        for test in tests:
            asked.append(test)
            if fails(test, checkout):
                return Judged(fault, test, tuple(asked))
    finally:
        file.write_text(whole, encoding="utf-8")
    return Judged(fault, None, tuple(asked))


def fails(test: Path, checkout: Path) -> bool:
    """Whether a file of tests is red, or hangs."""
    command = [
        str(checkout / "venv/common/bin/python"), "-B", "-m", "pytest", "-x", "-q",
        "-m", "not slow and not smoke", "-p", "no:cacheprovider", str(test),
    ]  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="mutants-") as place:
        environ = {**os.environ, "TMPDIR": place}
        with subprocess.Popen(
            command,
            cwd=checkout,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            try:
                return process.wait(PATIENCE_SECONDS) not in (0, _NO_TESTS)
            except subprocess.TimeoutExpired:
                return True
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, 9)


def judged(faults: list[Fault], jobs: int, most: int) -> Iterator[Judged]:
    """Each fault as it is judged, in as many copies of the checkout at once as there are `jobs`."""
    nearest = Nearest(ROOT)
    order = threading.Lock()
    with tempfile.TemporaryDirectory(prefix="mutants-", dir=ROOT.parent) as place:
        free: Queue[Path] = Queue()
        for number in range(jobs):
            free.put(copied(Path(place, str(number), ROOT.name)))

        def one(fault: Fault) -> Judged:
            checkout = free.get()
            try:
                with order:
                    found = nearest.tests(ROOT / fault.module, most)
                return judge(fault, checkout, [test.relative_to(ROOT) for test in found])
            finally:
                free.put(checkout)

        with ThreadPoolExecutor(jobs) as pool:
            yield from pool.map(one, faults)


def modules_of(named: list[str]) -> list[Path]:
    source = ROOT / "src" / "chalchitra"
    places = [ROOT / name if (ROOT / name).exists() else source / name for name in named]
    if absent := [path for path in places if not path.exists()]:
        sys.exit(f"There is no {absent[0]}. Name modules or folders of src/chalchitra.")
    found = [path.rglob("*.py") if path.is_dir() else [path] for path in places]
    return sorted({file for files in found for file in files if file.name != "__init__.py"})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="*", default=list(ROOMS), help="Below src/chalchitra.")
    parser.add_argument("--count", type=int, default=200, help="How many faults.")
    parser.add_argument("--seed", type=int, default=1, help="Draws others.")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="Side by side.")
    parser.add_argument("--tests", type=int, default=8, help="Test files for each, at most.")
    parser.add_argument("--json", type=Path, help="Where to write what became of each.")
    parser.add_argument("--list", action="store_true", help="Print the faults, and judge none.")
    options = parser.parse_args()
    faults = sample(modules_of(options.modules), options.count, options.seed)
    if options.list:
        print(*faults, sep="\n")
        return
    rows: list[dict[str, Any]] = []
    noticed = Counter[str]()
    for found in judged(faults, options.jobs, options.tests):
        room = found.fault.module.relative_to("src/chalchitra").parts[0]
        noticed[room] += found.noticed is not None
        rows.append(
            {
                "module": str(found.fault.module),
                "line": found.fault.change.line,
                "kind": found.fault.change.kind,
                "before": found.fault.change.before,
                "after": found.fault.change.after,
                "noticed": str(found.noticed) if found.noticed else None,
                "asked": [str(test) for test in found.asked],
            }
        )
        if found.noticed is None:
            print(
                found.fault, f"  asked: {', '.join(map(str, found.asked)) or 'no test'}", sep="\n"
            )
            sys.stdout.flush()
        if options.json:
            options.json.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
    total = Counter(row["module"].split("/")[2] for row in rows)
    for room, count in sorted(total.items()):
        print(f"{room}: {noticed[room]} of {count} noticed")
    print(f"{sum(noticed.values())} of {len(rows)} faults were noticed.")


if __name__ == "__main__":
    main()
