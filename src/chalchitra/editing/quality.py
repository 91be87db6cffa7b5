"""How good the tracks of a job are, as its stages found it."""

from __future__ import annotations

from chalchitra import job_files
from chalchitra.errors import UsageError
from chalchitra.hints import run_line
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import Job
from chalchitra.jobs.record import read_record
from chalchitra.jobs.state import read_expected
from chalchitra.pipeline import split_key, stage_key
from chalchitra.subtitles.qc.job import JobReport
from chalchitra.subtitles.qc.model import QualityReport


def job_report(job: Job, layout: JobLayout) -> JobReport:
    """The reports of all tracks that the job has made so far, in the order of its languages.

    Raises UsageError where it has made none, or one cannot be read.
    """
    languages = [job.source_language, *job.target_languages]
    named = [(language, "qc") for language in languages]
    if job.tracks.maker is not None:
        named.append((job.tracks.maker, "bilingual_qc"))
    reports = [
        _read(layout, record.outputs[name].path)
        for language, name in named
        if (record := read_record(layout, stage_key("subtitle_gen", language))) is not None
        and name in record.outputs
    ]
    if not any(split_key(key)[0] == "subtitle_gen" for key in job.stages):
        raise no_tracks(job)
    if not reports:
        raise UsageError(
            f"Job {job.job_id} has no subtitle tracks yet.",
            cause="It has not run, or did not get that far.",
            fix=run_line(layout.root),
        )
    return JobReport.of(job.title, reports, read_expected(layout))


def no_tracks(job: Job) -> UsageError:
    """The error of a job that makes no subtitle tracks."""
    return UsageError(
        f"Job {job.job_id} has no subtitle tracks.",
        cause="It was prepared with --transcribe, which makes none.",
        fix="Prepare the film again with --subtitle or --translate.",
    )


def _read(layout: JobLayout, path: str) -> QualityReport:
    try:
        return QualityReport.model_validate_json(job_files.read_bytes(layout.root, path))
    except (OSError, ValueError):
        raise UsageError(
            f"{layout.root / path} is not a valid quality report.",
            cause="It was moved, edited or cut short in the job's folder.",
            fix=run_line(layout.root, first="To make it again,"),
        ) from None
