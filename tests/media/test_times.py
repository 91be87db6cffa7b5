import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.errors import UsageError
from chalchitra.media.times import parse_time, validate_clip


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("90.5", 90.5),
        ("1:30", 90),
        ("01:02:03.250", 3723.25),
        ("00:00:01,5", 1.5),
        ("100:00", 6000),
        (" 7 ", 7),
    ],
)
def test_times_are_read(text, seconds):
    assert parse_time(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "abc", "-5", "1:60", "1:60:00", "1:2:3:4", "nan", "inf", "1:", ":30", "1e3", "5s"]
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(UsageError, match="not a valid time"):
        parse_time(text)


@given(st.integers(0, 100 * 3600 * 1000))
def test_every_time_reads_back(ms):
    text = f"{ms // 3600000}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"
    assert parse_time(text) == pytest.approx(ms / 1000, abs=1e-6)


def test_a_clip_is_checked_against_the_film(a_film):
    film = a_film(duration=60.0)
    assert validate_clip(film, None, None) is None
    assert validate_clip(film, 5, None) == (5, None)
    assert validate_clip(film, None, 20) == (0, 20)
    assert validate_clip(film, 5, 60.4) == (5, 60.0), "a rounded end is the end"
    for start, end in [(60, None), (70, 80), (5, 62), (10, 10), (10, 5)]:
        with pytest.raises(UsageError):
            validate_clip(film, start, end)


def test_a_film_of_unknown_length_takes_any_clip(a_film):
    assert validate_clip(a_film(duration=None), 5000, 6000) == (5000, 6000)
