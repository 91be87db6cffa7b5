"""Help, versions, completion, and what is said of a command line that cannot be read."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from typer.main import get_command

from chalchitra import __version__, paths
from chalchitra.cli import complete
from chalchitra.cli.main import app
from chalchitra.tables import width_of

STYLES = paths.config_file("styles.toml")

GROUPS = {"models": ["list", "fetch", "accept", "verify"], "cache": ["prune", "forget"]}
COMMANDS = [
    [name, *more]
    for name in get_command(app).commands
    if name != "bootstrap"
    for more in ([], *([one] for one in GROUPS.get(name, [])))
]


@pytest.mark.parametrize("command", [[], *COMMANDS], ids=" ".join)
def test_every_command_explains_itself_at_any_width(command, chalchitra, monkeypatch):
    whole = {}
    for width in (40, 80, 120):
        monkeypatch.setenv("COLUMNS", str(width))
        short, long = chalchitra(*command, "-h"), chalchitra(*command, "--help")
        assert (short.code, short.out) == (0, long.out)
        before, _, _ = short.out.partition("Examples:")  # those are to be typed, and stay whole
        usage, *lines = before.splitlines()  # the first has the program as it can be typed here
        assert usage.startswith("Usage: ")
        assert all(width_of(line) <= width or len(line.split()) < 3 for line in lines)
        whole[width] = {word for word in short.out.split() if word.startswith("--")}
        assert "{" not in before, "braces are the parser's"
        assert "x>=" not in before, "so are ranges"
        assert "<" not in before, "the type of a value says nothing to a person"
    assert whole[40] == whole[80] == whole[120]


def test_options_are_in_groups_with_their_choices_and_defaults(chalchitra, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    shown = chalchitra("prepare-job", "-h").out
    for said in ("\nSubtitles:\n", "--engine ctranslate2|whisperx|mlx", "[default: srt,vtt]",
                 "\nExamples:\n", "prepare-job.sh film.mp4 --subtitle -s hi -t en"):  # fmt: skip
        assert said in shown
    assert "[default: info]" in chalchitra("run-pipeline", "-h").out


@pytest.mark.parametrize("command", [[], ["prepare-job"], ["run-pipeline"]])
def test_the_version(command, chalchitra):
    assert chalchitra(*command, "--version").out == f"chalchitra {__version__}\n"


def test_what_cannot_be_read_is_said_with_what_to_type(chalchitra):
    for command, said in (
        (["jobs", "--lost"], "No such option"),
        (["jobs", "--last", "many"], "--last"),
        (["run-pipeline", "--log-level", "loud"], "debug"),
        (["nonsense"], "nonsense"),
        (["prepare-job", "--subtitle"], "MEDIA"),
    ):
        found = chalchitra(*command)
        assert (found.code, found.out) == (2, "")
        assert found.err.startswith("Error: ")
        assert said in found.err
        assert found.err.splitlines()[-1].endswith("--help")


def test_errors_are_json_where_rows_are(chalchitra, project):
    (project.root / "config" / "styles.toml").symlink_to(STYLES)
    for command in (
        ["status", "job_20260102_777", "--json"],
        ["jobs", "--json", "--state", "lost"],
        ["jobs", "--json", "--lost"],
        ["models", "list", "--kind", "magic", "--json"],
        ["qc", "nothing.srt", "--json"],
        ["rm", "job_20260102_777", "--json"],
    ):
        found = chalchitra(*command)
        assert (found.code, found.err) == (2, "")
        assert found.data["exit_code"] == 2
        assert found.data["error"]["what"]
    found = chalchitra("run-pipeline", "-j", "job_20260102_777", "--events")
    assert (found.data["event"], found.data["error"]["kind"]) == ("error", "usage")


def test_after_two_dashes_nothing_is_an_option(chalchitra):
    found = chalchitra("logs", "--", "--json")
    assert found.out == ""
    assert found.err.startswith("Error: ")


def test_the_shell_completes_commands_options_and_values(project, monkeypatch):
    job, _ = project.job()
    for words, expected in (
        ("chalchitra stat", "status"),
        ("chalchitra prepare-job --romani", "--romanised"),
        ("chalchitra prepare-job -s auto --engine ct", "ctranslate2"),
        ("chalchitra status job_", job.job_id),
    ):
        environ = os.environ | {
            "_CHALCHITRA_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
        }
        run = [sys.executable, "-m", "chalchitra"]
        done = subprocess.run(run, capture_output=True, text=True, env=environ)
        assert expected in done.stdout.split(), words


def test_languages_complete_at_the_end_of_a_list():
    assert ("en,ta", "Tamil") in complete.languages("en,t")
    assert complete.sources("au") == [("auto", "detect it")]


def test_a_language_that_is_none_is_an_error_with_what_to_type(chalchitra, monkeypatch):
    monkeypatch.delenv("CHALCHITRA_ROOT")
    found = chalchitra("languages", "Klingon", "--json")
    assert (found.code, found.err) == (2, "")
    assert "chalchitra languages" in found.data["error"]["fix"]
    assert [row["id"] for row in chalchitra("languages", "tamil", "--json").data] == ["ta"]


def test_completion_is_quiet_where_something_is_wrong(monkeypatch, tmp_path):
    monkeypatch.setenv("CHALCHITRA_ROOT", str(tmp_path))
    assert complete.languages("h") == complete.styles("") == complete.jobs("") == []


def test_a_batch_without_jobs_ends_with_its_summary_too(chalchitra, project):
    (project.root / "out").mkdir()
    events = chalchitra("run-pipeline", "--all", "--json").out.splitlines()
    assert [json.loads(line)["event"] for line in events] == ["batch_started", "batch_summary"]
    project.job("transcribe", ())
    last = chalchitra("run-pipeline", "--all", "--json").out.splitlines()[-1]
    assert json.loads(last)["event"] == "batch_summary"
    assert [film["state"] for film in json.loads(last)["films"]] == ["done"]
