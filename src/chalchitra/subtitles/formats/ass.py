"""Advanced SubStation Alpha and SubStation Alpha (.ass, .ssa): the events, as libass reads them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chalchitra.subtitles.formats.clock import TIME, ms, single_spaced
from chalchitra.subtitles.formats.markup import without_unseen
from chalchitra.subtitles.formats.model import Fault, Format, RawCue, Reading, Row

_TIME = re.compile(TIME)
_DRAWING = re.compile(r"\\p(\d+)(?![a-z])")
_BLOCK = re.compile(r"\\\{|\\\}|\{[^{}]*\}")
_POSITION = re.compile(r"\\(?:an?\d{1,2}|(?:pos|move)\([^()\n]{0,80}\))")
_BREAKS = re.compile(r"\\[Nn]")
_FIELDS = "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"
"""What an event's fields are where the file does not say."""


def _recognises(text: str) -> bool:
    head = text[:200_000]
    return head.lstrip("\ufeff \t\n").startswith("[Script Info]") or "\n[Events]" in f"\n{head}"


def _read(rows: Sequence[str], rate: float | None) -> Reading:
    reading = Reading()
    fields = _names(_FIELDS)
    inside = False
    for line, row in enumerate(rows, 1):
        bare = row.strip("\ufeff \t")
        if bare.startswith("["):
            inside = bare.casefold() == "[events]"
        kind, colon, values = bare.partition(":")
        if not inside or not colon:
            continue
        if kind.casefold() == "format" and "text" in _names(values):
            fields = _names(values)
        elif kind.casefold() == "dialogue":
            _event(fields, values, line, reading)
    return reading


def _names(said: str) -> list[str]:
    return [name.strip().casefold() for name in said.split(",")]


def _event(fields: Sequence[str], said: str, line: int, reading: Reading) -> None:
    at = fields.index("text")
    values = said.split(",", len(fields) - 1)
    if len(values) <= at:
        reading.faults.append(Fault("time_unreadable", line, said.strip()[:80]))
        return
    value = dict(zip(fields, (one.strip() for one in values), strict=False))
    text = value["text"]
    if _is_drawn(text):
        return
    start, end = (_ms(value.get(name, "")) for name in ("start", "end"))
    if start is None or end is None:
        found = f"{value.get('start', '')}, {value.get('end', '')}"
        reading.faults.append(Fault("time_unreadable", line, found[:80]))
        start = end = None
    reading.cues.append(
        RawCue(
            start,
            end,
            tuple(_BREAKS.split(text)),
            line,
            speaker=value.get("name", value.get("actor")) or None,
            style=value.get("style", ""),
            position=" ".join(_POSITION.findall(text[:2000])),
        )
    )


def _ms(text: str) -> int | None:
    bare = single_spaced(text[:60])
    return ms(bare) if _TIME.fullmatch(bare) else None


def _is_drawn(text: str) -> bool:
    """Whether an event has drawings and no words."""
    return bool(_DRAWING.search(text)) and not "".join(_shown(text, drawing=False)[0]).strip()


def _shown(text: str, *, drawing: bool) -> tuple[str, bool]:
    """Text without override blocks and without what is drawn; whether it ends in a drawing."""
    shown = ""
    at = 0
    for block in _BLOCK.finditer(text):
        shown += "" if drawing else text[at : block.start()]
        at = block.end()
        if block[0] in ("\\{", "\\}"):
            shown += "" if drawing else block[0][1]
        elif modes := _DRAWING.findall(block[0]):
            drawing = bool(int(modes[-1][:9]))
    return shown + ("" if drawing else text[at:]), drawing


def _rows(cue: RawCue) -> list[Row]:
    found: list[Row] = []
    drawing = False
    for row in cue.rows:
        text, drawing = _shown(row, drawing=drawing)
        text = without_unseen(text.replace("\\h", " ").replace("\u00a0", " ")).strip()
        if text:
            found.append(Row(text))
    return found


FORMAT = Format(
    id="ass",
    title="ASS",
    suffixes=(".ass", ".ssa"),
    recognises=_recognises,
    read=_read,
    rows=_rows,
    step=10,
)
