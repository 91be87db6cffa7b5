"""One process for film after film: every film's words as if it were alone, models loaded once."""

from __future__ import annotations

import json
import wave
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from chalchitra.speech.music.model import Music
from chalchitra.speech.regions import SpeechRegions
from chalchitra.transcript.model import Region

pytestmark = pytest.mark.smoke

SETTINGS = {
    "plain": {},
    # Speech compresses better than that, wild sampling often does not: it goes down the ladder.
    # (The second pass would choose by other signs: without it, what fails is sampled at once.)
    "ladder": {
        "compression_ratio_threshold": 1.2,
        "temperatures": [0.0, 1.0],
        "beam_size": 1,
        "heal": False,
    },
    # Every word is drawn.
    "hot": {"temperatures": [0.9], "beam_size": 1, "heal": False},
}


@pytest.fixture(scope="module")
def clips(demo_regions: dict[str, Path], tmp_path_factory: Any) -> list[dict[str, Path]]:
    """Three films of the demo's shortest sentences, each of two blocks with two threads."""
    speech = SpeechRegions.read(demo_regions["regions"])
    offset = json.loads(demo_regions["audio_info"].read_bytes())["offset"]
    first, second, third = sorted(speech.regions, key=lambda said: said.end - said.start)[:3]
    orders = [[first, second], [third, first], [second, third]]
    return [clip(order, demo_regions["audio"], offset, tmp_path_factory) for order in orders]


def clip(said: list[Region], audio: Path, offset: float, folders: Any) -> dict[str, Path]:
    """Sound, information and speech regions of a film in which this is said, 2 s apart."""
    folder = folders.mktemp("clip")
    files = {
        "audio": folder / "audio.wav",
        "audio_info": folder / "audio.json",
        "regions": folder / "regions.json",
        "music": folder / "music.json",
    }
    regions: list[Region] = []
    at = 0.0
    with wave.open(str(audio)) as film, wave.open(str(files["audio"]), "wb") as out:
        rate = film.getframerate()
        out.setparams(film.getparams())
        for region in said:
            out.writeframes(bytes(2 * rate * 2))
            at += 2.0
            length = region.end - region.start
            film.setpos(round((region.start - offset) * rate))
            frames = film.readframes(round(length * rate))
            out.writeframes(frames)
            regions.append(Region(start=at, end=at + length))
            at += len(frames) / 2 / rate
        out.writeframes(bytes(2 * rate * 2))
    files["audio_info"].write_text(json.dumps({"offset": 0.0, "duration": at + 2.0}))
    SpeechRegions(regions=regions, pad=0.4).write(files["regions"])
    Music(stretches=[]).write(files["music"])
    return files


@pytest.fixture(scope="module")
def cold(stages: Any, clips: list[dict[str, Path]], base_model: Path) -> Any:
    """The transcript of a clip by a process of its own, each heard once."""

    @cache
    def hear(number: int, threads: int, settings: str) -> bytes:
        fields = {"model": base_model, "threads": threads, **SETTINGS[settings]}
        _, outputs = stages.run("asr", clips[number], **fields)
        return outputs["transcript"].read_bytes()

    return hear


def texts(outputs: list[dict[str, Path]]) -> list[bytes]:
    return [each["transcript"].read_bytes() for each in outputs]


def loads(results: list[Any]) -> list[int]:
    return [result.metrics["models_loaded"] for result in results]


@pytest.mark.parametrize(
    ("threads", "settings", "loaded"),
    [
        (1, ["plain", "ladder", "plain"], [1, 0, 0]),
        (1, ["hot", "plain", "hot"], [1, 0, 1]),
        pytest.param(2, ["plain", "plain", "ladder"], [1, 0, 1], marks=pytest.mark.slow),
        pytest.param(2, ["hot", "ladder", "hot"], [2, 2, 1], marks=pytest.mark.slow),
    ],
)
def test_films_sound_the_same_in_a_warm_worker(
    stages, clips, cold, base_model, threads, settings, loaded
):
    """The model is loaded once, and again only to sample: on threads that have not sampled for
    another film, and with several threads on one alone, after which there must be several again."""
    with stages.warm("asr") as worker:
        warm = [
            worker.run(clip, model=base_model, threads=threads, **SETTINGS[name])
            for clip, name in zip(clips, settings, strict=True)
        ]
    assert texts([outputs for _, outputs in warm]) == [
        cold(number, threads, name) for number, name in enumerate(settings)
    ]
    assert loads([result for result, _ in warm]) == loaded


def test_the_settings_above_give_different_words(cold):
    assert len({cold(2, 2, name) for name in SETTINGS}) == 3


@pytest.mark.slow
def test_settings_of_one_film_do_not_reach_the_next(stages, clips, cold, base_model):
    with stages.warm("asr") as worker:
        worker.run(clips[1], model=base_model, language="hi", beam_size=1, temperatures=[0.0])
        result, outputs = worker.run(clips[0], model=base_model)
        refused, _ = worker.run(clips[1], model=base_model, language="or")
        again, _ = worker.run(clips[0], model=base_model, compute_type="float32")
    assert texts([outputs]) == [cold(0, 2, "plain")]
    assert refused.error.kind == "usage"
    assert loads([result, again]) == [0, 1]
    assert result.degraded == again.degraded == []


def test_what_fell_short_is_told_of_every_film(stages, clips, base_model):
    with stages.warm("asr") as worker:
        results = [
            worker.run(clip, model=base_model, compute_type="int8_bfloat128")[0]
            for clip in clips[:2]
        ]
    assert all("int8_bfloat128" in result.degraded[0].what for result in results)
    assert loads(results) == [1, 0]


def test_another_model_takes_the_place_of_the_first(stages, clips, base_model, tmp_path):
    copy = tmp_path / "copy"
    copy.symlink_to(base_model)
    with stages.warm("asr") as worker:
        results = [
            worker.run(clips[0], model=model)[0] for model in (base_model, copy, copy, base_model)
        ]
    assert loads(results) == [1, 1, 0, 1]


def test_the_voice_detector_is_loaded_once_and_finds_the_same(stages, clips):
    sounds = [{name: clip[name] for name in ("audio", "audio_info")} for clip in clips]
    with stages.warm("vad") as worker:
        warm = [worker.run(sound) for sound in sounds]
    cold = [stages.run("vad", sound) for sound in sounds]
    assert [outputs["regions"].read_bytes() for _, outputs in warm] == [
        outputs["regions"].read_bytes() for _, outputs in cold
    ]
    assert loads([result for result, _ in warm]) == [2, 0, 0], "with the one that knows music"


@pytest.mark.slow
def test_the_aligner_is_loaded_once_and_times_the_same(stages, clips, base_model, tiny_wav2vec2):
    heard = [
        {**clip, "transcript": stages.run("asr", clip, model=base_model)[1]["transcript"]}
        for clip in clips
    ]
    with stages.warm("alignment") as worker:
        warm = [worker.run(clip, model=tiny_wav2vec2["plain"]) for clip in heard]
        other, _ = worker.run(heard[0], model=tiny_wav2vec2["fairseq"])
    cold = [stages.run("alignment", clip, model=tiny_wav2vec2["plain"]) for clip in heard]
    assert texts([outputs for _, outputs in warm]) == texts([outputs for _, outputs in cold])
    assert loads([*(result for result, _ in warm), other]) == [1, 0, 0, 1]


def test_whisperx_recognises_the_same_in_a_warm_worker(stages, clips, base_model):
    options = {"model": base_model, "engine": "whisperx"}
    with stages.warm("asr") as worker:
        warm = [worker.run(clip, **options) for clip in clips[:2]]
    cold = stages.run("asr", clips[1], **options)[1]
    assert texts([warm[1][1]]) == texts([cold])
    assert loads([result for result, _ in warm]) == [1, 0]
