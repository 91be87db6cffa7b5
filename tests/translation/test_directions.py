"""Which model for which pair."""

from __future__ import annotations

import pytest

from chalchitra.errors import UsageError
from chalchitra.translation.directions import model_name_for


@pytest.mark.parametrize(
    ("source", "target", "size", "name"),
    [
        ("hin_Deva", "eng_Latn", "distilled", "indictrans2-indic-en-dist-200M"),
        ("eng_Latn", "tam_Taml", "distilled", "indictrans2-en-indic-dist-200M"),
        ("hin_Deva", "tam_Taml", "distilled", "indictrans2-indic-indic-dist-320M"),
        ("kas_Arab", "kas_Deva", "distilled", "indictrans2-indic-indic-dist-320M"),
        ("sat_Olck", "eng_Latn", "1B", "indictrans2-indic-en-1B"),
        ("eng_Latn", "mni_Mtei", "1B", "indictrans2-en-indic-1B"),
        ("urd_Arab", "brx_Deva", "1B", "indictrans2-indic-indic-1B"),
    ],
)
def test_the_model_follows_the_direction(source: str, target: str, size: str, name: str) -> None:
    assert model_name_for(source, target, size) == name


def test_equal_languages_and_unknown_sizes_are_refused() -> None:
    with pytest.raises(UsageError, match="Nothing to translate"):
        model_name_for("hin_Deva", "hin_Deva")
    with pytest.raises(UsageError, match="size '7B'"):
        model_name_for("hin_Deva", "eng_Latn", "7B")
