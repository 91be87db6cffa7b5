"""Where text may be cut."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.subtitles.cues.graphemes import atoms, chunks, graphemes

SCRIPTS = "कषत्रिीளதமி்తెలుగు我你好私はっゃーTh3.,:()“”。、ภาษาไทยน้ำๆខ្មែរមာမန္တ်ငးབོད་སྐད།👩‍👧\u200d\u0301"


@pytest.mark.parametrize(
    ("text", "clusters"),
    [
        ("स्त्री", ["स्त्री"]),
        ("தமிழ்", ["த", "மி", "ழ்"]),
        ("తెలుగు", ["తె", "లు", "గు"]),
        ("👩‍👩‍👧", ["👩‍👩‍👧"]),
    ],
)
def test_clusters_are_what_a_reader_sees_as_one(text, clusters):
    assert graphemes(text) == clusters


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("你好，世界。", ["你", "好，", "世", "界。"]),
        ("用iPhone拍3.5张", ["用", "iPhone", "拍", "3.5", "张"]),
        ("「はい」と言った", ["「は", "い」", "と", "言っ", "た"]),
        ("ラーメン", ["ラー", "メ", "ン"]),
        ("ที่นี่เรา", ["ที่", "นี่", "เรา"]),
        ("ខ្មែរ", ["ខ្មែ", "រ"]),
        ("မန္တလေး", ["မ", "န္တ", "လေး"]),
        ("မြန်မာ", ["မြန်", "မာ"]),
        ("བོད་སྐད་", ["བོ", "ད་", "སྐ", "ད་"]),
    ],
)
def test_atoms_of_scripts_without_spaces(text, cut):
    assert atoms(text) == cut


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(SCRIPTS, max_size=30), st.text(max_size=20)), st.integers(1, 12))
def test_parts_are_the_text_and_cut_no_cluster(text, size):
    places = {0}
    for cluster in graphemes(text):
        places.add(max(places) + len(cluster))
    assert max(places) == len(text)
    for parts in (atoms(text), chunks(text, size)):
        assert "".join(parts) == text
        assert all(parts)
        position = 0
        for part in parts:
            position += len(part)
            assert position in places


@given(st.text(SCRIPTS, min_size=1, max_size=60), st.integers(1, 12))
def test_chunks_are_no_longer_than_they_may_be(text, size):
    for chunk in chunks(text, size):
        assert len(chunk) <= size or chunks(chunk, 1) == [chunk]
