"""Finding what can be scored."""

from __future__ import annotations

import json
import wave

import pytest
from corpus import discover
from measures.diarization import Turn
from measures.spans import Span

from chalchitra.errors import UsageError

TURNS = [
    {"start": 5.0, "end": 6.0, "speaker": "asha"},
    {"start": 5.5, "end": 8.0, "speaker": "ravi"},
]
TRUTH = {
    "file": "film.mkv",
    "audio_stream_start": 0.5,
    "duration": 12.0,
    "sections": [{"start": 0.5, "kind": "silence"}, {"start": 1.5, "kind": "speech"}],
    "speech": [
        {"start": 2.0, "end": 4.0, "text": "पर यह", "language": "hi", "sure": True},
        {"start": 5.0, "end": 8.0, "text": "नहीं नहीं", "language": "hi", "turns": TURNS},
    ],
}
RTTM = """SPEAKER talk 1 1.000 1.000 <NA> <NA> asha <NA> <NA>
SPEAKER talk 1 1.500 2.500 <NA> <NA> ravi <NA> <NA>
"""


def tone(path, seconds=1.5):
    path.parent.mkdir(exist_ok=True)
    with wave.open(str(path), "wb") as handle:
        handle.setparams((1, 2, 8000, 0, "NONE", ""))
        handle.writeframes(b"\0\0" * int(8000 * seconds))


@pytest.fixture
def media(tmp_path):
    """A folder with every kind of thing."""
    (tmp_path / "film.mkv").touch()
    (tmp_path / "film.truth.json").write_text(json.dumps(TRUTH))
    tone(tmp_path / "hi" / "1.wav")
    tone(tmp_path / "hi" / "2.wav", 2.5)
    (tmp_path / "hi" / "transcripts.tsv").write_text('file\ttext\n1.wav\tपर "यह\n2.wav\tबात\n')
    tone(tmp_path / "en" / "talk.wav", 5)
    (tmp_path / "en" / "talk.rttm").write_text(RTTM)
    tone(tmp_path / "en" / "stranger.wav")
    return tmp_path


def test_everything_is_found(media):
    corpora = {corpus.name: corpus for corpus in discover([media])}
    assert list(corpora) == ["hi", "film", "talk"]
    clips = corpora["hi"]
    assert (clips.language, clips.script, clips.duration) == ("hi", "Deva", 4.0)
    assert [item.text for item in clips.items] == ['पर "यह', "बात"]
    assert not clips.has_turns
    (film,) = corpora["film"].items
    assert film.text == "पर यह नहीं नहीं"
    assert film.sections == ((0.5, "silence"), (1.5, "speech"))
    assert [one.sure for one in film.sentences] == [True, False]
    assert (film.audio_start, film.duration) == (0.5, 12.0)
    assert film.turns == (Turn(5.0, 6.0, "asha"), Turn(5.5, 8.0, "ravi"))
    assert film.turns_within == Span(5.0, 8.0)


def test_a_recording_has_the_words_of_the_film_with_the_same_dialogue(media):
    talk = discover([media])[-1]
    (item,) = talk.items
    assert (talk.language, item.text, item.turns_within) == ("hi", "नहीं नहीं", None)
    (media / "en" / "talk.rttm").write_text(RTTM.replace("2.500", "2.600"))
    with pytest.raises(UsageError, match="What language"):
        discover([media])
    assert discover([media], "en")[-1].items[0].text is None


def test_clips_known_by_name(tmp_path):
    tone(tmp_path / "en" / "librivox_0880.flac")  # the name counts, not the format
    (corpus,) = discover([tmp_path])
    assert (corpus.name, corpus.language, corpus.script) == ("en", "en", "Latn")
    assert corpus.items[0].text == "he was not an ill disposed young man"


def test_the_language_of_clips(media):
    (media / "hi").rename(media / "clips")
    with pytest.raises(UsageError, match="What language"):
        discover([media / "clips"])
    assert discover([media / "clips"], "mr")[0].language == "mr"
    table = media / "clips" / "transcripts.tsv"
    table.write_text("file\ttext\tlanguage\n1.wav\tபா\tta\n")
    assert discover([media / "clips"])[0].script == "Taml"
    table.write_text("file\ttext\tlanguage\n1.wav\tபா\tta\n2.wav\tx\ten\n")
    with pytest.raises(UsageError, match="clips in en, ta"):
        discover([media / "clips"])


def broken_truth(media):
    (media / "film.truth.json").write_text(json.dumps({**TRUTH, "sections": [{"kind": "x"}]}))


def no_film(media):
    (media / "film.mkv").unlink()


def no_clip(media):
    (media / "hi" / "2.wav").unlink()


def no_column(media):
    (media / "hi" / "transcripts.tsv").write_text("name\ttext\n1.wav\tx\n")


def same_name(media):
    (media / "more").mkdir()
    (media / "hi").rename(media / "more" / "film")
    (media / "more" / "film" / "transcripts.tsv").write_text("file\ttext\tlanguage\n1.wav\tx\thi\n")


@pytest.mark.parametrize("harm", [broken_truth, no_film, no_clip, no_column, same_name])
def test_what_is_wrong_is_said(media, harm):
    harm(media)
    with pytest.raises(UsageError) as caught:
        discover([media])
    assert caught.value.cause
    assert caught.value.fix


def test_nothing_to_score(tmp_path):
    with pytest.raises(UsageError, match="nothing to score"):
        discover([tmp_path])
    with pytest.raises(UsageError, match="is no folder"):
        discover([tmp_path / "none"])
