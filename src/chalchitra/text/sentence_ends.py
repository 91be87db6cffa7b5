"""Does a sentence end with this word? The scripts' own punctuation, and what only looks like it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from chalchitra.text.abbreviations import BEFORE_NUMBERS, abbreviations

ENDS = frozenset("।॥|?!؟۔᱾᱿꯫꫰꫱։።፧፨။។៕。！？｡．")
"""Characters that end a sentence: Unicode's Sentence_Terminal of the languages in languages.toml,
without the full stop, and "|", which stands for the danda on many keyboards.

Ol Chiki: U+1C7E, U+1C7F; Meetei Mayek: U+ABEB, U+AAF0, U+AAF1.
"""
CLOSERS = "\"'”’»)]}›*"
OPENERS = "\"'“‘«([{‹¿¡*-–—"
_ONLY_OPENERS = frozenset("“‘«([{‹¿¡-–—")
"""Marks that, standing apart, belong to what follows them."""


def _words(text: str) -> frozenset[str]:
    return frozenset(unicodedata.normalize("NFC", text).split())


_LETTER_NAMES = _words(
    """बी सी डी एफ एच जे के एल एम एन क्यू आर एस टी यू वी डब्ल्यू एक्स वाई वाय जेड झेड
    বি সি ডি এফ জি এইচ জে এম এন পি কিউ এস ইউ ভি ডব্লিউ এক্স ওয়াই জেড
    ਬੀ ਡੀ ਐਫ ਐਚ ਜੇ ਕੇ ਐਲ ਐਮ ਐਨ ਕਿਊ ਆਰ ਐਸ ਟੀ ਯੂ ਵੀ ਡਬਲਿਊ ਐਕਸ ਵਾਈ
    બી સી ડી એફ એચ જે કે એલ એમ એન ક્યૂ આર એસ ટી યુ વી ડબલ્યુ એક્સ વાય ઝેડ
    ବି ସି ଡି ଏଫ୍ ଜି ଏଚ୍ ଜେ ଏଲ୍ ଏମ୍ ଏନ୍ ପି କ୍ୟୁ ଆର୍ ଏସ୍ ଟି ୟୁ ଭି ଡବ୍ଲ୍ୟୁ ଏକ୍ସ ୱାଇ
    எஃப் எச் ஆர் எஸ் டபிள்யூ எக்ஸ் க்யூ
    ఎఫ్ హెచ్ ఎల్ ఎమ్ ఎన్ ఆర్ ఎస్ డబ్ల్యూ ఎక్స్ క్యూ జెడ్
    ಎಫ್ ಎಚ್ ಎಲ್ ಎಮ್ ಎನ್ ಆರ್ ಎಸ್ ಡಬ್ಲ್ಯು ಎಕ್ಸ್ ಕ್ಯೂ
    എഫ് എച്ച് എൽ എൻ ആർ എസ് ഡബ്ല്യു എക്സ് ക്യു"""
)
"""Latin letters as Indian languages spell them, without those that are words too."""
_WORDS_TOO = _words(
    """I आई पी जी ઈ આઈ પી જી আই আর টি কে এল ਆਈ ਪੀ ਜੀ ਸੀ ଆଇ କେ
    வா போ தா நீ டா டி ஆம் రా పో నీ నా దా ಬಾ ಹೋ ನೀ ತಾ വാ പോ താ നീ ആ"""
)
"""Letters' names and southern syllables that end sentences as words ("yes, sir", "come", "go"):
initials only beside another initial."""

_LOOKED_AT = 200
"""Characters at the end of a word that are looked at: longer ones are none."""
_DOTTED = re.compile(r"[^\W\d_][^.\s]{0,3}(?:\.[^\W\d_][^.\s]{0,3})+")
"""कि.मी, p.m, U.S.A: short parts with stops between them."""
_INDIC_BLOCKS = re.compile("[\u0900-\u0d7f]")
_SOUTHERN_BLOCKS = re.compile("[\u0b80-\u0d7f]")
"""Tamil, Telugu, Kannada, Malayalam."""


def is_punctuation(text: str) -> bool:
    """No letter and no digit in it."""
    return not any(character.isalnum() for character in text)


def sentence_starts(words: Sequence[str], language: str | None = None) -> list[int]:
    """The indices at which sentences after the first begin.

    `language` is an id of config/languages.toml; without one the abbreviations of English and of
    all Indian languages count.
    """
    starts: list[int] = []
    before: str | None = None
    word: str | None = None  # the last that is more than a mark after a sentence's end

    def ends(following: str | None) -> bool:
        return word is not None and ends_sentence(word, following, before=before, language=language)

    said = False  # in the sentence so far: marks alone are none
    for at, following in enumerate(words):
        mark = is_punctuation(following)
        ended = ends(following)
        if ended and said:
            starts.append(at)
            before, word, said = None, following, not mark
            continue
        if word is None or not mark or not ends(None):
            before, word = (None if ended else word), following
        said = said or not mark
    if starts and _unsaid(words[starts[-1] :]):
        starts.pop()
    return starts


def ends_sentence(
    word: str,
    following: str | None = None,
    *,
    before: str | None = None,
    language: str | None = None,
) -> bool:
    """Whether `word`, with its punctuation, ends a sentence before the word `following`.

    Abbreviations (डॉ. Mr.), initials (J. बी. கே), dotted words (कि.मी., p.m.), numbers that go on
    (3. 5) and an ellipsis that does (वह… आया) do not end one. Where it cannot be known (an
    abbreviation that does end a sentence) the answer is no: two short sentences in one unit cost
    less than a name cut in half. `before` is the word before, which tells ए. पी. जे. from हाँ जी.
    """
    if following and is_punctuation(following) and not set(following) <= _ONLY_OPENERS:
        return False  # the closing mark that stands apart belongs to this sentence
    word = word[-_LOOKED_AT:]
    stripped = word.rstrip(CLOSERS)
    if not stripped:
        return False
    last = stripped[-1]
    if last == "…" or stripped.endswith(".."):
        return not _goes_on(following)
    if last in ENDS:
        return not (last in "?!" and stripped != word and _begins_small(following))
    if last != ".":
        return False
    core = _core(stripped)
    if not core:
        return True
    if core.casefold() in abbreviations(language) or _DOTTED.fullmatch(core):
        return False
    number_follows = bool(following) and str(following).lstrip(OPENERS)[:1].isdigit()
    if number_follows and (core[-1].isdigit() or core.casefold() in BEFORE_NUMBERS):
        return False
    if core in _WORDS_TOO:
        return not (_is_dotted_letter(following) or _is_dotted_letter(before))
    return not _is_initial(core)


def _unsaid(words: Sequence[str]) -> bool:
    """Marks alone (a dash at the end, a danda at the beginning) are no sentence."""
    return all(is_punctuation(word) for word in words)


def _core(stripped: str) -> str:
    """The word without its full stop and what opens it."""
    return unicodedata.normalize("NFC", stripped[:-1].lstrip(OPENERS))


def _is_dotted_letter(word: str | None) -> bool:
    """J., बी., पी.: what is an initial, or could be one."""
    if not word or not word.endswith("."):
        return False
    core = _core(word)
    return core in _WORDS_TOO or _is_initial(core)


def _is_initial(core: str) -> bool:
    """J, क, எம்: a letter, or a Latin letter's name in an Indian script.

    In the southern scripts any single syllable is taken for one: initials are everywhere there
    and one-syllable last words are few (_WORDS_TOO), while Hindi ends most sentences with one
    (है, था).
    """
    if len(core) == 1:
        return core.isupper() or bool(_INDIC_BLOCKS.match(core))
    if not _SOUTHERN_BLOCKS.match(core):
        return core in _LETTER_NAMES
    syllable = len(core) == 2 and unicodedata.category(core[1])[0] == "M"
    closed = len(core) <= 3 and core[0] in "எఎಎഎ"  # எம் ఎం ಎಸ್ എൻ
    return syllable or closed or core in _LETTER_NAMES


def _goes_on(following: str | None) -> bool:
    """After an ellipsis: only a capital (or the end) shows that another sentence begins."""
    first = (following or "").lstrip(OPENERS)[:1]
    return bool(first) and not first.isupper()


def _begins_small(following: str | None) -> bool:
    """After a quoted question or call: "Stop!" he said."""
    return (following or "").lstrip(OPENERS)[:1].islower()
