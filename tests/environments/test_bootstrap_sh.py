"""bootstrap.sh: which Python it takes on which machine (a PATH of pretended tools)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chalchitra import paths

NEEDED = ("sh", "dirname", "mkdir")
"""What the script itself calls, besides Pythons and uv."""

PYTHON = """#!/bin/sh
# A Python {version}: answers the two version questions, and says who ran what otherwise.
case "$*" in
  *"(3, 8)"*) exit {too_old} ;;
  -c*) exit {misfit} ;;
  *fetch_uv.py*) {fetch} ;;
  *) echo "$0 $*"; echo "PYTHONPATH=$PYTHONPATH PYTHONHOME=${{PYTHONHOME-none}}" ;;
esac
"""


class Machine:
    def __init__(self, tmp_path: Path) -> None:
        self.root = tmp_path / "check out"
        self.bin = tmp_path / "bin"
        self.bin.mkdir()
        self.root.mkdir()
        shutil.copy(paths.project_root() / "bootstrap.sh", self.root)
        for name in NEEDED:
            (self.bin / name).symlink_to(shutil.which(name))

    def tool(self, path: Path | str, text: str) -> None:
        path = self.bin / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def python(self, path: Path | str, version: str, fetch: str = "exit 1") -> None:
        minor = int(version.partition(".")[2])
        misfit = int(minor not in (11, 12))
        self.tool(
            path,
            PYTHON.format(version=version, too_old=int(minor < 8), misfit=misfit, fetch=fetch),
        )

    def shim(self, name: str) -> None:
        self.tool(name, "#!/bin/sh\necho 'command not found' >&2\nexit 127\n")

    def run(self, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.root / "bootstrap.sh", *options],
            env={"PATH": str(self.bin), "PYTHONHOME": "/wrong", "PYTHONPATH": "/wrong"},
            capture_output=True,
            text=True,
            cwd=os.sep,
        )

    def ran(self, *options: str) -> str:
        """The Python that was run in the end."""
        done = self.run(*options)
        assert done.returncode == 0, done.stderr
        return done.stdout.partition(" -s")[0]


@pytest.fixture
def machine(tmp_path) -> Machine:
    return Machine(tmp_path)


def test_takes_the_environments_own_python_first(machine):
    own = machine.root / "venv" / "common" / "bin" / "python"
    machine.python(own, "3.12")
    machine.python("python3.11", "3.11")
    assert machine.ran() == str(own)


def test_an_environment_whose_python_is_gone_is_passed_over(machine):
    own = machine.root / "venv" / "common" / "bin" / "python"
    own.parent.mkdir(parents=True)
    own.symlink_to("/nonexistent")
    machine.python("python3", "3.12")
    assert machine.ran() == str(machine.bin / "python3")


def test_shims_and_other_versions_are_passed_over(machine):
    machine.shim("python3.11")
    machine.shim("python3.12")
    machine.python("python3", "3.13")
    machine.python("python", "3.11")
    assert machine.ran() == str(machine.bin / "python")


def test_hands_its_options_and_the_source_on_and_nothing_inherited(machine):
    machine.python("python3.11", "3.11")
    done = machine.run("--env", "whisperx", "--check")
    assert "-s -P -m chalchitra.environments --env whisperx --check\n" in done.stdout
    assert f"PYTHONPATH={machine.root}/src PYTHONHOME=none" in done.stdout


def test_ctrl_c_is_kept_until_python_hears_it(machine):
    (machine.bin / "env").symlink_to(shutil.which("env"))
    (machine.bin / "true").symlink_to(shutil.which("true"))
    if subprocess.run(["env", "--block-signal=INT", "true"], capture_output=True).returncode:
        pytest.skip("this env(1) blocks no signals")
    machine.tool("python3.11", '#!/bin/sh\n[ "$1" = -c ] || { kill -INT $$; echo still here; }\n')
    assert machine.run().stdout == "still here\n"


def test_as_a_command_it_gets_signals_as_a_shell_has_them(tmp_path, monkeypatch):
    """Python ignores a closed pipe: of what outlives the script, each `echo` would complain."""
    monkeypatch.setenv("CHALCHITRA_ROOT", str(tmp_path))
    script = tmp_path / "bootstrap.sh"
    script.write_text("#!/bin/sh\nkill -PIPE $$; echo it is ignored\n")
    script.chmod(0o755)
    done = subprocess.run([sys.executable, "-m", "chalchitra", "bootstrap"], capture_output=True)
    assert (done.returncode, done.stdout) == (-signal.SIGPIPE, b"")


def test_asks_uv_where_no_python_fits(machine):
    machine.python("python3", "3.13")
    machine.python("hidden/python3.12", "3.12")
    machine.tool(
        "uv", f'#!/bin/sh\n[ "$1" = --version ] || echo "{machine.bin}/hidden/python3.12"\n'
    )
    assert machine.ran() == str(machine.bin / "hidden" / "python3.12")


def test_lets_uv_fetch_a_python(machine):
    machine.python("hidden/python3.11", "3.11")
    found = machine.bin / "fetched"
    machine.tool(
        "uv",
        f"""#!/bin/sh
case "$*" in
  --version) ;;
  "python install 3.11") : >"{found}" ;;
  *) [ -e "{found}" ] && echo "{machine.bin}/hidden/python3.11" ;;
esac
""",
    )
    assert machine.ran() == str(machine.bin / "hidden" / "python3.11")


def test_fetches_uv_with_any_python_3(machine):
    machine.python("hidden/python3.11", "3.11")
    machine.tool("hidden/uv", f'#!/bin/sh\necho "{machine.bin}/hidden/python3.11"\n')
    machine.python("python3", "3.9", fetch=f'echo "{machine.bin}/hidden/uv"')
    assert machine.ran() == str(machine.bin / "hidden" / "python3.11")


@pytest.mark.parametrize("pythons", [[], ["3.7"], ["3.13"]])
def test_without_any_way_to_a_python_it_says_how_to_get_one(machine, pythons):
    for version in pythons:
        machine.python("python3", version)
    done = machine.run()
    assert done.returncode == 3
    assert "Error: There is no Python 3.11 or 3.12 here." in done.stderr
    assert "apt install python3.11" in done.stderr
    assert not done.stdout


def test_uv_that_cannot_fetch_one_is_said(machine):
    machine.tool("uv", "#!/bin/sh\n[ \"$1\" = --version ] || { echo 'dns error' >&2; exit 2; }\n")
    done = machine.run()
    assert done.returncode == 3
    assert "uv could not fetch one" in done.stderr
    assert "dns error" not in done.stderr
    assert "dns error" in (machine.root / "venv" / "bootstrap.log").read_text()
