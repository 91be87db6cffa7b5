"""Lists in a sentence: the first ones, and how many more there are."""

from __future__ import annotations

from collections.abc import Sequence


def listed(items: Sequence[str], most: int, separator: str = ", ") -> str:
    """At most `most` of the items: "a, b and 3 more"."""
    more = len(items) - most
    return separator.join(items[:most]) + (f" and {more} more" if more > 0 else "")
