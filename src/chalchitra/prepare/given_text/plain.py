"""Plain text and dialogue sheets: one line a line, paragraphs by their sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chalchitra.prepare.given_text.clean import (
    Said,
    is_said,
    said,
    sentences,
    untagged,
    without_emphasis,
    without_turn,
)
from chalchitra.prepare.given_text.names import head_of, is_out_of_sight, is_sheet, names_in
from chalchitra.prepare.given_text.screenplay import HEADING, Screenplay, find_speeches
from chalchitra.text.listing import listed
from chalchitra.transcript.script import Script, ScriptLabel, ScriptLine

_NUMBERED = re.compile(r"[ \t]{0,9}(\d{1,6})[.)][ \t]{1,9}(?=\S)")
_BULLET = re.compile(r"[ \t]{0,9}[•▪‣◦][ \t]{0,9}(?=\S)")
_NAMED = 3
"""So many rows are named in a note."""


def read_plain(text: str) -> tuple[Script | None, list[str]]:
    """The script that a text file is, and notes for the person; None where nothing can be spoken.

    In a sheet a line without a name goes on with the speech above it, until a blank line. What
    stands in square brackets (in a sheet in round ones too) is a label beside what is said. Of a
    screenplay the speeches are taken.
    """
    rows = _without_marks([row.strip("\f\v\n ") for row in without_emphasis(text).split("\n")])
    spoken = [row for row in rows if row.strip() and said(row, round_too=True).text]
    sheet = is_sheet(spoken)
    names = frozenset[str]()
    if not sheet and (screenplay := find_speeches(rows)) is not None:
        return _of_screenplay(rows, screenplay)
    if not sheet:
        heads = [head for line in spoken if (head := head_of(line)) is not None]
        names = names_in(heads, len(spoken), least=2)
    found = list(_lines(list(enumerate(rows, 1)), names, sheet=sheet))
    if not found:
        return None, []
    return Script(kind="dialogue sheet" if sheet else "plain text", lines=found), []


def _without_marks(rows: list[str]) -> list[str]:
    """The rows of a list without its numbers or bullets."""
    filled = [row for row in rows if row.strip()]
    numbers = [int(found[1]) for row in filled if (found := _NUMBERED.match(row))]
    if len(numbers) > 1 and numbers == list(range(numbers[0], numbers[0] + len(filled))):
        return [_NUMBERED.sub("", row, count=1) for row in rows]
    if len(filled) > 1 and all(map(_BULLET.match, filled)):
        return [_BULLET.sub("", row, count=1) for row in rows]
    return rows


def _of_screenplay(rows: Sequence[str], screenplay: Screenplay) -> tuple[Script | None, list[str]]:
    found: list[ScriptLine] = []
    said_in = {at: speech for speech in screenplay.speeches for at in speech.rows}
    silent = {speech.rows.start - 1 for speech in screenplay.speeches} | set(screenplay.described)
    for at, row in enumerate(rows):
        if at in silent or not row.strip():
            continue
        speech = said_in.get(at)
        note = speech.note if speech is not None and at == speech.rows.start else ""
        note = "" if is_out_of_sight(note) else note
        words = said(f"{note} {untagged(row)}", round_too=speech is not None)
        found += _of_sentences(at + 1, words, speech.name if speech is not None else None)
    described = [f"line {at + 1} ({rows[at].strip()[:40]})" for at in screenplay.described]
    notes = [f"It is a screenplay: what nobody says is left out: {listed(described, _NAMED)}."]
    return (Script(kind="dialogue sheet", lines=found) if found else None), (
        notes if described else []
    )


def _lines(
    rows: Sequence[tuple[int, str]], names: frozenset[str], *, sheet: bool
) -> Iterator[ScriptLine]:
    speaker: str | None = None
    for number, line in rows:
        if not line.strip() or (sheet and HEADING.match(line.strip())):
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
