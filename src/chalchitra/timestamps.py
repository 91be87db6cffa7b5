"""Points in time as records and events have them: ISO 8601, to the second, with the zone."""

from __future__ import annotations

from datetime import datetime


def now() -> str:
    """This moment: 2026-01-31T20:15:00+05:30."""
    return datetime.now().astimezone().isoformat(timespec="seconds")
