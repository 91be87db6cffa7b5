"""No line that is to be typed is written by hand, and every one is taken by the program it names.

Read from the source, so that none is missed; test_pasted_lines.py has real errors make them and
pastes them.
"""

from __future__ import annotations

import shlex

import pytest
import typer
from typer.main import get_command

from chalchitra import hints, paths
from chalchitra.cli.main import app
from chalchitra.environments.command import parser

from .typed_sites import FILES, HINTS, followed, help_examples, loose_texts, sites

OTHERS = {
    ("unset",),
    ("rm", "-r"),
    ("hf", "auth", "login"),
    ("pip", "config", "list"),
}
"""Programs that are not ours, with the words that belong to them."""


def take(words: list[str]) -> None:
    """Hand the words to the parser of the program that they name, without doing anything."""
    program, *arguments = words
    name = program.rpartition("/")[2]
    if name == "bootstrap.sh":
        parser().parse_args(arguments)
    elif name == "git":
        assert arguments[:1] == ["-C"]
        assert arguments[2:4] == ["checkout", "--"]
        assert len(arguments) == 5
    elif name in ("chalchitra", "run-pipeline.sh", "prepare-job.sh"):
        own = [] if name == "chalchitra" else [name.removesuffix(".sh")]
        _parse([*own, *arguments])
    else:
        assert any((name, *arguments)[: len(one)] == one for one in OTHERS), words


CHALCHITRA = get_command(app)


def _parse(arguments: list[str]) -> None:
    command = CHALCHITRA
    context = command.make_context("chalchitra", arguments)
    while hasattr(command, "resolve_command"):
        rest = [*context._protected_args, *context.args]
        name, command, arguments = command.resolve_command(context, rest)
        assert command is not None, rest
        try:
            context = command.make_context(name, arguments)
        except typer.Exit:  # --help has been shown
            return


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    folder = tmp_path / "दूसरी जगह"
    folder.mkdir()
    monkeypatch.chdir(folder)


def test_its_program_takes_each_line(elsewhere):
    for site in sites():
        for line in site.examples():
            command = hints.pasteable(line)
            command = command.partition("ype: ")[2] or command
            try:
                take(shlex.split(command))
            except (Exception, SystemExit) as error:
                pytest.fail(f"{site} makes {command!r}, which is not taken: {error!r}")


def test_its_program_takes_each_example_of_the_help(elsewhere):
    examples = help_examples()
    assert len(examples) > 10
    for example in examples:
        take(shlex.split(hints.pasteable(example)))


def test_wrong_lines_are_not_taken(elsewhere):
    for line in (
        "chalchitra jobs --outt x",
        "chalchitra models fetch",
        "chalchitra cancel",
        "./bootstrap.sh --envv x",
        "./run-pipeline.sh.",
        "ffmpeg -i x",
    ):
        with pytest.raises((Exception, SystemExit)):
            take(shlex.split(hints.pasteable(line)))


def test_no_other_text_names_a_command():
    files = [file for file in FILES if file != HINTS]
    assert [text for file in files for text in loose_texts(file)] == []
    assert [place for file in files for place in followed(file)] == []


def test_a_text_of_ones_own_and_words_after_a_command_are_seen(tmp_path):
    file = tmp_path / "module.py"
    file.write_text(
        '"""Documents ./run-pipeline.sh."""\n'
        'a = "Type: chalchitra jobs"\n'
        'b = f"see {typed(x)}."\n'
        'c = typed("chalchitra jobs") + "!"\n'
        'd = f"Next: {command(x)}"\n'
    )
    assert len(loose_texts(file)) == 1
    assert followed(file) == ["module.py:3", "module.py:4"]


def test_the_files_that_are_brought_back_are_in_the_checkout():
    lines = [line for site in sites() for line in site.examples() if "git checkout" in line]
    files = {shlex.split(line)[-1] for line in lines} - {"it's 1"}
    assert files
    assert all((paths.project_root() / file).exists() for file in files)
