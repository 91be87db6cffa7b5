"""The hash of a stage's code: its script and the chalchitra modules it imports, transitively.

Read from the source as text, never by importing, so that the orchestrator touches no ML. Imports
inside functions count too: stages import their heavy libraries there. A regular expression does in
20 ms what parsing 70 files does in 300; what it finds too much (a docstring that quotes an import)
only makes the hash depend on one more module.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from chalchitra.files import sha256_bytes

PACKAGE = "chalchitra"

_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n]+)|import[ \t]+([\w.]+))",
    re.MULTILINE,
)
"""`from .x import a, (b)` as (dots, module, names) or `import x.y` as the last group."""
_NAME = re.compile(r"\w+")


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
    for match in _IMPORT.finditer(data.decode()):
        dots, module, imported, plain = match.groups()
        if plain:
            names.add(plain)
            continue
        if dots:
            parts = package.split(".")
            parent = parts[: len(parts) - len(dots) + 1]
            module = ".".join([*parent, module] if module else parent)
        names.add(module)
        names.update(f"{module}.{name}" for name in _NAME.findall(imported))
    ours = {name for name in names if name.partition(".")[0] == PACKAGE}
    for name in list(ours):
        parts = name.split(".")
        ours.update(".".join(parts[:length]) for length in range(1, len(parts)))
    return sha256_bytes(data), frozenset(ours)
