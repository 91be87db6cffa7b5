"""SDH labels of a given text: beside the words on their way, shown by the styles that have them."""

from __future__ import annotations

import pytest

from chalchitra.subtitles.cues.cue import CueSettings
from chalchitra.subtitles.cues.style import read_style
from chalchitra.subtitles.cues.words import transcript_words
from chalchitra.transcript.model import Label, Segment, Transcript, Word
from chalchitra.transcript.split import by_sentence

from ..cutting import build_cues


def spoken(*labels: Label, song: bool = False) -> Transcript:
    """Eight words in two sentences, said from 10 to 14 s."""
    words = [
        Word(text=text, start=10 + n / 2, end=10.5 + n / 2)
        for n, text in enumerate("Hi there. Where were you all this time?".split())
    ]
    segment = Segment(
        id=0,
        start=10,
        end=14,
        text=" ".join(word.text for word in words),
        words=words,
        song=song,
        labels=list(labels),
    )
    return Transcript(language="en", segments=[segment])


def shown(transcript: Transcript, style: str) -> list[tuple[float, str]]:
    settings = CueSettings.model_validate(read_style(style).model_dump())
    words = transcript_words(transcript, "Latn", labels=settings.labels)
    cues = build_cues(words, settings, language="en", script="Latn")
    return [(cue.start / 1000, " ".join(cue.lines)) for cue in cues]


def test_only_the_style_for_the_deaf_shows_them():
    said = spoken(Label(text="(laughs)"), Label(text="[coughs]", before=2))
    with_labels = " ".join(text for _, text in shown(said, "sdh"))
    assert with_labels == "(laughs) Hi there. [coughs] Where were you all this time?"
    for style in ("netflix", "bbc"):
        without = " ".join(text for _, text in shown(said, style))
        assert without == "Hi there. Where were you all this time?"


def test_one_with_a_time_of_its_own_is_a_cue_of_its_own():
    said = spoken(Label(text="[door slams]", start=4.0, end=6.0))
    first, *rest = shown(said, "sdh")
    assert first == (4.0, "[door slams]")
    assert rest == shown(spoken(), "sdh")


def test_one_after_the_last_word_is_shown_after_it():
    said = spoken(Label(text="[applause]", before=8, start=20.0, end=22.0))
    assert shown(said, "sdh")[-1] == (20.0, "[applause]")


@pytest.mark.parametrize("before", range(9))
def test_each_goes_with_its_sentence(before):
    parts = by_sentence(spoken(Label(text="[x]", before=before))).segments
    assert len(parts) == 2
    holder = parts[0] if before < 2 else parts[1]
    assert [label.before for label in holder.labels] == [before - (0 if before < 2 else 2)]
    assert sum(len(part.labels) for part in parts) == 1
