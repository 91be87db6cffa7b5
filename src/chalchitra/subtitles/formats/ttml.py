"""TTML (.ttml, .dfxp, .xml): every paragraph that has times is read.

Written is what broadcasters take: the Text Profile of IMSC 1.1 (W3C Recommendation, 2018).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, ParseError, SubElement

from chalchitra.subtitles.cues.cue import Cue, clock_time
from chalchitra.subtitles.formats.clock import TIME, ms, timecode_ms
from chalchitra.subtitles.formats.faults import Fault
from chalchitra.subtitles.formats.fonts import SAFE_MARGIN, TEXT_SIZE, font_for
from chalchitra.subtitles.formats.markup import without_unseen
from chalchitra.subtitles.formats.model import Format, RawCue, Reading, Row, TrackText
from chalchitra.text.direction import marked

_ROOT = re.compile(r"<(?:[A-Za-z]{1,20}:)?tt[\s>]")
_PARAGRAPH = re.compile(r"<(?:[A-Za-z]{1,20}:)?p[\s/>]")
_OFFSET = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(h|m|s|ms|f|t)")
_TIME = re.compile(TIME)
_BESIDE = frozenset({"text", "textContainer", "delimiter"})
"""The readings of ruby, which stand beside what is said."""
_DEEPEST = 100
"""Elements inside each other; TTML has five."""

IMSC_TEXT = "http://www.w3.org/ns/ttml/profile/imsc1.1/text"
"""The designator of the profile."""

_NAMESPACES = {
    "xmlns": "http://www.w3.org/ns/ttml",
    "xmlns:ttp": "http://www.w3.org/ns/ttml#parameter",
    "xmlns:tts": "http://www.w3.org/ns/ttml#styling",
}
_CELLS = f"32 {round(1 / TEXT_SIZE)}"
"""Columns and rows: type of 100 % is as high as a row."""
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REPLACEMENT = "\ufffd"


def _recognises(text: str) -> bool:
    return bool(_ROOT.search(text[:4000]))


def _read(rows: Sequence[str], rate: float | None) -> Reading:
    text = "\n".join(rows).lstrip("\ufeff \t\n")
    reading = Reading()
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        # No TTML has one, and entities may unfold into gigabytes.
        return reading
    try:
        # The text is decoded: what the declaration says of its encoding no longer holds.
        root = ElementTree.fromstring(re.sub(r"^<\?xml[^<>]*\?>", "", text))
    except (ParseError, ValueError) as error:
        line = getattr(error, "position", (1, 0))[0]
        reading.faults.append(Fault("stray_text", line, str(error)[:80]))
        return reading
    clock = _Clock(root)
    lines = _lines(text)
    for n, (element, begins) in enumerate(_paragraphs(root, clock)):
        line = lines[n] if n < len(lines) else 1
        start, end = clock.times(element, begins)
        if start is None:
            continue
        rows_of = tuple("".join(_text(element)).split("\n"))
        reading.cues.append(RawCue(start, end, rows_of, line))
    return reading


def _lines(text: str) -> list[int]:
    """The lines on which paragraphs begin, in order; the parser does not tell."""
    found, line, counted = [], 1, 0
    for tag in _PARAGRAPH.finditer(text):
        line, counted = line + text.count("\n", counted, tag.start()), tag.start()
        found.append(line)
    return found


class _Clock:
    def __init__(self, root: Element) -> None:
        self.frames = _number(_attribute(root, "frameRate"), 30.0)
        multiplier = (_attribute(root, "frameRateMultiplier") or "1 1").replace(":", " ").split()
        if len(multiplier) == 2:
            over, under = (_number(part, 1.0) for part in multiplier)
            self.frames *= over / under
        self.ticks = _number(_attribute(root, "tickRate"), 1.0)

    def of(self, said: str | None) -> int | None:
        """Milliseconds of a time expression; None where there is none."""
        text = (said or "").strip()[:60]
        if (offset := _OFFSET.fullmatch(text)) is not None:
            seconds = {
                "h": 3600.0,
                "m": 60.0,
                "s": 1.0,
                "ms": 0.001,
                "f": 1 / self.frames,
                "t": 1 / self.ticks,
            }
            return round(1000 * float(offset[1]) * seconds[offset[2]])
        if (code := timecode_ms(text, self.frames)) is not None:
            return code
        return ms(text) if _TIME.fullmatch(text) else None

    def times(self, element: Element, begins: int) -> tuple[int | None, int | None]:
        """When a paragraph is shown: by its own times, or else by its spans'."""
        own = [element] if element.get("begin") else [e for e in element.iter() if e.get("begin")]
        spans = [span for one in own if (span := self._span(one, begins)) is not None]
        if not spans:
            return None, None
        return min(a for a, _ in spans), max(b for _, b in spans)

    def _span(self, element: Element, begins: int) -> tuple[int, int] | None:
        start = self.of(element.get("begin"))
        end, shown = self.of(element.get("end")), self.of(element.get("dur"))
        if start is None:
            return None
        if end is None:
            end = start + (shown if shown is not None else 0)
        return begins + start, begins + end


def _paragraphs(root: Element, clock: _Clock) -> Iterator[tuple[Element, int]]:
    """The paragraphs in order, and when what they stand in begins (ms)."""
    waiting = [(root, 0, 0)]
    while waiting:
        element, begins, depth = waiting.pop()
        if _name(element) == "p":
            yield element, begins
            continue
        if _name(element) in ("head", "metadata") or depth > _DEEPEST:
            continue
        inside = begins + (clock.of(element.get("begin")) or 0)
        waiting += [(child, inside, depth + 1) for child in reversed(element)]


def _text(element: Element, depth: int = 0) -> Iterator[str]:
    yield " ".join((element.text or "").split("\n"))
    for child in element if depth < _DEEPEST else ():
        if _name(child) == "br":
            yield "\n"
        elif _name(child) not in ("metadata", "desc", "set", "agent", "title") and (
            _attribute(child, "ruby") not in _BESIDE
        ):
            yield from _text(child, depth + 1)
        yield " ".join((child.tail or "").split("\n"))


def _name(element: Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _attribute(element: Element, name: str) -> str | None:
    return next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == name), None)


def _number(said: str | None, default: float) -> float:
    try:
        value = float(said or default)
    except ValueError:
        return default
    return value if 0 < value < 1e12 else default


def _rows(cue: RawCue) -> list[Row]:
    shown = (" ".join(without_unseen(row).split()) for row in cue.rows)
    return [Row(text) for text in shown if text]


def to_ttml(
    cues: Sequence[Cue], *, language: str, tag: str, script: str, right_to_left: bool = False
) -> str:
    """The whole file, for text of the language with this id in `script` (ISO 15924).

    `tag` is the language's BCP-47 tag. What XML cannot carry becomes U+FFFD.
    """
    root = Element(
        "tt",
        {
            **_NAMESPACES,
            "xml:lang": tag,
            "ttp:contentProfiles": IMSC_TEXT,
            "ttp:timeBase": "media",
            "ttp:cellResolution": _CELLS,
        },
    )
    head = SubElement(root, "head")
    SubElement(SubElement(head, "styling"), "style", _style(language, script, right_to_left))
    SubElement(SubElement(head, "layout"), "region", _region())
    division = SubElement(SubElement(root, "body"), "div", {"region": "bottom"})
    paragraphs = [SubElement(division, "p", _timing(cue)) for cue in cues]
    ElementTree.indent(root)  # while the paragraphs are empty: white space counts in them
    for paragraph, cue in zip(paragraphs, cues, strict=True):
        _write_lines(paragraph, cue.lines)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _style(language: str, script: str, right_to_left: bool) -> dict[str, str]:
    font = font_for(script, language)
    style = {
        "xml:id": "subtitle",
        "tts:fontFamily": f"{font.family}, proportionalSansSerif",
        "tts:fontSize": "100%",
        "tts:lineHeight": f"{font.height:.0%}",
        "tts:textAlign": "center",
        "tts:color": "white",
        "tts:textOutline": "black 5%",
    }
    if right_to_left:
        style |= {"tts:direction": "rtl", "tts:unicodeBidi": "embed"}
    return style


def _region() -> dict[str, str]:
    return {
        "xml:id": "bottom",
        "tts:origin": f"{SAFE_MARGIN:.0%} {SAFE_MARGIN:.0%}",
        "tts:extent": f"{1 - 2 * SAFE_MARGIN:.0%} {1 - 2 * SAFE_MARGIN:.0%}",
        "tts:displayAlign": "after",
    }


def _timing(cue: Cue) -> dict[str, str]:
    return {
        "xml:id": f"cue{cue.index}",
        "begin": clock_time(cue.start),
        "end": clock_time(cue.end),
        "style": "subtitle",
        "xml:space": "preserve",
    }


def _write_lines(paragraph: Element, lines: Sequence[str]) -> None:
    first, *others = (_NOT_XML.sub(_REPLACEMENT, line) for line in lines)
    paragraph.text = first
    for line in others:
        SubElement(paragraph, "br").tail = line


def _written(track: TrackText) -> str:
    """The file has one direction; in a track of two, every line of the other is marked."""
    main = track.main
    cues = track.cues
    if track.right_to_left and not track.all_right_to_left:
        cues = [replace(cue, lines=tuple(map(marked, cue.lines))) for cue in cues]
    return to_ttml(
        cues,
        language=main.id,
        tag=track.tag,
        script=main.script,
        right_to_left=track.all_right_to_left,
    )


FORMAT = Format(
    id="ttml",
    title="TTML",
    suffixes=(".ttml", ".dfxp", ".itt"),
    recognises=_recognises,
    read=_read,
    rows=_rows,
    write=_written,
)
