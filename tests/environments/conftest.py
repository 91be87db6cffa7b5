"""A checkout in a temporary folder whose environments are built by a uv that only pretends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chalchitra import paths
from chalchitra.hardware import platform_id

TABLE = """
[{name}]
purpose = "tests"
build = "{build}"
has_commands = {has_commands}
{dev}
python = ["3.11", "3.12"]
imports = ["json"]
key_libraries = []
serves = []
[{name}.platforms]
{platform} = {{ download = 0.001, disk = 0.001 }}
"""

FAKE_UV = """#!{python}
import json, os, pathlib, sys, time
words = sys.argv[1:]
plan = json.loads(pathlib.Path(os.environ["FAKE_UV"]).read_text())
with open(plan["calls"], "a") as calls:
    calls.write(json.dumps([words, dict(os.environ, PID=str(os.getpid()))]) + "\\n")
if words == ["--version"]:
    print("uv 0.13.9 (fake)")
elif words == ["cache", "dir"]:
    print(plan["cache"])
elif words[0] == "venv":
    folder = pathlib.Path(words[-1])
    version = "%d.%d" % sys.version_info[:2]
    (folder / "lib" / ("python" + version) / "site-packages").mkdir(parents=True)
    (folder / "bin").mkdir()
    base = pathlib.Path(words[words.index("--python") + 1]).resolve()
    (folder / "bin" / "python").symlink_to(base)
    (folder / "pyvenv.cfg").write_text(
        "home = %s\\nversion_info = %d.%d.%d\\n" % (base.parent, *sys.version_info[:3])
    )
elif words[:2] == ["pip", "sync"]:
    sys.stderr.write(plan.get("says", ""))
    if "waits_for" in plan:
        while not os.path.exists(plan["waits_for"]):
            time.sleep(0.02)
    if "fails" in plan:
        sys.exit(plan["fails"])
    folder = pathlib.Path(words[words.index("--python") + 1]).parent.parent
    site = next(folder.glob("lib/python3*/site-packages"))
    for lock in (pathlib.Path(word) for word in words if word.endswith(".txt")):
        for line in lock.read_text().splitlines():
            if "==" in line:
                name, version = line.split("==")
                info = site / (name + "-" + version + ".dist-info")
                info.mkdir()
                (info / "METADATA").write_text("Name: %s\\nVersion: %s\\n" % (name, version))
"""


@dataclass
class Checkout:
    """A root with a table of three environments (`main`, `heavy`, and `extra` built by name)."""

    root: Path
    variables: dict[str, str]
    plan: dict = field(default_factory=dict)

    def uv(self, **plan) -> None:
        """How the pretended uv behaves from now on: `fails`, `says`, `waits_for`."""
        (self.root / "cache").mkdir(exist_ok=True)
        self.plan = {"calls": str(self.root / "calls"), "cache": str(self.root / "cache"), **plan}
        Path(self.variables["FAKE_UV"]).write_text(json.dumps(self.plan))

    def calls(self, *words) -> list[tuple[list[str], dict[str, str]]]:
        """What uv was called with, and its variables, for calls that start with these words."""
        path = self.root / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        calls = [tuple(json.loads(line)) for line in lines]
        return [call for call in calls if call[0][: len(words)] == list(words)]

    def start(self, *options) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "chalchitra.environments", *options],
            env=self.variables,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def bootstrap(self, *options) -> subprocess.CompletedProcess[str]:
        process = self.start(*options)
        out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(options, process.returncode, out, err)

    def lock(self, name: str, text: str) -> None:
        (self.root / "requirements" / f"{name}.txt").write_text(text)

    def environment(self, name: str) -> Path:
        return self.root / "venv" / name

    @property
    def leftovers(self) -> set[str]:
        """What lies in venv/ besides environments, logs and the lock."""
        known = {".lock"}
        for name in ("main", "heavy", "extra"):
            known |= {name, f"{name}.log"}
        return {path.name for path in (self.root / "venv").iterdir()} - known


@pytest.fixture
def checkout(tmp_path) -> Checkout:
    root = tmp_path / "check out"
    for folder in ("config", "requirements", "src", "tools"):
        (root / folder).mkdir(parents=True)
    (root / "src" / "chalchitra").symlink_to(paths.source_dir() / "chalchitra")
    table = ""
    for name, build in (("main", "always"), ("heavy", "always"), ("extra", "named")):
        table += TABLE.format(
            name=name,
            build=build,
            has_commands=str(name == "main").lower(),
            dev='dev = "dev"' if name == "main" else "",
            platform=platform_id(),
        )
        (root / "requirements" / f"{name}.txt").write_text(f"lib_{name}==1.0\nshared==2.0\n")
    (root / "requirements" / "dev.txt").write_text("tester==9\n")
    (root / "config" / "environments.toml").write_text(table)
    uv = root / "tools" / "uv"
    uv.write_text(FAKE_UV.format(python=sys.executable))
    uv.chmod(0o755)
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("UV_")}
    made = Checkout(
        root,
        {
            **inherited,
            "CHALCHITRA_ROOT": str(root),
            "FAKE_UV": str(root / "plan.json"),
            "PATH": f"{uv.parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(paths.source_dir()),
        },
    )
    made.uv()
    return made
