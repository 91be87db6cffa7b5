"""Spelling words in an aligner's alphabet, cutting long segments, and settling aligned times."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalchitra.speech.alignment.align import interpolated, parts_of, settled
from chalchitra.speech.alignment.vocabulary import Vocabulary, frames_needed, targets_of
from chalchitra.speech.regions import SpeechRegions
from chalchitra.transcript import Region, Segment, Word


def alphabet(letters: str, *special: str, separator: str | None = "|") -> Vocabulary:
    return Vocabulary({token: i for i, token in enumerate([*special, *letters])}, separator)


CAPITALS = alphabet("|ABCDEFGHIJKLMNOPQRSTUVWXYZ'", "<pad>", "<s>", "</s>", "<unk>")
HINDI = alphabet("|अआइकखगज़ड़तनपबमयरलवसहािीुेैोौं़्", "<s>", "<pad>", "</s>", "<unk>")


def spelled(vocabulary: Vocabulary, word: str) -> str:
    by_index = {index: token for token, index in vocabulary.tokens.items()}
    return "".join(by_index[index] for index in vocabulary.spell(word))


@pytest.mark.parametrize(
    ("vocabulary", "word", "letters"),
    [
        (CAPITALS, "Don’t,", "DON'T"),
        (CAPITALS, "café", "CAFE"),
        (CAPITALS, "a|b", "AB"),
        (CAPITALS, "2024", ""),
        (CAPITALS, "मैं", ""),
        (CAPITALS, "<s>", "S"),
        (alphabet("abc"), "ABC", "abc"),
        (HINDI, "क़लम", "क़लम"),  # the nukta letter, composed: its parts are in the alphabet
        (HINDI, "ज़", "ज़"),
        (alphabet("खरल"), "ख़रल", "खरल"),  # no nukta in the alphabet
        (HINDI, "माँ।", "मां"),  # chandrabindu as anusvara, no danda
    ],
)
def test_words_are_spelled_as_the_alphabet_has_them(vocabulary, word, letters):
    assert spelled(vocabulary, word) == letters


@given(st.text(), st.sampled_from([CAPITALS, HINDI, alphabet("xyz", separator=None)]))
def test_spelling_uses_letters_only(text, vocabulary):
    special = {vocabulary.tokens.get(token) for token in ("<pad>", "<s>", "</s>", "<unk>", "|")}
    assert not special & set(vocabulary.spell(text)) - {None}


def test_the_blank_is_one_of_what_the_files_may_mean():
    assert CAPITALS.blank_candidates("<pad>") == [0, 1]
    assert HINDI.blank_candidates("<pad>") == [1, 0]
    assert alphabet("ab", "[PAD]").blank_candidates("[PAD]") == [0]
    assert alphabet("ab").blank_candidates() == []


def test_targets_have_a_separator_between_words_that_spell_something():
    assert targets_of([[5], [], [6, 7], []], 4) == [5, 4, 6, 7]
    assert targets_of([[5], [6]], None) == [5, 6]
    assert targets_of([[], []], 4) == []
    assert frames_needed([5, 5, 6]) == 4


def words(*spans: tuple[float, float]) -> list[Word]:
    return [Word(text="w", start=a, end=b) for a, b in spans]


@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0.01, 3)), max_size=60))
def test_long_segments_are_cut_into_parts_of_their_words(steps):
    at, spans = 0.0, []
    for gap, length in steps:
        spans.append((at + gap, at + gap + length))
        at += gap + length
    said = words(*spans)
    parts = list(parts_of(said, longest=10))
    assert [word for part in parts for word in part] == said
    assert all(len(part) == 1 or part[-1].end - part[0].start <= 10 for part in parts)


def test_a_segment_is_cut_at_its_longest_pause():
    said = words((0, 8), (8.2, 14), (15, 22))
    assert [len(part) for part in parts_of(said)] == [2, 1]


def test_words_without_times_share_the_gap():
    assert interpolated([None, (2, 3), None, None, (5, 6), None], 1, 8) == [
        (1, 2),
        (2, 3),
        (3, 4),
        (4, 5),
        (5, 6),
        (6, 8),
    ]


times = st.floats(0, 60)


@example(spans=[[(1.0, 1.0), (0.0, 0.0)]], edges=[0, 1])
@given(
    st.lists(st.lists(st.tuples(times, times), max_size=5), max_size=6),
    st.lists(st.integers(0, 600), max_size=12, unique=True),
)
def test_settled_words_never_overlap_whatever_the_network_said(spans, edges):
    edges = sorted(edges)
    regions = [
        Region(start=a / 10, end=b / 10) for a, b in zip(edges[::2], edges[1::2], strict=False)
    ]
    segments = [
        Segment(id=i, start=0, end=0, text="t", words=words(*(tuple(sorted(s)) for s in group)))
        for i, group in enumerate(spans)
    ]
    placed = settled(segments, SpeechRegions(regions=regions))
    assert [len(segment.words) for segment in placed] == [len(group) for group in spans]
    said = [word for segment in placed for word in segment.words]
    assert all(word.start <= word.end for word in said)
    assert all(a.end <= b.start for a, b in pairwise(said))
    for segment in placed:
        if segment.words:
            assert (segment.start, segment.end) == (segment.words[0].start, segment.words[-1].end)
