"""Plain text and dialogue sheets: one line a line, paragraphs by their sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chalchitra.script.clean import is_said, named, sentences, without_directions, without_marks
from chalchitra.transcript.script import Script, ScriptLine

_NAMED_SHARE = 0.5
"""A text is a dialogue sheet where this share of its lines says who speaks."""
_HEADING = re.compile(r"\s*(?:\d+\s+)?(?:INT|EXT|I/E)\b[./ ]")
"""A screenplay's heading of a scene: INT. HOUSE - DAY."""


def read_plain(text: str) -> Script | None:
    """The script that a text file is; None where nothing in it can be spoken.

    In a sheet a line without a name goes on with the speech above it, until a blank line.
    """
    rows = [(number, line.strip("\f\v\n ")) for number, line in enumerate(text.split("\n"), 1)]
    sheet = is_sheet([line for _, line in rows if line.strip()])
    found = list(_lines(rows, sheet=sheet))
    if not found:
        return None
    return Script(kind="dialogue sheet" if sheet else "plain text", lines=found)


def is_sheet(lines: Sequence[str]) -> bool:
    """Whether these lines, none of them blank, say who speaks."""
    spoken = [line for line in lines if without_directions(line, round_too=True)]
    count = sum(named(line) is not None for line in spoken)
    return bool(spoken) and count >= _NAMED_SHARE * len(spoken)


def _lines(rows: Sequence[tuple[int, str]], *, sheet: bool) -> Iterator[ScriptLine]:
    speaker: str | None = None
    for number, line in rows:
        if not line.strip() or (sheet and _HEADING.match(line)):
            speaker = None
            continue
        if sheet and (found := named(line)) is not None:
            speaker, line = found
        said = without_marks(without_directions(line, round_too=sheet))
        for sentence in sentences(said):
            if is_said(sentence):
                yield ScriptLine(number=number, text=sentence, speaker=speaker)
