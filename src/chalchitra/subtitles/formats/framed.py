"""Lines in two brackets of numbers: MicroDVD's frames, and MPL2's tenths of a second."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from functools import partial

from chalchitra.subtitles.formats.markup import TAG, without_unseen
from chalchitra.subtitles.formats.model import Format, RawCue, Reading, Row

_LINES = {
    "microdvd": re.compile(r"\ufeff?\s{0,9}\{(-?\d{1,9})\}\{(-?\d{0,9})\}(.*)$", re.DOTALL),
    "mpl2": re.compile(r"\ufeff?\s{0,9}\[(-?\d{1,9})\]\[(-?\d{0,9})\](.*)$", re.DOTALL),
}
_RATE = re.compile(r"(\d{1,3}(?:[.,]\d{1,6})?)(?: ?fps)?", re.IGNORECASE)
_DEFAULT = re.compile(r"\s{0,9}\{[A-Z]{1,20}\}")
"""MicroDVD's own line of styles: {DEFAULT}{}{y:b}."""
_LOOKED_AT = 400


def _recognises(text: str, kind: str) -> bool:
    """Whether half of the text's first rows are such lines."""
    rows = [row for row in text[:100_000].split("\n") if row.strip()][:_LOOKED_AT]
    return 2 * sum(bool(_LINES[kind].match(row)) for row in rows) > len(rows)


def _own_rate(text: str) -> float | None:
    """The frames a second that a MicroDVD file says in its first line: {1}{1}23.976."""
    for row in text[:2000].split("\n"):
        if row.strip("\ufeff \t"):
            found = _LINES["microdvd"].match(row)
            if found and found[1] in "01" and (said := _RATE.fullmatch(found[3].strip())):
                rate = float(said[1].replace(",", "."))
                return rate if rate > 0 else None
            return None
    return None


def _read(rows: Sequence[str], rate: float | None, kind: str) -> Reading:
    own = _own_rate("\n".join(rows[:20])) if kind == "microdvd" else None
    unit = 1000 / (own or rate or 25.0) if kind == "microdvd" else 100.0
    found = [
        (line, match)
        for line, row in enumerate(rows, 1)
        if (match := _LINES[kind].match(row)) is not None
    ]
    begun = {line for line, _ in found}
    if own is not None:
        found = found[1:]
    reading = Reading()
    for n, (line, match) in enumerate(found):
        following = int(found[n + 1][1][1]) if n + 1 < len(found) else int(match[1]) + 75
        start, end = int(match[1]), int(match[2]) if match[2] not in ("", "-") else following
        text = tuple(match[3].split("|")) + _below(rows, line, begun)
        reading.cues.append(RawCue(round(start * unit), round(end * unit), text, line))
    return reading


def _below(rows: Sequence[str], line: int, begun: Set[int]) -> tuple[str, ...]:
    """The rows under a line without frames of their own: its text goes on there."""
    ends = line
    while ends < len(rows) and ends + 1 not in begun:
        ends += 1
    return tuple(row for row in rows[line:ends] if row.strip() and not _DEFAULT.match(row))


def _rows(cue: RawCue) -> list[Row]:
    """A slash before a row means italics in both formats; so do braces in MicroDVD."""
    shown = (without_unseen(TAG.sub("", row)).strip() for row in cue.rows)
    return [Row(text) for row in shown if (text := row.removeprefix("/").strip())]


MICRODVD = Format(
    id="microdvd",
    title="MicroDVD",
    suffixes=(".sub",),
    recognises=partial(_recognises, kind="microdvd"),
    read=partial(_read, kind="microdvd"),
    rows=_rows,
    needs_rate=lambda text: _own_rate(text) is None,
)
MPL2 = Format(
    id="mpl2",
    title="MPL2",
    suffixes=(".mpl", ".mpl2"),
    recognises=partial(_recognises, kind="mpl2"),
    read=partial(_read, kind="mpl2"),
    rows=_rows,
    step=100,
)
