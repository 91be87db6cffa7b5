"""What stands in timed texts and is not shown: tags, entities, marks of direction."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from chalchitra.subtitles.formats.model import RawCue, Row
from chalchitra.text.direction import UNSEEN

TAG = re.compile(
    r"</?[A-Za-z][^<>\n]*>|</>|<\d{1,9}:[\d:.,]{1,30}>|\{\\[^{}\n]*\}|\{[A-Za-z]:[^{}\n]*\}"
)
"""Tags of SubRip, those of ASS and MicroDVD that people carry into it, and times of words. Every
alternative ends where another tag begins, so that the text is looked at once."""
_LITERAL = str.maketrans("", "", "\ufeff\u2060" + UNSEEN)
_NO_CHARACTER = re.compile(r"&#(?:\d{8,}|[xX][0-9A-Fa-f]{7,});?")
_ASS_SPACES = re.compile(r"\\h")
_BREAKS = re.compile(r"<[bB][rR]\s{0,9}/?>|\\[Nn]")
"""How pages and ASS break a line, and programs that make SubRip of them leave it."""


def without_unseen(text: str) -> str:
    """The text without marks of byte order and direction, and without word joiners."""
    return text.translate(_LITERAL)


def untagged(row: str) -> str:
    """A SubRip row as players show it: without tags, entities as they stand."""
    return without_unseen(_ASS_SPACES.sub(" ", TAG.sub("", row))).strip()


def characters(text: str) -> str:
    """The text with its entities as the characters that they mean; numbers of none are left out."""
    return html.unescape(_NO_CHARACTER.sub("", text)) if "&" in text else text


def unescaped(text: str) -> str:
    """The text of a row whose entities mean characters; the tags that these make go too."""
    return TAG.sub("", characters(text)) if "&" in text else text


def plain_rows(cue: RawCue) -> list[Row]:
    """The rows of a cue in a format whose only markup is SubRip's."""
    return [Row(text) for row in parted(cue.rows) if (text := untagged(row))]


def parted(rows: Iterable[str]) -> list[str]:
    """The rows, cut where another format's break of a line stands in them."""
    return [part for row in rows for part in _BREAKS.split(row)]
