"""run_stage: the frame around a stage script - arguments, messages, result, exit code."""

from __future__ import annotations

import argparse
import logging
import os
import platform
import shutil
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from chalchitra.errors import ChalchitraError, ExitCode, StageError, UsageError
from chalchitra.jobs import JobLayout, read_job
from chalchitra.pipeline import STAGES, stage_key
from chalchitra.stagekit.protocol import (
    MESSAGES_FILE,
    REQUEST_VARIABLE,
    RESULT_FILE,
    ErrorInfo,
    MessageWriter,
    Request,
    Result,
)
from chalchitra.stagekit.request import build_request
from chalchitra.stagekit.stage import Stage


def run_stage(name: str, work: Callable[[Stage], None]) -> NoReturn:
    """Run `work` as the stage `name`, write its result and exit.

    Under the runner the request is the file that $CHALCHITRA_REQUEST names. By hand
    (`scripts/stages/<stage>.py --job-dir DIR [--language L]`) it is built from job.json, the
    outputs go to `stages/<key>/by-hand/`, and nothing is published.
    """
    parser = argparse.ArgumentParser(description=f"Run the stage {name} of one job.")
    parser.add_argument("--job-dir", type=Path, required=True, help="the job's folder")
    if STAGES[name].per_language:
        parser.add_argument("--language", required=True, help="the language this run is for")
    arguments = parser.parse_args()
    by_hand = REQUEST_VARIABLE not in os.environ
    try:
        if by_hand:
            request = _request_by_hand(
                arguments.job_dir, stage_key(name, getattr(arguments, "language", None))
            )
        else:
            path = Path(os.environ[REQUEST_VARIABLE])
            request = Request.model_validate_json(path.read_bytes())
    except ChalchitraError as error:
        print(*error.lines(), sep="\n", file=sys.stderr)
        sys.exit(error.exit_code)
    sys.exit(_run(request, work, by_hand))


def _request_by_hand(job_dir: Path, key: str) -> Request:
    job_dir = job_dir.absolute()
    layout = JobLayout(job_dir)
    folder = layout.by_hand(key)
    request = build_request(read_job(job_dir), layout, key, folder, by_hand=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    request.write(folder / "request.json")
    return request


def _run(request: Request, work: Callable[[Stage], None], by_hand: bool) -> int:
    level = "DEBUG" if request.debug else os.environ.get("LOG_LEVEL", "INFO").upper()
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s")
    messages = MessageWriter(request.output_dir / MESSAGES_FILE)
    messages.send("opened", protocol=request.protocol, stage=request.stage, pid=os.getpid())
    stage = Stage(request, messages)
    started = time.monotonic()
    failure: ChalchitraError | None = None
    outputs = {}
    try:
        work(stage)
        outputs = stage.finished_outputs()
    except ChalchitraError as error:
        failure = error
        traceback.print_exc()
    except MemoryError:
        failure = StageError(
            f"{request.stage} ran out of memory.",
            cause="The model or the batch is too large for this machine.",
            fix="Choose a smaller model with --model, or close other programs.",
        )
        traceback.print_exc()
    except OSError as error:
        failure = _from_os_error(request.stage, error)
        traceback.print_exc()
    except Exception as error:
        first_line = str(error).strip().partition("\n")[0]
        failure = StageError(
            f"{request.stage} failed: {type(error).__name__}: {first_line}",
            cause="This was not foreseen; the stage's log has the whole of it.",
            fix="Run again with --debug, and report the log if it stays.",
        )
        traceback.print_exc()
    result = Result(
        stage=request.stage,
        status="failed" if failure else "done",
        outputs=outputs,
        metrics=stage.metrics,
        degraded=stage.degradations,
        error=ErrorInfo.model_validate(failure.to_dict()) if failure else None,
        python=sys.executable,
        python_version=platform.python_version(),
        libraries=stage.libraries(),
        seconds=round(time.monotonic() - started, 3),
    )
    result.write(request.output_dir / RESULT_FILE)
    messages.send("closed", status=result.status)
    messages.close()
    if by_hand:
        _tell_by_hand(request, result, failure)
    return int(failure.exit_code if failure else ExitCode.DONE)


def _from_os_error(stage: str, error: OSError) -> ChalchitraError:
    if error.filename is None and error.errno is None:
        return StageError(
            f"{stage} failed: {error}",
            cause="The stage's log has the whole of it.",
            fix="Run again with --debug, and report the log if it stays.",
        )
    where = f" at {error.filename}" if error.filename else ""
    if isinstance(error, FileNotFoundError):
        return UsageError(
            f"{stage} did not find a file{where}.",
            cause="It was moved or removed while the job ran.",
            fix="Put it back and run the job again.",
        )
    return StageError(
        f"{stage} could not read or write{where}: {error.strerror}.",
        cause="The disk is full, or the folder is not writable.",
        fix="Make room or change the permissions, then run the job again.",
    )


def _tell_by_hand(request: Request, result: Result, failure: ChalchitraError | None) -> None:
    if failure:
        print(*failure.lines(), sep="\n", file=sys.stderr)
        return
    for output in result.outputs.values():
        print(request.output_dir / output.path)
