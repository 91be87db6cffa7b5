"""The hash of a stage's code follows its imports, and nothing else."""

import ast
import gc
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import Mock

import pytest

from chalchitra import paths
from chalchitra.pipeline import STAGES
from chalchitra.runner import code
from chalchitra.runner.syntax import Modules, parsed

from ..test_imports import ORCHESTRATOR


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
def test_code_that_is_added_to_what_is_imported_counts(tree, name):
    before = hashes(tree)
    path = tree / name
    path.write_text(path.read_text() + "added = 1\n")
    assert hashes(tree) != before


def test_an_edit_of_what_is_not_imported_does_not(tree):
    before = hashes(tree)
    (tree / "src/chalchitra/unused.py").write_text("x = 1\n")
    assert hashes(tree) == before


CODE = '''"""A module."""

LIMIT = 4.0
"""Seconds."""
FIELD = Field(ge=1, description="A limit.")


def work(stage, count):
    """Work."""
    if count > LIMIT:
        raise StageError(f"{count} are too many.", cause="There are more.", fix=fix(count))
    stage.degraded("Less was done.", "It was late.")
    return f"{count} of {LIMIT:.1f}"


if __name__ == "__main__":
    from chalchitra.frame import run

    run(work)
'''


def said(code_):
    return parsed(code_.encode(), "").sha256


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""A module."""', '"""Another text."""'),
        ('"""Seconds."""', "# seconds"),
        ("LIMIT = 4.0", "LIMIT  =  4.0  # more would be too many"),
        ('    """Work."""\n', ""),
        ("are too many", "are more than there may be"),
        ("There are more.", "That is how it is."),
        ('"Less was done.", "It was late."', '"Not everything was done.", "Time ran out."'),
        ("    run(work)", "    run(work, now=True)"),
    ],
)
def test_words_for_people_and_the_frame_count_for_nothing(old, new):
    assert old in CODE
    assert said(CODE.replace(old, new)) == said(CODE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 4.0", "LIMIT = 4.5"),
        ("count > LIMIT", "count >= LIMIT"),
        ("ge=1", "ge=2"),
        ("raise StageError", "raise UsageError"),
        ("fix=fix(count)", "fix=fix(count + 1)"),
        ("{count} of", "{count} from"),
        (":.1f", ":.2f"),
        ("stage.degraded(", "stage.did("),
        ("return f", "yield f"),
    ],
)
def test_a_number_a_branch_and_text_that_is_made_count(old, new):
    assert old in CODE
    assert said(CODE.replace(old, new)) != said(CODE)


def test_the_hash_is_the_same_under_every_python():
    """Written down once: a Python that parses into another tree must not cost a film."""
    assert said(CODE) == "5355835b9e321ef3e9ae3744fb52d68d7d55180cceb223b48caa867d952da60e"


def test_what_was_read_is_kept_and_read_again_when_it_changed(tree, tmp_path, monkeypatch):
    kept, file = tmp_path / "kept.json", tree / "src/chalchitra/d.py"
    first = Modules(kept)
    before = first.read(file, "chalchitra")
    assert not kept.exists(), "nothing is written unasked"
    first.keep()
    parse = Mock(side_effect=parsed)
    monkeypatch.setattr("chalchitra.runner.syntax.parsed", parse)
    assert Modules(kept).read(file, "chalchitra") == before
    assert parse.call_count == 0
    file.write_text("import chalchitra.f\nadded = 1\n")
    assert Modules(kept).read(file, "chalchitra") != before
    assert parse.call_count == 1


def test_a_run_keeps_it_and_a_look_does_not(tree, tmp_path, monkeypatch):
    kept = tmp_path / "kept.json"
    monkeypatch.setattr("chalchitra.paths.code_cache", lambda: kept)
    code.code_hashes(tree / "script.py", tree / "src", keep=False)
    assert not kept.exists()
    hashes(tree)
    assert kept.exists()


@pytest.mark.parametrize("kept", ["", "[]", '{"rules": 1}', '{"rules": 1, "modules": {"a": 1}}'])
def test_whatever_lies_where_it_is_kept_is_no_reason_to_fail(tree, tmp_path, monkeypatch, kept):
    before = hashes(tree)
    (tmp_path / "kept.json").write_text(kept)
    monkeypatch.setattr("chalchitra.paths.code_cache", lambda: tmp_path / "kept.json")
    assert hashes(tree) == before
    monkeypatch.setattr("chalchitra.paths.code_cache", lambda: tmp_path / "script.py" / "kept")
    assert hashes(tree) == before


def closure(stage):
    return set(code.code_hashes(paths.stages_dir() / f"{stage}.py", paths.source_dir()))


@pytest.fixture
def threads_take_turns():
    """Garbage is collected all the time, and whoever collects it lets another thread go on."""
    before = gc.get_threshold()
    turn = lambda *_: time.sleep(0)  # noqa: E731
    gc.callbacks.append(turn)
    gc.set_threshold(20, 2, 1000)
    yield
    gc.set_threshold(*before)
    gc.callbacks.remove(turn)


def test_the_films_of_a_batch_read_the_code_at_once(threads_take_turns, tmp_path):
    modules = Modules(tmp_path / "kept.json")
    room = paths.source_dir() / "chalchitra" / "runner"

    def film(number):
        read = {}
        for file in sorted(room.glob("*.py"))[number:]:
            read[file] = modules.read(file, "chalchitra.runner")
            modules.keep()
        return read

    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(film, range(4))  # raises what a film raised
    assert all(read.items() <= first.items() for read in others)


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_no_stage_depends_on_the_orchestrator_or_the_frame(stage):
    rooms = {".".join(name.split(".")[1:2]) for name in closure(stage)}
    assert not rooms & ORCHESTRATOR - {"models"} - {"glossary"}, rooms
    assert not {
        "chalchitra.stagekit.run",
        "chalchitra.pipeline",
        "chalchitra.jobs.model",
    } & closure(stage)


def test_what_all_stages_share_is_small():
    """Whatever is in here makes every film be done again when it changes."""
    assert len(set.intersection(*map(closure, STAGES)) - {"script"}) <= 10


MOST = {
    "alignment": 42,
    "asr": 62,
    "demux": 35,
    "export": 22,
    "language": 38,
    "mux": 40,
    "qc": 16,
    "script": 46,
    "shots": 32,
    "speakers": 36,
    "subtitle_gen": 95,
    "translation": 85,
    "vad": 30,
}


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_a_stage_depends_on_no_more_than_it_does_today(stage):
    assert len(closure(stage)) <= MOST[stage]


@pytest.fixture
def copy(tmp_path):
    """Our own code, to be changed."""
    for folder in (paths.source_dir() / "chalchitra", paths.stages_dir()):
        name = folder.relative_to(paths.project_root())
        shutil.copytree(folder, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


class Reworded(ast.NodeTransformer):
    """Says all that is said to people, and all docstrings, in other words."""

    def __init__(self):
        self.count = 0

    def reworded(self, node):
        for one in ast.walk(node):
            if isinstance(one, ast.Constant) and isinstance(one.value, str):
                one.value += " In other words."
                self.count += 1
        return node

    def visit_Raise(self, node):
        return self.reworded(node)

    def visit_Expr(self, node):
        known = isinstance(node.value, ast.Constant)
        return self.reworded(node) if known else self.generic_visit(node)

    def visit_keyword(self, node):
        return self.reworded(node) if node.arg == "does" else self.generic_visit(node)


def of_all(root):
    scripts = root / "scripts" / "stages"
    return {
        stage: code.code_hashes(scripts / f"{stage}.py", root / "src") for stage in sorted(STAGES)
    }


def test_rewording_makes_no_stage_run_again(copy):
    before = of_all(copy)
    reworded = Reworded()
    for file in copy.rglob("*.py"):
        tree = reworded.visit(ast.parse(file.read_bytes()))
        file.write_text(f"# edited\n{ast.unparse(tree)}\n")
    assert reworded.count > 1000
    assert of_all(copy) == before


def test_code_that_is_added_makes_the_stages_that_use_it_run_again_and_no_other(copy):
    before = of_all(copy)
    with open(copy / "src" / "chalchitra" / "media" / "demux.py", "a") as file:
        file.write("ADDED = 1\n")
    after = of_all(copy)
    assert {stage for stage in after if after[stage] != before[stage]} == {"demux"}
