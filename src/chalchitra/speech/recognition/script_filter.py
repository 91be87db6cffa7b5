"""Which letters a text in one script may have, and which are of another.

An engine that is told the characters decodes no token that can only spell others
(engines/tokens.py). Bytes that Indian scripts share are nobody's, and what they spell is judged by
the segment (quality.py).
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from chalchitra.text.scripts import ranges, script_of

COMMON = frozenset(
    " \t\n!\"#$%&'()*+,-./0123456789:;=?@[]"
    "।॥؟،؛۔।…–—‘’“”«»·₹♪♫"
    "\u200c\u200d\u200e\u200f"  # joiners, which Indian spellings need, and direction marks
)
"""What every script may contain: never foreign. Digits of the script itself are its own."""


@cache
def characters_of(script: str, *, latin: bool) -> frozenset[str]:
    """All that a text in the script (ISO 15924) may contain; with `latin` English words too.

    Empty for a script that cannot be told by its letters: nothing is foreign to it.
    """
    if not ranges({script}):
        return frozenset()
    wanted = {script, "Latn"} if latin else {script}
    return COMMON | {
        chr(code) for first, last, _ in ranges(wanted) for code in range(first, last + 1)
    }


def is_foreign(character: str, characters: Collection[str]) -> bool:
    """Whether a letter or sign is of another script."""
    return bool(characters) and script_of(character) is not None and character not in characters
