"""Jobs: their ids, their folders, and the records in them."""

from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import AudioStream, Clip, Job, Machine, ModelChoice
from chalchitra.jobs.record import Degraded, Output, Placed, StageRecord, read_record
from chalchitra.jobs.store import claim_id, find_job, job_path, read_job, write_job

__all__ = [
    "AudioStream",
    "Clip",
    "Degraded",
    "Job",
    "JobLayout",
    "Machine",
    "ModelChoice",
    "Output",
    "Placed",
    "StageRecord",
    "claim_id",
    "find_job",
    "job_path",
    "read_job",
    "read_record",
    "write_job",
]
