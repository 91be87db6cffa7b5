"""Faults that a tool puts into code: each changes one line, and none only words."""

from __future__ import annotations

import ast

import pytest
from changes import changes
from nearest import Nearest

from chalchitra import paths

SOURCE = '''
"""Of a film."""
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from x import Y

LIMIT: int = 5

def heard(films: list[str], most: int | None = None) -> bool:
    """Five of them < 5."""
    if not films and most is None:
        raise UsageError("None.", fix="Give 1 < 2.")
    for film in films:
        if film in SEEN or len(film) > LIMIT:
            continue
        keep(film, sync=True)
        say("Kept it.", end="")
    return len(films) + 1 <= (most or LIMIT)
'''


def test_each_fault_is_another_module_and_changes_one_statement():
    found = changes(SOURCE)
    assert len({change.source for change in found}) == len(found) > 10
    for change in found:
        ast.parse(change.source)
        assert ast.dump(ast.parse(change.source)) != ast.dump(ast.parse(SOURCE))


@pytest.mark.parametrize(
    "line",
    [
        "LIMIT: int = (6)",
        "if (not films or most is None):",
        "if not films and (most is not None):",
        "if (films) and most is None:",
        "if (not (not films and most is None)):",
        "if (film not in SEEN) or len(film) > LIMIT:",
        "if film in SEEN or (len(film) >= LIMIT):",
        "pass",
        "(keep(film))",
        "keep(film, sync=(False))",
        "return (len(films) + 1 < (most or LIMIT))",
        "return (len(films) - 1) <= (most or LIMIT)",
        "return len(films) + 1 <= ((most and LIMIT))",
        "return None",
    ],
)
def test_what_slips_of_the_hand_make(line):
    assert line in {change.after for change in changes(SOURCE)}


def test_no_fault_is_one_of_words_or_of_types():
    lines = SOURCE.splitlines()
    touched = {lines[change.line - 1].strip() for change in changes(SOURCE)}
    assert not {line for line in touched if line.startswith(("if TYPE", '"""', "say(", "def"))}
    assert all("1 < 2" not in change.before or change.after == "pass" for change in changes(SOURCE))


def test_the_nearest_tests_are_those_that_import_the_module_then_those_of_its_users(tmp_path):
    files = {
        "src/chalchitra/films/cut.py": "",
        "src/chalchitra/films/join.py": "from chalchitra.films.cut import cut",
        "src/chalchitra/cli.py": "def run():\n    from chalchitra.films import join",
        "src/chalchitra/other.py": "",
        "tests/test_cli.py": "from chalchitra.cli import run",
        "tests/films/test_join.py": "from chalchitra.films.join import join",
        "tests/films/test_cut.py": "from chalchitra.films.cut import cut",
        "tests/test_patched.py": 'def test(m): m.setattr("chalchitra.films.cut.cut", None)',
        "tests/test_other.py": "import chalchitra.other",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    near = Nearest(tmp_path)
    found = near.tests(tmp_path / "src/chalchitra/films/cut.py")
    names = [file.name for file in found]
    assert names == ["test_cut.py", "test_patched.py", "test_join.py", "test_cli.py"]
    assert near.tests(tmp_path / "src/chalchitra/films/cut.py", most=1) == found[:1]


def test_every_module_can_be_given_faults():
    for file in sorted((paths.source_dir() / "chalchitra" / "runner").glob("*.py"))[:12]:
        for change in changes(file.read_text(encoding="utf-8")):
            assert change.before != change.after
