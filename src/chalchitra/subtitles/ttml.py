"""TTML as broadcasters take it: the Text Profile of IMSC 1.1 (W3C Recommendation, 2018)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from chalchitra.subtitles.cues.cue import Cue, clock_time
from chalchitra.subtitles.formats.fonts import SAFE_MARGIN, TEXT_SIZE, font_for

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
