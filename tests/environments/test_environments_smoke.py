"""The environments of this checkout, as bootstrap built them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time

import pytest

from chalchitra import paths
from chalchitra.environments.activation import activation
from chalchitra.environments.state import locked_versions, normalised, state
from chalchitra.environments.table import load, python_path

pytestmark = pytest.mark.smoke

BUILT = [name for name in load().environments if (paths.venv_dir() / name).is_dir()]


def bootstrap(*options):
    return subprocess.run(
        [paths.project_root() / "bootstrap.sh", *options], capture_output=True, text=True
    )


def test_check_agrees_with_what_is_there():
    done = bootstrap("--check", "--json")
    assert done.returncode == 0, done.stdout
    checked = {item["name"]: item["whole"] for item in json.loads(done.stdout)["environments"]}
    assert checked == {name: state(name).whole for name in BUILT}


def test_nothing_to_do_takes_less_than_two_seconds():
    stamps = {name: (paths.venv_dir() / name / "chalchitra.json").stat().st_ino for name in BUILT}
    clock = time.monotonic()
    assert bootstrap().returncode == 0
    assert time.monotonic() - clock < 2
    for name, stamp in stamps.items():
        assert (paths.venv_dir() / name / "chalchitra.json").stat().st_ino == stamp


@pytest.mark.parametrize("name", BUILT)
def test_installed_is_what_the_lock_pins(name):
    locks = [f"{name}.txt", *(["dev.txt"] if load().get(name).dev else [])]
    pins = {
        (normalised(found[1]), found[2])
        for lock in locks
        for found in re.finditer(
            r"^([\w.-]+)==(\S+)", (paths.requirements_dir() / lock).read_text(), re.MULTILINE
        )
    }
    assert set(locked_versions(name).items()) <= pins


@pytest.mark.parametrize("name", BUILT)
def test_every_key_library_of_the_table_is_installed(name):
    installed = locked_versions(name)
    assert {normalised(library) for library in load().get(name).key_libraries} <= set(installed)


@pytest.mark.parametrize("name", BUILT)
def test_its_python_finds_our_source_by_hand_too(name):
    variables = activation(name, inherited=os.environ)
    del variables["PYTHONPATH"]
    code = "import chalchitra, sys; print(chalchitra.__file__); print(sys.prefix)"
    said = subprocess.run(
        [python_path(name), "-P", "-c", code], env=variables, capture_output=True, text=True
    ).stdout.splitlines()
    assert said == [
        str(paths.source_dir() / "chalchitra" / "__init__.py"),
        str(paths.venv_dir() / name),
    ]


@pytest.mark.parametrize("name", [name for name in BUILT if load().get(name).has_commands])
def test_the_command_runs_through_a_link_from_anywhere(name, tmp_path):
    link = tmp_path / "chalchitra"
    link.symlink_to(paths.venv_dir() / name / "bin" / "chalchitra")
    done = subprocess.run([link, "--help"], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0
    assert "prepare-job" in done.stdout
