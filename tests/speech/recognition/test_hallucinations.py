"""Phrases that Whisper invents: left out where the sound does not support them, and only there."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.languages import all_languages, find
from chalchitra.speech.raw import RawSegment, RawWord
from chalchitra.speech.recognition.hallucinations import (
    is_hallucinated,
    is_hurried,
    is_scrap,
    letters_of,
)
from chalchitra.speech.recognition.hypothesis import Hypothesis
from chalchitra.speech.recognition.quality import LanguageRules
from chalchitra.transcript.model import Region, Segment, Word

ENGLISH = find("en").invented
PHRASE = "Thanks for watching!"


def segment(
    text: str, seconds: float = 1.2, probability: float | None = 0.9, silent: float = 0.05
) -> Segment:
    parts = text.split()
    each = seconds / len(parts)
    said = [
        Word(text=part, start=each * n, end=each * (n + 1), probability=probability)
        for n, part in enumerate(parts)
    ]
    return Segment(
        id=0, start=0, end=seconds, text=text, words=said, no_speech_prob=silent, avg_logprob=-0.3
    )


def unsupported(
    segment: Segment,
    phrases: Sequence[str],
    prompt: frozenset[str] = frozenset(),
    *,
    prompted: bool = True,
    regions: Sequence[Region] = (),
) -> bool:
    """Whether all of a segment is a hallucination."""
    written = LanguageRules(hallucinations=tuple(phrases), prompt=prompt)
    found = written.hallucinated(Hypothesis([segment], prompted=prompted), regions)
    return len(found) == len(segment.words)


def test_what_is_said_clearly_is_believed():
    assert not unsupported(segment(PHRASE), ENGLISH)


@pytest.mark.parametrize(
    "decoded",
    [
        segment(PHRASE, silent=0.6),
        segment(PHRASE, probability=0.4),
        segment(PHRASE, seconds=7.0),
        segment(PHRASE, seconds=0.3),
    ],
    ids=["silence", "a guess", "over seven seconds of noise", "in a click"],
)
def test_without_support_it_is_not(decoded):
    assert unsupported(decoded, ENGLISH)


PROMPT = frozenset(map(letters_of, "नमस्ते, आप कैसे हैं? वह घर पर नहीं है।".split()))


def test_the_prompts_own_words_are_believed_unless_nobody_seems_to_speak():
    assert not unsupported(segment("पर नहीं है।"), (), PROMPT)
    assert unsupported(segment("पर नहीं है।", silent=0.8), (), PROMPT)
    assert not unsupported(segment("पर राम नहीं है।", silent=0.8), (), PROMPT)


def test_the_prompts_own_words_are_not_believed_where_they_were_guessed():
    guess = segment("पर नहीं है।", probability=0.13, silent=0.05)
    assert unsupported(guess, (), PROMPT)
    assert not unsupported(guess, (), PROMPT, prompted=False), (
        "decoded without it, they are no echo"
    )
    assert not unsupported(segment("पर नहीं है।", probability=0.45), (), PROMPT)
    assert not unsupported(segment("पर राम नहीं है।", probability=0.13), (), PROMPT)


@pytest.mark.parametrize("prompt", [PROMPT, frozenset()])
def test_the_prompts_own_words_are_not_believed_where_they_had_no_time(prompt):
    voice = [Region(start=0.0, end=0.21)]
    squeezed = segment("वह घर पर नहीं", seconds=0.21)
    assert unsupported(squeezed, (), prompt, regions=voice) is bool(prompt)
    assert not unsupported(segment("नहीं", seconds=0.21), (), prompt, regions=voice)
    long = [Region(start=0.0, end=1.0)]
    assert not unsupported(segment("वह घर पर नहीं", seconds=0.9), (), prompt, regions=long)


def test_an_echo_beside_what_is_said_in_one_segment_is_found_alone():
    said = segment("मेरा भाई आज आया है।", seconds=2.0)
    words = [
        Word(text=one, start=3.0 + 0.05 * n, end=3.05 + 0.05 * n, probability=0.9)
        for n, one in enumerate("वह घर पर नहीं".split())
    ]
    both = said.model_copy(update={"words": [*said.words, *words], "end": 3.2})
    regions = [Region(start=0.0, end=2.0), Region(start=3.0, end=3.2)]
    found = LanguageRules(prompt=PROMPT).hallucinated(Hypothesis([both]), regions)
    assert found == {(0, at) for at in range(5, 9)}


@given(st.integers(1, 12), st.floats(0.05, 3.0))
def test_an_ordinary_pace_is_never_hurried(count, each):
    """Six words a second and less, of four letters: whoever talks fast, however long the voice."""
    words = [Word(text="कहना", start=0, end=0) for _ in range(count)]
    assert not is_hurried(words, max(each, 1 / 6) * count)


def test_more_words_than_a_short_voice_has_time_for():
    words = [Word(text="है", start=0, end=0)] * 4
    assert is_hurried(words, 0.21)
    assert not is_hurried(words[:1], 0.05)
    assert not is_hurried(words, 0.21, spaced=False)


def test_words_of_a_dialogue_are_never_a_hallucination():
    assert not unsupported(segment("Thanks for watching my dog!", silent=0.9), ENGLISH)


@pytest.mark.parametrize(
    ("text", "invented"),
    [
        ("thanks for watching", True),
        ("THANKS for watching... Please subscribe!", True),
        ("Subtitles by the Amara.org community", True),
        ("Subtitles by " + "somebody who wrote a very long sentence " * 3, False),
        ("Thanks", False),
        ("", False),
        ("…", False),
    ],
)
def test_phrases_whatever_their_case_and_marks(text, invented):
    assert is_hallucinated(text, ENGLISH) is invented


@given(st.lists(st.sampled_from(ENGLISH), min_size=1, max_size=4))
def test_phrases_in_a_row_are_phrases(phrases):
    closed = [one for one in phrases if not one.endswith("…")]
    if closed:
        assert is_hallucinated(". ".join(closed).title(), ENGLISH)
        assert not is_hallucinated(". ".join(closed) + " and the other dog", ENGLISH)


def test_every_row_is_in_its_own_language_and_none_is_one_short_word():
    rows = {language.id: language.invented for language in all_languages() if language.invented}
    assert {"en", "hi", "ta", "te", "bn", "mr", "gu", "kn", "ml", "pa", "ur"} <= set(rows)
    for phrases in rows.values():
        assert len(set(phrases)) == len(phrases)
        for phrase in phrases:
            assert phrase == phrase.strip().casefold()
            assert is_hallucinated(phrase.rstrip("…"), phrases)
            assert len(phrase) >= 4


def raw(seconds: float, silent: float | None, *texts: str) -> RawSegment:
    return RawSegment(tuple(RawWord(text, 0.0, seconds) for text in texts), no_speech_prob=silent)


def test_a_scrap_is_short_and_hardly_speech():
    assert is_scrap(raw(0.1, 0.45, " 3."))
    assert not is_scrap(raw(0.1, 0.1, " है।")), "a short word that is said"
    assert not is_scrap(raw(1.0, 0.45, " 3."))
    assert not is_scrap(raw(0.1, None, " 3."))
    assert not is_scrap(raw(0.1, 0.9))
