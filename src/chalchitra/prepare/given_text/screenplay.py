"""Screenplays: a name on a row of its own, what is said below it, and descriptions between."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from chalchitra.prepare.given_text.names import could_be, without_note

HEADING = re.compile(
    r"\.?(?:\d{1,6}\.?\s{1,9})?(?:INT|EXT|I/E)\b[./ ]|SCENE \S{1,6}$"
    r"|(?:[A-Z ]{0,30}CUT TO:|FADE (?:IN|OUT)[.:]?|THE END\.?)$"
)
"""A heading of a scene, or what stands between two: INT. HOUSE - DAY, FADE OUT, CUT TO:."""
_LEAST = 2
"""So many speeches make a screenplay."""


class Speech(NamedTuple):
    """Who speaks, what is in brackets behind the name, and the rows (0-based) of what is said."""

    name: str
    note: str
    rows: range


class Screenplay(NamedTuple):
    """The speeches of a text in order, and the rows (0-based) outside of them that are no speech:
    headings and descriptions."""

    speeches: list[Speech]
    described: list[int]


def find_speeches(rows: Sequence[str]) -> Screenplay | None:
    """What of a text is said, by its layout; None where it is not that of a screenplay.

    A name stands in capitals below a blank row and above what is said, and comes again, unless the
    text has headings of scenes or hardly any other paragraphs. Without headings nothing tells a
    description from what is said.
    """
    written = [row for row in rows if row.strip()]
    if sum(row.isupper() for row in written) * 2 > len(written):
        return None
    found = list(_speeches(rows))
    count = Counter(speech.name for speech in found)
    headings = any(HEADING.match(row.strip()) for row in written)
    paragraphs = sum(
        bool(row.strip()) and not above.strip() for above, row in pairwise(["", *rows])
    )
    mostly = len(found) * 2 >= paragraphs and any(seen > 1 for seen in count.values())
    if not headings and not mostly:
        found = [speech for speech in found if count[speech.name] > 1]
    if len(found) < _LEAST:
        return None
    said = {at for speech in found for at in (speech.rows.start - 1, *speech.rows)}
    described = [at for at, row in enumerate(rows) if row.strip() and at not in said]
    return Screenplay(found, described if headings else [])


def _speeches(rows: Sequence[str]) -> Iterator[Speech]:
    at = 0
    while at + 1 < len(rows):
        above = rows[at - 1].strip() if at else ""
        named = _named(rows[at]) if not above and rows[at + 1].strip() else None
        if named is None:
            at += 1
            continue
        ends = at + 1
        while ends < len(rows) and rows[ends].strip():
            ends += 1
        yield Speech(*named, range(at + 1, ends))
        at = ends


def _named(row: str) -> tuple[str, str] | None:
    bare = row.strip().removeprefix("@").removesuffix("^").strip()
    if len(bare) > 80 or HEADING.match(bare):
        return None
    name, note = without_note(bare)
    return (name, note) if name.isupper() and could_be(name) else None
