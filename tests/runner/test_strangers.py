"""A job's folder from a stranger: what its records and links say happens nowhere but in it."""

from __future__ import annotations

import json
import os

import pytest

from chalchitra.errors import CancelledError, ExitCode, UsageError
from chalchitra.files import sha256_file
from chalchitra.jobs.record import StageRecord, read_record
from chalchitra.runner import cancel, queue, remove
from chalchitra.runner.history import AttemptRecord, History
from chalchitra.runner.lock import held
from chalchitra.runner.publish import adopt
from chalchitra.runner.stop import Stop

from .quick import MUXING, Quick, tree

pytestmark = pytest.mark.damages_documents


@pytest.fixture
def quick(project):
    return Quick(project)


@pytest.fixture
def theirs(tmp_path):
    """Somebody else's folder: nothing in it may be read, changed or removed."""
    folder = tmp_path / "theirs"
    for name in ("secret", "film.hi.srt", ".lock", ".tmp-x", "attempt-001/x", "done-009/x"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("zq the secret")
    before = tree(folder)
    yield folder
    assert tree(folder) == before


def change_record(layout, key, change):
    data = json.loads(layout.record(key).read_text())
    change(data)
    layout.record(key).write_text(json.dumps(data))


def claim(path, where):
    return {
        "path": where,
        "bytes": path.stat().st_size,
        "mtime_ns": path.stat().st_mtime_ns,
        "sha256": sha256_file(path),
    }


def ran_done(layout, theirs):
    """Everything that the run published is its own."""
    for path in layout.root.rglob("*"):
        if path.is_file() and not path.is_symlink():
            assert "zq the secret" not in path.read_text(), path


@pytest.mark.parametrize("by", ["path", "link"])
def test_a_secret_that_a_record_calls_an_output_is_not_delivered(quick, theirs, by):
    job, layout = quick.job(MUXING)
    quick.run(layout)
    where = os.path.relpath(theirs / "secret", layout.root)
    if by == "link":
        where = "stages/subtitle_gen@hi/done-001/mine"
        (layout.root / where).symlink_to(theirs / "secret")
    change_record(
        layout,
        "subtitle_gen@hi",
        lambda data: data["outputs"]["srt"].update(claim(theirs / "secret", where)),
    )
    for path in layout.output.iterdir():
        path.unlink()
    ran = quick.run(layout)
    assert ran.outcome.exit_code == ExitCode.DONE
    assert "subtitle_gen" in (layout.output / "srt.hi.txt").read_text()
    ran_done(layout, theirs)


@pytest.mark.parametrize("by", ["path", "link"])
def test_what_a_record_says_was_placed_elsewhere_is_not_removed(quick, theirs, by):
    job, layout = quick.job(MUXING)
    quick.run(layout)
    where = os.path.relpath(theirs / "film.hi.srt", layout.root)
    if by == "link":
        where = "output/mine"
        (layout.root / where).symlink_to(theirs / "film.hi.srt")

    def change(data):
        output = data["outputs"]["srt"]
        data["outputs"]["old"] = {**output, "placed": claim(theirs / "film.hi.srt", where)}
        data["fingerprint"] = "0" * 64

    change_record(layout, "subtitle_gen@hi", change)
    assert quick.run(layout).outcome.exit_code == ExitCode.DONE
    assert (theirs / "film.hi.srt").exists()
    assert by == "path" or (layout.root / where).is_symlink()


@pytest.mark.parametrize("name", ["film.hi.srt", "srt.hi.mkv"])
@pytest.mark.parametrize("kind", ["link", "dangling", "fifo", "folder"])
def test_a_deliverable_goes_beside_what_is_in_its_place(quick, theirs, kind, name):
    job, layout = quick.job(MUXING)
    quick.run(layout)
    (target,) = layout.output.glob("srt.hi*")
    target.unlink()
    match kind:
        case "link":
            target.symlink_to(theirs / "film.hi.srt")
        case "dangling":
            target.symlink_to(theirs / "new")
        case "fifo":
            os.mkfifo(target)
        case "folder":
            target.mkdir()
    assert quick.run(layout, force=True).outcome.exit_code == ExitCode.DONE
    beside = target.with_name(f"{target.stem}.new{target.suffix}")
    assert "subtitle_gen" in beside.read_text()
    assert os.path.lexists(target)
    assert not target.is_file() or target.is_symlink()


@pytest.mark.parametrize("name", ["stages", "stages/vad", "logs", "output"])
def test_a_folder_that_leads_elsewhere_stops_the_run(quick, theirs, name):
    job, layout = quick.job(MUXING)
    quick.run(layout)
    path = layout.root / name
    path.rename(layout.root / "kept")
    path.symlink_to(theirs)
    ran = quick.run(layout, force=True)
    assert ran.outcome.exit_code == ExitCode.STAGE_FAILED
    assert f"{path} is not a folder" in ran.outcome.error.what
    assert ran.served == []


@pytest.mark.parametrize("name", [".tmp-x", "stages/vad/attempt-002", "stages/vad/.tmp-y"])
def test_a_left_over_that_is_a_link_is_removed_itself(quick, theirs, name):
    job, layout = quick.job()
    quick.run(layout)
    (layout.root / name).symlink_to(theirs)
    assert quick.run(layout).outcome.exit_code == ExitCode.DONE
    assert not os.path.lexists(layout.root / name)


def leave_done(layout, key, outputs, number=7, **request):
    """A published attempt that nobody recorded, as a crash, or a stranger, leaves it."""
    old, new = layout.done(key, 1), layout.done(key, number)
    new.mkdir()
    for name, more in (("request.json", {"attempt": number, **request}), ("result.json", outputs)):
        (new / name).write_text(json.dumps(json.loads((old / name).read_text()) | more))
    return new


@pytest.mark.parametrize("deliver_as", ["../../x", "/tmp/zq", "a/b", "{theirs}/new"])
def test_what_nobody_recorded_is_delivered_nowhere_else(quick, theirs, deliver_as):
    job, layout = quick.job(MUXING)
    quick.run(layout)
    content = b"[Desktop Entry]\n"
    (layout.done("subtitle_gen@hi", 1) / "payload").write_bytes(content)
    output = {
        "path": "payload",
        "bytes": len(content),
        "sha256": sha256_file(layout.done("subtitle_gen@hi", 1) / "payload"),
        "deliver_as": deliver_as.format(theirs=theirs),
    }
    new = leave_done(layout, "subtitle_gen@hi", {"outputs": {"srt": output}})
    (new / "payload").write_bytes(content)
    before = sorted(layout.output.iterdir())
    assert adopt(job, layout, "subtitle_gen@hi", quick) is None
    assert sorted(layout.output.iterdir()) == before


def test_what_nobody_recorded_has_no_links(quick, theirs):
    job, layout = quick.job(MUXING)
    quick.run(layout)
    secret = theirs / "secret"
    output = {
        "path": "payload",
        "bytes": secret.stat().st_size,
        "sha256": sha256_file(secret),
        "deliver_as": "x.srt",
    }
    new = leave_done(layout, "subtitle_gen@hi", {"outputs": {"srt": output}})
    (new / "payload").symlink_to(secret)
    assert adopt(job, layout, "subtitle_gen@hi", quick) is None
    assert not (layout.output / "x.srt").exists()


@pytest.mark.parametrize("asked", [{"attempt": 1}, {"stage": "vad", "language": None}])
def test_what_nobody_recorded_is_of_its_stage_and_number(quick, asked):
    job, layout = quick.job(MUXING)
    quick.run(layout)
    leave_done(layout, "subtitle_gen@hi", {"outputs": {}}, **asked)
    assert adopt(job, layout, "subtitle_gen@hi", quick) is None


@pytest.mark.parametrize("kind", ["link", "dangling", "hard link", "fifo", "folder"])
def test_a_lock_that_is_no_file_of_the_jobs_is_not_taken(quick, theirs, kind):
    job, layout = quick.job()
    match kind:
        case "link":
            layout.lock.symlink_to(theirs / "secret")
        case "dangling":
            layout.lock.symlink_to(theirs / "new")
        case "hard link":
            other = theirs.parent / "another"
            other.write_text("mine")
            os.link(other, layout.lock)
        case "fifo":
            os.mkfifo(layout.lock)
        case "folder":
            layout.lock.mkdir()
    with pytest.raises(UsageError, match="cannot be locked") as caught, held(layout, job.job_id):
        pass
    assert str(layout.lock) in caught.value.fix
    if kind == "hard link":
        assert other.read_text() == "mine"


def test_a_wish_to_cancel_is_written_nowhere_else(quick, theirs):
    job, layout = quick.job()
    layout.cancel.symlink_to(theirs / "new")
    with held(layout, job.job_id), pytest.raises(UsageError, match="cannot be asked"):
        cancel.ask(layout)
    assert not (theirs / "new").exists()


def test_a_log_that_leads_elsewhere_gets_nothing(quick, theirs):
    job, layout = quick.job()
    layout.log("demux").parent.mkdir()
    layout.log("demux").symlink_to(theirs / "secret")
    assert quick.run(layout).outcome.exit_code == ExitCode.STAGE_FAILED
    layout.log("demux").unlink()
    assert quick.run(layout).outcome.exit_code == ExitCode.DONE


def test_an_older_attempt_that_leads_elsewhere_stays_where_it_leads(quick, theirs):
    job, layout = quick.job()
    quick.run(layout)
    (layout.stage("vad") / "done-000").symlink_to(theirs)
    assert quick.run(layout, force=True).outcome.exit_code == ExitCode.DONE


def test_what_a_removal_left_beside_is_removed_if_it_is_ours_and_no_link(quick, theirs):
    job, layout = quick.job()
    left = layout.root.parent / f"{remove.REMOVED_PREFIX}001-x"
    left.symlink_to(theirs)
    ours = layout.root.parent / f"{remove.REMOVED_PREFIX}002-x"
    ours.mkdir()
    (ours / ".lock").touch()
    (ours / "x").touch()
    remove.remove(remove.plan_removal(layout.root))
    assert left.is_symlink()
    assert not ours.exists()


def test_only_so_many_attempts_are_looked_at(quick, monkeypatch):
    looked = []
    monkeypatch.setattr("chalchitra.runner.tidy._is_orphan", looked.append)
    job, layout = quick.job()
    quick.run(layout)
    one = AttemptRecord(
        number=1, fingerprint="f", started="", host="", boot="", runner=1, group=1, ending="running"
    )
    host = {"host": __import__("socket").gethostname()}
    many = History(attempts=[one.model_copy(update=host)] * 500)
    layout.attempts("vad").write_text(many.model_dump_json())
    quick.run(layout)
    assert len(looked) == 20


def test_a_film_that_is_a_fifo_is_said_to_be_none(quick):
    job, layout = quick.job()
    job.film.path.unlink()
    os.mkfifo(job.film.path)
    outcome = quick.run(layout).outcome
    assert outcome.exit_code == ExitCode.USAGE
    assert "not a regular file" in str(outcome.error) or "no film" in str(outcome.error)


def test_a_stage_of_another_version_is_said_to_be_one(quick):
    job, layout = quick.job()
    quick.changed(
        job,
        layout,
        stages=[*job.stages, "paint"],
        stage_environments={**job.stage_environments, "paint": "one"},
        machines={**job.machines, "paint": job.machines["asr"]},
    )
    with pytest.raises(UsageError, match="a stage paint, which this version"):
        quick.run(layout)


def test_an_input_that_is_no_file_any_more_is_no_input(quick, theirs):
    job, layout = quick.job()
    quick.run(layout)
    record = read_record(layout, "vad")
    assert isinstance(record, StageRecord)
    path = layout.root / record.outputs["regions"].path
    path.unlink()
    path.symlink_to(theirs / "secret")
    outcome = quick.run(layout, only=("asr",), force=True).outcome
    assert outcome.exit_code == ExitCode.MISSING
    assert "moved or changed" in str(outcome.error)


def test_a_job_that_waits_in_a_batch_can_be_cancelled_before_its_turn(quick):
    job, layout = quick.job()
    queue.enter(layout)
    answer = cancel.ask(layout)
    assert isinstance(answer, cancel.Unqueued)
    assert (answer.state.state, answer.runner.pid) == ("cancelled", os.getpid())
    with pytest.raises(CancelledError, match="was cancelled"):
        Stop(layout, queued=True).begin()
    assert not layout.queued.exists()
    assert not layout.cancel.exists()
    Stop(layout, queued=True).begin()


def test_a_wish_for_an_earlier_run_does_not_count_in_a_batch(quick):
    job, layout = quick.job()
    layout.cancel.touch()
    queue.enter(layout)
    Stop(layout, queued=True).begin()


@pytest.mark.parametrize("mark", ["gone", "elsewhere", "fifo", "nonsense", "none"])
def test_a_job_waits_for_a_process_that_lives(quick, mark):
    job, layout = quick.job()
    match mark:
        case "gone" | "elsewhere":
            queue.enter(layout)
            data = json.loads(layout.queued.read_text())
            data |= {"start": "1"} if mark == "gone" else {"host": "elsewhere", "pid": 1}
            layout.queued.write_text(json.dumps(data))
        case "fifo":
            os.mkfifo(layout.queued)
        case "nonsense":
            layout.queued.write_text("[]")
    found = queue.waits_for(layout)
    assert (found.host if found else None) == ("elsewhere" if mark == "elsewhere" else None)


def test_who_has_just_begun_with_a_job_is_asked_as_its_runner(quick):
    job, layout = quick.job()
    queue.enter(layout)
    with held(layout, job.job_id):
        assert isinstance(cancel.ask(layout), cancel.Asked)
