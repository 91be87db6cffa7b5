"""Every place in the source that makes a line which a person is to type, found by reading it."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chalchitra import hints, paths

HELPERS = ("typed", "command", "fetch_line", "restore_line", "jobs_line", "run_line")
"""The functions of `hints` that write such lines."""
ROOT = paths.project_root()
HINTS = paths.source_dir() / "chalchitra" / "hints.py"
FILES = sorted(
    [*(paths.source_dir() / "chalchitra").rglob("*.py"), *paths.stages_dir().glob("*.py")]
)
SEVERAL = {
    "names": ["-j", "job_20260102_001", "-j", "job_20260102_002"],
    "more": ["-t", "hi", "--no-mux", "--out", "all jobs"],
    "path.split()[1:]": ["models", "fetch"],
    "where": ["--out", "all jobs"],
    "better": ["film.mkv", "-s", "hi", "--model", "x"],
    "['--dev'] if dev and environment.dev else []": ["--dev"],
}
"""An example of what stands behind a star in a call, by its source."""
JOB = Path("/all jobs/2026/01/02/आशा/001")


@dataclass(frozen=True)
class Site:
    """One call of a helper: its module, its function, and which of that function's it is."""

    module: str
    function: str
    number: int
    helper: str
    call: ast.Call
    lines: tuple[int, int]

    def __str__(self) -> str:
        return f"{self.module}:{self.function}" + (f" #{self.number}" if self.number > 1 else "")

    def examples(self) -> list[str]:
        """The lines that it makes, with a word in the place of what is not known here."""
        found = [self._line(0)]
        if any(isinstance(argument, ast.IfExp) for argument in self.call.args):
            found.append(self._line(1))
        return found

    def _line(self, branch: int) -> str:
        words: list[str | Path] = []
        for at, argument in enumerate(self.call.args):
            words += _words(argument, branch, JOB if at == 0 and self._takes_a_path else "it's 1")
        line: str = getattr(hints, self.helper)(*words)
        return line

    @property
    def _takes_a_path(self) -> bool:
        return self.helper in ("run_line", "jobs_line")


def _words(argument: ast.expr, branch: int, unknown: str | Path) -> list[str | Path]:
    if isinstance(argument, ast.Constant):
        return [argument.value]
    if isinstance(argument, ast.Starred):
        return list(SEVERAL[ast.unparse(argument.value)])
    if isinstance(argument, ast.IfExp):
        return _words((argument.body, argument.orelse)[branch], branch, unknown)
    if isinstance(argument, ast.Name) and argument.id == "LOGIN":
        from chalchitra.models.hub import LOGIN

        return [LOGIN]
    if isinstance(argument, ast.JoinedStr) and ast.unparse(argument) == "f'config/{TABLE}'":
        return ["config/models.toml"]
    return [unknown]


@cache
def sites() -> list[Site]:
    return [site for file in FILES if file != HINTS for site in _in(file)]


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_bytes())


def _in(file: Path) -> Iterator[Site]:
    counted: Counter[str] = Counter()
    for node, function in _calls(_tree(file), ""):
        helper = helper_of(node)
        if helper is not None:
            counted[function] += 1
            yield Site(
                str(file.relative_to(ROOT)).removeprefix("src/chalchitra/"),
                function or "(module)",
                counted[function],
                helper,
                node,
                (node.lineno, node.end_lineno or node.lineno),
            )


def helper_of(node: ast.AST) -> str | None:
    """The name of the helper that a node calls; None where it is no such call."""
    if not isinstance(node, ast.Call):
        return None
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if isinstance(node.func, ast.Name):
        name = node.func.id
    elif not (isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "hints"):
        return None
    return name if name in HELPERS else None


def _calls(node: ast.AST, function: str) -> Iterator[tuple[ast.Call, str]]:
    for child in ast.iter_child_nodes(node):
        inner = function
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            inner = f"{function}.{child.name}" if function else child.name
        if isinstance(child, ast.Call):
            yield child, inner
        yield from _calls(child, inner)


COMMAND = re.compile(
    r"\./(run-pipeline|prepare-job|bootstrap)\.sh|venv/common/bin/|git checkout|"
    rf"\bchalchitra ({'|'.join(hints.COMMANDS)})\b|\btype: ",
    re.IGNORECASE,
)
"""What a text has in it that names a command to be typed."""


def loose_texts(file: Path) -> list[str]:
    """Texts of a module that name a command and are not written by a helper."""
    tree = _tree(file)
    allowed: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            allowed.add(id(node.value))  # what documents the code
        if helper_of(node) and isinstance(node, ast.Call) and node.args:
            allowed.add(id(node.args[0]))
        if isinstance(node, ast.keyword) and node.arg == "help":
            allowed |= {id(part) for part in ast.walk(node.value)}
        allowed |= {id(text) for text in _examples(node)}
        if isinstance(node, ast.Assign) and [ast.unparse(t) for t in node.targets] == ["LOGIN"]:
            allowed.add(id(node.value))
    return [
        f"{file.name}:{node.lineno}: {node.value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in allowed
        and COMMAND.search(node.value)
    ]


def help_examples() -> list[str]:
    """The commands that --help shows."""
    return [
        text.value
        for file in FILES
        for node in ast.walk(_tree(file))
        for text in _examples(node)
        if COMMAND.search(text.value)
    ]


def _examples(node: ast.AST) -> Iterator[ast.Constant]:
    """The texts of a node that are examples of commands, for --help."""
    parts: list[ast.expr] = []
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("_add", "examples"):
        parts = node.args
    elif (isinstance(node, ast.keyword) and node.arg == "epilog") or (
        isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EXAMPLES"
    ):
        parts = [node.value]
    for part in parts:
        for text in ast.walk(part):
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield text


def followed(file: Path) -> list[str]:
    """Calls of helpers after whose line a text goes on, or that are joined with others in one."""
    found = []
    for node in ast.walk(_tree(file)):
        parts: list[ast.AST] = []
        if isinstance(node, ast.JoinedStr):
            parts = [
                part.value if isinstance(part, ast.FormattedValue) else part
                for part in node.values[:-1]
            ]
        elif isinstance(node, ast.BinOp):
            parts = [node.left]
        found += [f"{file.name}:{node.lineno}" for part in parts if helper_of(part)]
    return found
