"""The contract of a worker: every request as if it were alone, and a clear end."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from contextlib import suppress

import pytest

from chalchitra.stagekit.protocol import RESULT_FILE


def test_requests_are_served_one_after_another_by_one_process(scripted):
    with scripted.worker() as worker:
        first, second = worker.serve(word="a"), worker.serve(word="b")
        assert (first.output, second.output) == ({"word": "a"}, {"word": "b"})
        opened = [served.messages[0] for served in (first, second)]
        assert [message["type"] for message in opened] == ["opened", "opened"]
        assert {message["pid"] for message in opened} == {worker.process.pid}
        assert worker.end() == 0
    assert worker.log.read_text() == ""


def test_a_request_says_how_it_closed_warm_and_cold(scripted):
    with scripted.worker() as worker:
        for served in (worker.serve(), scripted.cold()):
            closed = served.closed
            assert (closed["status"], closed["exit_code"], closed["error"]) == ("done", 0, None)
            assert 1e6 < closed["memory"] < 1e9


@pytest.mark.parametrize(
    ("line", "kind", "exit_code"),
    [
        ("raise StageError('It is too loud.', cause='Music.', fix='Turn it down.')", "stage", 1),
        ("raise ValueError('seven')", "unforeseen", 1),
        ("(stage.output_dir / 'nothing').read_text()", "usage", 2),
        ("stage.model('vad')", "missing", 3),
        ("raise OSError(28, 'No space left on device')", "disk", 1),
    ],
)
def test_a_failure_is_the_same_warm_and_cold_and_the_worker_goes_on(
    scripted, line, kind, exit_code
):
    scripted.write(f"if stage.params['fail']: {line}")
    cold = scripted.cold(fail=True)
    assert cold.status == exit_code
    with scripted.worker() as worker:
        before, failed, after = (worker.serve(fail=fail) for fail in (False, True, False))
        assert before.output == after.output == {"fail": False}
        assert failed.closed["exit_code"] == cold.closed["exit_code"] == exit_code
        assert failed.closed["error"] == cold.closed["error"] == kind
        assert failed.result.status == cold.result.status == "failed"
        assert failed.result.error.kind == cold.result.error.kind == kind
        cold_words = str(cold.result.error).replace(cold.folder.name, failed.folder.name)
        assert str(failed.result.error) == cold_words
        assert worker.end() == 0


def test_nothing_that_a_request_left_reaches_the_next(scripted):
    scripted.write(
        "given['cwd'] = os.getcwd()",
        "given['random'] = random.random()",
        "given['handlers'] = [type(one).__name__ for one in logging.getLogger().handlers]",
        "warnings.warn('look out', stacklevel=1)",
        "logging.getLogger().addHandler(logging.FileHandler(stage.output_dir / 'mine.log'))",
        "logging.getLogger().setLevel('CRITICAL')",
        "warnings.simplefilter('ignore')",
        "os.chdir('/')",
        "if stage.params['n'] == 1: stage.degraded('Half of it.'); stage.metric('halves', 1)",
        "stage.progress(1, 1, 'cues')",
    )
    with scripted.worker() as worker:
        first, second = worker.serve(n=1), worker.serve(n=2)
    assert [served.output["cwd"] for served in (first, second)] == [
        str(first.folder),
        str(second.folder),
    ]
    assert first.output["random"] == second.output["random"] == scripted.cold(n=3).output["random"]
    assert first.output["handlers"] == second.output["handlers"] == ["StreamHandler"]
    assert "look out" in first.log
    assert "look out" in second.log
    assert (len(first.result.degraded), second.result.degraded) == (1, [])
    assert ("halves" in first.result.metrics, "halves" in second.result.metrics) == (True, False)
    assert [message["type"] for message in second.messages] == ["opened", "progress", "closed"]
    assert (first.folder / "mine.log").read_text() == ""


def test_a_seed_of_the_request_counts(scripted):
    scripted.write("given['random'] = random.random()")
    with scripted.worker() as worker:
        one, other, again = (worker.serve(seed=seed).output["random"] for seed in (1, 2, 1))
    assert one == again != other


def test_what_native_code_prints_goes_to_the_log_of_its_request(scripted):
    scripted.write(
        "import ctypes, subprocess",
        "word = stage.params['word'].encode()",
        "print('python', stage.params['word'])",
        "print('error', stage.params['word'], file=sys.stderr)",
        "os.write(1, b'system ' + word + b'\\n')",
        "ctypes.CDLL(None).printf(b'c %s\\n', word)",
        "subprocess.run(['echo', 'child', stage.params['word']], check=True)",
    )
    with scripted.worker() as worker:
        logs = [worker.serve(word=word).log for word in ("one", "two")]
        assert worker.end() == 0
    for log, word in zip(logs, ("one", "two"), strict=True):
        said = sorted(line for line in log.splitlines() if line.endswith(word))
        assert said == [f"{who} {word}" for who in ("c", "child", "error", "python", "system")]
    assert worker.log.read_text() == ""


def test_a_log_is_added_to(scripted):
    scripted.write("print('said')")
    log = scripted.folder / "attempt-001.log"
    log.write_text("before\n")
    with scripted.worker() as worker:
        assert worker.serve().log == "before\nsaid\n"


def test_debug_holds_for_its_own_request_only(scripted):
    scripted.write(
        "logging.getLogger('some.library').debug('details')",
        "logging.getLogger('some.library').info('facts')",
        "given['mode'] = os.environ['DEBUG_MODE']",
    )
    with scripted.worker() as worker:
        served = [worker.serve(debug=debug) for debug in (True, False, True)]
    assert ["details" in one.log for one in served] == [True, False, True]
    assert all("facts" in one.log for one in served)
    assert [one.output["mode"] for one in served] == ["true", "false", "true"]


@pytest.mark.parametrize(
    "line", [b"not json", b"", b"{}", b"\xff\xfe", b'{"request": "/nowhere/request.json"}']
)
def test_a_line_that_cannot_be_read_ends_the_worker(scripted, line):
    with scripted.worker() as worker:
        worker.serve()
        worker.write(line)
        assert worker.ended() == 2
    assert "cannot be read" in worker.log.read_text()


def test_a_request_that_cannot_be_read_ends_the_worker(scripted):
    orders = [scripted.request(), scripted.request(stage="asr"), scripted.folder / "nowhere"]
    orders[0].write_text("{")
    for order in orders:
        with scripted.worker() as worker:
            worker.write(json.dumps({"request": str(order), "log": "/dev/null"}).encode())
            assert worker.ended() == 2
        assert "Traceback" not in worker.log.read_text()
        assert not (order.parent / RESULT_FILE).exists()


def test_a_log_that_cannot_be_opened_ends_the_worker(scripted):
    with scripted.worker() as worker:
        order = {"request": str(scripted.request()), "log": str(scripted.folder / "no/such/log")}
        worker.write(json.dumps(order).encode())
        assert worker.ended() == 1


def test_a_result_that_cannot_be_written_ends_the_worker(scripted):
    # A folder in the result's place: as a full disk would, whoever runs the test.
    scripted.write("(stage.output_dir / 'result.json').mkdir()")
    with scripted.worker() as worker:
        worker.order()
        assert worker.ended() == 1
    assert "Traceback" not in worker.log.read_text()
    cold = scripted.cold()
    assert cold.status == 1
    assert cold.log.startswith("Error: ")


def test_the_end_of_stdin_is_noticed_at_once(scripted):
    for requests in (0, 1):
        with scripted.worker() as worker:
            for _ in range(requests):
                worker.serve()
            assert worker.end() == 0


def test_a_request_in_hand_is_finished_when_stdin_ends(scripted):
    with scripted.worker() as worker:
        folder, _ = worker.order(word="last")
        assert worker.end() == 0
    assert (folder / RESULT_FILE).exists()


def test_a_stage_cannot_eat_the_requests(scripted):
    scripted.write(
        "given['read'] = sys.stdin.read()",
        "import subprocess; given['child'] = subprocess.check_output(['cat']).decode()",
    )
    with scripted.worker() as worker:
        folders = [worker.order()[0] for _ in range(3)]
        assert worker.end() == 0
    for folder in folders:
        assert json.loads((folder / "regions.json").read_text()) == {"read": "", "child": ""}


@pytest.mark.parametrize(
    "line",
    [
        "raise MemoryError",
        "raise RuntimeError('CUDA failed with error out of memory')",
        "from chalchitra.errors import OutOfMemoryError; raise OutOfMemoryError('No room.')",
    ],
)
def test_running_out_of_memory_is_told_and_ends_the_worker(scripted, line):
    scripted.write(line)
    assert scripted.cold().result.error.kind == "memory"
    with scripted.worker() as worker:
        folder, _ = worker.order()
        with suppress(BrokenPipeError):  # it may have ended already
            worker.order()
        assert worker.ended() == 1
    result = json.loads((folder / RESULT_FILE).read_text())
    assert (result["status"], result["error"]["kind"]) == ("failed", "memory")
    assert len(list(scripted.folder.glob("*/messages.jsonl"))) == 2, "the cold one and the first"


def test_a_stage_that_exits_takes_its_worker_along(scripted):
    scripted.write("sys.exit(7)")
    cold = scripted.cold()
    with scripted.worker() as worker:
        folder, _ = worker.order()
        assert worker.ended() == cold.status == 7
    for attempt in (cold.folder, folder):
        assert not (attempt / RESULT_FILE).exists()


@pytest.mark.parametrize("busy", [True, False])
def test_an_interrupted_worker_ends_quietly(scripted, busy):
    scripted.write("print('begun', flush=True)", "import time; time.sleep(stage.params['s'])")
    with scripted.worker() as worker:
        if busy:
            _, log = worker.order(s=600)
            while not log.exists() or "begun" not in log.read_text():
                assert worker.process.poll() is None
                time.sleep(0.01)
        else:
            worker.serve(s=0)
        os.kill(worker.process.pid, signal.SIGINT)
        assert worker.ended() == 130
    assert "Traceback" not in worker.log.read_text()


def test_a_full_disk_is_told_and_what_was_written_makes_room(scripted):
    scripted.write(
        "stage.output('other', 'other.bin').write_bytes(bytes(1000))",
        "raise OSError(28, 'No space left on device')",
    )
    served = scripted.cold()
    error = served.result.error
    assert (error.kind, str(served.folder) in error.what) == ("disk", True)
    assert not (served.folder / "other.bin").exists()


def test_a_log_without_room_spoils_no_result(scripted, tmp_path):
    size = 1 << 20  # no file may grow beyond it, and the log has it already
    scripted.write(
        "import resource; "
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, resource.RLIM_INFINITY)); "
        "raise ValueError('seven')"
    )
    log = tmp_path / "full.log"
    log.write_bytes(bytes(size))
    with scripted.worker() as worker:
        request = scripted.request()
        worker.write(json.dumps({"request": str(request), "log": str(log)}).encode())
        after = worker.serve()
        assert after.result.error.kind == "unforeseen"
    assert json.loads((request.parent / RESULT_FILE).read_text())["error"]["kind"] == "unforeseen"
    assert log.stat().st_size == size


def test_a_script_asks_for_a_job_or_to_be_a_worker(scripted):
    import subprocess

    for arguments in ([], ["--worker", "--job-dir", "x"]):
        command = [sys.executable, scripted.script, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert "--job-dir" in done.stderr
