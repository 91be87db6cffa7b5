"""Sixty films of the sweep by seed: every cue is at its words, or the loss is told.

The wheel's ffmpeg writes and reads them, whatever the machine has; what it cannot write is replaced
by the next of the draw.
"""

from collections import Counter
from itertools import islice

import imageio_ffmpeg
import pytest
from judging import judge_all
from making import Tools
from recipes import draw

FILMS, SEED = 60, 11
LEAST = 50
"""So many are judged on a machine whose ffmpeg lacks encoders."""


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    """The wheel's ffmpeg, first on the PATH."""
    program = imageio_ffmpeg.get_ffmpeg_exe()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "ffmpeg").symlink_to(program)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    return Tools(own=program, wheel=program)


@pytest.mark.smoke
def test_every_film_is_right_or_its_loss_is_told(tmp_path, wheel, record_property):
    left = iter(draw(2 * FILMS, SEED))
    judged = []
    turn = 0
    while batch := list(islice(left, FILMS - len(judged))):
        turn += 1
        outcomes = judge_all(batch, tmp_path / f"films{turn}", wheel, parallel=2, mux_every=5)
        judged += [one for one in outcomes if one.outcome != "not made"]
    found = Counter(one.outcome for one in judged)
    record_property("judged", len(judged))
    print(f"{len(judged)} films judged: {dict(found)}")
    assert [f"{one.id}: {'; '.join(one.wrong)}" for one in judged if one.wrong] == []
    assert len(judged) >= LEAST
    assert found["right"] >= LEAST / 4
    assert found["told"] >= LEAST / 8
    assert sum(one.muxed for one in judged) >= LEAST / 20
