"""Jobs: their ids, their folders, and the records in them."""

from chalchitra.jobs import inside
from chalchitra.jobs.holding import Holder, holder
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import (
    UNKNOWN,
    AudioStream,
    Clip,
    Detected,
    EditedFile,
    ElsewhereSpoken,
    GlossaryFile,
    GlossarySource,
    Job,
    Machine,
    ModelChoice,
    ScriptFile,
)
from chalchitra.jobs.record import Degraded, Output, Placed, StageRecord, read_record
from chalchitra.jobs.state import JobState, effective, read_state
from chalchitra.jobs.store import (
    claim_id,
    find_job,
    id_of_path,
    job_path,
    named_job,
    read_job,
    rewrite_job,
    write_job,
)

__all__ = [
    "UNKNOWN",
    "AudioStream",
    "Clip",
    "Degraded",
    "Detected",
    "EditedFile",
    "ElsewhereSpoken",
    "GlossaryFile",
    "GlossarySource",
    "Holder",
    "Job",
    "JobLayout",
    "JobState",
    "Machine",
    "ModelChoice",
    "Output",
    "Placed",
    "ScriptFile",
    "StageRecord",
    "claim_id",
    "effective",
    "find_job",
    "holder",
    "id_of_path",
    "inside",
    "job_path",
    "named_job",
    "read_job",
    "read_record",
    "read_state",
    "rewrite_job",
    "write_job",
]
