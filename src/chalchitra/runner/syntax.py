"""What a module's code says: the hash of its syntax tree, and the names that it imports.

Left out is what a person reads: comments, docstrings, and the text of what is raised, told or
logged. So that the hash is the same under every Python, the tree is written down by our own rules
(ast.dump differs by version), and empty fields, which newer versions add, are left out.

Parsing a hundred modules takes a second; what was read once is kept in a file by size and time.
"""

from __future__ import annotations

import ast
import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from chalchitra.files import write_text

_RULES = 1
"""Of the hash: another number where modules are to be read again."""

_TELLING = frozenset({"Degraded", "Shortfall", "degraded", "log", "warning"})
"""Whose arguments are sentences for a person."""
_DESCRIBING = frozenset({"description", "does", "help"})
"""Keywords that are, whoever is called."""


@dataclass(frozen=True)
class Module:
    """One file of code."""

    sha256: str
    imports: frozenset[str]
    """Modules, and names that may be modules, as absolute names."""


class Modules:
    """Reads modules; keeps what it read in the file `kept`, where that can be written.

    The films of a batch share one, each in a thread of its own. One reads at a time: CPython 3.11's
    ast.parse counts its depth for all threads together, and where they take turns in it (a garbage
    collection lets them) it raises "AST constructor recursion depth mismatch".
    """

    def __init__(self, kept: Path) -> None:
        self._lock = threading.Lock()
        self._kept = kept
        self._known = _read_kept(kept)
        self._new = False

    def read(self, file: Path, package: str) -> Module:
        """The code in a file that lies in `package`. Raises OSError, SyntaxError."""
        stat = file.stat()
        name, state = str(file.absolute()), [stat.st_size, stat.st_mtime_ns]
        with self._lock:
            known = self._known.get(name)
            if known is None or known[0] != state:
                module = parsed(file.read_bytes(), package)
                known = [state, module.sha256, sorted(module.imports)]
                self._known[name] = known
                self._new = True
        return Module(known[1], frozenset(known[2]))

    def keep(self) -> None:
        """Write down what was read anew. A folder that cannot be written costs time only."""
        with self._lock:
            if self._new:
                text = json.dumps({"rules": _RULES, "modules": self._known})
                with suppress(OSError):
                    write_text(self._kept, text, durable=False)
                self._new = False


def _read_kept(file: Path) -> dict[str, Any]:
    try:
        kept = json.loads(file.read_bytes())
        modules = kept["modules"] if kept["rules"] == _RULES else {}
        return {
            name: [state, str(digest), list(names)]
            for name, (state, digest, names) in modules.items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def parsed(data: bytes, package: str) -> Module:
    """What some code says; `package` is what its relative imports start from."""
    tree = ast.parse(data)
    tree.body = [node for node in tree.body if not _is_main(node)]
    hashed = sha256()
    for part in _written(tree):
        hashed.update(part.encode("utf-8", "surrogatepass"))
        hashed.update(b"\n")
    return Module(hashed.hexdigest(), frozenset(_imports(tree, package)))


def _is_main(node: ast.stmt) -> bool:
    """Whether it is the block of a script that runs only where the script itself is run."""
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Compare)
        and isinstance(node.test.left, ast.Name)
        and node.test.left.id == "__name__"
    )


def _imports(tree: ast.AST, package: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level:
                parts = package.split(".")
                parent = parts[: len(parts) - node.level + 1]
                module = ".".join([*parent, module] if module else parent)
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def _written(node: Any, told: bool = False) -> Iterator[str]:
    """The tree's parts in order; `told`: strings are text for a person, and left out."""
    if isinstance(node, list):
        yield "["
        for one in node:
            if not _is_prose(one):
                yield from _written(one, told)
        yield "]"
    elif not isinstance(node, ast.AST):
        yield f"{type(node).__name__} {node!r}"
    elif not (told and isinstance(node, ast.Constant) and isinstance(node.value, str)):
        told = told or _tells(node)
        yield type(node).__name__
        for name, value in ast.iter_fields(node):
            if value is None or value == [] or name in ("kind", "type_comment"):
                continue
            if isinstance(node, ast.JoinedStr):  # Python 3.12.1 has empty ones more
                value = [one for one in value if getattr(one, "value", None) != ""]
            yield name
            yield from _written(value, told)


def _is_prose(node: Any) -> bool:
    """Whether it is a docstring, or a string that stands below what it explains."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _tells(node: ast.AST) -> bool:
    """Whether the strings in it are told to a person: an error that is made, a note, a log line."""
    if isinstance(node, ast.keyword):
        return node.arg in _DESCRIBING
    if isinstance(node, ast.Raise):
        return True
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in _TELLING or name.endswith("Error")
