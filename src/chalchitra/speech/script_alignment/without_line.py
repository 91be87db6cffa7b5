"""Speech that the text has no line for: what no placed word covers."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from chalchitra.speech.script_alignment.anchors import Anchored
from chalchitra.speech.script_alignment.report import NoLine
from chalchitra.speech.script_alignment.timed_text import Times
from chalchitra.transcript.model import Region, Transcript

LEFT_OVER = 1.0
LEFT_OVER_WORDS = 2
"""Voice beside placed words is reported as having no line from so many seconds or words on."""
LONE_VOICE = 0.5
"""A region without any placed word is reported where something was recognised, or from here (s)."""
_JOINED = 1.0
"""Reported stretches this near (s) to each other, with no word between them, are one."""


def without_line(
    recognised: Transcript, voice: Sequence[Region], found: Anchored, times: Times
) -> Iterator[NoLine]:
    """The speech that no placed word covers."""
    unused = [word for word, used in zip(recognised.words, found.used, strict=True) if not used]
    middles = [(word.start + word.end) / 2 for word in unused]
    placed = [
        (*span, word.line)
        for word, span in zip(found.words, times, strict=True)
        if span is not None
    ]
    stretches: list[NoLine] = []
    at = 0
    for region in voice:
        while at < len(placed) and placed[at][1] <= region.start:
            at += 1
        inside: list[tuple[float, float, int]] = []
        here = at
        while here < len(placed) and placed[here][0] < region.end:
            inside.append(placed[here])
            here += 1
        low, before = region.start, -1
        for start, end, line in [*inside, (region.end, region.end, -1)]:
            text = unused[bisect_left(middles, low) : bisect_right(middles, start)]
            within = before == line >= 0
            if _counts(start - low, len(text), alone=not inside, within=within):
                said = " ".join(word.text for word in text)
                stretches.append(NoLine(start=round(low, 3), end=round(start, 3), text=said))
            low, before = max(low, end), line
    joined: list[NoLine] = []
    for stretch in stretches:
        last = joined[-1] if joined else None
        near = last is not None and stretch.start - last.end <= _JOINED
        if last is None or not near or _between(placed, last.end, stretch.start):
            joined.append(stretch)
        else:
            said = f"{last.text} {stretch.text}".strip()
            joined[-1] = NoLine(start=last.start, end=stretch.end, text=said)
    yield from joined


def _counts(seconds: float, words: int, *, alone: bool, within: bool) -> bool:
    """Whether voice without a word of the text is worth a report: a region of its own (`alone`),
    the inside of a line (`within`: the recogniser stumbled, unless it is long), or beside one."""
    if alone:
        return words > 0 or seconds >= LONE_VOICE
    if within:
        return words > LEFT_OVER_WORDS and seconds >= 2 * LEFT_OVER
    return (words >= LEFT_OVER_WORDS and seconds > 0.3) or (words > 0 and seconds >= LEFT_OVER)


def _between(placed: Sequence[tuple[float, float, int]], low: float, high: float) -> bool:
    return any(start < high and low < end for start, end, _ in placed)
