"""A project whose stages take milliseconds: hand-written, of the standard library alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from chalchitra import paths

from .harness import TinyJobs

TINY = '''
"""Speaks the stage protocol by hand: no import of ours, so that it starts at once."""
import hashlib, json, os, sys
from pathlib import Path

NAME = {name!r}
request_file = Path(os.environ["CHALCHITRA_REQUEST"])
request = json.loads(request_file.read_text())
folder = Path(request["output_dir"])


def fault(moment):
    """What a test wants to happen now; it is no part of the script, so no reason to run again."""
    file = Path(os.environ["CHALCHITRA_ROOT"]) / "fault.py"
    if file.exists():
        exec(file.read_text(), {{"stage": NAME, "moment": moment, "folder": folder}})


def send(**message):
    with open(folder / "messages.jsonl", "a") as messages:
        messages.write(json.dumps(message) + "\\n")


def work():
    send(type="opened", protocol=1, stage=NAME, pid=os.getpid())
    fault("start")
    language = request["language"] or "all"
    given = {{name: Path(path).read_text() for name, path in sorted(request["inputs"].items())}}
    outputs = {{}}
    for output in {outputs!r}:
        name = f"{{output}}.{{language}}.txt"
        text = json.dumps({{"made by": NAME, "language": language, "inputs": given}}, indent=1)
        (folder / name).write_text(text)
        outputs[output] = {{
            "path": name,
            "bytes": len(text.encode()),
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
            "deliver_as": name if NAME in ("export", "subtitle_gen", "mux") else None,
        }}
        send(type="progress", done=len(outputs), total={count}, unit="files")
    fault("outputs")
    return outputs


result = {{"protocol": 1, "stage": NAME, "status": "done", "outputs": {{}}, "seconds": 0.0}}
result |= {{"python": sys.executable, "python_version": "3"}}
try:
    result["outputs"] = work()
except OSError as error:
    where = f" at {{error.filename}}" if error.filename else ""
    result["status"] = "failed"
    result["error"] = {{
        "kind": "stage",
        "what": f"{{NAME}} could not write{{where}}: {{error.strerror}}.",
        "cause": "The disk is full.",
        "fix": "Make room.",
    }}
temporary = folder / ".tmp-result.json"
temporary.write_text(json.dumps(result))
temporary.rename(folder / "result.json")
fault("result")
send(type="closed", status=result["status"], exit_code=int("error" in result), memory=1)
sys.exit(int("error" in result))
'''


@pytest.fixture
def tiny(project):
    """The fake project with stages that deliver, and that start in milliseconds."""
    from chalchitra.pipeline import STAGES

    if sys.platform != "linux":
        pytest.skip("the job's processes are found in /proc")
    for name, spec in STAGES.items():
        script = paths.stages_dir(project.root) / f"{name}.py"
        text = TINY.format(name=name, outputs=spec.outputs, count=len(spec.outputs))
        script.write_text(text)
    return project


@pytest.fixture
def tiny_job(tiny):
    """A job of six tiny stages, prepared and never run: its folder."""
    job, layout = tiny.job("subtitle", ())
    return layout.root


@pytest.fixture
def tiny_jobs(tiny_job, tmp_path) -> TinyJobs:
    """As many equal jobs of tiny stages as a test wants."""
    return TinyJobs.of(tiny_job, tmp_path)


@pytest.fixture
def fault(tiny) -> Path:
    """A file of Python that every tiny stage runs at its moments `start`, `outputs` and `result`,
    with `stage`, `moment` and `folder` (the attempt's) at hand; `out` is `folder.parents[7]`."""
    return tiny.root / "fault.py"
