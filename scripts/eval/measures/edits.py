"""Word and character error rates."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from measures.folding import fold


def distance(wanted: Sequence[Hashable], found: Sequence[Hashable]) -> int:
    """The Levenshtein distance: the fewest substitutions, deletions and insertions.

    Myers' bit-vector method (J. ACM 46, 1999) in Hyyrö's form: one column of the table is two
    integers, so a film's text of 60,000 characters takes seconds and not hours.
    """
    if not wanted or not found:
        return len(wanted) + len(found)
    places: dict[Hashable, int] = {}
    for row, item in enumerate(wanted):
        places[item] = places.get(item, 0) | 1 << row
    mask, last = (1 << len(wanted)) - 1, 1 << (len(wanted) - 1)
    up, down, score = mask, 0, len(wanted)
    for item in found:
        same = places.get(item, 0)
        diagonal = (((same & up) + up) ^ up) | same | down
        right = down | (~(diagonal | up) & mask)
        left = up & diagonal
        score += bool(right & last) - bool(left & last)
        right = (right << 1 | 1) & mask
        up = ((left << 1) | (~(diagonal | right) & mask)) & mask
        down = right & diagonal
    return score


@dataclass(frozen=True)
class Errors:
    """Edits against the length of the reference, in words or characters; two add up."""

    edits: int = 0
    reference: int = 0
    found: int = 0
    """The hypothesis's length."""

    def __add__(self, other: Errors) -> Errors:
        return Errors(
            self.edits + other.edits,
            self.reference + other.reference,
            self.found + other.found,
        )

    @property
    def rate(self) -> float | None:
        """Edits a unit of the reference; above 1 where much was invented; None without one."""
        return self.edits / self.reference if self.reference else None

    @property
    def share(self) -> float | None:
        """The hypothesis's length over the reference's; None without a reference."""
        return self.found / self.reference if self.reference else None


def word_errors(reference: str, hypothesis: str) -> Errors:
    """Errors on folded words."""
    wanted, found = fold(reference).split(), fold(hypothesis).split()
    return Errors(distance(wanted, found), len(wanted), len(found))


def character_errors(reference: str, hypothesis: str) -> Errors:
    """Errors on the code points of folded text; a space between words counts (as in jiwer)."""
    wanted, found = fold(reference), fold(hypothesis)
    return Errors(distance(wanted, found), len(wanted), len(found))
