"""What is said in a line of a script: without what stands in brackets, and without marks of songs.

Every step looks at a text once: it may be a stranger's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chalchitra.subtitles.formats.markup import TAG, unescaped, without_unseen
from chalchitra.text.sentence_ends import is_punctuation, sentence_starts

_SQUARE = {"[": "]", "【": "】", "［": "］"}
_ROUND = {"(": ")", "（": "）"}
_NOTES = "♪♫♬♩🎵🎶🎼"
_DASHES = "-–—‐‑"
_SOFT_HYPHEN = "\u00ad"
_TURN = ">>"
"""What captioners write where another person begins to speak."""

_BOLD = re.compile(r"(?<![\w*])\*\*(?=[^\s*])([^*\n]{1,200})\*\*(?![\w*])")


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of text: what is spoken, and beside it (SDH labels) what stands in brackets.

    `labels` are (position in the text before which it stands, the label with its brackets). Of a
    `song` the notes are left out.
    """

    text: str
    labels: tuple[tuple[int, str], ...] = ()
    song: bool = False


def said(text: str, *, round_too: bool) -> Said:
    """What is spoken in a text without tags; round brackets hold labels only where asked for."""
    pieces, labels = _parted(text, round_too=round_too)
    bare = [" ".join(piece.split()) for piece in pieces]
    song = False
    joined = " ".join(piece for piece in bare if piece)
    if joined:
        bare, song = _without_notes(bare)
    spoken = ""
    places: list[tuple[int, str]] = []
    for piece, label in zip(bare, [*labels, None], strict=True):
        spoken = f"{spoken} {piece}".strip() if piece else spoken
        if label is not None:
            places.append((len(spoken), " ".join(label.split())))
    if not is_said(spoken) and not places and any(note in joined for note in _NOTES):
        places.append((0, _NOTES[0]))
    return Said(spoken, tuple(places), song)


def _parted(text: str, *, round_too: bool) -> tuple[list[str], list[str]]:
    """The text in pieces, and between every two of them what stands in brackets there."""
    closing = {**_SQUARE, **_ROUND} if round_too else _SQUARE
    ends = set(closing.values())
    open_at: list[int] = []
    pairs: dict[int, int] = {}
    for at, character in enumerate(text):
        if character in closing:
            open_at.append(at)
        elif character in ends:
            while open_at and closing[text[open_at[-1]]] != character:
                open_at.pop()
            if open_at:
                pairs[open_at.pop()] = at + 1
    pieces, labels = [], []
    at = begin = 0
    for first in sorted(pairs):
        if first >= at:
            pieces.append(text[begin:first])
            at = begin = pairs[first]
            labels.append(text[first:at])
    return [*pieces, text[begin:]], labels


def _without_notes(pieces: list[str]) -> tuple[list[str], bool]:
    """The pieces without notes of music, and whether they are of a song.

    A hash is a note where it stands apart before the text, as British captioners write it, or at
    both of its ends; in C#, #1 and a lone # after a word it is none.
    """
    words = [piece.split() for piece in pieces]
    filled = [own for own in words if own]
    song = False
    first, last = filled[0], filled[-1]
    if (
        set(first[0]) == {"#"}
        and (len(first) == 1 or not first[1][:1].isdigit())
        and (len(filled) > 1 or len(first) > 1)
    ):
        song = True
        first.pop(0)
        if last and set(last[-1]) == {"#"}:
            last.pop()
    elif first[0].startswith("#") and last[-1].endswith("#") and (first[0], last[-1]) != ("#", "#"):
        bare = last[-1].rstrip("#")
        if bare and first[0].lstrip("#") and len(first[0] + bare) > 2 and len(filled[0]) > 1:
            song = True
            first[0] = first[0].lstrip("#")
            last[-1] = last[-1].rstrip("#")
    found = []
    for own in words:
        kept = []
        for word in own:
            bare = word.strip(_NOTES)
            song = song or bare != word
            if bare:
                kept.append(bare)
        found.append(" ".join(kept))
    return found, song


def untagged(text: str) -> str:
    """A text without tags and invisible characters; entities as the characters that they mean."""
    bare = unescaped(TAG.sub("", without_emphasis(text))).replace(_SOFT_HYPHEN, "")
    return " ".join(without_unseen(bare).split())


def without_emphasis(text: str) -> str:
    """A text without Markdown's **bold**; stars within a word, or alone, are the text's own."""
    return _BOLD.sub(r"\1", text) if "**" in text else text


def has_dash(text: str) -> bool:
    """Whether a row begins with a dash, as where two people speak."""
    bare = text.lstrip()
    return bare[:1] in tuple(_DASHES) and bool(bare.lstrip(_DASHES).strip())


def without_dash(text: str) -> str:
    bare = text.lstrip()
    return bare.lstrip(_DASHES).lstrip() if has_dash(text) else text


def turns(text: str) -> list[str]:
    """A row cut where another person begins (>>); what stands before the first may be empty."""
    if _TURN not in text:
        return [text]
    words = text.split()
    found: list[list[str]] = [[]]
    for word in words:
        if word.startswith(_TURN):
            found.append([word])
        else:
            found[-1].append(word)
    return [" ".join(part) for part in found if part]


def is_turn(text: str) -> bool:
    return text.lstrip().startswith(_TURN)


def without_turn(text: str) -> str:
    return text.lstrip().lstrip(">").lstrip() if is_turn(text) else text


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
