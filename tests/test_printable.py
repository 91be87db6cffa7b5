"""What films, names and texts say never steers the terminal, wherever it is printed."""

from __future__ import annotations

import ast
import io
import json
import subprocess
import sys

import pytest

from chalchitra import paths, printable
from chalchitra.printable import json_line, printable_text
from chalchitra.printable import printable as one_line

SOURCE = paths.source_dir() / "chalchitra"
STEERING = [
    "\x1b]0;title\x07", "\x1b[2J", "\x9b31m", "\x9d0;title\x9c", "\x90q\x9c", "\x08", "\x7f",
    "\x0e", "\x85", "\u2028", "\u2029", "\udcff",
]  # fmt: skip
REORDERING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
KEPT = ["श्री राम", "क्‍ष", "اردو میں", "שלום\u200f!", "日本語 😀", "[red]bold[/red] {x} %s", "naïve"]


@pytest.mark.parametrize("steering", STEERING)
def test_nothing_steers(steering):
    for shown in (one_line(f"a{steering}b"), printable_text(f"a{steering}b")):
        assert shown[0] + shown[-1] == "ab"
        assert "\ufffd" in shown
        assert not set(shown) & {"\x1b", "\x9b", "\x9d", "\x90", "\x07", "\x08", "\udcff"}


def test_nothing_shows_a_line_in_another_order():
    assert one_line(f"film{REORDERING}gpj.exe") == "filmgpj.exe"
    assert printable_text(REORDERING) == ""


@pytest.mark.parametrize("text", KEPT)
def test_what_people_write_stays(text):
    assert one_line(text) == printable_text(text) == json.loads(json_line(text)) == text


def test_lines_are_kept_in_a_text_and_not_in_a_line():
    assert printable_text("a\tb\nc\r\nd 1 %\r 2 %\n") == "a\tb\nc\nd 1 %\n 2 %\n"
    assert one_line("a\nStopped.\rb\t") == "a\ufffdStopped.\ufffdb\ufffd"


@pytest.mark.parametrize("text", [*STEERING, REORDERING, "\n\t\r", *KEPT])
def test_json_is_the_same_data_and_steers_nothing(text):
    line = json_line({text: [text]})
    assert json.loads(line) == {text: [text]}
    assert line == printable_text(line)


def test_whatever_is_printed_goes_through_it_and_what_is_ours_past_it(monkeypatch):
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    printable.install()
    printable.install()
    print("a\x1b[31m", file=sys.stdout)
    sys.stderr.writelines(["b\x9b", "c"])
    print("\r\x1b[K", end="", file=printable.raw(sys.stdout))
    assert out.getvalue() == "a\ufffd[31m\n\r\x1b[K"
    assert err.getvalue() == "b\ufffdc"
    assert not sys.stdout.isatty()
    assert not hasattr(sys.stdout, "buffer")
    assert printable.raw(out) is out


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_the_program_prints_nothing_else_whatever_is_typed(encoding, tmp_path):
    name = "x\x1b]0;title\x07\u202egnp\x9b"
    for words in (
        ["status", name],
        [name],
        ["qc", f"{tmp_path}/{name}.srt"],
        ["jobs", "--out", name],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "chalchitra", *words],
            env={"PYTHONPATH": str(paths.source_dir()), "PYTHONIOENCODING": encoding,
                 "PATH": "/usr/bin:/bin", "PYTHONUTF8": "1"},
            capture_output=True,
            check=False,
        )  # fmt: skip
        said = (done.stdout + done.stderr).decode(encoding)
        assert said.strip()
        assert said == printable_text(said)


def calls(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


@pytest.mark.parametrize("file", sorted(SOURCE.rglob("*.py")), ids=lambda path: path.name)
def test_no_module_goes_around_it(file):
    """Colours are written past the filter by name; JSON that is printed is escaped, not changed."""
    text = file.read_text("utf-8")
    tree = ast.parse(text)
    for word in ("sys.__stdout__", "sys.__stderr__", "stdout.buffer", "stderr.buffer"):
        assert word not in text
    printing = file.is_relative_to(SOURCE / "cli") or file.name in ("report.py", "command.py")
    for call, name in calls(tree):
        written = ast.unparse(call)
        if name.endswith("Console"):
            assert "file=raw(" in written
        if name == "print" and ("\\r" in written or "\\x1b" in written):
            assert "file=raw(" in written
        if printing:
            assert name != "json.dumps"
        assert not name.endswith("from_markup"), "a title is no markup"
