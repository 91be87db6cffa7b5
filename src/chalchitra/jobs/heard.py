"""How much of a film a job's stages have to work on: what its time limits grow with."""

from __future__ import annotations

import math

from chalchitra import job_files
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import Job
from chalchitra.jobs.record import read_record

_LEAST_BYTES_A_SECOND = 8000
"""No film has fewer, about 64 kbit/s: a limit for those whose length nobody measured."""


def seconds_to_hear(job: Job, layout: JobLayout) -> float | None:
    """Seconds of film, at least as many as demux took sound out of; None where nobody knows.

    A header may say less than the film holds; a film that is too large to be read when it is
    prepared may be as long as its size allows.
    """
    known = [] if job.heard_seconds is None else [job.heard_seconds]
    heard = _heard(layout)
    if heard is not None:
        known.append(heard)
    elif known and not job.film.measured and (job.clip is None or job.clip.end is None):
        known.append(job.film.size / _LEAST_BYTES_A_SECOND)
    return max(known, default=None)


def _heard(layout: JobLayout) -> float | None:
    """The length of the sound that demux took out, in seconds."""
    record = read_record(layout, "demux")
    if record is None or "audio_info" not in record.outputs:
        return None
    try:
        info = job_files.read_json(layout.root, record.outputs["audio_info"].path)
        seconds = float(info["duration"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None
    return seconds if 0 <= seconds < math.inf else None
