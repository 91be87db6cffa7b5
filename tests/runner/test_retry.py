"""What may pass is tried again, smaller after it ran out of memory; what was foreseen never is."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from chalchitra.errors import ExitCode, MissingError, StageError, UsageError
from chalchitra.jobs.model import Machine
from chalchitra.jobs.record import read_record
from chalchitra.runner import stop
from chalchitra.runner.history import read_history
from chalchitra.runner.retry import smaller_steps
from chalchitra.runner.run import RunOptions, run_job

from .quick import PowerCutError, Quick, StageEndsError, echo, leftovers, output_of

CRASH = StageEndsError(-11)
TIMEOUT = StageEndsError(-9, timed_out=True)


@pytest.fixture
def quick(project):
    return Quick(project)


def raising(*errors, then=echo):
    """A stage that raises one error after another, then works."""
    left = list(errors)

    def work(stage):
        if left:
            raise left.pop(0)
        then(stage)

    return work


def always(error):
    def work(stage):
        raise error

    return work


# --- what may pass --------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [CRASH, TIMEOUT, StageEndsError(0), StageEndsError(3)])
def test_a_crash_and_a_timeout_are_tried_again_with_growing_pauses(quick, error):
    job, layout = quick.job()
    quick.instead["vad"] = raising(error, error)
    ran = quick.run(layout)
    assert ran.outcome.exit_code == ExitCode.DONE
    assert ran.served == ["demux", "vad", "vad", "vad", "asr"]
    retries = ran.of("stage_retry")
    assert [(f["stage"], f["seconds"], f["reduced"]) for f in retries] == [
        ("vad", 0.01, {}),
        ("vad", 0.02, {}),
    ]
    assert all(f["error"]["what"].startswith("vad ") for f in retries)
    assert ran.names("stage_failed") == []
    ending = "timeout" if error is TIMEOUT else "crashed"
    endings = [one.ending for one in read_history(layout, "vad").attempts]
    assert endings == [ending, ending, "done"]
    assert read_record(layout, "vad").attempt == 3
    assert leftovers(layout) == []


def test_pauses_are_as_long_as_the_rules_say_and_a_wish_to_cancel_ends_them(quick, monkeypatch):
    monkeypatch.setattr(stop, "FILE_SECONDS", 0)
    job, layout = quick.job()
    quick.rules("retry", wait=3600.0, longest_wait=500.0)

    def asks(stage):
        layout.cancel.touch()
        raise CRASH

    quick.instead["vad"] = asks
    ran = quick.run(layout)
    assert [f["seconds"] for f in ran.of("stage_retry")] == [500.0]
    assert ran.outcome.exit_code == ExitCode.CANCELLED
    assert ran.served == ["demux", "vad"]


def test_it_ends_with_what_happened_and_how_often(quick):
    job, layout = quick.job()
    quick.instead["vad"] = always(CRASH)
    ran = quick.run(layout)
    assert ran.outcome.exit_code == ExitCode.STAGE_FAILED
    assert ran.served == ["demux", "vad", "vad", "vad"]
    error = ran.outcome.error
    assert error.what == "vad was killed by signal 11 and left no result."
    assert error.cause.endswith(", 3 times in a row.")
    assert str(layout.log("vad")) in error.fix
    assert ran.names("stage_failed") == ["vad"]


@pytest.mark.parametrize("crashes", [0, 4])
def test_the_rules_say_how_often(quick, crashes):
    job, layout = quick.job()
    quick.rules("retry", crashes=crashes)
    quick.instead["demux"] = always(TIMEOUT)
    assert quick.run(layout).served == ["demux"] * (1 + crashes)


# --- over restarts --------------------------------------------------------------------------------


def test_what_keeps_crashing_gets_one_try_a_run_from_then_on(quick):
    job, layout = quick.job()
    quick.instead["demux"] = always(CRASH)
    assert len(quick.run(layout).served) == 3
    for total in (4, 5):
        ran = quick.run(layout)
        assert ran.served == ["demux"]
        assert ran.outcome.error.cause.endswith(f", {total} times in a row.")
    del quick.instead["demux"]
    assert quick.run(layout).served == job.stages
    assert read_history(layout, "demux").attempts[-1].number == 6


def test_a_power_cut_does_not_forget_crashes(quick):
    job, layout = quick.job()
    quick.instead["demux"] = raising(CRASH, CRASH, PowerCutError())
    assert len(quick.cut(layout)) == 3
    quick.instead["demux"] = always(CRASH)
    first = quick.run(layout)
    assert len(first.served) == 3, "it crashed twice, not more often than it may"
    assert first.outcome.error.cause.endswith(", 5 times in a row.")
    assert quick.run(layout).served == ["demux"]


@pytest.mark.parametrize("change", ["settings", "code", "--force"])
def test_other_work_and_a_person_who_insists_start_at_zero(quick, change):
    job, layout = quick.job()
    quick.instead["demux"] = always(CRASH)
    quick.run(layout)
    if change == "settings":
        quick.changed(job, layout, settings={"demux": {"word": "x"}})
    elif change == "code":
        quick.project.stage("demux", "mended = True")
    ran = quick.run(layout, force=change == "--force")
    assert ran.served == ["demux"] * 3
    assert ran.outcome.error.cause.endswith(", 3 times in a row.")


def test_crashes_before_a_success_are_forgiven(quick):
    job, layout = quick.job()
    quick.instead["demux"] = raising(CRASH, CRASH)
    quick.run(layout)
    output_of(layout, "demux").write_text("damaged")
    (quick.store.root).rename(quick.out / "elsewhere")
    quick.instead["demux"] = always(CRASH)
    assert quick.run(layout).served == ["demux"] * 3


# --- what cannot pass -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        UsageError("It is no film.", cause="c.", fix="f."),
        StageError("It is too loud.", cause="c.", fix="f."),
        MissingError("The model is gone.", cause="c.", fix="f."),
        FileNotFoundError(2, "No such file or directory", "film.mkv"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_a_stage_foresaw_is_not_tried_again(quick, error):
    job, layout = quick.job()
    quick.instead["vad"] = always(error)
    ran = quick.run(layout)
    assert ran.outcome.exit_code == ExitCode.STAGE_FAILED
    assert ran.served == ["demux", "vad"]
    assert ran.of("stage_retry") == []
    assert "in a row" not in ran.outcome.error.cause
    assert quick.run(layout).served == ["vad"], "a person may have mended it"


def test_a_foreseen_error_after_a_crash_ends_the_tries(quick):
    job, layout = quick.job()
    quick.instead["vad"] = raising(CRASH, then=always(StageError("No.", cause="c.", fix="f.")))
    ran = quick.run(layout)
    assert ran.served == ["demux", "vad", "vad"]
    assert ran.outcome.error.what == "vad: No."
    assert ran.outcome.error.cause == "c."


# --- out of memory --------------------------------------------------------------------------------


def hungry(fits, asked):
    """A stage that runs out of memory until what it was given fits."""

    def work(stage):
        given = (stage.params.get("batch_size"), stage.threads, stage.compute_type)
        asked.append(given)
        if not fits(*given):
            raise MemoryError
        echo(stage)

    return work


def memory_job(quick, **fields):
    job, layout = quick.job(**fields)
    machines = job.machines | {"asr": Machine(device="cpu", compute_type="float32", threads=4)}
    settings = {"asr": {"batch_size": 16}}
    return quick.changed(job, layout, machines=machines, settings=settings), layout


def test_out_of_memory_is_tried_again_smaller_and_smaller(quick):
    job, layout = memory_job(quick, engine="whisperx")
    quick.rules("retry", memory=9)
    asked = []
    quick.instead["asr"] = hungry(lambda batch, threads, kind: kind == "int8", asked)
    ran = quick.run(layout)
    assert ran.outcome.exit_code == ExitCode.DONE
    assert asked == [
        (16, 4, "float32"),
        (4, 4, "float32"),
        (1, 4, "float32"),
        (1, 1, "float32"),
        (1, 1, "int8"),
    ]
    reduced = {"batch_size": 1, "threads": 1, "compute_type": "int8"}
    assert ran.of("stage_retry")[-1]["reduced"] == reduced
    assert read_record(layout, "asr").reduced == reduced
    assert read_history(layout, "asr").attempts[-1].reduced == reduced


def test_what_was_made_smaller_says_so_and_does_not_reach_the_store(quick):
    job, layout = memory_job(quick, engine="whisperx")
    quick.instead["asr"] = hungry(lambda batch, *_: batch <= 4, [])
    ran = quick.run(layout)
    record = read_record(layout, "asr")
    assert record.reduced == {"batch_size": 4}
    row = ran.outcome.summary["stages"][2]
    (degraded,) = row["degraded"]
    assert degraded["what"] == "It ran with batch size 4, lower than the job's settings."
    assert "--from asr" in degraded["fix"]
    assert quick.store.find(record.fingerprint) is None
    assert quick.store.find(read_record(layout, "vad").fingerprint) is not None
    again = quick.run(layout)
    assert again.served == []
    assert again.outcome.summary["stages"][2]["degraded"] == [degraded]
    _, other = memory_job(quick, engine="whisperx")
    assert set(quick.run(other).served) == {"asr"}


def test_the_whole_result_replaces_the_smaller_one_when_a_person_asks(quick):
    job, layout = memory_job(quick, engine="whisperx")
    quick.instead["asr"] = raising(MemoryError())
    quick.run(layout)
    ran = quick.run(layout, from_stage="asr")
    record = read_record(layout, "asr")
    assert (ran.served, record.reduced, record.degraded) == (["asr"], {}, [])
    assert quick.store.find(record.fingerprint) is not None


def test_a_smaller_result_that_a_crash_left_unrecorded_still_says_so(quick):
    job, layout = memory_job(quick, engine="whisperx")
    quick.instead["asr"] = raising(MemoryError())
    quick.run(layout)
    record = read_record(layout, "asr")
    layout.record("asr").unlink()
    assert quick.run(layout).served == []
    again = read_record(layout, "asr")
    assert (again.reduced, again.degraded) == (record.reduced, record.degraded)
    assert quick.store.find(record.fingerprint) is None


def test_smaller_stays_smaller_after_a_crash(quick):
    job, layout = memory_job(quick, engine="whisperx")
    asked = []
    ends = raising(MemoryError(), CRASH)

    def work(stage):
        asked.append(stage.params["batch_size"])
        ends(stage)

    quick.instead["asr"] = work
    assert quick.run(layout).outcome.exit_code == ExitCode.DONE
    assert asked == [16, 4, 4]


def test_the_smallest_that_does_not_fit_is_an_error(quick):
    job, layout = memory_job(quick, engine="whisperx")
    quick.instead["asr"] = always(MemoryError())
    ran = quick.run(layout)
    assert ran.served[2:] == ["asr"] * 4
    assert "ran out of memory" in ran.outcome.error.what
    assert "--model" in ran.outcome.error.fix
    assert quick.run(layout).served == ["asr"] * 4, "there may be more room now"


def test_what_cannot_be_made_smaller_is_not_tried_again(quick):
    job, layout = quick.job()
    quick.instead["vad"] = always(MemoryError())
    ran = quick.run(layout)
    assert ran.served == ["demux", "vad"]
    assert ran.of("stage_retry") == []


BATCHES = [{"batch_size": 4}, {"batch_size": 1}]
ON_CPU = [{"threads": 1}, {"compute_type": "int8"}]
ON_CUDA = [{"compute_type": kind} for kind in ("float16", "int8_float16", "int8")]


@pytest.mark.parametrize(
    ("key", "device", "fields", "steps"),
    [
        ("asr", "cpu", {"engine": "whisperx"}, BATCHES + ON_CPU),
        ("asr", "cuda", {"engine": "whisperx"}, BATCHES + ON_CUDA),
        ("asr", "cpu", {"engine": "ctranslate2"}, ON_CPU),
        ("asr", "cuda", {"engine": "ctranslate2"}, ON_CUDA),
        ("asr", "mps", {"engine": "mlx"}, []),
        ("language", "cpu", {"engine": "mlx"}, ON_CPU),
        ("translation@en", "cpu", {"translator": "indictrans2"}, BATCHES),
        ("translation@en", "cpu", {"translator": "whisper"}, ON_CPU),
        ("translation@en", "cpu", {"translator": "whisper", "engine": "mlx"}, ON_CPU),
        ("alignment", "cuda", {}, [{"batch_seconds": 0.1}]),
        ("alignment", "cpu", {}, []),
        ("demux", "cpu", {}, []),
    ],
)
def test_only_what_a_stage_heeds_is_made_smaller(project, key, device, fields, steps):
    job, _ = project.job()
    machine = Machine(device=device, compute_type="float32", threads=4)
    job = job.model_copy(
        update={
            "machines": dict.fromkeys((*job.machines, "language"), machine),
            "settings": {
                **{name: {"batch_size": 16} for name in ("asr", "translation")},
                "alignment": {"batch_seconds": 0.0},
            },
            **fields,
        }
    )
    assert list(smaller_steps(SimpleNamespace(job=job, key=key))) == steps


# --- real processes -------------------------------------------------------------------------------


def run(layout, quick):
    return run_job(layout.root, quick, RunOptions(only=("demux",)))


def counting(path):
    """Code that writes down each start of its stage."""
    return f"open({str(path)!r}, 'a').write('x'); starts = len(open({str(path)!r}).read()); "


def test_a_process_that_is_killed_is_started_again(quick, tmp_path):
    job, layout = quick.project.job()
    code = counting(tmp_path / "starts") + "starts < 3 and os.kill(os.getpid(), 9)"
    quick.project.stage("demux", code)
    assert run(layout, quick).error is None
    assert (tmp_path / "starts").read_text() == "xxx"
    assert [fields["stage"] for event, fields in quick.events if event == "stage_retry"] == [
        "demux",
        "demux",
    ]


def test_a_process_that_hangs_is_ended_and_started_again(quick, tmp_path):
    job, layout = quick.project.job()
    quick.rules("stages.demux", timeout="[2.5, 6]")  # the film takes 5 s
    code = counting(tmp_path / "starts") + "import time; starts > 1 or time.sleep(60)"
    quick.project.stage("demux", code)
    outcome = run(layout, quick)
    attempts = read_history(layout, "demux").attempts
    assert attempts[0].ending == "timeout"
    assert "took longer than 3 s" in attempts[0].error["what"]
    assert outcome.error is None
    assert attempts[-1].ending == "done"


def test_a_process_that_runs_out_of_memory_gets_less(quick):
    job, layout = quick.project.job()
    quick.changed(job, layout, settings={"asr": {"batch_size": 16}}, engine="whisperx")
    code = (
        "given['batch'] = stage.params['batch_size']\n    if given['batch'] > 4: raise MemoryError"
    )
    quick.project.stage("asr", code)
    assert run_job(layout.root, quick, RunOptions(only=("demux", "vad", "asr"))).error is None
    assert json.loads(output_of(layout, "asr").read_text())["batch"] == 4


def test_what_may_pass_is_tried_again(quick, tmp_path):
    """A stage whose decoder was killed, or whose disk failed, says so and ends well behaved."""
    job, layout = quick.project.job()
    raising = "from chalchitra.errors import PassingError\n    "
    code = counting(tmp_path / "starts")
    code = raising + code.removesuffix("; ").replace("; ", "\n    ")
    code += "\n    if starts < 3: raise PassingError('The disk failed.', cause='It was out.')"
    quick.project.stage("demux", code)
    assert run(layout, quick).error is None
    assert (tmp_path / "starts").read_text() == "xxx"


def test_what_does_not_pass_is_told_with_how_often_it_was_tried(quick):
    job, layout = quick.project.job()
    raising = "from chalchitra.errors import PassingError; "
    quick.project.stage(
        "demux", raising + "raise PassingError('It broke.', cause='A disk failed.')"
    )
    outcome = run(layout, quick)
    assert "times in a row" in outcome.error.cause
