"""Speech regions out of the network's probabilities: in order, apart, long enough, not too long."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.errors import StageError, UsageError
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.vad.silero import STEP, VadSettings, regions_of
from chalchitra.transcript.model import Region

SETTINGS = VadSettings()


def windows(*stretches: tuple[float, float]) -> list[float]:
    """Probabilities out of (seconds, probability) stretches."""
    return [p for seconds, p in stretches for _ in range(round(seconds / STEP))]


def found(probabilities: list[float], settings: VadSettings = SETTINGS) -> list[Region]:
    return regions_of(probabilities, settings, end=len(probabilities) * STEP)


def test_a_voice_between_silences_is_one_region():
    (region,) = found(windows((2, 0.01), (3, 0.9), (2, 0.01)))
    assert region.start == pytest.approx(2, abs=STEP)
    assert region.end == pytest.approx(5, abs=1.5 * STEP)


def test_music_and_silence_are_no_speech():
    assert found(windows((10, 0.4), (10, 0.0))) == []
    assert found([]) == []


def test_a_short_pause_ends_no_region_and_a_long_one_does():
    assert len(found(windows((1, 0.9), (0.2, 0.0), (1, 0.9)))) == 1
    assert len(found(windows((1, 0.9), (0.5, 0.0), (1, 0.9)))) == 2


def test_a_click_is_dropped():
    assert found(windows((1, 0.0), (0.1, 0.9), (1, 0.0))) == []


def test_doubtful_windows_prolong_speech_but_do_not_start_it():
    doubtful = windows((1, 0.0), (1, 0.9), (1, 0.4), (1, 0.0))
    (region,) = found(doubtful)
    assert region.end == pytest.approx(3, abs=2 * STEP)


def test_an_onset_reaches_back_over_its_rise_and_not_further():
    (region,) = found([*[0.0] * 50, 0.2, 0.3, *[0.9] * 50])
    assert region.start == pytest.approx(50 * STEP, abs=1e-3)
    (region,) = found([*[0.2] * 50, *[0.9] * 50])
    assert 0 < 50 * STEP - region.start < 0.2


def test_speech_without_a_pause_is_cut_where_it_is_least_certain():
    probabilities = windows((15, 0.9), (0.1, 0.6), (15, 0.9))
    first, second = found(probabilities)
    assert first.end == second.start == pytest.approx(15.05, abs=0.1)


def test_a_voice_at_the_end_ends_with_the_sound():
    (region,) = regions_of(windows((1, 0.0), (1, 0.9)), SETTINGS, start=100.0, end=101.97)
    assert region.end == 101.97
    assert region.start == pytest.approx(101, abs=STEP)


@given(
    st.lists(st.floats(0, 1), max_size=400),
    st.builds(
        VadSettings,
        threshold=st.floats(0.05, 0.95),
        min_speech=st.floats(0, 1),
        min_silence=st.floats(0, 1),
        max_speech=st.floats(1, 10),
    ),
    st.floats(0, 10_000),
)
def test_regions_are_in_order_inside_the_sound_and_short_enough(probabilities, settings, start):
    end = start + len(probabilities) * STEP
    regions = regions_of(probabilities, settings, start=start, end=end)
    assert all(region.start < region.end for region in regions)
    assert all(a.end <= b.start for a, b in pairwise(regions))
    assert all(start - 0.001 <= region.start and region.end <= end + 0.001 for region in regions)
    longest = settings.max_speech + 0.002
    assert all(region.end - region.start <= longest for region in regions)


@pytest.mark.parametrize(
    "settings", [{"threshold": 0}, {"threshold": 1.5}, {"min_speech": -1}, {"max_speech": 0.5}]
)
def test_settings_that_mean_nothing_are_refused(settings):
    with pytest.raises(UsageError) as refused:
        VadSettings(**settings)
    assert refused.value.fix


def test_regions_are_read_as_they_were_written(tmp_path):
    speech = SpeechRegions(regions=[Region(start=1.5, end=2)], pad=0.4, method="test")
    speech.write(tmp_path / "regions.json")
    assert SpeechRegions.read(tmp_path / "regions.json") == speech
    assert speech.seconds == 0.5
    (tmp_path / "regions.json").write_text('{"regions": [{"start": "soon"}]}')
    with pytest.raises(StageError, match="no list of speech regions"):
        SpeechRegions.read(tmp_path / "regions.json")


def test_a_quiet_word_near_speech_is_speech_and_one_far_from_it_is_not():
    quiet = [(0.5, 0.0), (0.4, 0.4), (0.6, 0.0)]
    near, clear = found(windows(*quiet, (2, 0.9)))
    assert near.start == pytest.approx(0.5, abs=STEP)
    assert clear.start == pytest.approx(1.5, abs=STEP)
    assert len(found(windows(*quiet, (2, 0.0), (2, 0.9)))) == 1
