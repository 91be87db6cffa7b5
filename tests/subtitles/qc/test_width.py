"""How wide a line is when it is drawn."""

from __future__ import annotations

import pytest

from chalchitra.media.fonts import find_font
from chalchitra.media.measure import measured
from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.formats.fonts import LATIN, font_for
from chalchitra.subtitles.qc.width import ROOM, Ruler


def ruler(script: str, language: str) -> Ruler:
    fonts = [find_font([font_for(script, language)]), find_font([LATIN])]
    return Ruler([font.path for font in fonts if font])


def test_letters_are_shaped_as_players_do() -> None:
    devanagari = ruler("Deva", "hi")
    joined, parted = devanagari.ems("क्ष"), devanagari.ems("क" + "ष")
    assert joined is not None
    assert parted is not None
    assert 0 < joined < parted  # one ligature, not two letters and a virama
    assert devanagari.ems("") == 0
    assert devanagari.ems("कि") == pytest.approx(devanagari.ems("की"), rel=0.5)


def test_a_line_of_several_scripts_is_the_sum_of_its_parts() -> None:
    devanagari = ruler("Deva", "hi")
    words = [devanagari.ems(text) for text in ("नमस्ते ", "Mumbai", "")]
    assert devanagari.ems("नमस्ते Mumbai") == pytest.approx(sum(one or 0 for one in words))


def test_a_letter_that_no_font_has_is_not_guessed() -> None:
    assert ruler("Deva", "hi").ems("漢字") is None


def test_the_report_names_the_widest_line_and_those_that_leave_the_picture() -> None:
    cues = [
        Cue(1, 0, 2000, ("छोटा",)),
        Cue(2, 3000, 5000, ("यह पंक्ति कुछ लंबी है", "और यह")),
        Cue(3, 6000, 8000, ("श्रीमान " * 30,)),
        Cue(4, 9000, 10000, ("漢字",)),
    ]
    width = measured(cues, "hi", "Deva")
    assert width is not None
    assert (width.cue, width.too_wide, width.unmeasured) == (3, [3], 1)
    assert (width.widest or 0) > width.room == round(ROOM, 1)
    assert measured(cues[:2], "hi", "Deva").too_wide == []  # type: ignore[union-attr]


def test_a_script_without_a_font_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalchitra.media.measure.find_font", lambda fonts: None)
    assert measured([Cue(1, 0, 1000, ("a",))], "ml", "Mlym") is None
