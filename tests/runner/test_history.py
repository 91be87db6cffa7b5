"""Attempts are on disk before they start, and crashes are counted over restarts."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.jobs.layout import JobLayout
from chalchitra.runner import history, processes
from chalchitra.runner.history import KEPT, AttemptRecord, History, read_history

from .quick import PowerCutError, Quick, StageEndsError

ENDINGS = ("running", "done", "failed", "crashed", "timeout", "cancelled", "lost")


@pytest.fixture
def layout(tmp_path):
    layout = JobLayout(tmp_path)
    layout.stage("asr").mkdir(parents=True)
    return layout


def begin(layout, number, fingerprint="f"):
    return history.begin(layout, "asr", number, fingerprint, {}, os.getpid())


def attempts(*endings):
    """A history of these: an ending, or a fingerprint and an ending."""
    pairs = [("f", each) if isinstance(each, str) else each for each in endings]
    return History(
        attempts=[
            AttemptRecord(
                number=number,
                fingerprint=fingerprint,
                started="2026-01-01T00:00:00+00:00",
                host="here",
                boot="b",
                runner=1,
                ending=ending,
            )
            for number, (fingerprint, ending) in enumerate(pairs, 1)
        ]
    )


def test_an_attempt_is_written_down_before_anything_of_it_runs(project):
    quick = Quick(project)
    job, layout = quick.job(("demux",))
    seen = []

    def look(stage):
        seen.extend(read_history(layout, "demux").attempts)
        raise PowerCutError

    quick.instead["demux"] = look
    quick.cut(layout)
    (attempt,) = seen
    assert (attempt.number, attempt.ending, attempt.group) == (1, "running", None)
    assert (attempt.host, attempt.boot) == (processes.host(), processes.boot_id())
    assert attempt.runner == os.getpid()
    assert read_history(layout, "demux").attempts == seen


def test_how_an_attempt_ended_stays(layout):
    begin(layout, 1)
    history.note_process(layout, "asr", 1, os.getpid())
    history.end(layout, "asr", 1, "crashed", {"what": "It broke."})
    begin(layout, 2)
    first, second = read_history(layout, "asr").attempts
    assert (first.ending, first.error) == ("crashed", {"what": "It broke."})
    assert (first.group, first.group_start) == (os.getpid(), processes.start_of(os.getpid()))
    assert first.group_start
    assert first.ended
    assert (second.number, second.ending, second.ended) == (2, "running", None)


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"version": 2, "attempts": []}', "\xff"])
def test_what_cannot_be_read_is_an_empty_history_and_is_written_anew(layout, text):
    if text is not None:
        layout.attempts("asr").write_text(text, encoding="latin-1")
    assert read_history(layout, "asr") == History()
    history.end(layout, "asr", 7, "done")
    begin(layout, 1)
    assert read_history(layout, "asr").last_number == 1


def test_only_so_many_are_kept_and_numbers_go_on(layout):
    for number in range(1, KEPT + 6):
        begin(layout, number)
    found = read_history(layout, "asr")
    assert len(found.attempts) == KEPT
    assert found.last_number == KEPT + 5


def test_whoever_asks_for_another_try_starts_at_zero(layout):
    for number, ending in enumerate(("crashed", "timeout", "crashed", "running"), 1):
        begin(layout, number)
        history.end(layout, "asr", number, ending)
    history.forget(layout, "asr")
    found = read_history(layout, "asr")
    assert found.crashes("f") == 0
    assert [one.number for one in found.attempts] == [4], "what runs is still to be ended"
    history.forget(layout, "vad")
    assert not layout.attempts("vad").exists()


@pytest.mark.parametrize(
    ("endings", "count"),
    [
        ([], 0),
        (["crashed", "timeout", "crashed"], 3),
        (["crashed", "lost", "cancelled", "crashed", "running"], 2),
        (["crashed", "done", "crashed"], 1),
        (["crashed", "failed"], 0),
        (["crashed", ("other", "crashed"), "crashed"], 1),
        ([("other", "crashed")], 0),
    ],
)
def test_crashes_on_the_same_work_count_until_it_ended_otherwise(endings, count):
    assert attempts(*endings).crashes("f") == count


PAIRS = st.lists(st.tuples(st.sampled_from("fg"), st.sampled_from(ENDINGS)), max_size=KEPT)


@given(PAIRS)
def test_crashes_are_those_since_the_last_other_ending(pairs):
    found = attempts(*pairs)
    ends = [
        i for i, (name, ending) in enumerate(pairs) if name != "f" or ending in ("done", "failed")
    ]
    since = pairs[ends[-1] + 1 :] if ends else pairs
    assert found.crashes("f") == sum(ending in ("crashed", "timeout") for _, ending in since)


@given(PAIRS, st.sampled_from(ENDINGS))
def test_one_more_attempt_adds_one_crash_none_or_ends_the_count(pairs, ending):
    before, after = attempts(*pairs).crashes("f"), attempts(*pairs, ("f", ending)).crashes("f")
    if ending in ("crashed", "timeout"):
        assert after == before + 1
    elif ending in ("done", "failed"):
        assert after == 0
    else:
        assert after == before
    assert attempts(*pairs, ("another", ending)).crashes("f") == 0


@settings(deadline=None)  # a disk may be busy
@given(PAIRS)
def test_a_history_survives_the_disk(tmp_path_factory, pairs):
    layout = JobLayout(tmp_path_factory.mktemp("job"))
    layout.stage("asr").mkdir(parents=True)
    found = attempts(*pairs)
    found.write(layout, "asr")
    assert read_history(layout, "asr") == found


def test_numbers_are_never_given_twice_even_without_a_history(project):
    quick = Quick(project)
    job, layout = quick.job(("demux",))
    quick.run(layout)
    layout.attempts("demux").write_text("{")
    quick.instead["demux"] = dies
    quick.run(layout, force=True)
    assert read_history(layout, "demux").attempts[0].number == 2


def dies(stage):
    raise StageEndsError(-9)
