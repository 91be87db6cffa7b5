"""Plain text and dialogue sheets: one line a line, paragraphs by their sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chalchitra.script.clean import (
    Said,
    is_said,
    said,
    sentences,
    untagged,
    without_emphasis,
    without_turn,
)
from chalchitra.script.names import head_of, is_sheet, names_in
from chalchitra.transcript.script import Script, ScriptLabel, ScriptLine

_HEADING = re.compile(r"(?:\d{1,6}\s{1,9})?(?:INT|EXT|I/E)\b[./ ]")
"""A screenplay's heading of a scene: INT. HOUSE - DAY."""


def read_plain(text: str) -> Script | None:
    """The script that a text file is; None where nothing in it can be spoken.

    In a sheet a line without a name goes on with the speech above it, until a blank line. What
    stands in square brackets (in a sheet in round ones too) is a label beside what is said.
    """
    text = without_emphasis(text)
    rows = [(number, line.strip("\f\v\n ")) for number, line in enumerate(text.split("\n"), 1)]
    spoken = [line for _, line in rows if line.strip() and said(line, round_too=True).text]
    sheet = is_sheet(spoken)
    names = frozenset[str]()
    if not sheet:
        heads = [head for line in spoken if (head := head_of(line)) is not None]
        names = names_in(heads, len(spoken), least=2)
    found = list(_lines(rows, names, sheet=sheet))
    if not found:
        return None
    return Script(kind="dialogue sheet" if sheet else "plain text", lines=found)


def _lines(
    rows: Sequence[tuple[int, str]], names: frozenset[str], *, sheet: bool
) -> Iterator[ScriptLine]:
    speaker: str | None = None
    for number, line in rows:
        if not line.strip() or (sheet and _HEADING.match(line.lstrip())):
            speaker = None
            continue
        head = head_of(line, tabs=sheet)
        note = ""
        if head is not None and (sheet or head.name in names):
            speaker, note, line = head.name, head.note, head.text
        elif not sheet:
            speaker = None
        words = said(f"{note} {untagged(without_turn(line))}", round_too=sheet)
        yield from _of_sentences(number, words, speaker)


def _of_sentences(number: int, words: Said, speaker: str | None) -> Iterator[ScriptLine]:
    """A line for each sentence, with the labels inside it."""
    labels = list(words.labels)
    begins = 0
    for sentence in sentences(words.text):
        ends = begins + len(sentence)
        if is_said(sentence):
            own = [(at, text) for at, text in labels if at <= ends]
            labels = labels[len(own) :]
            yield ScriptLine(
                number=number,
                text=sentence,
                speaker=speaker,
                song=words.song,
                labels=[ScriptLabel(text=text, at=max(0, at - begins)) for at, text in own],
            )
        begins = ends + 1
