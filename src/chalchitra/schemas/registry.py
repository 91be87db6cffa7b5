"""Every kind of document and row that is written or printed for programs, its type, its version.

`scripts/schema` writes them to docs/schemas; a test compares the two, and while tests run all that
is written and printed is checked here.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from chalchitra.jobs.model import Job
from chalchitra.jobs.state import JobState
from chalchitra.schemas import events, rows
from chalchitra.subtitles.qc.job import JobReport
from chalchitra.subtitles.qc.model import QualityReport
from chalchitra.transcript.export import Exported

VERSION = 1
"""The version of all rows and events: it grows when one of them loses or changes a field."""

DOCUMENTS: dict[str, Any] = {
    "job": Job,
    "state": JobState,
    "transcript": Exported,
    "qc": JobReport,
    "qc-track": QualityReport,
}
"""Files: in a job's folder, in output/, and the report of one track in its stage's folder."""

PRINTED: dict[str, Any] = {
    "event": events.Event,
    "error": rows.Failure,
    "prepare-job": list[rows.PreparedRow],
    "jobs": list[rows.JobRow],
    "status": list[rows.StatusRow],
    "status-watch": rows.StatusRow,
    "logs": rows.LogRow,
    "cancel": list[rows.CancelledRow],
    "rm": list[rows.RemovedRow],
    "cache": rows.CacheRow,
    "cache-prune": rows.PrunedRow,
    "qc-file": rows.FileReport,
    "qc-job": rows.TracksReport,
    "models-list": list[rows.ModelRow],
    "languages": list[rows.LanguageRow],
    "doctor": list[rows.FindingRow],
}
"""What is printed with --json: by command a list, or an object; `event` and `logs` one a line."""


class SchemaError(AssertionError):
    """Something was written or printed that its schema does not allow."""


def schemas() -> dict[str, dict[str, Any]]:
    """The JSON schema of each kind, by name."""
    found = {}
    for name, kind in {**DOCUMENTS, **PRINTED}.items():
        schema = TypeAdapter(kind).json_schema()
        where = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"urn:chalchitra:{name}:{VERSION}",
        }
        found[name] = where | schema
    return found


def check(kind: str, data: Any) -> None:
    """Raise SchemaError where the data are not what the schema of their kind says."""
    try:
        _adapter(kind).validate_python(data, strict=False)
    except ValidationError as error:
        raise SchemaError(f"{kind} does not match docs/schemas: {error}") from None


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(DOCUMENTS.get(kind) or PRINTED[kind])
