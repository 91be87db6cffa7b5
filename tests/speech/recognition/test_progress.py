"""Progress moves while speech is decoded again, never goes back, and comes to its end."""

from __future__ import annotations

import pytest

from chalchitra.speech.recognition.progress import AGAIN, Progress


@pytest.fixture
def told():
    return []


def made(told, *, again):
    return Progress([10.0, 30.0], lambda done, total: told.append((done, total)), again=again)


def test_without_a_second_pass_it_is_the_seconds_that_are_done(told):
    progress = made(told, again=False)
    progress.finished(1)
    progress.finished(1)
    progress.finished(0)
    progress.end()
    assert told == [(0.0, 40.0), (30.0, 40.0), (30.0, 40.0), (40.0, 40.0)]


def test_decoding_again_moves_it_on_by_every_block_however_many_rounds(told):
    progress = made(told, again=True)
    progress.finished(0)
    progress.finished(1)
    assert told[-1][0] == pytest.approx(40 * (1 - AGAIN))
    for _ in range(5):
        finished = progress.again([5.0, 5.0])
        finished(0)
        finished(1)
    done = [one for one, _ in told]
    assert done == sorted(set(done)), "every block moves it on"
    assert done[-1] < 40
    progress.end()
    assert told[-1] == (40.0, 40.0)


def test_sound_without_speech_has_an_end_too(told):
    progress = Progress([], lambda done, total: told.append((done, total)), again=True)
    progress.again([])
    progress.end()
    assert told == [(0.0, 0), (0, 0)]
