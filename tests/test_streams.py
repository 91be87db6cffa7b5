"""A terminal that has not all letters: every command works there."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import pytest

from chalchitra import paths
from chalchitra.cli import main
from chalchitra.jobs.store import read_job
from chalchitra.settings import resolve

CONFIG = paths.config_dir()
TITLE = "फ़िल्म é 🎬"


@pytest.fixture
def job(project):
    for name in ("pipeline.toml", "styles.toml", "languages.toml", "accuracy.toml"):
        (project.root / "config" / name).symlink_to(CONFIG / name)
    made, layout = project.job(settings=resolve())
    named = made.model_copy(
        update={"title": TITLE, "film": made.film.model_copy(update={"path": layout.root / TITLE})}
    )
    layout.job_file.write_text(named.model_dump_json())
    layout.state.unlink()
    (layout.root / TITLE).write_text("the film")
    return named, layout


@pytest.fixture
def typed(monkeypatch):
    """Type a command on a terminal of this encoding; returns its code and what it showed."""

    def run(encoding, *arguments):
        streams = [io.TextIOWrapper(io.BytesIO(), encoding) for _ in range(2)]
        monkeypatch.setattr(sys, "stdout", streams[0])
        monkeypatch.setattr(sys, "stderr", streams[1])
        monkeypatch.setattr(sys, "argv", ["chalchitra", *map(str, arguments)])
        monkeypatch.setattr("chalchitra.stopping.hear", lambda what: None)
        with pytest.raises(SystemExit) as ended:
            main()
        for stream in streams:
            stream.flush()
        # click takes ASCII for a mistake and prints UTF-8.
        read = "utf-8" if encoding == "ascii" else encoding
        shown = [stream.buffer.getvalue().decode(read) for stream in streams]
        return int(ended.value.code or 0), *shown

    return run


COMMANDS = {
    "jobs": ("jobs",),
    "status": ("status", "JOB"),
    "qc": ("qc", "JOB"),
    "dry run": ("run-pipeline", "-j", "JOB", "--dry-run"),
    "languages": ("languages",),
    "models": ("models", "list"),
    "no such job": ("rm", f"job of {TITLE}"),
    "no such language": ("prepare-job", f"{TITLE}.mkv", "--transcribe", "-s", TITLE),
    "no such film": ("prepare-job", f"{TITLE}.mkv", "--transcribe", "-s", "hi"),
}


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_no_command_fails_for_its_letters(job, typed, encoding, command):
    arguments = [job[0].job_id if part == "JOB" else part for part in command]
    as_utf8, as_here = typed("utf-8", *arguments), typed(encoding, *arguments)
    assert as_here[0] == as_utf8[0]
    assert "Unicode" not in as_here[1] + as_here[2]


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "utf-8"])
def test_json_stays_json(job, typed, encoding):
    code, out, _ = typed(encoding, "jobs", "--json")
    assert code == 0
    assert json.loads(out)[0]["title"] == TITLE


def test_in_any_locale_a_films_name_is_the_same(job, project):
    """A job that was written under one locale is run under another."""
    _, layout = job
    other = layout.root.parent / "रमा"
    locale = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    program = [sys.executable, "-m", "chalchitra", "jobs", "--out", str(other)]
    shown = subprocess.run(program, env=os.environ | locale, capture_output=True, check=False)
    assert shown.returncode == 2
    assert b"There is no folder" in shown.stderr
    assert b"\\u0930\\u092e\\u093e" in shown.stderr, "the name was read as UTF-8"
    assert read_job(layout.root).film.path.name == TITLE
