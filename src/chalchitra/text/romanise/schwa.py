"""Which inherent vowels are written and not said: लड़की is ladki, कमल is kamal.

The rule is Ohala's (Aspects of Hindi Phonology, 1983), as Narasimhan, Sproat and Kiraz state it
(Schwa-deletion in Hindi text-to-speech synthesis, International Journal of Speech Technology 7,
2004): from right to left a schwa goes between VC and CV, so that never two neighbours go. The
final one goes too, but for clusters that nobody ends a word with. Their second part, a
lexicon of compounds, is left out; customary.py has the words that the rule gets wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

from chalchitra.text.romanise.letters import NUKTA, Unit

_NASALS = frozenset("ङञणनमऩ")
_SONORANTS = _NASALS | frozenset("यरलवळऱ")
_PERSIAN = frozenset(letter + NUKTA for letter in "कखगजफ")
_STOPS = frozenset("कगचजटडतदपब")


def drop_schwas(units: Sequence[Unit], *, after_clusters: bool = False) -> None:
    """Makes dead the consonants of a word whose inherent vowel is not said.

    With `after_clusters` a final vowel after any cluster stays (Nepali हुन्छ, Bengali শক্ত).
    """
    if len(units) < 2:
        return
    if _is_schwa(units[-1]) and _may_end_without(units, after_clusters):
        units[-1].vowel = ""
    for at in range(len(units) - 2, 0, -1):
        if _is_schwa(units[at]) and _is_weak(units, at):
            units[at].vowel = ""


def _is_schwa(unit: Unit) -> bool:
    return bool(unit.consonant) and unit.inherent and not unit.nasal and not unit.visarga


def _may_end_without(units: Sequence[Unit], after_clusters: bool) -> bool:
    *earlier, last = units
    if not any(unit.vowel for unit in earlier):
        return False
    before = earlier[-1]
    if not before.dead:
        is_ya = last.consonant.rstrip(NUKTA) == "य"
        return not (is_ya and before.vowel in ("इ", "ई"))  # प्रिय, भारतीय
    if after_clusters or last.consonant == "य":
        return False
    if any(unit.consonant in _PERSIAN for unit in units):
        return True  # क़त्ल, ज़िक्र
    # मित्र, शुक्ल, रत्न keep it; धर्म, जन्म and दोस्त do not.
    return last.consonant not in _SONORANTS or before.consonant in _SONORANTS


def _is_weak(units: Sequence[Unit], at: int) -> bool:
    """Whether a schwa stands between VC and CV, and what would meet can be said together."""
    before, unit, after = units[at - 1 : at + 2]
    if not (after.consonant and after.vowel) or after.doubled:
        return False
    if after.consonant == "य":
        return False  # रुपये, विषयों
    if after.consonant == "ह" and unit.consonant in _STOPS:
        return False  # दोपहर: p and h would be read as one aspirate
    if before.dead:
        if before.consonant not in _NASALS or unit.consonant in _SONORANTS:
            return False  # धन्यवाद
        return bool(at >= 2 and units[at - 2].vowel and _after_nasal(unit, after))
    return bool(before.vowel) and (before.nasal != "ं" or _after_nasal(unit, after))


def _after_nasal(unit: Unit, after: Unit) -> bool:
    """Three consonants meet: जंगली and पहुंचता are said with them, ज़िंदगी is not."""
    return unit.consonant not in _STOPS or after.consonant in _SONORANTS or after.consonant == "त"
