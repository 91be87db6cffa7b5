"""Sentences on a terminal: parted between words, and what is to be typed whole."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.tables import width_of
from chalchitra.wrapping import wrapped

COMMAND = "chalchitra models fetch vakyansh-wav2vec2-hindi-him-4200 --format hf"


def test_a_command_has_a_line_of_its_own_where_it_does_not_fit():
    line = f"  alignment: Word times are the recogniser's own. To fetch one, type: {COMMAND}"
    assert wrapped(line, 72) == [
        "  alignment: Word times are the recogniser's own. To fetch one, type:",
        f"    {COMMAND}",
    ]
    assert wrapped(line, None) == wrapped(line, 200) == [line]


@pytest.mark.parametrize("first", ["Next", "Or, for fewer errors", "  Type", "To see it, type"])
def test_a_command_is_never_parted(first):
    assert wrapped(f"{first}: {COMMAND}", 30)[-1].strip() == COMMAND


def test_a_command_that_fits_on_the_last_line_stays_there():
    line = "There is no style of that name here. To see them all, type: chalchitra jobs"
    assert wrapped(line, 40)[-1].endswith("type: chalchitra jobs")


def test_text_beside_a_name_stays_in_its_column():
    lines = wrapped(f"  {'asr':<16} {'word ' * 20}", 60)
    assert len(lines) > 1
    assert {line.index("word") for line in lines} == {19}


def test_every_line_keeps_its_colour():
    lines = wrapped("\x1b[33m  " + "word " * 30 + "end\x1b[0m", 40)
    assert len(lines) > 1
    assert all(line.startswith("\x1b[33m") and line.endswith("\x1b[0m") for line in lines)


@given(st.lists(st.text("abcलि界 ", min_size=1, max_size=30)), st.integers(1, 90))
def test_nothing_is_lost_and_all_that_can_fits(words, width):
    line = " ".join(" ".join(words).split())
    lines = wrapped(line, width)
    assert re.sub(r"\s+", " ", " ".join(lines)).strip() == line
    assert all(width_of(one) <= width or len(one.split()) < 2 for one in lines)
