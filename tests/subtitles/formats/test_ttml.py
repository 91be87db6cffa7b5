"""TTML files: read and held against IMSC 1.1's Text Profile by ttconv, read by pysubs2."""

from __future__ import annotations

from fractions import Fraction
from xml.etree import ElementTree

import pysubs2
import pytest
from hypothesis import given, settings
from ttconv import model, style_properties
from ttconv.filters.doc.imsc11text import IMSC11TextFilter
from ttconv.imsc import reader
from ttconv.style_properties import StyleProperties

from chalchitra.languages import find
from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.formats.ttml import IMSC_TEXT, to_ttml

from ..samples import AWKWARD, SPOKEN, timed, track


def written(cues, language="hi"):
    row = find(language)
    return to_ttml(
        cues,
        language=row.id,
        tag=row.bcp47,
        script=row.script,
        right_to_left=row.direction == "rtl",
    )


def read(text):
    """The document as ttconv reads it, held against the profile."""
    document = reader.to_model(ElementTree.ElementTree(ElementTree.fromstring(text)))
    IMSC11TextFilter().process(document)
    return document


def paragraphs(document):
    return [each for each in document.get_body().dfs_iterator() if isinstance(each, model.P)]


def shown(paragraph):
    pieces = (
        "\n" if isinstance(part, model.Br) else part.get_text()
        for part in paragraph.dfs_iterator()
        if isinstance(part, model.Br | model.Text)
    )
    return "".join(pieces)


def carried(text):
    """What XML has no way to write becomes the replacement character."""
    return text.translate({0xFFFE: 0xFFFD, 0xFFFF: 0xFFFD})


@settings(max_examples=200, deadline=None)
@given(timed())
def test_nothing_is_lost(cues):
    found = paragraphs(read(written(cues)))
    assert len(found) == len(cues)
    for paragraph, cue in zip(found, cues, strict=True):
        assert (paragraph.get_begin() or 0) == Fraction(cue.start, 1000)
        assert paragraph.get_end() == Fraction(cue.end, 1000)
        assert shown(paragraph) == carried(cue.text)


@pytest.mark.parametrize("language", ["hi", "ta", "ur", "ks-Deva", "en"])
def test_the_profile_and_the_language(language):
    text = written(track(AWKWARD), language)
    root = ElementTree.fromstring(text)
    assert root.tag == "{http://www.w3.org/ns/ttml}tt"
    assert root.get("{http://www.w3.org/ns/ttml#parameter}contentProfiles") == IMSC_TEXT
    document = read(text)
    assert document.get_lang() == find(language).bcp47
    resolution = document.get_cell_resolution()
    assert (resolution.columns, resolution.rows) == (32, 20)


def test_the_region_is_the_safe_title_area():
    [region] = read(written(track(SPOKEN))).iter_regions()
    origin, extent = (region.get_style(p) for p in (StyleProperties.Origin, StyleProperties.Extent))
    assert (origin.x.value, origin.y.value) == (5, 5)
    assert (extent.width.value, extent.height.value) == (90, 90)
    assert region.get_style(StyleProperties.DisplayAlign) is style_properties.DisplayAlignType.after


def test_urdu_runs_from_right_to_left_with_room_for_nastaliq():
    urdu, hindi = (paragraphs(read(written(track(SPOKEN), each)))[0] for each in ("ur", "hi"))
    assert urdu.get_style(StyleProperties.Direction) is style_properties.DirectionType.rtl
    assert urdu.get_style(StyleProperties.FontFamily)[0] == "Noto Nastaliq Urdu"
    assert urdu.get_style(StyleProperties.LineHeight).value == 250
    assert hindi.get_style(StyleProperties.Direction) is None


def test_pysubs2_reads_it():
    cues = track(SPOKEN)
    events = pysubs2.SSAFile.from_string(written(cues), format_="ttml")
    assert [(e.start, e.end, e.plaintext) for e in events] == [
        (cue.start, cue.end, cue.text) for cue in cues
    ]


def test_what_xml_cannot_carry_is_replaced():
    [paragraph] = paragraphs(read(written([Cue(1, 0, 1000, ("a\x0bb\uffff\x00",))])))
    assert shown(paragraph) == "a\ufffdb\ufffd\ufffd"


def test_without_cues_it_is_a_document_too():
    assert paragraphs(read(written([]))) == []
