"""WebVTT (.vtt), as the W3C describes it: https://www.w3.org/TR/webvtt1/."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from chalchitra.subtitles.cues.cue import Cue, clock_time
from chalchitra.subtitles.formats.arrows import read_arrows
from chalchitra.subtitles.formats.clock import TIME, ms
from chalchitra.subtitles.formats.markup import characters, without_unseen
from chalchitra.subtitles.formats.model import Format, RawCue, Reading, Row
from chalchitra.text.direction import marked

_NOT_A_CUE = re.compile(r"\ufeff?(?:WEBVTT|NOTE|STYLE|REGION)(?:\s|$)")
_TAG = re.compile(r"<([^<>\n]*)>|\{\\[^{}\n]*\}")
_TIME = re.compile(TIME)

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def _recognises(text: str) -> bool:
    return text.lstrip("\ufeff \t\n").startswith("WEBVTT")


def _read(rows: Sequence[str], rate: float | None) -> Reading:
    return read_arrows(_without_notes(rows), "vtt")


def _without_notes(rows: Sequence[str]) -> list[str]:
    """The rows, WebVTT's header, comments and styles blank: lines keep their numbers."""
    kept = []
    skipping = True
    between = False
    for row in rows:
        if not row.strip("\ufeff"):
            skipping, between = False, True
        elif between:
            skipping, between = bool(_NOT_A_CUE.match(row)), False
        if "-->" in row:
            skipping = False
        kept.append("" if skipping else row)
    return kept


def _rows(cue: RawCue) -> list[Row]:
    """The rows as they are shown; a voice lasts until its tag ends, or another begins."""
    found: list[Row] = []
    speaker: str | None = None
    ruby = False
    for row in cue.rows:
        text = ""
        times: list[tuple[int, int]] = []
        pieces: list[Row] = []
        at = 0
        for tag in _TAG.finditer(row):
            text += "" if ruby else row[at : tag.start()]
            at = tag.end()
            inside = (tag[1] or "").strip()
            name, _, rest = inside.partition(" ")
            name = name.partition(".")[0].lower()
            if name in ("rt", "rp"):
                ruby = True
            elif name in ("/rt", "/rp", "/ruby"):
                ruby = False
            elif name in ("v", "/v"):
                if text.strip():
                    pieces.append(_row(text, speaker, times))
                    text, times = "", []
                said = " ".join(characters(rest).split())
                speaker = said or None if name == "v" else None
            elif _TIME.fullmatch(inside):
                times.append((len(text), ms(inside)))
        text += "" if ruby else row[at:]
        if text.strip():
            pieces.append(_row(text, speaker, times))
        found += [piece for piece in pieces if piece.text]
    return found


def _row(text: str, speaker: str | None, times: Sequence[tuple[int, int]]) -> Row:
    """A row whose times stand at the positions of its shown text."""
    cuts = [0, *(at for at, _ in times), len(text)]
    parts = [without_unseen(characters(text[a:b])) for a, b in pairwise(cuts)]
    shown, places = "", []
    for n, part in enumerate(parts):
        if n:
            places.append((len(shown), times[n - 1][1]))
        shown += part.lstrip() if not shown else part
    return Row(shown.strip(), speaker, tuple(places))


def to_vtt(cues: Sequence[Cue], *, right_to_left: bool = False) -> str:
    """The whole file; without cues its header, which is a valid empty track."""
    direct = marked if right_to_left else str
    blocks = ["WEBVTT\n"]
    for cue in cues:
        timing = f"{clock_time(cue.start)} --> {clock_time(cue.end)}"
        lines = (direct(line.translate(_ESCAPES)) for line in cue.lines)
        blocks.append("\n".join([str(cue.index), timing, *lines, ""]))
    return "\n".join(blocks)


FORMAT = Format(
    id="vtt",
    title="WebVTT",
    suffixes=(".vtt",),
    recognises=_recognises,
    read=_read,
    rows=_rows,
    write=lambda track: to_vtt(track.cues, right_to_left=track.right_to_left),
)
