"""run_stage: the frame around a stage script - arguments, messages, result, exit code.

A script imports it where it is run: the frame carries requests and results, and no output depends
on it.
"""

from __future__ import annotations

import argparse
import logging
import os
import platform
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError

from chalchitra import printable
from chalchitra.errors import ChalchitraError, ExitCode, UsageError
from chalchitra.offline import go_offline
from chalchitra.stagekit import warm
from chalchitra.stagekit.failures import DiskFullError, UnforeseenError, as_error
from chalchitra.stagekit.protocol import (
    MESSAGES_FILE,
    REQUEST_VARIABLE,
    RESULT_FILE,
    ErrorInfo,
    MessageWriter,
    OutputFile,
    Request,
    Result,
)
from chalchitra.stagekit.stage import Stage
from chalchitra.stagekit.worker import flush_output, resident_bytes, serve

Work = Callable[[Stage], None]


def run_stage(name: str, work: Work) -> NoReturn:
    """Run `work` as the stage `name`, write its result and exit.

    Under the runner the request is the file that $CHALCHITRA_REQUEST names, or, with `--worker`,
    each that a line of stdin names (worker.py). By hand
    (`scripts/stages/<stage>.py --job-dir DIR [--language L]`) it is built from job.json
    (runner/by_hand.py), the outputs go to `stages/<key>/by-hand/`, and nothing is published.
    """
    printable.install()
    arguments = _arguments(name)
    go_offline()  # by hand too
    if arguments.worker:
        sys.exit(
            serve(
                lambda path: _read_request(path, name),
                lambda request: _perform(request, work).failure,
            )
        )
    by_hand = REQUEST_VARIABLE not in os.environ
    try:
        if by_hand:
            request = _request_by_hand(name, arguments)
        else:
            request = _read_request(Path(os.environ[REQUEST_VARIABLE]), name)
    except ChalchitraError as error:
        print(*error.lines(), sep="\n", file=sys.stderr)
        sys.exit(error.exit_code)
    try:
        ended = _perform(request, work)
    except OSError as error:
        lost = as_error(name, error, request.output_dir)
        print(*lost.lines(), sep="\n", file=sys.stderr)
        sys.exit(lost.exit_code)
    if by_hand:
        _tell_by_hand(request, ended)
    sys.exit(ended.exit_code)


def _arguments(name: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=f"Run the stage {name} of one job.")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--job-dir", type=Path, help="the job's folder")
    which.add_argument(
        "--worker", action="store_true", help="serve the requests named on stdin, one per line"
    )
    parser.add_argument("--language", help="the language, for a stage that runs once for each")
    return parser.parse_args()


def _read_request(path: Path, stage: str) -> Request:
    """The request in a file. Raises UsageError when it is none, or one to another stage."""
    try:
        request = Request.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise UsageError(
            f"{path} does not contain a request.",
            cause=f"{str(error).splitlines()[0]}.",
            fix="Run the job with run-pipeline, which writes it.",
        ) from None
    if request.stage != stage:
        raise UsageError(
            f"{path} is a request for {request.stage}, not for {stage}.",
            cause=f"${REQUEST_VARIABLE} or the worker's caller named the wrong file.",
            fix=f"Run scripts/stages/{request.stage}.py instead, with the same arguments.",
        )
    return request


def _request_by_hand(stage: str, arguments: argparse.Namespace) -> Request:
    # By its name: only a person's run needs what knows jobs.
    by_hand = import_module("chalchitra.runner.by_hand")
    request: Request = by_hand.make_request(arguments.job_dir, stage, arguments.language)
    return request


@dataclass(frozen=True)
class _Ended:
    """A request that was served to its end."""

    result: Result
    failure: ChalchitraError | None

    @property
    def exit_code(self) -> int:
        return int(self.failure.exit_code if self.failure else ExitCode.DONE)


def _perform(request: Request, work: Work) -> _Ended:
    """One request, from the message `opened` to the message `closed`.

    Nothing of the request before is left to it but loaded models. Raises OSError when not even the
    result can be written.
    """
    level = "DEBUG" if request.debug else os.environ.get("LOG_LEVEL", "INFO").upper()
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s", force=True)
    seed = request.params.get("seed", 0)
    warm.begin(seed if isinstance(seed, int) else 0)
    started = time.monotonic()
    with closing(MessageWriter(request.output_dir / MESSAGES_FILE)) as messages:
        stage = Stage(request, messages)
        messages.send("opened", protocol=request.protocol, stage=request.stage, pid=os.getpid())
        outputs, failure = _work(stage, work, request)
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
        ended = _Ended(result, failure)
        flush_output()
        messages.send(
            "closed",
            status=result.status,
            exit_code=ended.exit_code,
            error=failure.kind if failure else None,  # a worker ends after "memory"
            memory=resident_bytes(),
        )
    return ended


def _work(
    stage: Stage, work: Work, request: Request
) -> tuple[dict[str, OutputFile], ChalchitraError | None]:
    """Do the work; what it made, or what went wrong."""
    try:
        with warnings.catch_warnings():  # filters, and which warnings were shown already
            work(stage)
        if (loaded := warm.models_loaded()) is not None:
            stage.metric("models_loaded", loaded)
        return stage.finished_outputs(), None
    except Exception as error:
        failure = as_error(request.stage, error, request.output_dir)
        with suppress(OSError):  # the log's disk may be the full one
            traceback.print_exc()
    # Out here, where the exception's frames no longer hold what the stage had in memory.
    if isinstance(failure, DiskFullError):
        stage.discard_outputs()
    if isinstance(failure, UnforeseenError):
        warm.forget()
    return {}, failure


def _tell_by_hand(request: Request, ended: _Ended) -> None:
    if ended.failure:
        print(*ended.failure.lines(), sep="\n", file=sys.stderr)
        return
    for output in ended.result.outputs.values():
        print(request.output_dir / output.path)
