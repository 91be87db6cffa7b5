"""Marks that keep a right-to-left line in its order where a player takes it for left to right."""

from __future__ import annotations

import unicodedata

EMBED, POP = "\u202b", "\u202c"
"""RIGHT-TO-LEFT EMBEDDING and its end. Renderers leave these out when they draw, as some (libass)
do not with the newer isolates."""

UNSEEN = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Every mark of direction that Unicode has: none is seen, none counts as a character."""


def marked(line: str) -> str:
    """A line of a right-to-left track with the marks around it; one of Latin letters as it is.

    Some players lay every line out from the left: the full stop goes to the wrong end, and the
    words around a Latin one change places. Marks at the ends alone (U+200F) would put right only
    the full stop. Players that look at the letters show the same with the marks as without.
    """
    if any(unicodedata.bidirectional(character) in ("R", "AL") for character in line):
        return EMBED + line + POP
    return line
