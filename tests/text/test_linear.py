"""No text makes a pattern, or what goes through one, take more than in proportion to its length.

A pattern that looks at the same characters from every place again takes minutes for 30 kB of them.
Work is compared, not a clock: four times the text may take some four times as long, not sixteen.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import time
from functools import cache

import pytest

from chalchitra.prepare.given_text import clean
from chalchitra.subtitles.cues.words import clean as cleaned
from chalchitra.text.marks import without_doubled_marks
from chalchitra.text.romanise.romanise import romanise
from chalchitra.transcript.model import Segment, Transcript
from chalchitra.translation import agreement, checks, edges, letters, placeholders, protect, quotes
from chalchitra.translation.units import sentence_units

SHORT, LONG = 2_000, 8_000
"""Characters; sixteen times the work for four times the text is what must not be."""
AT_MOST = 9
NOTICED = 0.02
"""Seconds of the processor under which no ratio is asked for: it would be luck."""
PUMPS = [
    " ", "\t", "\n", "\r", "a", "A", "1", "९", "अ", "م", "字", "-", "–", "—", ".", "…", ",", ":",
    "'", '"', "<", "<a", "</", "{", "{\\", "[", "(", "&#", "\\", "|", "/", "?", "=", ";", "_", "@",
    "a ", "1.", "1,", "1/", "A.", "a.b.", "- ", " -", "a-", "a@", "0:", "00:", "<00:", "{1}", "[1]",
    "-->", " --> ", "a:", "\u200d", "\u0301", "\x1b[",
]  # fmt: skip
READERS = (
    "media",
    "prepare.given_text",
    "prepare.glossary",
    "speech",
    "subtitles",
    "text",
    "transcript",
    "translation",
)


def seconds(work, *arguments):
    started = time.process_time()
    work(*arguments)
    return time.process_time() - started


def grows(work, pump, tail):
    """Whether the work grows with more than the text; looked at again before that is said."""
    short, long = (pump * (size // len(pump)) + tail for size in (SHORT, LONG))
    for _ in range(3):
        if (taken := seconds(work, long)) < NOTICED or taken < AT_MOST * seconds(work, short):
            return False
    return True


@cache
def patterns():
    """Every pattern of a module that reads texts, by its name, and the ways it is used there."""
    found = {}
    for part in READERS:
        package = importlib.import_module(f"chalchitra.{part}")
        for module in pkgutil.walk_packages(package.__path__, f"chalchitra.{part}."):
            try:
                loaded = importlib.import_module(module.name)
                source = inspect.getsource(loaded)
            except (ImportError, OSError):  # it needs an environment of its own; it is empty
                continue
            for name, value in vars(loaded).items():
                several = value.values() if isinstance(value, dict) else [value]
                if re.search(rf"^{name}\b", source, re.M):
                    used = set(re.findall(rf"\b{name}(?:\[\w+\])?\.(\w+)\(", source))
                    for number, one in enumerate(several):
                        if isinstance(one, re.Pattern):
                            found[f"{module.name}.{name} {number}"] = one, used
    return found


def encoded(pattern, *texts):
    return texts if isinstance(pattern.pattern, str) else [text.encode() for text in texts]


def uses(pattern, used):
    if {"search", "sub", "findall", "finditer", "split"} & used or not used:
        yield lambda text: pattern.sub(text[:0], text)
    if "match" in used:
        yield pattern.match
    if "fullmatch" in used:
        yield pattern.fullmatch


def test_the_patterns_are_found():
    assert len(patterns()) > 80


@pytest.mark.parametrize("pump", PUMPS, ids=ascii)
def test_every_pattern_looks_at_a_text_once(pump):
    slow = [
        f"{name} {pattern.pattern[:60]!r}, text ending with {tail!r}"
        for name, (pattern, used) in patterns().items()
        for tail in ("", "x\0")
        for work in uses(pattern, used)
        if grows(work, *encoded(pattern, pump, tail))
    ]
    assert not slow


def test_a_pattern_that_looks_again_is_found():
    assert grows(lambda text: re.sub(r"\s+x", "", text), " ", "")
    assert not grows(lambda text: re.sub(r"(?<!\s)\s+x", "", text), " ", "")


def through_the_model(text):
    for tag in ("hin_Deva", "eng_Latn"):
        protect.restore(text, protect.protect(text, tag), tag)


def of_one_segment(text):
    sentence_units(Transcript(language="en", segments=[Segment(id=0, start=0, end=60, text=text)]))


WORK = {
    "protected": through_the_model,
    "edges": edges.without_edges,
    "final mark": lambda text: edges.mirrored(text, f"{text}.", "eng_Latn"),
    "capitals": edges.without_capitals,
    "quotes": lambda text: quotes.shown(quotes.joined(text)),
    "loops": checks.loops,
    "doubts": lambda text: agreement.doubts(text, text, "eng_Latn", "hin_Deva"),
    "placeholders": lambda text: placeholders.filled(text, ["a"]),
    "letters": lambda text: letters.kept_letters(letters.own_letters(text, "mni_Mtei"), "mni_Mtei"),
    "marks": without_doubled_marks,
    "romanised": lambda text: romanise(text, "hi", "Deva", name="Hindi"),
    "cleaned": cleaned,
    "said": lambda text: clean.said(text, round_too=True),
    "sentences": lambda text: list(clean.sentences(text)),
    "units": of_one_segment,
}


@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
def test_what_goes_through_them_grows_with_the_text(work):
    assert [pump for pump in PUMPS for tail in ("", "x") if grows(work, pump, tail)] == []
