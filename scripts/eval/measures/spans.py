"""Stretches of time, in seconds, and words on them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """From `start` to `end`, in seconds."""

    start: float
    end: float

    @property
    def length(self) -> float:
        return max(0.0, self.end - self.start)

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2

    def holds(self, at: float) -> bool:
        return self.start <= at <= self.end

    def away(self, at: float) -> float:
        """How far a time is from the span; 0 within."""
        return max(self.start - at, at - self.end, 0.0)

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end
