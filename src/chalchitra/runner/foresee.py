"""What a run would do (--dry-run): the same decisions, and nothing written, fetched or started."""

from __future__ import annotations

from chalchitra.artifacts import ArtifactStore
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import Job
from chalchitra.runner.decide import decide
from chalchitra.runner.events import Reporter
from chalchitra.runner.film_again import look_again
from chalchitra.runner.fingerprints import fingerprint_parts
from chalchitra.runner.preflight import look
from chalchitra.runner.select import Selection


def foresee(
    job: Job, layout: JobLayout, reporter: Reporter, selection: Selection, *, verify: bool
) -> None:
    """Say of every stage whether it would run, be reused or be skipped, and why.

    A stage whose inputs would be made anew counts as run: whether they come out the same is not
    known before.
    """
    store = ArtifactStore.of_job(layout)
    job, note = look_again(job, layout, keep=False)
    if note:
        reporter.emit("stage_warning", stage="demux", text=note)
    ready, missing = look(job, layout, selection.wanted)
    for name in missing:
        reporter.emit("fetch_planned", model=name)
    changing: set[str] = set()
    for key in job.stages:
        if key not in selection.wanted:
            continue
        forced = selection.forced.get(key)
        parts = fingerprint_parts(job, layout, key, ready, keep=False)
        decision = decide(layout, key, parts, verify=verify, forced=forced)
        makers = dict.fromkeys(name for name, _ in job.inputs_of(key).values())
        fed_by = [name for name in makers if name in changing]
        entry = None
        if decision.run and forced is None and not fed_by and store is not None:
            entry = store.find(decision.fingerprint)
        reasons = list(decision.reasons)
        action = "run" if decision.run or fed_by else "skip"
        if fed_by and not decision.run:
            reasons = [f"{name} runs, and its output may change" for name in fed_by]
        if entry is not None:
            action = "reuse"
            reasons.append(f"{entry.job_id} made the same result")
        if action == "run":
            changing.add(key)
        reporter.emit(
            "stage_planned",
            stage=key,
            environment=job.environment_of(key),
            action=action,
            reasons=reasons,
        )
