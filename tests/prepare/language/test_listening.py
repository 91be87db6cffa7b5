"""A job that listens first: what it heard serves what it becomes, and a failure leaves nothing."""

from __future__ import annotations

import fcntl
import json
from datetime import date

import pytest

from chalchitra.errors import CancelledError, StageError
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.listing import Jobs
from chalchitra.jobs.model import Job
from chalchitra.jobs.record import read_record
from chalchitra.jobs.state import read_state
from chalchitra.jobs.store import read_job
from chalchitra.pipeline import LISTENING
from chalchitra.prepare.language.listening import listening
from chalchitra.runner.run import Services
from chalchitra.speech.language_id.model import DetectedLanguage

from ...runner.quick import Quick, leftovers

DAY = date(2026, 1, 2)
HEARD = DetectedLanguage(language="hi", confidence=0.9, probabilities={"hi": 0.9})


class PowerCut(BaseException):
    """Nothing catches it."""


@pytest.fixture
def quick(project):
    made = Quick(project)
    made.instead["language"] = lambda stage: HEARD.write(stage.output("language", "language.json"))
    return made


def making(quick, *, whole=False):
    """What makes a job of an id: one that listens, or what it becomes."""
    job, layout = quick.project.job("transcribe", ())
    stages = [*LISTENING, *(("asr",) if whole else ())]
    data = {name: getattr(job, name) for name in type(job).model_fields if name != "job_id"}
    # The template itself goes away again.
    for path in sorted(layout.root.rglob("*"), reverse=True):
        path.unlink()
    layout.root.rmdir()
    data |= {
        "source_language": "hi" if whole else "auto",
        "detected": {"confidence": 0.9, "windows": 8, "candidates": {}} if whole else None,
        "languages": {"hi": {"id": "hi", "whisper": "hi"}} if whole else {},
        "stages": stages,
        "stage_environments": dict.fromkeys(stages, "one"),
        "machines": dict.fromkeys(stages, job.machines["asr"]),
    }
    return lambda job_id: Job(job_id=job_id, **data)


def listen(quick):
    services = Services(launcher=quick.serve)
    return listening(making(quick), quick.out, DAY, quick, services)


def visible(quick):
    """What of the day's folder is there, but the store."""
    day = quick.out / "2026/01/02"
    return sorted(
        str(path.relative_to(day))
        for path in day.rglob("*")
        if path.relative_to(day).parts[0] != "asha" or any((day / "asha").iterdir())
    )


def test_what_was_heard_is_not_heard_again(quick):
    with listen(quick) as found:
        assert found.heard == HEARD
        assert not found.place.exists()
        assert list(Jobs(quick.out).rows()) == []
        assert read_job(found.folder) == found.job
        whole = making(quick, whole=True)(found.job.job_id)
        folder = found.become(whole)
    layout = JobLayout(folder)
    assert quick.served == list(LISTENING)
    assert [row.job_id for row in Jobs(quick.out).rows()] == ["job_20260102_001"]
    assert read_state(layout).state == "ready"
    assert read_job(folder) == whole
    ran = quick.run(layout)
    assert ran.names("stage_skipped") == list(LISTENING)
    assert ran.served == ["asr"]
    assert leftovers(layout) == []
    assert not list(quick.out.rglob(".tmp-*"))


def test_a_film_of_its_own_goes_with_it(quick, tmp_path):
    film = tmp_path / "film.mkv"
    film.write_text("joined")
    with listen(quick) as found:
        folder = found.become(making(quick, whole=True)(found.job.job_id), None, film)
    assert (JobLayout(folder).film / "film.mkv").read_text() == "joined"
    assert not film.exists()


def test_the_same_film_is_heard_once_for_all_jobs(quick):
    for _ in range(2):
        with listen(quick) as found:
            found.become(making(quick, whole=True)(found.job.job_id))
    assert quick.served == list(LISTENING)
    assert read_record(JobLayout(found.place), "language").made_by == "job_20260102_001"


@pytest.mark.parametrize("stage", LISTENING)
@pytest.mark.parametrize(
    "error", [StageError("No.", cause="", fix=""), CancelledError("Enough."), PowerCut()]
)
def test_a_listening_that_fails_or_is_interrupted_leaves_nothing(quick, stage, error):
    def stop(stage):
        raise error

    def serve(launch, watch):
        if launch.key == stage and not isinstance(error, StageError):
            raise error  # in the runner, as a signal does
        return quick.serve(launch, watch)

    if isinstance(error, StageError):
        quick.instead[stage] = stop
    with (
        pytest.raises(type(error)),
        listening(making(quick), quick.out, DAY, quick, Services(launcher=serve)),
    ):
        raise AssertionError("it was not stopped")
    assert visible(quick) == [".ids"]


def test_a_decision_that_refuses_leaves_nothing(quick):
    with pytest.raises(ValueError, match="unclear"), listen(quick):
        raise ValueError("unclear")
    assert visible(quick) == [".ids"]
    with listen(quick) as found:
        assert found.job.job_id == "job_20260102_001"


def killed(quick):
    """What a preparation leaves that was killed: its folder and its number."""
    with listen(quick) as found:
        whole = found.folder.parent
        kept = quick.out.parent / "kept"
        whole.rename(kept)
    (quick.out / "2026/01/02/.ids" / found.place.name).mkdir()
    kept.rename(whole)
    return whole


def test_what_a_killed_one_left_is_removed_by_the_next(quick):
    left = killed(quick)
    assert list(Jobs(quick.out).rows()) == []
    with listen(quick) as found:
        assert found.job.job_id == "job_20260102_001"
        assert not left.exists()


def test_nothing_is_removed_under_somebody_who_listens(quick):
    left = killed(quick)
    with open(quick.out / ".listening.lock") as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        with listen(quick) as found:
            assert left.is_dir()
            assert found.job.job_id == "job_20260102_002"
            assert json.loads((left / "001" / "job.json").read_text())["source_language"] == "auto"


def test_the_number_of_a_job_that_was_made_is_not_given_back(quick):
    with listen(quick) as found:
        found.become(making(quick, whole=True)(found.job.job_id))
    # Killed between the rename and the end: an empty hidden folder is left.
    hidden = found.folder.parent
    (hidden / found.place.name).mkdir(parents=True)
    with listen(quick) as other:
        assert not hidden.exists()
        assert other.job.job_id == "job_20260102_002"
