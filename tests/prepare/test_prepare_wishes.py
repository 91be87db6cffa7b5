"""What was asked for is in the job; what contradicts itself is refused."""

from __future__ import annotations

import subprocess

import imageio_ffmpeg
import pytest

from chalchitra.errors import UsageError
from chalchitra.jobs.model import Clip
from chalchitra.jobs.store import read_job
from chalchitra.prepare.films import Wishes, make_plan, prepare_film


def test_the_clip_that_was_asked_for_is_in_the_job(tmp_path):
    film = tmp_path / "film.wav"
    program = imageio_ffmpeg.get_ffmpeg_exe()
    sound = ["-f", "lavfi", "-i", "anoisesrc=d=2:r=16000"]
    subprocess.run([program, "-v", "error", "-nostdin", *sound, film], check=True)
    wishes = Wishes("transcribe", "en", model="base", no_glossary=True, start=0.5, end=1.25)
    _, folder = prepare_film(film, make_plan(wishes), tmp_path / "out")
    assert read_job(folder).clip == Clip(start=0.5, end=1.25)


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        (Wishes("translate", "hi", ("en", "eng")), "more than once"),
        (Wishes("transcribe", "hi", ("en",)), "cannot be combined with -t"),
        (Wishes("translate", "hi"), "needs a language"),
        (Wishes("subtitle", "hi", ("hi",)), "both the spoken language and a target"),
    ],
)
def test_languages_that_contradict_each_other_are_refused(wishes, said):
    with pytest.raises(UsageError, match=said):
        make_plan(wishes)


def test_a_flag_counts_more_than_the_setting_it_stands_for():
    wishes = Wishes("transcribe", "en", model="base", overrides=(("asr.model", "small"),))
    assert make_plan(wishes).settings["asr"]["model"] == "base"
