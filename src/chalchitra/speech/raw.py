"""What an engine gives: words and segments as they were decoded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RawWord:
    """A word as an engine gives it; `text` keeps its leading space, which joins words."""

    text: str
    start: float
    end: float
    probability: float | None = None


@dataclass(frozen=True)
class RawSegment:
    """A stretch of text as an engine gives it.

    `capped`: its window ended because it had as many tokens as a window may have, so that what was
    said after it may be lost.
    """

    words: tuple[RawWord, ...]
    avg_logprob: float | None = None
    no_speech_prob: float | None = None
    compression_ratio: float | None = None
    capped: bool = False
