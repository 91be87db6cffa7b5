"""What a stage takes for the pictures of the job's film."""

from __future__ import annotations

from chalchitra.jobs.model import Job
from chalchitra.media.pictures import decoding_bytes, drawing_bytes
from chalchitra.pipeline import FILM, split_key


def picture_need(job: Job, key: str) -> int:
    """Bytes of memory, beside what config/runner.toml gives the stage with this key.

    Whatever opens a film decodes a picture; `shots` decodes all, `mux` draws where it burns in.
    """
    stage, _ = split_key(key)
    if all(producer != FILM for producer, _ in job.inputs_of(key).values()):
        return 0
    threads = job.machine_of(key).threads
    if stage == "shots":
        return decoding_bytes(job.film, threads)
    if stage == "mux" and job.settings.get("mux", {}).get("burn_in", "none") != "none":
        return drawing_bytes(job.film, threads)
    return decoding_bytes(job.film, 0)
