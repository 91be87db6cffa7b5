"""Every format that tracks are written as is read by its own reader, and known where it must be."""

from __future__ import annotations

import pytest

from chalchitra.deliverables import films_first
from chalchitra.pipeline import STAGES
from chalchitra.settings import load_table
from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.formats import registry
from chalchitra.subtitles.formats.model import TrackLanguage, TrackText
from chalchitra.subtitles.formats.registry import FORMATS, WRITTEN

HINDI = TrackLanguage("hi", "Hindi", "Deva", "hi")
URDU = TrackLanguage("ur", "Urdu", "Arab", "ur", right_to_left=True)
CUES = [
    Cue(1, 1000, 2500, ("क्या तुम आओगे?", "हाँ।")),
    Cue(2, 3040, 4960, ("a < b & {c} --> d",)),
]


@pytest.mark.parametrize("language", [HINDI, URDU], ids=lambda one: one.id)
@pytest.mark.parametrize("name", WRITTEN)
def test_what_a_format_writes_it_knows_and_reads(name, language):
    write = WRITTEN[name].write
    assert write is not None
    text = registry.lines_of(write(TrackText(CUES, [language])))
    format_ = registry.recognised(text)
    assert format_ is WRITTEN[name]
    reading = registry.read(format_, text)
    assert not reading.faults
    assert [(cue.start, cue.end) for cue in reading.cues] == [(1000, 2500), (3040, 4960)]
    shown = [tuple(row.text for row in format_.rows(cue)) for cue in reading.cues]
    assert shown == [cue.lines for cue in CUES]


def test_a_written_format_is_a_setting_an_output_and_a_deliverable():
    """The places besides its file that docs/adding.md names."""
    _, limits = load_table()
    assert set(limits["subtitle_gen"]["formats"]) == set(WRITTEN)
    outputs = STAGES["subtitle_gen"].outputs
    assert {f"{kind}{name}" for name in WRITTEN for kind in ("", "bilingual_")} <= set(outputs)
    files = ["notes.txt", *(f"film.hi.{name}" for name in WRITTEN)]
    assert films_first(files)[-1] == "notes.txt"


def test_no_two_formats_share_an_id_or_a_suffix():
    ids = [one.id for one in FORMATS]
    suffixes = [suffix for one in FORMATS for suffix in one.suffixes]
    assert len(set(ids)) == len(ids)
    assert len(set(suffixes)) == len(suffixes)


def test_the_language_with_letters_of_its_own_decides():
    english = TrackLanguage("en", "English", "Latn", "en")
    for pair in ([english, URDU], [URDU, english]):
        track = TrackText(CUES, pair)
        assert (track.main, track.tag) == (URDU, "mul")
        assert track.right_to_left
        assert not track.all_right_to_left
    assert TrackText(CUES, [english]).main is english
