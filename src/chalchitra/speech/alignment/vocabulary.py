"""A CTC network's alphabet: which of its tokens spell a word, and which one is the blank."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

_PADDING = ("<pad>", "[PAD]")
_BLANKS = ("<blank>", "[BLANK]", "<blk>", "<ctc_blank>", "<ctc>")
_SURE = 4.0
"""How many times likelier than any other candidate a blank must be while nobody speaks. Trained
networks give their blank nearly all probability there."""
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
        from fairseq, whose files still say `<pad>`; some alphabets have one by that name.
        """
        names = [pad_token, *_PADDING, *_BLANKS, "<s>"]
        found = [self.tokens[name] for name in names if name is not None and name in self.tokens]
        return list(dict.fromkeys(found))

    def named_blank(self, name: str, pad_token: str | None = None) -> int | None:
        """The index of a blank that a table names: of any padding token where it names one."""
        names = [name, *([pad_token, *_PADDING] if name in _PADDING else [])]
        return next((self.tokens[one] for one in names if one and one in self.tokens), None)


def sure_blank(
    candidates: Sequence[int], silence: Sequence[float], named: int | None
) -> int | None:
    """The CTC blank, None where it is not certain.

    `silence` are the tokens' mean probabilities while nobody speaks, `named` is what a table says.
    The only candidate is it; of several, the one that is named unless another surely is it; of
    several that nobody names, the one that is.
    """
    if len(candidates) == 1 and named in (None, *candidates):
        return candidates[0]
    by_ear = sorted(candidates, key=lambda index: -silence[index])
    best = by_ear[0] if by_ear else None
    if best is None or not all(silence[best] >= _SURE * silence[other] for other in by_ear[1:]):
        return named
    contradicts = named not in (None, best) and silence[best] >= _SURE * silence[named or 0]
    return None if contradicts else (best if named is None else named)


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
