"""The error rates against jiwer's, and the distance against the table that everybody knows."""

from __future__ import annotations

import jiwer
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measures.edits import Errors, character_errors, distance, word_errors
from measures.folding import fold

WORDS = st.lists(st.sampled_from("पर यह कोरा अनुमान ही है बात नहीं न the a".split()), max_size=90)
SOME_WORDS = WORDS.filter(bool)


def table_distance(a, b):
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, right in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (left != right))
    return row[-1]


@settings(deadline=None)
@given(st.text("abक्", max_size=80), st.text("abक्", max_size=80))
def test_distance_is_the_tables(a, b):
    assert distance(a, b) == table_distance(a, b)


@settings(deadline=None)
@given(SOME_WORDS, WORDS)
def test_rates_are_jiwers(wanted, found):
    reference, hypothesis = " ".join(wanted), " ".join(found)
    assert word_errors(reference, hypothesis).rate == pytest.approx(
        jiwer.wer(reference, hypothesis)
    )
    assert character_errors(reference, hypothesis).rate == pytest.approx(
        jiwer.cer(reference, hypothesis)
    )


@settings(deadline=None)
@given(st.lists(st.tuples(SOME_WORDS, WORDS), min_size=1, max_size=5))
def test_clips_are_added_up_as_jiwer_does(pairs):
    wanted = [" ".join(one) for one, _ in pairs]
    found = [" ".join(other) for _, other in pairs]
    words = sum(map(word_errors, wanted, found), Errors())
    assert words.rate == pytest.approx(jiwer.wer(wanted, found))


def test_folding_comes_first():
    errors = word_errors("पर यह कोरा अनुमान, नहीं।", "पर यह ज़ अनुमान नहीं")
    assert (errors.edits, errors.reference, errors.found) == (1, 5, 5)
    assert character_errors("ज़मीन ५।", "ज\u093cमीन 5").edits == 0


def test_shares_and_rates_without_a_reference():
    assert word_errors("", "a b").rate is None
    assert word_errors("a b c d", "a b c").share == 0.75
    assert word_errors("a", "a a a").rate == 2.0


def test_a_films_text_takes_no_hours():
    said = fold("यह एक लंबी फ़िल्म की बात है " * 2000)
    heard = said.replace("फ", "प")
    assert distance(said, heard) == 2000
