"""The arithmetic of frames: what is written is read back as the same frames, in every format."""

from __future__ import annotations

from fractions import Fraction

import pysubs2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalchitra.subtitles.cues.clock import Clock
from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.cues.frames import Limits, Pace, Ticks
from chalchitra.subtitles.cues.shot_changes import ShotChanges
from chalchitra.subtitles.cues.style import read_style
from chalchitra.subtitles.formats.ass import to_ass
from chalchitra.subtitles.formats.srt import to_srt
from chalchitra.subtitles.formats.ttml import to_ttml
from chalchitra.subtitles.formats.vtt import to_vtt
from chalchitra.subtitles.qc.judge import judge

NETFLIX = read_style("netflix")
RATES = [Fraction(one) for one in ("24000/1001", "24", "25", "30000/1001", "30", "50", "60")]
rates = st.sampled_from(RATES)
moments = st.integers(0, 20_000_000)


def written(text: str, format_: str) -> list[int]:
    """The times (ms) that a file has, read with pysubs2."""
    read = pysubs2.SSAFile.from_string(text, format_=format_)
    return [time for event in read for time in (event.start, event.end)]


@given(rates, st.lists(st.integers(0, 2_000_000), min_size=2, max_size=8, unique=True).map(sorted))
def test_a_cue_in_any_format_has_the_same_frames(rate: Fraction, frames: list[int]) -> None:
    ticks = Ticks(rate)
    pairs = list(zip(frames[::2], frames[1::2], strict=False))
    cues = [Cue(n, ticks.written(a), ticks.written(b), ("x",)) for n, (a, b) in enumerate(pairs, 1)]
    named = {"language": "en", "script": "Latn"}
    files = {
        "srt": to_srt(cues),
        "vtt": to_vtt(cues),
        "ttml": to_ttml(cues, **named, tag="en"),
        "ass": to_ass(cues, **named),
    }
    for format_, text in files.items():
        times = written(text, format_)
        if format_ == "ass":
            times = [ticks.of_hundredths(time) for time in times]
        assert [ticks.length(0, time) for time in times] == [t for pair in pairs for t in pair]


@given(rates, st.integers(0, 2_000_000), st.sampled_from([0, -5, 5]))
def test_hundredths_are_a_frame_whichever_way_they_were_rounded(rate, frame, off) -> None:
    """Ours are cut, those of other programs are rounded to the nearest."""
    exact = frame * 1000 / rate
    shown = exact // 10 * 10 if off == 0 else round(exact / 10) * 10
    ticks = Ticks(rate)
    assert ticks.of_hundredths(int(shown)) == ticks.written(frame)


@given(rates, moments, moments, st.floats(0, 12).map(lambda s: round(s, 3)))
def test_what_keeps_a_limit_in_seconds_keeps_it_in_frames(rate, start, length, limit) -> None:
    ticks = Ticks(rate)
    shown = ticks.length(start, start + length)
    if length >= limit * 1000:
        assert shown >= ticks.limit(limit)
    if length <= limit * 1000:
        assert shown <= ticks.limit(limit)


@pytest.mark.parametrize(
    ("rate", "limits"),
    [
        ("24000/1001", (20, 168, 2, 12)),
        ("24", (20, 168, 2, 12)),
        ("25", (21, 175, 2, 13)),  # half a second is 12.5 frames: gaps of 3 to 12 are closed
        ("30000/1001", (25, 210, 2, 15)),
        ("50", (42, 350, 2, 25)),
        ("60", (50, 420, 2, 30)),
        (None, (833, 7000, 84, 500)),
    ],
)
def test_the_limits_of_netflix_in_frames(rate, limits) -> None:
    found = Limits.of(NETFLIX, Ticks(Fraction(rate) if rate else None))
    assert (found.shortest, found.longest, found.gap, found.closing) == limits


@given(rates, st.integers(1, 400), st.sampled_from([12.5, 17, 20, 22]), st.integers(1, 400))
def test_what_is_read_in_time_is_exact(rate, count, speed, shown) -> None:
    in_time = count <= Fraction(str(speed)) * shown / rate
    assert (shown >= Pace(Ticks(rate), speed).needed(count)) == in_time


@given(rates, moments)
@example(Fraction(24000, 1001), 42)
def test_no_cue_comes_after_its_sound_or_after_its_picture(rate, moment) -> None:
    ticks = Ticks(rate)
    tick = ticks.at(moment)
    assert ticks.written(tick) <= moment < ticks.written(tick + 1) + 1
    frame = tick + 1
    stamp = float(frame / rate)
    for said in (stamp, round(stamp, 3), int(stamp * 1000) / 1000):  # as containers round it
        assert ticks.at_picture(said) == frame
    assert ticks.written(frame) / 1000 <= stamp


def test_a_cue_does_not_come_with_a_change_that_earlier_sound_goes_on_over() -> None:
    clock = Clock(NETFLIX, None, ShotChanges(frame_rate=25, cuts=[4.0]), Ticks(Fraction(25)))
    assert clock.in_time(105, 98) == 100
    assert clock.in_time(105, 99) == 105, "two frames before the change are the gap"
    assert clock.in_time(105, 104) == 105
    assert clock.in_time(113, 0) == 100
    assert clock.in_time(114, 0) == 114, "the style reaches half a second back"


def test_a_sound_of_no_frame_just_before_a_shot_change_is_shown():
    """Its cue ended when it began, and the cutter divided by how long it was shown."""
    clock = Clock(NETFLIX, None, ShotChanges(frame_rate=50, cuts=[4.0]), Ticks(Fraction(50)))
    for start in range(180, 200):
        for following in range(start + 1, 220):
            assert clock.out_time(start, start, following).end > start


def test_no_cue_stays_after_the_films_end() -> None:
    clock = Clock(NETFLIX, 1000, None, Ticks(Fraction(25)))
    out = clock.out_time(980, 995, 10**9)
    assert (out.end, out.bound) == (1000, "film")
    out = clock.out_time(900, 950, 10**9)
    assert (out.end, out.bound) == (963, "linger")


@pytest.mark.parametrize("rate", RATES)
def test_half_a_second_is_judged_as_it_is_cut(rate) -> None:
    """Whatever `close_gap` is in frames, the cutter's gaps are two frames, or not to be closed."""
    ticks, clock = Ticks(rate), Clock(NETFLIX, None, None, Ticks(rate))
    for following in range(101, 150):
        out = clock.out_time(20, 100, following)
        times = [ticks.written(tick) for tick in (20, out.end, following, following + 60)]
        cues = [Cue(1, *times[:2], ("x",)), Cue(2, *times[2:], ("x",))]
        kinds = [one.kind for one in judge(cues, NETFLIX, "en", frame_rate=rate)]
        assert kinds == []
