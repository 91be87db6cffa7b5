"""The import boundaries of the design: three sides, and what each may import."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from chalchitra import paths

SHARED = {
    "errors", "files", "given", "glossary", "hints", "inside", "job_files", "jobs", "names",
    "offline", "own_code", "pipeline", "printable", "stagekit", "stopping", "system_errors",
    "text", "toml_tables",
    "transcript",
}  # fmt: skip
STAGE_SIDE = {"media", "speech", "subtitles", "translation"}
"""What stages do; `media` and `models` serve the orchestrator too."""
ORCHESTRATOR = {
    "accuracy",
    "artifacts",
    "cli",
    "demo",
    "deliverables",
    "diagnosis",
    "durations",
    "editing",
    "environments",
    "hardware",
    "languages",
    "models",
    "out",
    "prepare",
    "routes",
    "runner",
    "settings",
    "starting",
    "schemas",
    "streams",
    "unread",
    "tables",
    "timestamps",
    "titles",
    "wrapping",
}
ML = {
    "ctranslate2", "cv2", "faster_whisper", "IndicTransToolkit", "mlx", "mlx_whisper", "numpy",
    "onnxruntime", "pyannote", "scenedetect", "torch", "torchaudio", "transformers", "whisperx",
}  # fmt: skip
SOURCE = paths.source_dir() / "chalchitra"
FILES = sorted(SOURCE.rglob("*.py"))


def part_of(file):
    """The side's name: the first folder or module below the package."""
    return file.relative_to(SOURCE).with_suffix("").parts[0]


def imports(file, *, top_level_only=False):
    tree = ast.parse(file.read_bytes())
    nodes = tree.body if top_level_only else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file}: relative imports hide a boundary"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_module_is_on_a_side():
    known = SHARED | STAGE_SIDE | ORCHESTRATOR | {"__init__", "__main__", "paths"}
    assert {part_of(file) for file in FILES} == known


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_stages_and_shared_code_import_no_orchestrator(file):
    ours = {
        name.split(".")[1] for name in imports(file) if name.startswith("chalchitra.")
    } & ORCHESTRATOR
    if part_of(file) in SHARED | STAGE_SIDE:
        assert not ours


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_the_orchestrator_imports_no_ml_and_stages_only_when_they_work(file):
    deep = {name.partition(".")[0] for name in imports(file)} & ML
    at_start = {name.partition(".")[0] for name in imports(file, top_level_only=True)} & ML
    assert not at_start
    if part_of(file) in SHARED | ORCHESTRATOR:
        assert not deep


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_shared_code_needs_only_pydantic(file):
    if part_of(file) not in SHARED:
        return
    roots = {name.partition(".")[0] for name in imports(file)}
    assert roots <= set(sys.stdlib_module_names) | {"pydantic", "pydantic_core", "chalchitra"}


@pytest.mark.parametrize(
    "file",
    [file for file in FILES if file.name == "__init__.py" and part_of(file) != "cli"],
    ids=lambda file: str(file.relative_to(SOURCE)),
)
def test_a_package_imports_nothing_itself(file):
    """Whoever imports one module of it would depend on all that it imports."""
    assert not set(imports(file))


def test_starting_a_command_loads_nothing_heavy():
    code = "import chalchitra.cli, sys; print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    loaded = set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
    )
    assert not loaded & (ML | {"av", "huggingface_hub", "pydantic", "pysrt", "rich"})


def rooms_imported(file):
    """The rooms whose modules run when this module does; what only types need does not count."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            node.body = []
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "chalchitra":
            found |= {item.name for item in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("chalchitra."):
            found.add(node.module.split(".")[1])
    return found - {part_of(file)}


def test_rooms_import_each_other_in_one_direction():
    above = {}
    for file in FILES:
        above.setdefault(part_of(file), set()).update(rooms_imported(file))
    left = {room: users & above.keys() for room, users in above.items()}
    while bottom := {room for room, needed in left.items() if not needed}:
        left = {room: needed - bottom for room, needed in left.items() if room not in bottom}
    assert left == {}, "these import each other in a circle, or what does"
