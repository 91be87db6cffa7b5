"""`cancel`: asks jobs that run to stop, and waits until they have."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chalchitra.cli import complete
from chalchitra.cli.text import OutOption, print_json
from chalchitra.errors import ChalchitraError, raise_all

if TYPE_CHECKING:
    from chalchitra.jobs.holding import Holder
    from chalchitra.jobs.state import JobState
    from chalchitra.runner.cancel import Asked, Unqueued


def cancel(
    job: Annotated[
        list[str],
        typer.Argument(metavar="JOB", help="Job ids or folders.", autocompletion=complete.jobs),
    ],
    out: OutOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print how each ended as JSON.")] = False,
) -> None:
    """Stop jobs that are running or queued. Finished stages are kept, for a later run."""
    from chalchitra.jobs.layout import JobLayout
    from chalchitra.jobs.state import JobState, effective
    from chalchitra.jobs.store import named_job
    from chalchitra.out import out_dir
    from chalchitra.runner.cancel import WAIT_SECONDS, Unqueued, ask, wait

    folder = out_dir(out)
    layouts = [JobLayout(named_job(folder, name)) for name in dict.fromkeys(job)]
    errors: list[ChalchitraError] = []
    asked: list[tuple[JobLayout, Asked | Unqueued | JobState]] = []
    for layout in layouts:  # all are asked before the first is waited for
        try:
            asked.append((layout, ask(layout)))
        except ChalchitraError as error:
            errors.append(error)
    rows: list[dict[str, Any]] = []
    for layout, answer in asked:
        ran = not isinstance(answer, JobState)
        try:
            if isinstance(answer, JobState):
                state = answer
            elif isinstance(answer, Unqueued):
                state = answer.state
            else:
                _say_waiting(answer, WAIT_SECONDS)
                state = wait(answer)
        except ChalchitraError as error:
            errors.append(error)
            continue
        shown = effective(state, layout)
        rows.append(
            {
                "job_id": state.job_id,
                "job_dir": str(layout.root),
                "asked": ran,
                "state": shown,
                "stage": state.stage,
            }
        )
        if not as_json:
            waited = answer.runner if isinstance(answer, Unqueued) else None
            typer.echo(_ended(state, shown, ran=ran, waited=waited))
    if as_json:
        print_json("cancel", rows)
    raise_all(errors)


def _say_waiting(asked: Asked, seconds: float) -> None:
    text = f"Asked {asked.runner} to stop job {asked.state.job_id}"
    if asked.elsewhere:
        text += "; that is another machine, which finds the request in the job's folder"
    print(f"{text}. Waiting up to {seconds:.0f} s.", file=sys.stderr, flush=True)


def _ended(state: JobState, shown: str, *, ran: bool, waited: Holder | None) -> str:
    if waited is not None:
        return f"Job {state.job_id} was cancelled before its turn: {waited} will skip it."
    at = f" at {state.stage}" if state.stage else ""
    if not ran:
        return f"Job {state.job_id} is not running: it is {shown}{at}."
    if shown == "cancelled":
        return f"Job {state.job_id} was cancelled{at}; run it again to resume there."
    return f"Job {state.job_id} ended before it was cancelled: it is {shown}{at}."
