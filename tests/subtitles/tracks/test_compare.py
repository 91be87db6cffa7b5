"""How an edited track differs from what it was."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.tracks.compare import compare

CUES = [Cue(n + 1, 2000 * n, 2000 * n + 1500, (f"line {n}",)) for n in range(10)]


def told(after):
    return str(compare(CUES, after))


def test_what_was_not_touched_is_not_counted():
    assert told(CUES) == "10 cues read: 0 changed, 0 new, 0 gone."


def test_text_time_new_and_gone():
    after = [
        replace(CUES[0], lines=("another",)),
        replace(CUES[1], end=3000),
        *CUES[3:],
        Cue(11, 30000, 31000, ("new",)),
    ]
    assert told(after) == "10 cues read: 2 changed, 1 new, 1 gone."


def test_a_track_that_was_moved_as_a_whole_is_changed_and_not_new():
    after = [replace(cue, start=cue.start + 100_000, end=cue.end + 100_000) for cue in CUES]
    assert told(after) == "10 cues read: 10 changed, 0 new, 0 gone."


def test_the_loss_of_most_cues_is_seen():
    assert compare(CUES, CUES[:4]).loses_most
    assert not compare(CUES, CUES[:5]).loses_most


@given(st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9)))
def test_every_cue_is_counted_once(before, after):
    changes = compare([CUES[n] for n in sorted(before)], [CUES[n] for n in sorted(after)])
    assert changes.read == len(after)
    assert changes.new == len(after - before)
    assert changes.gone == len(before - after)
    assert changes.changed == 0
