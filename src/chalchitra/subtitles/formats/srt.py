"""SubRip (.srt), and what people write under its name.

It is written with pysrt: UTF-8 without a byte order mark, "\n" ends a line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import StringIO

from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.formats.arrows import read_arrows, timing_rows
from chalchitra.subtitles.formats.markup import plain_rows
from chalchitra.subtitles.formats.model import Format, Reading
from chalchitra.text.direction import marked

_WORD_JOINER = "\u2060"
_TAG = re.compile(r"<(?=[A-Za-z/])")
_ASS_MARK = re.compile(r"\\(?=[Nnh])")
_TIMING = re.compile(r"(?<=-)-(?=>)")
_TIMING_LINE = re.compile(r"\s*-?\d+:\d+:\d+[,.]\d+\s*-->")


def _read(rows: Sequence[str], rate: float | None) -> Reading:
    return read_arrows(rows, "srt")


def to_srt(cues: Sequence[Cue], *, right_to_left: bool = False) -> str:
    """The whole file. Without cues it is empty, and no player or ffmpeg takes it for a track."""
    import pysrt

    direct = marked if right_to_left else str

    items = [
        pysrt.SubRipItem(
            index=cue.index,
            start=pysrt.SubRipTime.from_ordinal(cue.start),
            end=pysrt.SubRipTime.from_ordinal(cue.end),
            text="\n".join(direct(_literal(line)) for line in cue.lines),
        )
        for cue in cues
    ]
    whole = StringIO()
    pysrt.SubRipFile(items=items, eol="\n", encoding="utf-8").write_into(whole)
    return whole.getvalue()


def _literal(line: str) -> str:
    """A line that players show as it stands.

    SubRip has no escapes: what would be read as a tag (`<i>`), as ASS's break of a line (`\\N`) or
    as the timing of another cue gets an invisible word joiner inside. Against braces, which ASS
    renderers hide, nothing helps.
    """
    if _TIMING_LINE.match(line):
        line = _TIMING.sub("-" + _WORD_JOINER, line)
    line = _ASS_MARK.sub(lambda found: found[0] + _WORD_JOINER, line)
    return _TAG.sub("<" + _WORD_JOINER, line)


FORMAT = Format(
    id="srt",
    title="SubRip",
    suffixes=(".srt",),
    recognises=timing_rows,
    read=_read,
    rows=plain_rows,
    write=lambda track: to_srt(track.cues, right_to_left=track.right_to_left),
)
