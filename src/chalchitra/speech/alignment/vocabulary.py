"""A CTC network's alphabet: which of its tokens spell a word, and which one is the blank."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

_SPECIAL = ("<pad>", "[PAD]", "<s>", "</s>", "<unk>", "[UNK]")
_APOSTROPHES = {"’": "'", "‘": "'", "ʼ": "'"}
_NASAL = {"ँ": "ं", "ఁ": "ం", "ઁ": "ં", "ঁ": "ং"}
"""Chandrabindu -> anusvara, where an alphabet has only the latter."""


@dataclass(frozen=True)
class Vocabulary:
    """Token -> index, and the token that separates words (None: the alphabet has none)."""

    tokens: Mapping[str, int]
    separator: str | None = "|"

    @property
    def separator_index(self) -> int | None:
        return self.tokens.get(self.separator) if self.separator else None

    @property
    def capitals(self) -> bool:
        """Whether the alphabet is written in capitals (A but no a)."""
        letters = [token for token in self.tokens if len(token) == 1]
        return any(letter.isupper() for letter in letters) and not any(
            letter.islower() for letter in letters
        )

    def spell(self, word: str) -> list[int]:
        """The indices that spell a word; empty when the alphabet has none of its characters.

        Case follows the alphabet. A character that is missing is tried in other forms (composed,
        decomposed and without its nukta or accent, chandrabindu as anusvara) and else left out.
        A word with a digit that is missing spells nothing: most of 20वीं is not its letters.
        """
        text = unicodedata.normalize("NFC", word)
        text = text.upper() if self.capitals else text.lower()
        spelled: list[int] = []
        for character in text:
            indices = self._indices(character)
            if not indices and character.isnumeric():
                return []
            spelled += indices
        return spelled

    def _indices(self, character: str) -> list[int]:
        character = _APOSTROPHES.get(character, character)
        decomposed = unicodedata.normalize("NFD", character)
        base = "".join(one for one in decomposed if not unicodedata.combining(one))
        compatible = unicodedata.normalize("NFKC", character)
        nasal = _NASAL.get(character, "")
        for form in (character, decomposed, base, nasal, compatible):
            if form and all(self._is_letter(one) for one in form):
                return [self.tokens[one] for one in form]
        return []

    def _is_letter(self, character: str) -> bool:
        return character in self.tokens and character != self.separator

    def blank_candidates(self, pad_token: str | None = None) -> list[int]:
        """Indices that may be the CTC blank, the likeliest by the files first.

        It is the padding token in models trained with transformers, and `<s>` in those that came
        from fairseq, whose files still say `<pad>`.
        """
        names = [pad_token, *_SPECIAL[:3]]
        found = [self.tokens[name] for name in names if name is not None and name in self.tokens]
        return list(dict.fromkeys(found))


def targets_of(words: Sequence[Sequence[int]], separator: int | None) -> list[int]:
    """One target sequence for several spelled words, a separator between each two."""
    targets: list[int] = []
    for word in words:
        if not word:
            continue
        if targets and separator is not None:
            targets.append(separator)
        targets += word
    return targets


def frames_needed(targets: Sequence[int]) -> int:
    """The least frames that a CTC path over `targets` has: a blank must part repeated tokens."""
    return len(targets) + sum(a == b for a, b in pairwise(targets))
