"""Two legs: the first translation's units come out by id, whatever became of them on the way."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.transcript.translation import Translation, TranslationUnit
from chalchitra.translation.pivot import joined, pivot_transcript, pivot_units

WORDS = st.sampled_from(["Bonjour.", "यह घर है।", "வணக்கம்.", "یہ گھر ہے۔", "Où est-il ?"])


@st.composite
def first_legs(draw) -> Translation:
    units = []
    for number in range(draw(st.integers(0, 12))):
        source, failed = draw(WORDS), draw(st.booleans())
        units.append(
            TranslationUnit(
                id=3 * number,
                start=number,
                end=number + 0.5,
                source=source,
                text=source if failed else f"English {number}.",
                segment_ids=[number],
                status="untranslated" if failed else "translated",
                reason="the model gave no text" if failed else draw(st.sampled_from([None, "a"])),
            )
        )
    return Translation(
        source_language="fr",
        target_language="en",
        translator="whisper",
        model="large-v3",
        units=units,
    )


def second_leg(first: Translation, fails: set[int]) -> Translation:
    return Translation(
        source_language="en",
        target_language="ur",
        translator="indictrans2",
        model="m",
        units=[
            TranslationUnit(
                id=unit.id,
                start=unit.start,
                end=unit.end,
                source=unit.text,
                text=unit.text if unit.id in fails else f"اردو {unit.id}",
                segment_ids=list(unit.segment_ids),
                status="untranslated" if unit.id in fails else "translated",
                reason="the model repeated itself" if unit.id in fails else None,
            )
            for unit in pivot_units(first)
        ],
    )


@settings(deadline=None)
@given(first_legs(), st.sets(st.integers(0, 36)))
def test_none_is_lost_doubled_or_moved(first: Translation, fails: set[int]) -> None:
    whole = joined(first, second_leg(first, fails))
    assert pivot_transcript(first).language == "en"
    assert (whole.source_language, whole.target_language, whole.via) == ("fr", "ur", "en")
    for before, after in zip(first.units, whole.units, strict=True):
        kept = ("id", "start", "end", "source", "segment_ids")
        assert [getattr(before, name) for name in kept] == [getattr(after, name) for name in kept]
        if before.status == "untranslated":
            assert (after.status, after.text) == ("untranslated", before.source)
            assert "the model gave no text" in str(after.reason)
            assert after.pivot is None
            continue
        assert after.pivot == before.text
        if before.id in fails:
            assert (after.status, after.text) == ("untranslated", before.source)
            assert "the model repeated itself" in str(after.reason)
        else:
            assert (after.status, after.text) == ("translated", f"اردو {before.id}")
            assert after.reason == (f"in en {before.reason}" if before.reason else None)


def test_a_second_leg_with_other_units_is_a_defect() -> None:
    first = Translation(
        source_language="fr", target_language="en", translator="t", model="m", units=[]
    )
    unit = TranslationUnit(id=0, start=0, end=1, source="a", text="b", segment_ids=[0])
    other = first.model_copy(update={"units": [unit]})
    with pytest.raises(ValueError, match="lost or added"):
        joined(first, other)
