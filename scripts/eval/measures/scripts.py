"""Which scripts a transcript is in, against the one its language is written in.

Letters and their signs count; digits, punctuation (dandas too) and symbols belong to no script and
never make a segment wrong. English words in Latin letters are a matter of taste in code-mixed
speech, so they are counted apart: `faithful` wants every letter in the language's script,
`faithful_with_latin` lets Latin letters pass in a segment that also has the language's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from chalchitra.text.scripts import script_of

LATIN = "Latn"


@dataclass
class Scripts:
    """Counts of letters a script, and of segments; two add up. `Zyyy`: all further scripts."""

    expected: str
    letters: Counter[str] = field(default_factory=Counter)
    segments: int = 0
    """Segments that have letters."""
    faithful: int = 0
    """Of these: every letter is in the expected script."""
    faithful_with_latin: int = 0

    def __add__(self, other: Scripts) -> Scripts:
        if self.expected != other.expected:
            raise ValueError(f"{self.expected} and {other.expected} cannot be added up")
        return Scripts(
            self.expected,
            self.letters + other.letters,
            self.segments + other.segments,
            self.faithful + other.faithful,
            self.faithful_with_latin + other.faithful_with_latin,
        )

    @property
    def fidelity(self) -> float | None:
        """The share of segments wholly in the expected script; None without segments."""
        return self.faithful / self.segments if self.segments else None

    @property
    def fidelity_with_latin(self) -> float | None:
        return self.faithful_with_latin / self.segments if self.segments else None

    @property
    def foreign_letters(self) -> float | None:
        """The share of letters in another script than the expected one; None without letters."""
        total = self.letters.total()
        return 1 - self.letters[self.expected] / total if total else None

    @property
    def latin_letters(self) -> float | None:
        total = self.letters.total()
        return self.letters[LATIN] / total if total else None


def scripts_of(segments: Iterable[str], expected: str) -> Scripts:
    """The scripts of a transcript's segments; `expected` is an ISO 15924 code."""
    found = Scripts(expected)
    for text in segments:
        letters = Counter(filter(None, map(script_of, text)))
        if not letters:
            continue
        found.letters += letters
        found.segments += 1
        found.faithful += set(letters) == {expected}
        found.faithful_with_latin += expected in letters and set(letters) <= {expected, LATIN}
    return found
