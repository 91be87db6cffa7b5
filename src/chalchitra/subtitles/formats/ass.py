"""Advanced SubStation Alpha and SubStation Alpha (.ass, .ssa): the events, as libass reads them.

Written are events of one style (ass_style.py), at the bottom.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.formats.ass_style import HEIGHT, STYLE_FIELDS, WIDTH, size_tag, style
from chalchitra.subtitles.formats.clock import TIME, ms, single_spaced
from chalchitra.subtitles.formats.faults import Fault
from chalchitra.subtitles.formats.fonts import LATIN, Font, font_for
from chalchitra.subtitles.formats.markup import without_unseen
from chalchitra.subtitles.formats.model import Format, RawCue, Reading, Row, TrackText
from chalchitra.text.direction import marked

_TIME = re.compile(TIME)
_DRAWING = re.compile(r"\\p(\d+)(?![a-z])")
_BLOCK = re.compile(r"\\\{|\\\}|\{[^{}]*\}")
_POSITION = re.compile(r"\\(?:an?\d{1,2}|(?:pos|move)\([^()\n]{0,80}\))")
_BREAKS = re.compile(r"\\[Nn]")
_FIELDS = "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"
"""What an event's fields are: as we write them, and where a file does not say."""

# libass reads escaped braces; a backslash is parted from what follows by an invisible character,
# and so is a brace, since ffmpeg's own reader hides what follows "{\", escaped or not.
_WORD_JOINER = "\u2060"
_ESCAPES = str.maketrans({"{": r"\{" + _WORD_JOINER, "}": r"\}", "\\": "\\" + _WORD_JOINER})

_TALL = 1.2
"""Fonts so much taller than a Latin one have no Latin letters: another font draws those, and at
the size of a tall font they would be far too large."""
_LATIN_WORDS = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:[ '’.-][A-Za-z\u00c0-\u024f]+)*")


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


def to_ass(cues: Sequence[Cue], *, language: str, script: str, right_to_left: bool = False) -> str:
    """The whole file, for text of the language with this id in `script` (ISO 15924).

    Times are cut to hundredths of a second, the grid of the format (frames.py says why). Braces are
    escaped as libass reads them (mpv, VLC, ffmpeg); VSFilter has no escape and hides what stands in
    braces, and it puts the words of a right-to-left line in a wrong order if some are Latin.
    """
    subtag = language.partition("-")[0]
    font = font_for(script, language)
    header = [
        "[Script Info]",
        "ScriptType: v4.00+",
        f"PlayResX: {WIDTH}",
        f"PlayResY: {HEIGHT}",
        "WrapStyle: 0",
        "ScaledBorderAndShadow: yes",
        # libass shapes by it, and takes codes of two letters only.
        *([f"Language: {subtag}"] if len(subtag) == 2 else []),
        "",
        "[V4+ Styles]",
        f"Format: {STYLE_FIELDS}",
        f"Style: {style(font, right_to_left)}",
        "",
        "[Events]",
        f"Format: {_FIELDS}",
    ]
    events = (
        f"Dialogue: 0,{_timestamp(cue.start)},{_timestamp(cue.end)},Default,,0,0,0,,"
        + r"\N".join(_drawn(line, font, right_to_left) for line in cue.lines)
        for cue in cues
    )
    return "\n".join([*header, *events]) + "\n"


def _drawn(line: str, font: Font, right_to_left: bool) -> str:
    """A line that is drawn as it stands."""
    escaped = line.translate(_ESCAPES)
    if font.height > _TALL * LATIN.height:
        small, large = size_tag(LATIN), size_tag(font)
        escaped = _LATIN_WORDS.sub(lambda found: small + found[0] + large, escaped)
    return marked(escaped) if right_to_left else escaped


def _timestamp(moment: int) -> str:
    rest, hundredths = divmod(moment // 10, 100)
    minutes, second = divmod(rest, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}.{hundredths:02}"


def _written(track: TrackText) -> str:
    main = track.main
    return to_ass(
        track.cues, language=main.id, script=main.script, right_to_left=track.right_to_left
    )


FORMAT = Format(
    id="ass",
    title="ASS",
    suffixes=(".ass", ".ssa"),
    recognises=_recognises,
    read=_read,
    rows=_rows,
    step=10,
    write=_written,
)
