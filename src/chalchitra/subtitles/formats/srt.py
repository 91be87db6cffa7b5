"""SubRip (.srt), and what people write under its name."""

from __future__ import annotations

from collections.abc import Sequence

from chalchitra.subtitles.formats.arrows import read_arrows, timing_rows
from chalchitra.subtitles.formats.markup import plain_rows
from chalchitra.subtitles.formats.model import Format, Reading


def _read(rows: Sequence[str], rate: float | None) -> Reading:
    return read_arrows(rows, "srt")


FORMAT = Format(
    id="srt",
    title="SubRip",
    suffixes=(".srt",),
    recognises=timing_rows,
    read=_read,
    rows=plain_rows,
)
