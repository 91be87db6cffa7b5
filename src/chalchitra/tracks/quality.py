"""How good the tracks of a job are, as its stages found it."""

from __future__ import annotations

from chalchitra.errors import UsageError
from chalchitra.jobs import Job, JobLayout, read_record
from chalchitra.pipeline import split_key
from chalchitra.subtitles.qc import JobReport, QualityReport

_REPORTS = ("qc",)
"""The outputs of subtitle_gen that are reports, one a track."""


def job_report(job: Job, layout: JobLayout) -> JobReport:
    """The reports of all tracks that the job has made so far, in the order of its languages.

    Raises UsageError where it has made none.
    """
    keys = {key for key in job.stages if split_key(key)[0] == "subtitle_gen"}
    records = [
        record
        for language in (job.source_language, *job.target_languages)
        if (key := f"subtitle_gen@{language}") in keys
        and (record := read_record(layout, key)) is not None
    ]
    reports = [
        QualityReport.read(layout.root / record.outputs[name].path)
        for record in records
        for name in _REPORTS
        if name in record.outputs
    ]
    if not keys:
        raise UsageError(
            f"Job {job.job_id} has no subtitle tracks.",
            cause="It was prepared with --transcribe, which makes none.",
            fix="Prepare the film again with --subtitle or --translate.",
        )
    if not reports:
        raise UsageError(
            f"Job {job.job_id} has no subtitle tracks yet.",
            cause="It has not run, or did not come so far.",
            fix=f"Type: ./run-pipeline.sh -j {job.job_id}",
        )
    return JobReport.of(job.title, reports, job.film_duration)
