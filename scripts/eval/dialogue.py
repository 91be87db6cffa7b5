"""Dialogues that nobody recorded: sentences with times as people speak (dialogue.tsv).

Each sentence has the pause before it (seconds) and its tempo (1: the language's usual one). A word
takes its share of the sentence's time by its characters.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from chalchitra.transcript.model import Segment, Transcript, Word

DIALOGUE = Path(__file__).with_name("dialogue.tsv")
RATES = {"en": 15.0, "hi": 15.0, "ta": 18.0, "ur": 12.5}
"""Code points a second, for five to six syllables: one has two to three signs in English and in
Devanagari, three in Tamil, and hardly two in Urdu, which leaves out short vowels."""


@dataclass(frozen=True)
class Line:
    """A sentence, the seconds of silence before it, and how fast it is said."""

    text: str
    pause: float
    tempo: float


def lines_of(language: str) -> list[Line]:
    with open(DIALOGUE, encoding="utf-8", newline="") as handle:
        return [
            Line(row["text"], float(row["pause"]), float(row["tempo"]))
            for row in csv.DictReader(handle, delimiter="\t")
            if row["language"] == language
        ]


def spoken(lines: Iterable[Line], language: str) -> Transcript:
    """The lines one after another, each a segment."""
    segments: list[Segment] = []
    at = 0.0
    for number, line in enumerate(lines):
        at += line.pause
        end = at + len(line.text) / (RATES[language] * line.tempo)
        words = spread(line.text, at, end)
        segments.append(Segment(id=number, start=at, end=end, text=line.text, words=words))
        at = end
    return Transcript(language=language, segments=segments, duration=at + 1.0)


def spread(text: str, start: float, end: float) -> list[Word]:
    """The words of a text, with times by their characters and the space after each."""
    words = text.split()
    total = sum(len(word) + 1 for word in words) - 1
    found: list[Word] = []
    done = 0
    for word in words:
        begins = start + (end - start) * done / total
        done += len(word)
        ends = start + (end - start) * done / total
        done += 1
        found.append(Word(text=word, start=round(begins, 3), end=round(ends, 3)))
    return found
