"""Comparing spellings, and the alignment of two strings of symbols."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.speech.script_alignment import chain as module
from chalchitra.speech.script_alignment.chain import EXTEND, MATCH, MISMATCH, OPEN, chain, seeds
from chalchitra.text.symbols import compared_by, letters, skeleton

few_letters = st.text(alphabet="abc", max_size=9)


def score(ours: str, theirs: str, pairs: list[tuple[int, int]]) -> float:
    """What an alignment is worth: its pairs, less its gaps."""
    total = sum(MATCH if ours[i] == theirs[j] else MISMATCH for i, j in pairs)
    edges = [(-1, -1), *pairs, (len(ours), len(theirs))]
    for (i, j), (k, m) in pairwise(edges):
        for gap in (k - i - 1, m - j - 1):
            total -= (OPEN + EXTEND * gap) if gap else 0
    return total


def best(ours: str, theirs: str) -> float:
    """The highest score of all alignments, tried one by one."""
    found = -1e9

    def grow(pairs: list[tuple[int, int]], i: int, j: int) -> None:
        nonlocal found
        found = max(found, score(ours, theirs, pairs))
        for a in range(i, len(ours)):
            for b in range(j, len(theirs)):
                grow([*pairs, (a, b)], a + 1, b + 1)

    grow([], 0, 0)
    return found


@given(st.text(alphabet="abc", max_size=5), st.text(alphabet="abc", max_size=5))
@settings(deadline=None)
def test_no_alignment_is_better(ours, theirs):
    assert score(ours, theirs, chain(ours, theirs)) == pytest.approx(best(ours, theirs), abs=1e-4)


@given(few_letters, few_letters)
def test_pairs_rise_on_both_sides(ours, theirs):
    pairs = chain(ours, theirs)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(pairs))
    assert all(0 <= i < len(ours) and 0 <= j < len(theirs) for i, j in pairs)


@given(st.integers(0, 2**32), st.integers(0, 400), st.integers(0, 300))
@settings(max_examples=30, deadline=None)
def test_what_was_taken_out_shifts_nothing_else(seed, at, length):
    chance = random.Random(seed)
    ours = "".join(chance.choices("abcdefghijklmnop", k=600))
    theirs = ours[:at] + ours[at + length :]
    pairs = chain(ours, theirs)
    right = sum(i == (j if j < at else j + length) for i, j in pairs)
    assert right >= len(theirs) - 3


def test_a_band_finds_what_the_whole_table_finds(monkeypatch):
    chance = random.Random(5)
    ours = "".join(chance.choices("abcdefgh", k=3000))
    theirs = "".join(c if chance.random() > 0.3 else chance.choice("abcdefgh") for c in ours)
    theirs = theirs[:1000] + theirs[1040:]
    whole = chain(ours, theirs)
    monkeypatch.setattr(module, "SEED", 10_000)
    monkeypatch.setattr(module, "_CELLS", 1000)
    monkeypatch.setattr(module, "BAND", 400)
    narrow = chain(ours, theirs)
    shared = len(set(whole) & set(narrow))
    assert shared >= 0.98 * len(whole)


def test_seeds_are_unique_runs_in_order():
    text = "the quick brown fox jumps over the lazy dog"
    assert seeds(text, text) == [(n, n) for n in range(len(text) - module.SEED + 1)]
    other = "over the lazy dog the quick brown fox jumps"
    found = seeds(text, other)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(found))
    assert seeds("abcabcabcabcabcabcabcabc", "abcabcabcabcabcabcabcabc") == []


def test_symbols_that_sound_alike_are_no_mismatch():
    assert len(chain("kdp", "gtb", related=True)) == 3
    assert chain("kdp", "gtb") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Don't!", "dont"),
        ("café", "cafe"),
        ("क़लम", "कलम"),
        ("हँसी", "हंसी"),
        ("क्‍ष", "क्ष"),
        ("१९४७", "1947"),
        ("Straße", "strasse"),
        ("—", ""),
    ],
)
def test_what_says_nothing_is_folded(one, other):
    assert letters(one) == letters(other)


def test_vowel_signs_are_letters():
    assert letters("की") != letters("का")
    assert letters("కి") != letters("కా")


@pytest.mark.parametrize(
    "spellings",
    [
        ("वापस", "waapas", "vaapas", "واپس"),
        ("कमरे", "kamare", "kamre", "کمرے"),
        ("और", "aur", "اور"),
        ("नहीं", "naheen", "nahin", "نہیں"),
        ("लड़का", "ladka", "larka", "لڑکا"),
        ("फिर", "phir", "fir", "پھر"),
        ("चाहिए", "chahie", "chaahiye", "چاہیے"),
        ("কমল", "कमल", "kamal", "કમલ", "కమల", "ಕಮಲ"),
    ],
)
def test_a_word_has_one_skeleton_in_every_script(spellings):
    from chalchitra.text.symbols import family

    assert len({"".join(map(family, skeleton(word))) for word in spellings}) <= 2
    first = skeleton(spellings[0])
    for word in spellings[1:]:
        pairs = chain(first, skeleton(word), related=True)
        assert len(pairs) >= len(first) - 1


def test_scripts_are_compared_by_what_they_share():
    assert compared_by(["वह कहाँ है"], ["वह", "कहां"]) is letters
    assert compared_by(["vah kahaan hai"], ["वह", "कहां"]) is skeleton
    assert compared_by(["वह कहाँ है"], ["وہ", "کہاں"]) is skeleton
    assert compared_by(["1947"], ["where"]) is letters
