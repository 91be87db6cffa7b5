"""Texts that were made and changed by seed (scripts/fuzz/texts.py), through every reader."""

from __future__ import annotations

import pytest

from .fuzzing import program

fuzz = program("texts")


@pytest.mark.parametrize("first", range(0, 1000, 100))
def test_no_text_makes_a_reader_fail_or_shows_its_machinery(tmp_path, first):
    found = [
        f"seed {seed}: {problem}"
        for seed in range(first, first + 100)
        for problem in fuzz.problems(seed, tmp_path)
    ]
    assert not found


def test_the_fuzz_sees_what_it_looks_for(tmp_path, monkeypatch):
    """A reader that shows times, and one that crashes, are found."""
    seed = next(n for n in range(100) if fuzz.made(n).whole)
    line = type("Line", (), {"text": "00:00:01,000 hello", "speaker": None})
    script = type("Given", (), {"script": type("Script", (), {"lines": [line]})})
    monkeypatch.setattr(fuzz, "read_script", lambda *_: script)
    monkeypatch.setattr(fuzz, "read_subtitles", lambda *_: 1 / 0)
    said = " ".join(fuzz.problems(seed, tmp_path))
    assert "'00:00:01'" in said
    assert "ZeroDivisionError" in said
