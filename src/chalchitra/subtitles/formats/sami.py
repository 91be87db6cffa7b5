"""SAMI (.smi): Microsoft's captions, a moment and what is shown from it on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chalchitra.subtitles.formats.markup import characters, untagged
from chalchitra.subtitles.formats.model import Format, RawCue, Reading, Row

_SYNC = re.compile(r"<sync\b[^<>]*>", re.IGNORECASE)
_START = re.compile(r"start\s?=\s?[\"']?(-?\d{1,9})", re.IGNORECASE)
_BREAK = re.compile(r"<br\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_LONGEST = 7000


def _recognises(text: str) -> bool:
    return "<sami" in text[:4000].casefold() or bool(_SYNC.search(text[:4000]))


def _read(rows: Sequence[str], rate: float | None) -> Reading:
    text = "\n".join(rows)
    reading = Reading()
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
        shown = text[sync.end() : after].replace("\n", " ")
        parts = [_TAG.sub("", part) for part in _BREAK.split(shown)]
        if any(characters(part).strip() for part in parts):
            reading.cues.append(RawCue(start, end, tuple(parts), line))
    return reading


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
