"""The hash of a stage's code: its script and the chalchitra modules it imports, transitively.

Read from the source as text (ast), never by importing, so that the orchestrator touches no ML.
Imports inside functions count too: stages import their heavy libraries there.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from chalchitra.files import sha256_bytes

PACKAGE = "chalchitra"


def code_hashes(script: Path, source: Path) -> dict[str, str]:
    """Module name -> sha256 of its file, for the script (as `script`) and all it imports.

    `source` is the folder that holds the chalchitra package.
    """
    digest, imported = _scan(script, "")
    hashes = {"script": digest}
    waiting = set(imported)
    while waiting:
        module = waiting.pop()
        if module in hashes:
            continue
        file = _file_of(module, source)
        if file is None:  # a name imported from a module, not a module
            continue
        package = module if file.name == "__init__.py" else module.rpartition(".")[0]
        hashes[module], imported = _scan(file, package)
        waiting |= imported
    return hashes


def _file_of(module: str, source: Path) -> Path | None:
    base = source.joinpath(*module.split("."))
    for candidate in (base / "__init__.py", base.with_suffix(".py")):
        if candidate.is_file():
            return candidate
    return None


def _scan(file: Path, package: str) -> tuple[str, frozenset[str]]:
    stat = file.stat()
    return _read(file, package, stat.st_size, stat.st_mtime_ns)


@cache
def _read(file: Path, package: str, size: int, mtime_ns: int) -> tuple[str, frozenset[str]]:
    """The file's sha256 and the names it may import from our package."""
    data = file.read_bytes()
    names: set[str] = set()
    for node in ast.walk(ast.parse(data)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level:
                parent = package.split(".")[: len(package.split(".")) - node.level + 1]
                module = ".".join([*parent, module] if module else parent)
            names.add(module)
            names.update(f"{module}.{alias.name}" for alias in node.names)
    ours = {name for name in names if name.partition(".")[0] == PACKAGE}
    for name in list(ours):
        parts = name.split(".")
        ours.update(".".join(parts[:length]) for length in range(1, len(parts)))
    return sha256_bytes(data), frozenset(ours)
