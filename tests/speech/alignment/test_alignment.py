"""Spelling words in an aligner's alphabet, cutting long segments, and settling aligned times."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalchitra.speech.alignment.align import align, parts_of, settled, stretches_of
from chalchitra.speech.alignment.batches import batches, seconds_together
from chalchitra.speech.alignment.interpolate import interpolated, spoken_length
from chalchitra.speech.alignment.vocabulary import Vocabulary, frames_needed, sure_blank, targets_of
from chalchitra.speech.regions import SpeechRegions
from chalchitra.transcript.model import Region, Segment, Transcript, Word


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
        (CAPITALS, "3rd", ""),  # what is said for the digit is most of it
        (CAPITALS, "½-inch", ""),
        (alphabet("3rd"), "3rd", "3rd"),
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
    mms = Vocabulary({"<blank>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "a": 4}, None)
    assert mms.blank_candidates("<pad>") == [1, 0]
    padded = Vocabulary({"a": 0, "[UNK]": 1, "[PAD]": 2})
    assert padded.named_blank("<pad>") == 2
    assert padded.named_blank("<s>") is None


@pytest.mark.parametrize(
    ("candidates", "silence", "named", "blank"),
    [
        ([1], [0.9, 0.1], None, 1),
        ([1, 0], [0.9, 0.01], None, 0),
        ([1, 0], [0.4, 0.3], None, None),  # not certain: refused, not guessed
        ([1, 0], [0.4, 0.3], 1, 1),
        ([1, 0], [0.9, 0.01], 1, None),  # the network contradicts the table
        ([1, 0], [0.9, 0.01], 0, 0),
        ([], [0.5, 0.5], None, None),
    ],
)
def test_a_blank_that_is_not_certain_is_not_guessed(candidates, silence, named, blank):
    assert sure_blank(candidates, silence, named) == blank


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


@pytest.mark.parametrize(
    ("word", "length"),
    [("में", 1), ("घर", 2), ("house,", 5), ("।", 0), ("1811", 18), ("₹5", 10.5), ("२०", 9), ("♪", 6)],
)
def test_numbers_and_symbols_take_longer_than_they_are_written(word, length):
    assert spoken_length(word) == length


def test_words_without_times_share_the_gap_by_what_they_take_to_say():
    here = [(0.0, 0.0)] * 4
    times = [(2, 3), None, None, (6, 7)]
    assert interpolated(times, [2, 18, 2, 2], here[:4], 1, 8) == [
        (2, 3),
        (3, 5.7),
        (5.7, 6),
        (6, 7),
    ]


def test_words_at_the_edges_reach_as_far_as_the_recogniser_says_or_as_they_take():
    times = [None, (5.0, 5.5), (5.5, 6.0), None]
    lengths = [4.0, 5.0, 5.0, 4.0]  # 0.1 s a letter: each of the others takes 0.4 s
    near = [(4.9, 5.0), (5.0, 5.5), (5.5, 6.0), (6.0, 6.1)]
    assert interpolated(times, lengths, near, 2.0, 9.0) == [
        (pytest.approx(4.6), 5.0), *times[1:3], (6.0, pytest.approx(6.4)),
    ]  # fmt: skip
    far = [(3.0, 4.0), (5.0, 5.5), (5.5, 6.0), (7.0, 8.0)]
    assert interpolated(times, lengths, far, 2.0, 9.0) == [(3.0, 5.0), *times[1:3], (6.0, 8.0)]
    assert interpolated(times, lengths, far, 4.9, 6.1) == [(4.9, 5.0), *times[1:3], (6.0, 6.1)]
    apart = interpolated(
        times[1:], [5.0, 5.0, 0.0], near[1:], 2.0, 9.0
    )  # a danda that stands apart
    assert apart[-1] == (6.0, 6.0)


@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 1.0, 2.0, 18.0])), max_size=12),
    st.lists(st.floats(0, 30), min_size=26, max_size=26),
    st.floats(-5, 0),
    st.floats(30, 35),
)
def test_interpolated_words_are_in_order_and_what_was_known_stays(kinds, moments, low, high):
    moments = sorted(moments)
    spans = list(zip(moments[::2], moments[1::2], strict=True))[: len(kinds)]
    times = [span if known else None for (known, _), span in zip(kinds, spans, strict=True)]
    lengths = [length for _, length in kinds]
    filled = interpolated(times, lengths, spans, low, high)
    assert len(filled) == len(times)
    assert all(low <= a <= b <= high for a, b in filled)
    assert all(a[1] <= b[0] + 1e-9 for a, b in pairwise(filled))
    assert all(was is None or was == now for was, now in zip(times, filled, strict=True))
    for at in range(1, len(times)):
        pair = lengths[at - 1 : at + 1]
        if times[at - 1] is None and times[at] is None and all(pair):
            one, two = (b - a for a, b in filled[at - 1 : at + 1])
            assert one * pair[1] == pytest.approx(two * pair[0], abs=1e-6)


@given(st.lists(st.floats(0.1, 25), max_size=60), st.sampled_from([0.0, 1.0, 20.0, 80.0]))
def test_batches_hold_everything_once_and_no_more_than_they_may(lengths, seconds):
    made = batches(lengths, seconds)
    assert sorted(index for batch in made for index in batch) == list(range(len(lengths)))
    for batch in made:
        assert len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= seconds
    if seconds == 0:
        assert made == [[index] for index in range(len(lengths))]


def test_stretches_of_like_length_go_together():
    assert batches([20, 2, 19, 2, 2.5, 18], 60) == [[1, 3, 4], [5, 2, 0]]
    assert seconds_together(0, "cpu") == 0
    assert seconds_together(0, "cuda") == 80
    assert seconds_together(40, "cpu") == seconds_together(40, "mps") == 40


times = st.floats(0, 60)
anywhere = st.floats(-3, 70)


FILM = (0.5, 60.0)


def regions_of(edges: list[int]) -> SpeechRegions:
    edges = sorted(edges)
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return SpeechRegions(regions=[Region(start=a / 10, end=b / 10) for a, b in pairs])


def check_times(segments: list[Segment], low: float = FILM[0], high: float = FILM[1]) -> None:
    said = [word for segment in segments for word in segment.words]
    assert all(low <= word.start <= word.end <= high for word in said)
    assert all(a.end <= b.start for a, b in pairwise(said))
    for segment in segments:
        if segment.words:
            assert (segment.start, segment.end) == (segment.words[0].start, segment.words[-1].end)


@example(spans=[[(1.0, 1.0), (0.0, 0.0)]], edges=[5, 6])
@given(
    st.lists(st.lists(st.tuples(times, times), max_size=5), max_size=6),
    st.lists(st.integers(5, 600), max_size=12, unique=True),
)
def test_settled_words_never_overlap_whatever_the_network_said(spans, edges):
    segments = [
        Segment(id=i, start=0, end=0, text="t", words=words(*(tuple(sorted(s)) for s in group)))
        for i, group in enumerate(spans)
    ]
    placed = settled(segments, regions_of(edges), *FILM)
    assert [len(segment.words) for segment in placed] == [len(group) for group in spans]
    check_times(placed)


def test_aligned_words_are_hardly_held_at_the_voices_edges_and_never_before_the_sound():
    """An aligner knows where words begin better than a recogniser does: 0.15 s, not 0.5 s."""
    voice = SpeechRegions(regions=[Region(start=1.0, end=4.0)])
    said = [Segment(id=0, start=0, end=0, text="t", words=words((1.1, 1.5), (1.5, 3.7)))]
    ((first, last),) = (segment.words for segment in settled(said, voice, *FILM))
    assert (first.start, last.end) == (1.0, 3.7)
    early = [Segment(id=0, start=0, end=0, text="t", words=words((0.0, 0.2)))]
    ((word,),) = (segment.words for segment in settled(early, SpeechRegions(regions=[]), *FILM))
    assert (word.start, word.end) == (FILM[0], FILM[0])


class FilmSound:
    """A film's sound from FILM[0] to FILM[1]; only its lengths matter here."""

    start, end = FILM

    def read(self, start: float, end: float) -> list[float]:
        return [0.0] * round((min(end, self.end) - max(start, self.start)) * 16000)


class AnyNetwork:
    """A network that puts words anywhere in the sound, in order, or refuses."""

    vocabulary, frame_seconds, shortest = CAPITALS, 0.02, 0.025

    def __init__(self, chance: Random) -> None:
        self.chance, self.batches = chance, []

    def frames(self, sounds, words):
        self.batches.append([len(sound) / 16000 for sound in sounds])
        assert all(len(sound) > 0 for sound in sounds)
        return [self._of(len(s) // 320, w) for s, w in zip(sounds, words, strict=True)]

    def _of(self, frames, words):
        if self.chance.random() < 0.2:
            return None
        edges = sorted(self.chance.randint(0, frames) for _ in range(2 * len(words)))
        pairs = zip(edges[::2], edges[1::2], strict=True)
        return [pair if word else None for pair, word in zip(pairs, words, strict=True)]


@settings(deadline=None)
@given(
    st.lists(
        st.lists(
            st.tuples(st.sampled_from("go HOME 1811 ₹5 मैं — 3rd".split()), anywhere, anywhere),
            max_size=9,
        ),
        max_size=6,
    ),
    st.lists(st.integers(5, 600), max_size=12, unique=True),
    st.booleans(),
    st.sampled_from([0.0, 15.0, 80.0]),
    st.randoms(use_true_random=False),
)
def test_aligned_times_never_overlap_run_backwards_or_leave_the_film(
    said, edges, in_order, together, chance
):
    """Whatever the recogniser and the network say, words with no voice near among them."""
    moments = iter(sorted(x for group in said for _, *span in group for x in span))
    segments = []
    for number, group in enumerate(said):
        spans = [sorted((next(moments), next(moments)) if in_order else s) for _, *s in group]
        made = [
            Word(text=text, start=a, end=b) for (text, *_), (a, b) in zip(group, spans, strict=True)
        ]
        segments.append(Segment(id=number, start=0, end=0, text="t", words=made))
    network, told = AnyNetwork(chance), []
    result = align(
        Transcript(language="en", segments=segments),
        FilmSound(),
        regions_of(edges),
        network,
        together=together,
        on_progress=lambda done, total: told.append((done, total)),
    )
    placed = result.transcript.segments
    check_times(placed)
    assert [w.text for w in result.transcript.words] == [w.text for s in segments for w in s.words]
    kept = {segment.id for segment in result.kept}
    for segment in placed:
        for word in segment.words:
            spells = bool(CAPITALS.spell(word.text))
            expected = "aligned" if spells else "interpolated"
            assert word.timing == ("recognised" if segment.id in kept else expected)
        if not any(CAPITALS.spell(word.text) for word in segment.words):
            assert segment.id in kept
    assert told == sorted(told)
    assert not told or told[-1] == (len(segments), len(segments))
    for batch in network.batches:
        assert len(batch) == 1 or len(batch) * max(batch) <= together + 0.01


def test_a_segment_is_looked_for_around_its_words_and_hardly_in_those_of_others():
    one = Segment(id=0, start=0, end=0, text="t", words=words((1, 3), (3, 4)))
    two = Segment(id=1, start=0, end=0, text="t", words=words((4.2, 5), (50, 51), (59.9, 61)))
    found = stretches_of(Transcript(language="en", segments=[one, two]), FilmSound())
    assert [(s.segment, len(s.words), s.start, s.end) for s in found] == [
        (0, 2, 0.5, pytest.approx(4.3)),
        (1, 1, pytest.approx(3.9), 5.5),
        (1, 2, 49.5, 60.0),
    ]
