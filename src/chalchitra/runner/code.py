"""The hash of a stage's code: its script and the chalchitra modules it imports, transitively.

What counts is the syntax tree (syntax.py): comments, docstrings, layout and the words of messages
change nothing that a stage makes. Nor does the frame around a stage, which a script imports where
it is run (`if __name__ == "__main__"`): it carries requests and results. Read from the source as
text, never by importing, so that the orchestrator touches no ML. Imports inside functions count
too: stages import their heavy libraries there.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from chalchitra import paths
from chalchitra.runner.syntax import Module, Modules

PACKAGE = "chalchitra"


def code_hashes(script: Path, source: Path, *, keep: bool = True) -> dict[str, str]:
    """Module name -> sha256 of what its code says, for the script (as `script`) and all it imports.

    `source` is the folder that holds the chalchitra package. What was read anew is kept for the
    next time, unless nothing may be written (`keep`).
    """
    modules = _modules(paths.code_cache())
    module = modules.read(script, "")
    hashes = {"script": module.sha256}
    waiting = _ours(module)
    while waiting:
        name = waiting.pop()
        if name in hashes:
            continue
        file = _file_of(name, source)
        if file is None:  # a name imported from a module, not a module
            continue
        package = name if file.name == "__init__.py" else name.rpartition(".")[0]
        module = modules.read(file, package)
        hashes[name] = module.sha256
        waiting |= _ours(module)
    if keep:
        modules.keep()
    return hashes


@cache
def _modules(kept: Path) -> Modules:
    return Modules(kept)


def _ours(module: Module) -> set[str]:
    """The names that a module may import from our package, with the packages they lie in."""
    ours = {name for name in module.imports if name.partition(".")[0] == PACKAGE}
    for name in list(ours):
        parts = name.split(".")
        ours.update(".".join(parts[:length]) for length in range(1, len(parts)))
    return ours


def _file_of(module: str, source: Path) -> Path | None:
    base = source.joinpath(*module.split("."))
    for candidate in (base / "__init__.py", base.with_suffix(".py")):
        if candidate.is_file():
            return candidate
    return None
