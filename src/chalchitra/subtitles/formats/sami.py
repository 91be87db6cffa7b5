"""SAMI (.smi): Microsoft's captions, a moment and what is shown from it on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from chalchitra.subtitles.formats.faults import Fault
from chalchitra.subtitles.formats.markup import characters, untagged
from chalchitra.subtitles.formats.model import Format, RawCue, Reading, Row

_SYNC = re.compile(r"<sync\b[^<>]*>", re.IGNORECASE)
_START = re.compile(r"start\s?=\s?[\"']?(-?\d{1,9})", re.IGNORECASE)
_CLASS = re.compile(r"<p\b[^<>]{0,200}?class\s?=\s?[\"']?([\w-]{1,60})[^<>]*>", re.IGNORECASE)
_BREAK = re.compile(r"<br\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_LONGEST = 7000


def _recognises(text: str) -> bool:
    return "<sami" in text[:4000].casefold() or bool(_SYNC.search(text[:4000]))


def _read(rows: Sequence[str], rate: float | None) -> Reading:
    text = "\n".join(rows)
    reading = Reading()
    kept, others = _main_class(text), list[str]()
    syncs = list(_SYNC.finditer(text))
    line, counted = 1, 0
    for n, sync in enumerate(syncs):
        found = _START.search(sync[0])
        after = syncs[n + 1].start() if n + 1 < len(syncs) else len(text)
        line, counted = line + text.count("\n", counted, sync.start()), sync.start()
        if found is None:
            continue
        start = int(found[1])
        following = _START.search(syncs[n + 1][0]) if n + 1 < len(syncs) else None
        end = int(following[1]) if following else start + _LONGEST
        shown, other = _in_class(text[sync.end() : after].replace("\n", " "), kept)
        others += other
        parts = [_TAG.sub("", part) for part in _BREAK.split(shown)]
        if any(characters(part).strip() for part in parts):
            reading.cues.append(RawCue(start, end, tuple(parts), line))
    if others:
        names = ", ".join(sorted(set(others)))
        reading.faults.append(Fault("stray_text", 1, f"what is of the class {names}"[:80]))
    return reading


def _main_class(text: str) -> str | None:
    """The class of most paragraphs, where they have several: one a language, shown together."""
    count = Counter(found[1].casefold() for found in _CLASS.finditer(text))
    return count.most_common(1)[0][0] if len(count) > 1 else None


def _in_class(text: str, kept: str | None) -> tuple[str, list[str]]:
    """What of a moment is of the class that is kept, and the classes of the rest."""
    paragraphs = list(_CLASS.finditer(text)) if kept else []
    if not paragraphs:
        return text, []
    said, others = text[: paragraphs[0].start()], []
    for n, paragraph in enumerate(paragraphs):
        ends = paragraphs[n + 1].start() if n + 1 < len(paragraphs) else len(text)
        if paragraph[1].casefold() == kept:
            said += text[paragraph.end() : ends]
        else:
            others.append(paragraph[1])
    return said, others


def _rows(cue: RawCue) -> list[Row]:
    return [Row(text) for row in cue.rows if (text := untagged(characters(row)))]


FORMAT = Format(
    id="sami",
    title="SAMI",
    suffixes=(".smi", ".sami"),
    recognises=_recognises,
    read=_read,
    rows=_rows,
)
