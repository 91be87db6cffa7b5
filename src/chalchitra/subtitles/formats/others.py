"""What is no text with times that can be read here, by name: pictures, programs' own files, films.

Each is known by its first bytes or words, whatever the file is called.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from chalchitra.subtitles.formats.clock import TENS

_CONVERT = "Save it as SubRip (.srt) in a subtitle editor (Subtitle Edit, Aegisub) and give that."
_PICTURES = (
    "Its subtitles are images; read them with Subtitle Edit (OCR), save .srt and give that file."
)
_PROGRAM = "Save it there as plain text (UTF-8) and give that file."


class Other(NamedTuple):
    """What a file is, as "It is ...", and what to do with it."""

    title: str
    fix: str


_TEXT_OF_IT = "Give its subtitles or its text as a file."
_BYTES: tuple[tuple[int, bytes, Other], ...] = (
    (0, b"PG", Other("Blu-ray's subtitles (PGS, .sup)", _PICTURES)),
    (0, b"\x00\x00\x01\xba", Other("a DVD's subtitles or film (VobSub, .sub, .vob)", _PICTURES)),
    (3, b"STL", Other("EBU STL, broadcasters' subtitles", _CONVERT)),
    (0, b"PK\x03\x04", Other("an archive (.docx, .odt, .xlsx or .zip)", _PROGRAM)),
    (0, b"%PDF", Other("a PDF", "Copy its text into a plain text file (UTF-8) and give that.")),
    (0, b"{\\rtf", Other("rich text (.rtf)", _PROGRAM)),
    (0, b"\xd0\xcf\x11\xe0", Other("a Word or Excel document (.doc, .xls)", _PROGRAM)),
    (
        0,
        b"\x1aE\xdf\xa3",
        Other("a film (Matroska or WebM)", _TEXT_OF_IT),
    ),
    (4, b"ftyp", Other("a film (MP4)", _TEXT_OF_IT)),
    (0, b"\x1f\x8b", Other("an archive (.gz)", "Unpack it and give the text.")),
    (0, b"Rar!", Other("an archive (.rar)", "Unpack it and give the text.")),
    (0, b"7z\xbc\xaf", Other("an archive (.7z)", "Unpack it and give the text.")),
)
_WORDS: tuple[tuple[re.Pattern[str], Other], ...] = (
    (re.compile(r"# VobSub index file"), Other("the index of a DVD's subtitles (.idx)", _PICTURES)),
    (re.compile(r"Scenarist_SCC V"), Other("closed captions (SCC)", _CONVERT)),
    (re.compile(r"\{QTtext\}"), Other("QuickTime text", _CONVERT)),
    (re.compile(r"\{\\rtf"), Other("rich text (.rtf)", _PROGRAM)),
    (re.compile(r"File Format=MacCaption_MCC"), Other("closed captions (MCC)", _CONVERT)),
    (re.compile(r"#(?:TIMERES|SHIFT|INC|DEF)"), Other("JACOsub", _CONVERT)),
    (re.compile(r"\[TITLE\][^\[]{0,500}\[BEGIN\]"), Other("SubViewer of version 1", _CONVERT)),
    (re.compile(r"-->> \d"), Other("AQTitle", _CONVERT)),
    (re.compile(r'\d{1,9} ?, {0,9}\d{1,9} ?, ?"'), Other("Phoenix subtitles (.pjs)", _CONVERT)),
    (re.compile(r'File type = "ooTextFile'), Other("a TextGrid of Praat", _CONVERT)),
    (
        re.compile(r"SPEAKER \S{1,200} \d+ [\d.]+ [\d.]+ <NA>"),
        Other("who speaks when and no words (RTTM)", "Give the text itself."),
    ),
    (re.compile(r"(?:\*PART|\*TIME|<begin subtitles>)"), Other("an editor's captions", _CONVERT)),
)
_MARKUP = re.compile(
    r"<(?:\?xml|!doctype|html|transcript|timedtext|finaldraft|body|window)\b", re.I
)
_ELEMENT = re.compile(r"<([A-Za-z][\w:.-]{0,60})[^<>]{0,1000}>")
_INLINE = frozenset("i b u s c v font ruby rt lang em strong span br".split())
"""Elements that a plain text of subtitles may begin with."""
_PICTURE = re.compile(r"\.(?:tiff?|bmp|png)\s*$", re.I)
_DECIMALS = re.compile(r"(?:^|\s)\d+\.\d+\s+\d+\.\d+(?:\s|$)")
"""A start and a length in seconds, as in NIST's CTM."""

_TIMED_MARKUP = re.compile(r"<(?:[A-Za-z]{1,20}:)?tt[\s>]|<sami\b|<sync\b", re.I)
"""XML that formats/ttml.py and formats/sami.py read."""


def other_bytes(data: bytes) -> Other | None:
    """What a file's first bytes say that it is; None where nothing is known."""
    head = data[:64]
    for at, mark, other in _BYTES:
        if head[at : at + len(mark)] == mark and _binary(head, mark):
            return other
    return None


def _binary(head: bytes, mark: bytes) -> bool:
    """A mark of letters alone may be a text's first words: PG is, before a zero byte."""
    return mark not in (b"PG", b"STL", b"ftyp") or (
        b"\0" in head if mark != b"STL" else head[6:8].isdigit()
    )


def other_text(text: str) -> Other | None:
    """What a text's first words say that it is; None where nothing is known."""
    head = text[:2000].lstrip("\ufeff \t\n")
    for words, other in _WORDS:
        if words.match(head):
            return other
    if _is_markup(head, text) and not _TIMED_MARKUP.search(text[:4000]):
        return Other("XML or HTML from another program", _CONVERT)
    rows = [row for row in text[:40_000].split("\n") if row.strip()]
    if len(rows) > 1 and sum(bool(_PICTURE.search(row[-20:])) for row in rows) * 2 > len(rows):
        return Other("a list of pictures", _PICTURES)
    return None


def _is_markup(head: str, text: str) -> bool:
    """Whether a text begins as XML or HTML does, or is one element from end to end."""
    element = _ELEMENT.match(head)
    return bool(_MARKUP.match(head)) or (
        element is not None
        and element[1].casefold() not in _INLINE
        and text[-300:].rstrip().endswith(f"</{element[1]}>")
    )


def has_times(text: str) -> bool:
    """Whether times or numbers begin so many of the text's lines that they are none of its words.

    Asked of what no reader knows, so that no number is taken for something that is said.
    """
    rows = [row for row in text[:200_000].split("\n") if row.strip()]
    found = sum(map(_is_machinery, rows))
    return found >= 2 and found * 4 >= len(rows)


_CLOCK = re.compile(rf"\d{{1,3}}[:;]{TENS}\d[:;]{TENS}\d")
_LAST = re.compile(rf"(?:^|[\s(\[])\d{{1,2}}:{TENS}\d[)\]]?:?$")
_NUMBERS = re.compile(r"\d+")


def _is_machinery(row: str) -> bool:
    bare = row[:300].strip()
    if _CLOCK.search(bare) or _DECIMALS.search(bare) or _LAST.search(bare[-20:]):
        return True
    letters = any(map(str.isalpha, bare))
    return not letters and len(_NUMBERS.findall(bare)) >= 2
