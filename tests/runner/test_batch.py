"""Many jobs at once: each ends as if it were alone, and none is another's misfortune."""

from __future__ import annotations

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from chalchitra.errors import CancelledError, ExitCode
from chalchitra.jobs.model import Machine
from chalchitra.jobs.record import read_record
from chalchitra.jobs.state import read_state
from chalchitra.jobs.store import read_job
from chalchitra.runner import batch as batches
from chalchitra.runner.history import read_history
from chalchitra.runner.lock import held
from chalchitra.runner.run import RunOptions, run_job

from .conftest import ME, Recorder, given, outputs, wait_until

UNTIL = 'exec("while not os.path.exists({!r}): time.sleep(0.02)")'


def until(file: Path) -> str:
    """In a stage: wait until a file is there."""
    return UNTIL.format(str(file))


def endings(layout, key):
    return [attempt.ending for attempt in read_history(layout, key).attempts]


# --- the same as alone ----------------------------------------------------------------------------


def test_jobs_of_a_batch_end_as_single_runs_do(batch):
    alone, *together = batch.jobs(4, "subtitle", ("en",))
    assert run_job(alone.root, Recorder(), RunOptions()).exit_code == ExitCode.DONE
    ran = batch.run(together)
    assert (ran.states, ran.code) == (["done"] * 3, ExitCode.DONE)
    for layout in together:
        assert outputs(layout) == outputs(alone)
        for key in read_job(alone.root).stages:
            assert lasting(read_record(layout, key)) == lasting(read_record(alone, key))
        assert lasting(read_state(layout)) == lasting(read_state(alone))
        names = {path.relative_to(layout.root) for path in layout.root.rglob("*")}
        assert names == {path.relative_to(alone.root) for path in alone.root.rglob("*")}


_PASSING = frozenset(
    ("job_id", "made_by", "started", "ended", "stage_started", "seconds", "created", "mtime_ns")
)


def lasting(model):
    """What is equal in equal jobs: no times, no names."""

    def cleaned(data):
        if isinstance(data, dict):
            return {name: cleaned(value) for name, value in data.items() if name not in _PASSING}
        return data

    return cleaned(model.model_dump())


def test_a_single_job_starts_no_worker_and_a_batch_does(batch, project):
    project.stage("asr", "given['arguments'] = sys.argv[1:]")
    alone, *together = batch.jobs(3)
    run_job(alone.root, Recorder(), RunOptions())
    assert given(alone, "asr")["arguments"] == ["--job-dir", str(alone.root)]
    batch.run(together)
    assert given(together[0], "asr")["arguments"] == ["--worker"]


def test_a_batch_that_is_done_does_nothing_again(batch):
    batch.jobs(2)
    batch.run()
    ran = batch.run()
    assert (ran.states, ran.started) == (["done", "done"], {})
    assert ran.of("stage_started") == []


def test_forty_films_load_each_model_once_and_leave_no_descriptor_and_no_thread(batch):
    batch.machine(cores=2)
    batch.jobs(2)
    batch.run()
    before = descriptors(), threading.active_count()
    batch.jobs(38)
    ran = batch.run()
    assert ran.states == ["done"] * 40
    assert (ran.started["asr"], ran.started["alignment"]) == (1, 1)
    assert all(ran.started[stage] <= 3 for stage in ("demux", "vad", "export"))
    assert (descriptors(), threading.active_count()) == before


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


# --- one film's misfortune ------------------------------------------------------------------------


def test_the_others_finish_whatever_is_wrong_with_some(batch, project):
    project.stage(
        "asr",
        ME + "from chalchitra.errors import StageError\n"
        "    if me == '002': raise StageError('It is too loud.', cause='Music.', fix='Hush.')",
    )
    batch.jobs(6)
    loud, broken, gone, busy = batch.layouts[1:5]
    broken.job_file.write_text("{")
    job = read_job(gone.root)
    job.film.path = project.root / "gone.mkv"
    gone.job_file.write_text(job.model_dump_json())
    with held(busy, "job_20260102_005"):
        ran = batch.run()
    assert ran.states == ["done", "failed", "failed", "failed", "held", "done"]
    assert [int(film.exit_code) for film in ran.films] == [0, 1, 2, 2, 4, 0]
    assert ran.code == ExitCode.STAGE_FAILED
    needs = [film.error and film.error["what"] + " " + film.error["fix"] for film in ran.films]
    for need, said in zip(
        needs[1:5],
        ("It is too loud. Hush.", "job.json is broken", "The film is missing", f"{os.getpid()}"),
        strict=True,
    ):
        assert said in need
    assert [film.job_dir for film in ran.films] == [str(one.root) for one in batch.layouts]
    assert endings(loud, "asr") == ["failed"]


def hold(stack, layout):
    stack.enter_context(held(layout, "job"))


def break_(stack, layout):
    layout.job_file.write_text("[]")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ((break_, break_), ExitCode.USAGE),
        ((hold, hold), ExitCode.HELD),
        ((hold, break_), ExitCode.STAGE_FAILED),
    ],
)
def test_the_exit_code_is_that_of_the_one_kind_of_failure(batch, wrong, code):
    batch.jobs(len(wrong), "transcribe")
    with ExitStack() as stack:
        for do, layout in zip(wrong, batch.layouts, strict=True):
            do(stack, layout)
        assert batch.run().code == code


def test_an_environment_that_one_film_lacks_is_code_3(batch, project):
    batch.jobs(1)
    batch.jobs(1, "subtitle")
    (project.root / "venv" / "two").rename(project.root / "venv" / "gone")
    ran = batch.run()
    assert (ran.states, ran.code) == (["done", "failed"], ExitCode.MISSING)


def test_who_asked_for_all_jobs_does_not_mind_one_that_runs_already(batch):
    batch.jobs(2)
    with held(batch.layouts[0], "job"):
        ran = batch.run(skip_held=True)
    assert (ran.states, ran.code) == (["held", "done"], ExitCode.DONE)


def test_a_defect_in_one_run_is_that_films_failure(batch, monkeypatch, capfd):
    batch.jobs(2)
    real = batches.run_job

    def run(folder, *rest):
        if folder == batch.layouts[0].root:
            raise ZeroDivisionError("nobody thought of this")
        return real(folder, *rest)

    monkeypatch.setattr(batches, "run_job", run)
    ran = batch.run()
    assert (ran.states, ran.code) == (["failed", "done"], ExitCode.STAGE_FAILED)
    assert "ZeroDivisionError: nobody thought of this" in ran.films[0].error["what"]
    assert "Traceback" not in capfd.readouterr().err
    batch.run(debug=True)
    assert "Traceback" in capfd.readouterr().err


# --- workers --------------------------------------------------------------------------------------


def test_after_a_crash_only_the_film_in_hand_is_tried_again(batch, project):
    marker = project.root / "crashed"
    project.stage(
        "asr",
        ME + f"marker = {str(marker)!r}\n"
        "    if me == '002' and not os.path.exists(marker):\n"
        "        open(marker, 'w').close()\n"
        "        os.kill(os.getpid(), 9)",
    )
    batch.jobs(4)
    ran = batch.run()
    assert ran.states == ["done"] * 4
    assert ran.started["asr"] == 2
    assert [endings(layout, "asr") for layout in batch.layouts] == [
        ["done"],
        ["crashed", "done"],
        ["done"],
        ["done"],
    ]
    assert [fields["job_id"] for fields in ran.of("stage_retry")] == ["job_20260102_002"]


def test_a_film_that_ran_out_of_memory_costs_the_next_nothing(batch, project):
    """The worker ends itself after that, and may not be gone when the next film comes."""
    project.stage("asr", ME + "\n    if me == '001': raise MemoryError")
    batch.rules("memory = 3 ", "memory = 0 ")
    batch.jobs(3)
    ran = batch.run()
    assert ran.states == ["failed", "done", "done"]
    assert [endings(layout, "asr") for layout in batch.layouts[1:]] == [["done"], ["done"]]


def test_a_worker_that_has_grown_is_started_anew(batch):
    batch.rules("\nmemory = 8.0", "\nmemory = 0.000001")
    batch.jobs(3)
    ran = batch.run()
    assert ran.states == ["done"] * 3
    assert ran.started["asr"] == 3


def test_when_the_code_changes_the_films_to_come_get_a_new_worker(batch, project):
    project.stage(
        "asr",
        ME + "\n    if me == '001': open(sys.argv[0], 'a').write('changed = 1')\n"
        "    given['script'] = open(sys.argv[0]).read()",
    )
    batch.jobs(6)
    ran = batch.run()
    assert ran.states == ["done"] * 6
    assert ran.started["asr"] == 2
    first, last = (
        read_record(batch.layouts[index], "asr").fingerprint_parts["code"]["script"]
        for index in (0, -1)
    )
    assert first != last


def test_idle_workers_end_while_the_batch_goes_on(batch, project):
    batch.rules("idle = 300.0", "idle = 0.2")
    project.stage(
        "asr",
        "import glob, time\n"
        f"    demux = {str(project.root / 'scripts' / 'stages' / 'demux.py')!r}.encode()\n"
        "    def read(path):\n"
        "        try: return open(path, 'rb').read()\n"
        "        except OSError: return b''\n"
        "    deadline = time.monotonic() + 30\n"
        "    while any(demux in read(path) for path in glob.glob('/proc/[0-9]*/cmdline')):\n"
        "        if time.monotonic() > deadline: raise ValueError('demux still waits')\n"
        "        time.sleep(0.05)",
    )
    batch.jobs(2)
    assert batch.run().states == ["done", "done"]


def test_a_machine_with_little_memory_runs_stage_after_stage(batch):
    batch.machine(memory=0.1e9)
    batch.jobs(3)
    assert batch.run().states == ["done"] * 3


def test_who_waits_for_room_is_queued_and_does_not_run(batch, project):
    batch.machine(cores=2)
    project.stage("asr", "import time; time.sleep(0.5)")
    jobs = {f"job_20260102_{n:03}": layout for n, layout in enumerate(batch.jobs(2), start=1)}
    states = []

    class Looking(Recorder):
        def emit(self, event, **fields):
            super().emit(event, **fields)
            if event in ("stage_queued", "stage_started") and fields["stage"] == "asr":
                states.append((event, read_state(jobs[fields["job_id"]]).state))

    looking = Looking()
    batches.run_batch([layout.root for layout in batch.layouts], looking, RunOptions())
    assert set(states) == {("stage_queued", "queued"), ("stage_started", "running")}
    for name, queued in looking.events:
        if name == "stage_queued":
            mine = [
                event
                for event, fields in looking.events
                if (fields.get("job_id"), fields.get("stage"))
                == (queued["job_id"], queued["stage"])
            ]
            assert mine.index("stage_queued") < mine.index("stage_started")
            assert mine.count("stage_queued") == 1, "said once, however often it asks for room"


def test_two_gpus_serve_two_films_at_once(batch, project):
    """Each film waits until the other is there too: one GPU after the other would not do."""
    batch.machine(cores=4, gpus=2)
    here = project.root / "here"
    here.mkdir()
    project.stage(
        "asr",
        ME + "import time; given['gpu'] = os.environ.get('CUDA_VISIBLE_DEVICES')\n"
        f"    open(os.path.join({str(here)!r}, me), 'w').close()\n"
        "    deadline = time.monotonic() + 30\n"
        f"    while len(os.listdir({str(here)!r})) < 2:\n"
        "        if time.monotonic() > deadline: raise ValueError('alone')\n"
        "        time.sleep(0.02)",
    )
    for layout in batch.jobs(2):
        job = read_job(layout.root)
        job.machines["asr"] = Machine(device="cuda", compute_type="float16", threads=1)
        layout.job_file.write_text(job.model_dump_json())
    ran = batch.run()
    assert ran.states == ["done", "done"]
    assert {given(layout, "asr")["gpu"] for layout in batch.layouts} == {"0", "1"}


# --- stopping -------------------------------------------------------------------------------------


def test_a_film_that_takes_too_long_ends_its_own_worker_alone(batch, project):
    batch.rules("timeout = [1800, 3600]", "timeout = [8, 0]")
    batch.rules("crashes = 2", "crashes = 0")
    project.stage("asr", ME + "import time\n    if me == '002': time.sleep(100)")
    batch.jobs(4)
    ran = batch.run()
    assert ran.states == ["done", "failed", "done", "done"]
    assert "took longer than 8 s" in ran.films[1].error["what"]
    assert [endings(layout, "asr") for layout in batch.layouts] == [
        ["done"],
        ["timeout"],
        ["done"],
        ["done"],
    ]
    assert (ran.started["asr"], ran.started["alignment"]) == (2, 1)


def test_cancelling_one_film_leaves_the_others_alone(batch, project):
    here, go = project.root / "here", project.root / "go"
    project.stage(
        "asr",
        ME + f"import time\n    if me == '002': open({str(here)!r}, 'w').close(); {until(go)}",
    )
    batch.jobs(4)
    film = batch.layouts[1]
    with ThreadPoolExecutor(1) as beside:
        asked = beside.submit(lambda: (wait_until(here.exists), film.cancel.touch()))
        ran = batch.run()
        asked.result()
    assert ran.states == ["done", "cancelled", "done", "done"]
    assert (ran.code, ran.started["asr"]) == (ExitCode.CANCELLED, 2)
    assert read_state(film).state == "cancelled"
    assert not film.cancel.exists()
    go.touch()
    ran = batch.run()
    assert ran.states == ["done"] * 4
    assert [fields["job_id"] for fields in ran.of("stage_finished")] == ["job_20260102_002"] * 3


def test_a_film_that_waits_for_room_can_be_cancelled(batch, project):
    batch.machine(cores=2)
    here, go = project.root / "here", project.root / "go"
    here.mkdir()
    project.stage("asr", ME + f"import time; open({str(here)!r} + '/' + me, 'w'); {until(go)}")
    batch.jobs(2)

    def cancel():
        """Cancel the film that is not the one heard."""
        try:
            for layout in batch.layouts:
                wait_until(lambda film=layout: read_state(film).stage == "asr")
            wait_until(lambda: list(here.iterdir()))
            (heard,) = (path.name for path in here.iterdir())
            (waiting,) = (film for film in batch.layouts if film.root.name != heard)
            waiting.cancel.touch()
            wait_until(lambda: read_state(waiting).state == "cancelled")
            return waiting
        finally:
            go.touch()

    with ThreadPoolExecutor(1) as beside:
        asked = beside.submit(cancel)
        ran = batch.run()
        waiting = asked.result()
    assert sorted(ran.states) == ["cancelled", "done"]
    assert endings(waiting, "asr") == []


def test_being_told_to_end_while_the_films_are_handed_out_ends_those_that_run(
    batch, project, monkeypatch
):
    project.stage("demux", "import time; time.sleep(60)")
    batch.jobs(3)
    real = ThreadPoolExecutor.submit

    def submit(self, run, number, *rest):
        if number == 2:
            wait_until(lambda: read_state(batch.layouts[0]).stage == "demux")
            raise CancelledError("The run was cancelled.")
        return real(self, run, number, *rest)

    monkeypatch.setattr(ThreadPoolExecutor, "submit", submit)
    recorder = Recorder()
    with pytest.raises(CancelledError):
        batches.run_batch([one.root for one in batch.layouts], recorder, RunOptions())
    event, fields = recorder.events[-1]
    assert event == "batch_summary"
    states = [film["state"] for film in fields["films"]]
    assert states[0] == "cancelled"
    assert states[2] == "ready"


# --- only looking ---------------------------------------------------------------------------------


def test_a_dry_run_of_many_plans_each_and_touches_nothing(batch):
    batch.jobs(2)
    batch.jobs(1)[2].job_file.write_text("{")
    before = {path: path.stat().st_mtime_ns for path in batch.out.rglob("*")}
    ran = batch.run(dry_run=True)
    assert ran.states == ["planned", "planned", "failed"]
    assert ran.code == ExitCode.USAGE
    planned = {(fields["job_id"], fields["stage"]) for fields in ran.of("stage_planned")}
    assert len(planned) == 10
    assert {path: path.stat().st_mtime_ns for path in batch.out.rglob("*")} == before


def test_every_event_says_whose_it_is_and_when_it_was(batch, project):
    project.stage("vad", "stage.progress(1, 2, 'seconds'); stage.warning('Hm.')")
    batch.jobs(2)
    ran = batch.run()
    ids = {"job_20260102_001", "job_20260102_002"}
    for event, fields in ran.events:
        assert fields["time"][:2] == "20"
        assert fields.get("job_id") in ids or event.startswith("batch_")
        json.dumps(fields)
    assert [ran.events[0][0], ran.events[-1][0]] == ["batch_started", "batch_summary"]
    assert {fields["job_id"] for fields in ran.of("stage_warning")} == ids
