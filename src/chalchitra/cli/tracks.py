"""What the commands that make tracks again have in common."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from chalchitra import stopping
from chalchitra.cli.errors import show_error
from chalchitra.cli.text import print_json
from chalchitra.hints import pasteable, run_line
from chalchitra.paths import shown_path
from chalchitra.wrapping import say

if TYPE_CHECKING:
    from chalchitra.runner.events import Reporter
    from chalchitra.runner.run import Outcome
    from chalchitra.subtitles.tracks.compare import Changes


_MADE = frozenset({"done", "reused", "up to date"})


class _WithoutEnd:
    """Hands on how a run goes on; how it ended is told by `show_tracks`."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter

    def __enter__(self) -> _WithoutEnd:
        self._reporter.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        self._reporter.__exit__(*exc)

    def emit(self, event: str, **fields: Any) -> None:
        if event == "summary":
            return
        self._reporter.emit(event, **fields)


def reporter(*, as_json: bool) -> Reporter:
    """Who shows the run: nobody where a program reads what is printed."""
    from chalchitra.runner.events import Silent
    from chalchitra.runner.report import choose_reporter

    stopping.later()
    return _WithoutEnd(Silent() if as_json else choose_reporter(as_json=False, why=False))


def show_tracks(
    folder: Path,
    outcome: Outcome,
    *,
    as_json: bool,
    mux: bool,
    changes: Changes | None = None,
) -> None:
    """Print what the tracks are like now; end with the run's exit code where it failed."""
    from chalchitra.editing.quality import job_report
    from chalchitra.jobs.layout import JobLayout
    from chalchitra.jobs.store import read_job

    if outcome.error is not None:
        show_error(outcome.error, debug=False)
        raise typer.Exit(int(outcome.exit_code))
    job = read_job(folder)
    report = job_report(job, JobLayout(folder))
    if as_json:
        data = report.model_dump(mode="json", exclude_none=True)
        if changes is not None:
            data["changes"] = changes.to_dict()
        print_json("qc-job", {"job_id": job.job_id, **data})
        return
    from chalchitra.cli.qc_text import show_job

    for row in outcome.summary["stages"]:
        for path in row.get("deliverables", ()) if row["state"] in _MADE else ():
            say(f"  {shown_path(folder / path)}")
    show_job(report)
    if "mux" in job.stages and not mux:
        again = run_line(folder, first="The film still has the old tracks; to update it,")
        say(pasteable(again))
