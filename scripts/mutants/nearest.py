"""Which test files are the nearest to a module, by what imports what."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cached_property
from pathlib import Path

PACKAGE = "chalchitra"


class Nearest:
    """The modules and test files of one checkout."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def tests(self, module: Path, most: int = 8) -> list[Path]:
        """Test files: those that import the module, then those that import what imports it.

        Of equally near ones those come first that lie in the module's own room, then those that
        have a word of its name in theirs, then those that import least besides.
        """
        target = _name(module, self._root / "src")
        room = module.relative_to(self._root / "src" / PACKAGE).parts[0].removesuffix(".py")
        distance = {target: 0}
        edge = [target]
        while edge:
            found = []
            for name in edge:
                for user in self._users[name] - distance.keys():
                    distance[user] = distance[name] + 1
                    found.append(user)
            edge = found
        near = []
        for file, imported in self._of_tests.items():
            steps = [distance[name] for name in imported if name in distance]
            inside = room in file.relative_to(self._root / "tests").as_posix()
            alike = bool(set(module.stem.split("_")) & set(file.stem.split("_")))
            if steps or (inside and alike):  # some tests start the program as a person does
                near.append((min(steps, default=0), not inside, not alike, len(imported), file))
        return [file for *_, file in sorted(near)[:most]]

    @cached_property
    def _users(self) -> dict[str, set[str]]:
        """By module the modules and stage scripts that import it."""
        users: dict[str, set[str]] = defaultdict(set)
        source = self._root / "src"
        for file in sorted((source / PACKAGE).rglob("*.py")):
            for name in _imports(file):
                users[name].add(_name(file, source))
        return users

    @cached_property
    def _of_tests(self) -> dict[Path, set[str]]:
        """By test file the modules that it imports, by itself or in a stage that it names."""
        return {
            file: _imports(file) | self._of_stages(file)
            for file in sorted((self._root / "tests").rglob("test_*.py"))
        }

    def _of_stages(self, file: Path) -> set[str]:
        text = file.read_text(encoding="utf-8")
        scripts = (self._root / "scripts" / "stages").glob("*.py")
        named = [path for path in scripts if f"{path.stem}.py" in text or f'"{path.stem}"' in text]
        return (
            {name for path in named for name in _imports(path)} if "stage" in file.stem else set()
        )


def _name(file: Path, source: Path) -> str:
    return ".".join(file.relative_to(source).with_suffix("").parts)


def _imports(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {item.name for item in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{item.name}" for item in node.names)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            # monkeypatch.setattr("chalchitra.x.y", ...), python -m chalchitra.x
            found |= {node.value, node.value.rpartition(".")[0]}
    return {name for name in found if name.startswith(f"{PACKAGE}.")}
