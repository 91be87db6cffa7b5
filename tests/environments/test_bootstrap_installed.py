"""bootstrap where Chalchitra is installed: environments lie in the person's data folder."""

from __future__ import annotations

import shutil

import pytest

from chalchitra import paths


@pytest.fixture
def installed(checkout, tmp_path):
    """The tables of `checkout` in an installed Chalchitra; returns the folder of what it makes."""
    package = tmp_path / "site" / "chalchitra"
    shutil.copytree(paths.source_dir() / "chalchitra", package)
    shipped = package / "_data"
    for name in ("config", "requirements"):
        shutil.copytree(checkout.root / name, shipped / name)
    (shipped / "src" / "chalchitra").mkdir(parents=True)
    alone = paths.project_root() / "packaging" / "alone.py"
    shutil.copy(alone, shipped / "src" / "chalchitra" / "__init__.py")
    del checkout.variables["CHALCHITRA_ROOT"]
    checkout.variables["CHALCHITRA_DATA"] = str(tmp_path / "data")
    checkout.variables["CHALCHITRA_CONFIG"] = str(tmp_path / "own")
    checkout.variables["PYTHONPATH"] = str(package.parent)
    return tmp_path / "data"


def test_only_what_was_named_is_built_and_only_that_is_checked(installed, checkout):
    done = checkout.bootstrap("--env", "heavy")
    assert done.returncode == 0, done.stderr
    assert {path.parent.name for path in installed.glob("venv/*/chalchitra.json")} == {"heavy"}
    assert (installed / "hardware_cache.json").is_file()
    checked = checkout.bootstrap("--check")
    assert "main" not in checked.stdout
    assert "heavy" in checked.stdout
    assert checkout.bootstrap("--check", "--env", "main").returncode == 3


def test_an_environment_finds_the_package_alone_and_has_no_command(installed, checkout, tmp_path):
    assert checkout.bootstrap("--env", "main").returncode == 0
    [lead] = installed.glob("venv/main/lib/python3*/site-packages/chalchitra.pth")
    alone = tmp_path / "site" / "chalchitra" / "_data" / "src"
    assert lead.read_text() == f"{alone}\n"
    assert not (installed / "venv" / "main" / "bin" / "chalchitra").exists()
    lead.write_text("/where/it/was/before/an/update\n")
    assert checkout.bootstrap("--env", "main").returncode == 0
    assert lead.read_text() == f"{alone}\n"
