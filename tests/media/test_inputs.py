"""Which stream ffmpeg is told to take, and what is asked of PyAV's streams."""

import pytest

from chalchitra.media.film import Stream
from chalchitra.media.inputs import selector
from chalchitra.media.packets import kind_of


@pytest.mark.parametrize(
    ("kind", "selected"),
    [("video", "0:v:2"), ("audio", "0:a:2"), ("subtitle", "0:s:2"), ("data", "0:7")],
)
def test_a_stream_is_selected_by_its_place_among_its_kind(kind, selected):
    """Of an FLV with an extended header, ffmpeg before 8 sees a sound more than PyAV."""
    assert selector(Stream(index=7, position=2, kind=kind, codec="x")) == selected


def test_a_stream_of_no_known_kind_is_not_asked_for_it():
    class Stream:
        @property
        def type(self):
            raise AssertionError("PyAV 15.1 crashes here")

    class VideoStream:
        type = "video"

    assert kind_of(Stream()) == "unknown"
    assert kind_of(VideoStream()) == "video"
