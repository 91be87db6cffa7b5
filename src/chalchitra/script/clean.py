"""What is said in a line of a script: without stage directions, tags, and who says it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chalchitra.text.sentence_ends import is_punctuation, sentence_starts

_SQUARE = re.compile(r"\[[^\]\n]*\]|【[^】\n]*】")
_ROUND = re.compile(r"\([^()\n]*\)|（[^（）\n]*）")
_TAG = re.compile(r"</?[A-Za-z][^<>\n]*>|\{\\[^{}\n]*\}")
_SONG = re.compile("[♪♫♬♩#]+(?=\\s|$)|(?<!\\S)[♪♫♬♩]+")
_NAME = re.compile(
    r"""^\s*(?:[-–—>•*]\s*)?
    (?P<name>[^\W\d_][^:：\t\n()\[\].!?।॥,;"“”|]{0,39}?)
    \s*(?:[(\[][^()\[\]\n]*[)\]])?\s*
    (?:[:：](?!//|\d)\s*|\t+\s*)(?P<text>.*)$""",
    re.VERBOSE,
)
_MOST_NAME_WORDS = 4
_DASH = re.compile(r"^\s*[-–—‐]+\s*(?=\S)")


def without_directions(text: str, *, round_too: bool) -> str:
    """The text without what stands in square brackets, and in round ones where asked for."""
    text = _SQUARE.sub(" ", text)
    if round_too:
        text = _ROUND.sub(" ", text)
    return " ".join(text.split())


def without_marks(text: str) -> str:
    """The text without tags and notes of music."""
    return " ".join(_SONG.sub(" ", _TAG.sub("", text)).split())


def without_dash(text: str) -> str:
    return _DASH.sub("", text)


def has_dash(text: str) -> bool:
    return bool(_DASH.match(text))


def named(line: str) -> tuple[str, str] | None:
    """`NAME: text` or `NAME<tab>text` as (name, text); None for a line that is neither."""
    match = _NAME.match(line)
    if match is None:
        return None
    name = " ".join(match["name"].split())
    if len(name.split()) > _MOST_NAME_WORDS:
        return None
    return name, match["text"].strip()


def is_said(text: str) -> bool:
    """Whether anything is left that can be spoken."""
    return bool(text) and not is_punctuation(text)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a paragraph, each with its punctuation."""
    words = text.split()
    starts = sentence_starts(words)
    for first, end in zip([0, *starts], [*starts, len(words)], strict=True):
        if first < end:
            yield " ".join(words[first:end])
