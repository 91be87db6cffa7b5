"""The wheel, and Chalchitra where it is installed: what comes along, and where everything is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from chalchitra import __version__, paths

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DATA = "chalchitra/_data"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built without a network."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def site(wheel, tmp_path_factory) -> Path:
    """A folder that the wheel is installed into, beside another package."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    (folder / "beside.py").write_text("")
    return folder


@dataclass
class Installed:
    """An installed Chalchitra whose libraries are those of the Python that runs the tests."""

    site: Path
    home: Path

    @property
    def variables(self) -> dict[str, str]:
        ours = {key: text for key, text in os.environ.items() if not key.startswith("CHALCHITRA_")}
        return ours | {
            "PYTHONPATH": str(self.site),
            "HOME": str(self.home),
            "CHALCHITRA_DATA": str(self.home / "data"),
            "CHALCHITRA_CONFIG": str(self.home / "config"),
        }

    def python(self, code: str, **variables: str) -> str:
        command = [sys.executable, "-P", "-c", code]
        done = subprocess.run(
            command, env=self.variables | variables, cwd=self.home, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def type(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-P", "-m", "chalchitra", *words]
        return subprocess.run(
            command, env=self.variables, cwd=self.home, capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip


@pytest.fixture
def installed(site, tmp_path) -> Installed:
    return Installed(site, tmp_path)


def test_the_wheel_has_what_the_checkout_has_and_nothing_of_this_machine(wheel):
    tracked = set(
        subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, check=True, capture_output=True, text=True,
        ).stdout.splitlines()
    )  # fmt: skip
    wanted = {
        **{file: f"{DATA}/{file}" for file in tracked if file.startswith("config/")},
        **{file: f"{DATA}/{file}" for file in tracked if file.startswith("scripts/stages/")},
        **{
            file: f"{DATA}/{file}"
            for file in tracked
            if file.startswith("requirements/") and file.endswith(".txt")
        },
        **{file: file[4:] for file in tracked if file.startswith("src/chalchitra/")},
        "docs/demo/demo.mp4": f"{DATA}/docs/demo/demo.mp4",
        "packaging/alone.py": f"{DATA}/src/chalchitra/__init__.py",
    }
    wanted = {file: name for file, name in wanted.items() if (ROOT / file).exists()}
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        for file, name in wanted.items():
            assert archive.read(name) == (ROOT / file).read_bytes(), file
    assert "chalchitra/py.typed" in names
    others = {name for name in names - set(wanted.values()) if ".dist-info/" not in name}
    assert {name for name in others if not name.startswith(f"{DATA}/docs/demo/")} == set()


def test_the_version_has_one_home_and_the_command_one_start(wheel, site):
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert wheel.name.startswith(f"chalchitra-{__version__}-py3")
    [info] = site.glob("*.dist-info")
    assert "chalchitra = chalchitra.__main__:run" in (info / "entry_points.txt").read_text()


def test_what_is_asked_for_is_what_the_environment_of_the_commands_is_locked_to():
    locked = dict(
        line.split(" ")[0].split("==")
        for line in (paths.requirements_dir() / "common.txt").read_text().splitlines()
        if "==" in line and not line.startswith((" ", "#"))
    )
    for text in PROJECT["project"]["dependencies"]:
        wanted = Requirement(text)
        assert wanted.specifier.contains(locked[wanted.name]), text


def test_what_comes_along_and_what_is_made_lie_apart(installed):
    printed = installed.python(
        "import json; from chalchitra import paths; print(json.dumps({name: str(getattr(paths,"
        " name)()) for name in ('project_root data_dir config_dir requirements_dir venv_dir"
        " models_dir jobs_dir code_cache hardware_cache stages_dir same_code source_dir"
        " import_dir demo_film').split()}))"
    )
    found = {name: Path(path) for name, path in json.loads(printed).items()}
    shipped = installed.site / DATA
    for name in ("config_dir", "requirements_dir", "stages_dir", "same_code", "demo_film"):
        assert found[name].is_relative_to(shipped), name
        assert found[name].exists(), name
    for name in ("venv_dir", "models_dir", "jobs_dir", "code_cache", "hardware_cache"):
        assert found[name].is_relative_to(installed.home / "data"), name
    assert found["source_dir"] == installed.site
    assert found["import_dir"] == shipped / "src"


def test_a_checkout_has_all_of_it_in_its_own_folders(monkeypatch):
    monkeypatch.delenv("CHALCHITRA_ROOT", raising=False)
    monkeypatch.delenv("CHALCHITRA_MODELS", raising=False)
    monkeypatch.setenv("CHALCHITRA_DATA", "/elsewhere")  # are for who installed it
    monkeypatch.setenv("CHALCHITRA_CONFIG", "/elsewhere")
    assert not paths.installed()
    assert paths.variables() == {}
    assert paths.project_root() == paths.data_dir() == ROOT
    assert paths.config_dir() == ROOT / "config"
    assert paths.config_file("runner.toml") == ROOT / "config" / "runner.toml"
    assert paths.hardware_cache() == ROOT / "config" / "hardware_cache.json"
    assert paths.requirements_dir() == ROOT / "requirements"
    assert paths.stages_dir() == ROOT / "scripts" / "stages"
    assert paths.venv_dir() == ROOT / "venv"
    assert paths.models_dir() == ROOT / "models"
    assert paths.jobs_dir() == ROOT / "out"
    assert paths.source_dir() == paths.import_dir() == ROOT / "src"


def test_without_a_wish_they_lie_where_this_system_keeps_such_things(installed):
    home = str(installed.home)
    code = "from chalchitra import paths; print(paths.data_dir()); print(paths.own_config_dir())"
    unset = {"CHALCHITRA_DATA": "", "CHALCHITRA_CONFIG": ""}
    unset |= {"XDG_DATA_HOME": "", "XDG_CONFIG_HOME": ""}
    data, config = installed.python(code, **unset).splitlines()
    assert Path(data).parts[-1] == Path(config).parts[-1] == "chalchitra"
    assert data.startswith(home)
    assert config.startswith(home)


def test_a_stage_finds_the_package_and_nothing_that_lies_beside_it(installed):
    code = (
        "import importlib.util, chalchitra.stagekit.protocol as found; print(found.__file__); "
        "print(importlib.util.find_spec('beside')); "
        "from chalchitra import paths; print(paths.installed(), paths.models_dir())"
    )
    alone = installed.site / DATA / "src"
    file, beside, rest = installed.python(code, PYTHONPATH=str(alone)).splitlines()
    assert Path(file).is_relative_to(installed.site / "chalchitra")
    assert beside == "None"
    assert rest == f"True {installed.home / 'data' / 'models'}"


def test_the_stages_code_counts_the_same_wherever_it_lies(installed):
    code = (
        "import json; from chalchitra.runner.code import code_hashes; "
        "from chalchitra.runner.fingerprints import script_of; from chalchitra import paths; "
        "print(json.dumps(code_hashes(script_of('qc'), paths.source_dir(), keep=False)))"
    )
    ours = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")}, check=True, capture_output=True,
    )  # fmt: skip
    there = json.loads(installed.python(code))
    assert len(there) > 5
    assert there == json.loads(ours.stdout)


def test_a_stages_process_is_told_where_the_folders_are(installed):
    printed = installed.python(
        "import json; from chalchitra.environments.activation import activation; "
        "print(json.dumps(activation('common', inherited={'PATH': '/bin'})))"
    )
    variables = json.loads(printed)
    assert variables["CHALCHITRA_DATA"] == str(installed.home / "data")
    assert variables["PYTHONPATH"] == str(installed.site / DATA / "src")
    assert variables["VIRTUAL_ENV"] == str(installed.home / "data" / "venv" / "common")


def test_a_persons_own_table_counts_and_a_broken_one_is_put_out_of_the_way(installed):
    own = installed.home / "config" / "runner.toml"
    own.parent.mkdir()
    shipped = (installed.site / DATA / "config" / "runner.toml").read_text()
    own.write_text(shipped.replace("\nwait = 1.0", "\nwait = 7.0"))
    code = "from chalchitra.runner.rules import load; print(load().retry.wait)"
    assert installed.python(code).strip() == "7.0"
    own.write_text("wait =")
    printed = installed.python(
        "from chalchitra.runner.rules import load; from chalchitra.hints import pasteable\n"
        "try: load()\nexcept Exception as error: print(*map(pasteable, error.lines()), sep='\\n')"
    )
    assert f"mv {own} {own}.old" in printed
    assert "git" not in printed


SETTINGS = (
    "from chalchitra.settings import resolve; found = resolve(environ={}); "
    "print(found['asr']['model'], found['asr']['beam_size'], found['subtitle_gen']['max_lines'])"
)


def test_a_persons_own_settings_are_the_lines_that_differ(installed):
    before = installed.python(SETTINGS).split()
    own = installed.home / "config" / "pipeline.toml"
    own.parent.mkdir()
    own.write_text('[asr]\nmodel = "small"\n[subtitle_gen]\nmax_lines = 1\n')
    assert installed.python(SETTINGS).split() == ["small", before[1], "1"]
    assert before[0] != "small"
    assert before[2] != "1"
    whole = (installed.site / DATA / "config" / "pipeline.toml").read_text()
    own.write_text(whole)
    assert installed.python(SETTINGS).split() == before


def test_a_film_says_what_has_to_be_built_and_builds_nothing_unasked(installed):
    film = installed.home / "film.mp4"
    film.write_bytes((installed.site / DATA / "docs" / "demo" / "demo.mp4").read_bytes())
    done = installed.type("subtitle", "film.mp4", "-s", "en", "--model", "base")
    assert done.returncode == 3
    assert "chalchitra bootstrap --env whisperx" in done.stderr
    assert ".sh" not in done.stderr
    assert not (installed.home / "data").exists()


def test_help_names_what_can_be_typed(installed):
    for command in ("prepare-job", "run-pipeline", "subtitle", "bootstrap"):
        shown = installed.type(command, "--help")
        assert shown.returncode == 0, shown.stderr
        assert ".sh" not in shown.stdout, command
