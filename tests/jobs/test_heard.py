"""How much of a film a job works on, whatever its header says."""

from __future__ import annotations

import json

import pytest

from chalchitra.jobs.heard import seconds_to_hear
from chalchitra.jobs.model import Clip
from chalchitra.jobs.record import Output


@pytest.fixture
def demuxed(publish):
    """Publish demux with this much sound (s)."""

    def write(job, layout, seconds):
        path = layout.stage("demux") / "audio.json"
        outputs = {
            "audio_info": Output(
                path=str(path.relative_to(layout.root)), bytes=1, mtime_ns=0, sha256=""
            )
        }
        publish(job, layout, "demux", outputs=outputs)
        path.write_text(json.dumps({"duration": seconds}))

    return write


@pytest.mark.parametrize(("header", "heard"), [(10.0, 29.0), (29.0, 29.0), (None, 29.0)])
def test_it_is_at_least_the_sound_that_was_taken_out(project, demuxed, header, heard):
    job, layout = project.job()
    job.film.duration = header
    assert seconds_to_hear(job, layout) == header
    demuxed(job, layout, 29.0)
    assert seconds_to_hear(job, layout) == heard


def test_a_film_that_nobody_measured_may_be_as_long_as_its_bytes_allow(project, demuxed):
    job, layout = project.job()
    job.film = job.film.model_copy(update={"duration": 10.0, "measured": False, "size": 8_000_000})
    assert seconds_to_hear(job, layout) == 1000
    job.clip = Clip(start=2, end=5)
    assert seconds_to_hear(job, layout) == 3
    job.clip = None
    demuxed(job, layout, 29.0)
    assert seconds_to_hear(job, layout) == 29, "known now"


def test_a_damaged_record_of_the_sound_is_no_word_at_all(project, demuxed):
    job, layout = project.job()
    job.film.duration = 10.0
    demuxed(job, layout, "nonsense")
    assert seconds_to_hear(job, layout) == 10
