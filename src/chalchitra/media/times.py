"""Times as people write them, and the clip: the stretch of a film that is heard."""

from __future__ import annotations

import re

from chalchitra.errors import UsageError
from chalchitra.media.film import Film

_TIME = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:[.,]\d+)?)")
_SLACK_S = 1.0
"""Players round a film's length; an end this much past it is taken for the end."""


def parse_time(text: str) -> float:
    """Seconds from `HH:MM:SS.mmm`, `MM:SS` or plain seconds. Raises UsageError."""
    match = _TIME.fullmatch(text.strip())
    if match:
        hours, minutes, rest = match.groups()
        seconds = float(rest.replace(",", "."))
        if (minutes is None or seconds < 60) and (hours is None or int(minutes) < 60):
            return int(hours or 0) * 3600 + int(minutes or 0) * 60 + seconds
    raise UsageError(
        f"{text!r} is not a valid time.",
        fix="Write it as HH:MM:SS.mmm, as MM:SS, or as seconds: 90.5.",
    )


def clock(seconds: float) -> str:
    """A time of the film as people type it, to the nearest second: 1:02:03."""
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def validate_clip(
    film: Film, start: float | None, end: float | None
) -> tuple[float, float | None] | None:
    """The clip's start and end in seconds of the film's time line; None is the whole film.

    An open end stays open (None).

    Raises UsageError when it is empty or goes past the film's end, where that was measured.
    """
    if start is None and end is None:
        return None
    start = start or 0.0
    if end is not None and end <= start:
        raise UsageError(
            f"The clip ends at {end:g} s, before it starts at {start:g} s.",
            fix="Give an --end-time after the --start-time.",
        )
    if film.duration is not None and film.measured:
        late = start >= film.duration
        if late or (end or 0.0) > film.duration + _SLACK_S:
            what = f"starts at {start:g} s" if late else f"ends at {end:g} s"
            raise UsageError(
                f"The clip {what}, but the film is only {film.duration:.3f} s long.",
                fix="Choose --start-time and --end-time within the film.",
            )
        end = None if end is None else min(end, film.duration)
    return start, end
