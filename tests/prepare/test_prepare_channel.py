"""A channel that was asked for is written into the job."""

from __future__ import annotations

import subprocess

import imageio_ffmpeg
import pytest

from chalchitra.jobs.store import read_job
from chalchitra.prepare.films import prepare_film
from chalchitra.prepare.options import PrepareOptions
from chalchitra.prepare.plan import make_plan


@pytest.fixture
def film(tmp_path):
    path = tmp_path / "two sides.wav"
    sound = ["-f", "lavfi", "-i", "anoisesrc=d=1:r=16000", "-ac", "2"]
    program = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([program, "-v", "error", "-nostdin", *sound, path], check=True)
    return path


@pytest.mark.parametrize(
    ("asked", "written"), [(None, None), ("left", 0), ("Right", 1), ("0", 0), ("1", 1)]
)
def test_the_job_says_which_channel_is_heard(film, tmp_path, asked, written):
    options = PrepareOptions(
        "transcribe", "en", model="base", no_glossary=True, audio_channel=asked
    )
    job, folder = prepare_film(film, make_plan(options), tmp_path / "out")
    assert job.audio_stream.channel == read_job(folder).audio_stream.channel == written
