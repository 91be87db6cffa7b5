"""The hash of a stage's code follows its imports, and nothing else."""

import pytest

from chalchitra import paths
from chalchitra.pipeline import STAGES
from chalchitra.runner import code


@pytest.fixture
def tree(tmp_path):
    files = {
        "script.py": "def work():\n    from chalchitra.a import thing\n",
        "src/chalchitra/__init__.py": "",
        "src/chalchitra/a/__init__.py": "from .b import helper\nthing = 1\n",
        "src/chalchitra/a/b.py": "from .. import c\nimport os\nhelper = 2\n",
        "src/chalchitra/c.py": "if 1:\n from chalchitra import (\n    d as e,  # why\n )\n",
        "src/chalchitra/d.py": "import chalchitra.f\n",
        "src/chalchitra/f.py": "",
        "src/chalchitra/unused.py": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def hashes(tree):
    return code.code_hashes(tree / "script.py", tree / "src")


def test_imports_are_followed_into_functions_and_through_relative_imports(tree):
    assert set(hashes(tree)) == {
        "script",
        "chalchitra",
        "chalchitra.a",
        "chalchitra.a.b",
        "chalchitra.c",
        "chalchitra.d",
        "chalchitra.f",
    }


@pytest.mark.parametrize("name", ["script.py", "src/chalchitra/c.py", "src/chalchitra/a/b.py"])
def test_an_edit_of_what_is_imported_changes_the_hash(tree, name):
    before = hashes(tree)
    path = tree / name
    path.write_text(path.read_text() + "# edited\n")
    assert hashes(tree) != before


def test_an_edit_of_what_is_not_imported_does_not(tree):
    before = hashes(tree)
    (tree / "src/chalchitra/unused.py").write_text("x = 1\n")
    assert hashes(tree) == before


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_no_stage_depends_on_the_orchestrator(stage):
    found = code.code_hashes(paths.stages_dir() / f"{stage}.py", paths.source_dir())
    assert "chalchitra.stagekit.run" in found
    orchestrator = {"cli", "runner", "environments", "settings", "hardware", "prepare", "choose"}
    assert not {
        name for name in found if name.split(".")[1:2] and name.split(".")[1] in orchestrator
    }
