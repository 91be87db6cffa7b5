"""Lengths of time as one says them."""

from __future__ import annotations

_MINUTE, _DAY = 60, 86400


def length(seconds: float | None) -> str:
    """A length of time as one says it: 40 s, 12 min, 1 h 05 min, 3 days."""
    if seconds is None:
        return "?"
    if round(seconds) < _MINUTE:
        return f"{seconds:.0f} s"
    if round(seconds / _MINUTE) < 60:
        return f"{seconds / _MINUTE:.0f} min"
    if seconds < 2 * _DAY:
        minutes = round(seconds / _MINUTE)
        return f"{minutes // 60} h {minutes % 60:02d} min"
    return f"{seconds / _DAY:.0f} days"


def took(seconds: float) -> str:
    """How long something took, to the second, and below a minute to its tenth."""
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else length(seconds)
