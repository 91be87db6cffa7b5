"""Text as it may reach a terminal or a log: what films, names, tags and texts say cannot steer it.

A title may hold escape sequences, which move the cursor, rename the window or type for the person,
and overrides of direction, which show a line in another order than it has. `install` puts a filter
before stdout and stderr, so that whatever is printed goes through it. What is written past it, by
`raw`, is ours: bars, colours, lines that are written over.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any, TextIO, cast

_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""C0 and C1 controls, separators of lines, and what is no character."""
_STEERING_A_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates of direction; the mere marks reorder nothing else."""
_SHOWN = "\ufffd"


def printable(text: str) -> str:
    """The text on one line, without what would steer the terminal or cannot be written."""
    if text.isascii() and text.isprintable():
        return text
    return _REORDERING.sub("", _STEERING.sub(_SHOWN, text))


def printable_text(text: str) -> str:
    """The same of a text of several lines, with tabs; a line that was to be written over ends."""
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _REORDERING.sub("", _STEERING_A_TEXT.sub(_SHOWN, text))


def json_line(data: Any, **options: Any) -> str:
    """Data as JSON that can be read and printed: what would steer the terminal is escaped in it."""
    text = json.dumps(data, ensure_ascii=False, **options)
    if text.isascii() and "\x7f" not in text:  # JSON itself escapes the controls
        return text
    for kind in (_STEERING_A_TEXT, _REORDERING):
        text = kind.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return text


class _Printable:
    """A stream that hands on what may be printed."""

    def __init__(self, stream: TextIO) -> None:
        self.raw = stream

    def write(self, text: str) -> int:
        self.raw.write(printable_text(text))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":  # no way around it, which click would take in an ASCII locale
            raise AttributeError(name)
        return getattr(self.raw, name)


def install() -> None:
    """Let everything that this process prints through stdout and stderr go through the filter."""
    sys.stdout = _filtered(sys.stdout)
    sys.stderr = _filtered(sys.stderr)


def raw(stream: TextIO) -> TextIO:
    """The stream itself, for bars and colours. Names and texts in them must be made printable."""
    return stream.raw if isinstance(stream, _Printable) else stream


def _filtered(stream: TextIO) -> TextIO:
    return stream if isinstance(stream, _Printable) else cast(TextIO, _Printable(stream))
