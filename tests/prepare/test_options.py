"""What was asked for is in the job; what contradicts itself is refused."""

from __future__ import annotations

import json
import subprocess

import imageio_ffmpeg
import pytest

from chalchitra import paths
from chalchitra.errors import UsageError
from chalchitra.jobs.model import Clip
from chalchitra.jobs.store import read_job
from chalchitra.prepare.films import prepare_film
from chalchitra.prepare.options import PrepareOptions
from chalchitra.prepare.plan import make_plan


def test_the_clip_that_was_asked_for_is_in_the_job(tmp_path):
    film = tmp_path / "film.wav"
    program = imageio_ffmpeg.get_ffmpeg_exe()
    sound = ["-f", "lavfi", "-i", "anoisesrc=d=2:r=16000"]
    subprocess.run([program, "-v", "error", "-nostdin", *sound, film], check=True)
    options = PrepareOptions(
        "transcribe", "en", model="base", no_glossary=True, start=0.5, end=1.25
    )
    _, folder = prepare_film(film, make_plan(options), tmp_path / "out")
    assert read_job(folder).clip == Clip(start=0.5, end=1.25)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (PrepareOptions("translate", "hi", ("en", "eng")), "more than once"),
        (PrepareOptions("transcribe", "hi", ("en",)), "cannot be combined with -t"),
        (PrepareOptions("translate", "hi"), "needs a language"),
        (PrepareOptions("subtitle", "hi", ("hi",)), "both the spoken language and a target"),
    ],
)
def test_languages_that_contradict_each_other_are_refused(options, said):
    with pytest.raises(UsageError, match=said):
        make_plan(options)


def test_a_flag_counts_more_than_the_setting_it_stands_for():
    options = PrepareOptions("transcribe", "en", model="base", overrides=(("asr.model", "small"),))
    assert make_plan(options).settings["asr"]["model"] == "base"


def test_a_text_in_frames_is_timed_by_the_film_that_it_is_given_with(tmp_path):
    text = tmp_path / "text.sub"
    text.write_text("{24}{48}And here we are\n{240}{264}said the other one\n")
    options = PrepareOptions("transcribe", "en", model="base", no_glossary=True, transcript=text)
    plan = make_plan(options)
    assert plan.script is None, "nobody knows the rate yet"
    film = paths.demo_film()  # 24 frames a second
    _, folder = prepare_film(film, plan, tmp_path / "out")
    lines = json.loads((folder / "script.json").read_text())["lines"]
    assert [(line["start"], line["end"]) for line in lines] == [(1, 2), (10, 11)]
