"""What a stage takes for the pictures of the job's film."""

from __future__ import annotations

from chalchitra.jobs.model import Job
from chalchitra.media.pictures import decoding_bytes, drawing_bytes
from chalchitra.pipeline import STAGES, split_key


def picture_need(job: Job, key: str) -> int:
    """Bytes of memory, beside what config/runner.toml gives the stage with this key.

    Whatever opens a film decodes its first picture; what burns subtitles in draws every one.
    """
    pictures = STAGES[split_key(key)[0]].pictures
    threads = job.machine_of(key).threads
    if pictures == "all":
        return decoding_bytes(job.film, threads)
    if pictures == "burned" and job.burns_in:
        return drawing_bytes(job.film, threads)
    return decoding_bytes(job.film, 0) if pictures else 0
