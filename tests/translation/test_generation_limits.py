"""How long a model may go on: a row that loops does not hold its batch to the model's limit."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.translation.seq2seq import most_new, unread


@settings(deadline=None)
@given(st.lists(st.integers(1, 256), min_size=1, max_size=16), st.integers(1, 256))
def test_the_limit_follows_the_sources(lengths: list[int], limit: int) -> None:
    first, careful = (most_new(lengths, limit, careful=one) for one in (False, True))
    assert 1 <= first <= careful <= limit
    assert first <= 3 * max(lengths) + 16
    assert first >= min(limit, 2 * max(lengths))  # no translation here needs twice its source


@pytest.mark.parametrize(("length", "steps"), [(8, 40), (20, 76), (256, 256)])
def test_a_short_sentence_is_given_few_steps(length: int, steps: int) -> None:
    assert most_new([3, length, 5], 256, careful=False) == steps


class Tokenizer:
    unk_token_id = 3

    def __call__(self, texts: list[str]) -> dict[str, list[list[int]]]:
        return {
            "input_ids": [[self.convert_tokens_to_ids(p) for p in self.tokenize(t)] for t in texts]
        }

    def tokenize(self, text: str) -> list[str]:
        return [f"▁{word}" for word in text.split()]

    def convert_tokens_to_ids(self, piece: str) -> int:
        return 3 if "ॸ" in piece else 9


def test_what_has_no_token_is_named() -> None:
    assert unread(Tokenizer(), ["क ख", "क ॸ ग ॸ"]) == [(), ("ॸ",)]
