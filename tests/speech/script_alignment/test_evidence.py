"""What the recogniser wrote where the text has other words, and when that is believed."""

from __future__ import annotations

import pytest

from chalchitra.speech.script_alignment.anchors import anchored
from chalchitra.speech.script_alignment.evidence import Evidence
from chalchitra.speech.script_alignment.timed_text import TimedText
from chalchitra.transcript.model import Region, Segment, Transcript, Word
from chalchitra.transcript.script import Script, ScriptLine

FIRST, LAST = "he was not an ill disposed young man", "unless to be rather cold hearted is that"


def evidence(first: str, last: str, probability: float = 0.9) -> Evidence:
    """Of two recognised lines, with one second of other words between them, from 10 s on."""
    times = [(first, 1.0), ("something else altogether", 10.0), (last, 20.0)]
    words = []
    for text, start in times:
        each = 1 / len(text.split()) if start == 10.0 else 0.4
        words += [
            Word(text=word, start=start + n * each, end=start + (n + 1) * each,
                 probability=probability)
            for n, word in enumerate(text.split())
        ]  # fmt: skip
    recognised = Transcript(
        language="en",
        segments=[Segment(id=0, start=1.0, end=words[-1].end, text="", words=words)],
    )
    script = Script(
        kind="plain text",
        lines=[ScriptLine(number=n + 1, text=text) for n, text in enumerate((FIRST, LAST))],
    )
    voice = [Region(start=1.0, end=4.2), Region(start=10.0, end=11.0), Region(start=20.0, end=24.0)]
    found = anchored(script, recognised.words, voice)
    assert found.recognised == {0, 1}
    return Evidence(TimedText(script, voice, found, []), recognised)


def test_clear_words_that_the_text_does_not_have_are_said():
    found = evidence(FIRST, LAST)
    assert found.said(10.0, 11.0) == pytest.approx(1.0)
    assert found.said(10.5, 30.0) == pytest.approx(0.5)
    assert found.said(5.0, 9.0) == 0.0


def test_unsure_words_are_not():
    assert evidence(FIRST, LAST, probability=0.4).said(10.0, 11.0) == 0.0


def test_nor_is_what_a_recogniser_writes_that_has_the_lines_wrong():
    half = "he wax nod in hill imposed yung men", "hunless two bee rather gold harted iz dat"
    assert evidence(*half).said(10.0, 11.0) == 0.0
