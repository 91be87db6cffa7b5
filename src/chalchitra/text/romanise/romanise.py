"""Text of Indian scripts in Latin letters, spelled as people type it: कमल is kamal.

Rules only, for the scripts that write their vowels. indic-transliteration (2.3) writes ITRANS and
the like but every schwa, aksharamukha brings a dozen packages under the AGPL, ai4bharat's Xlit is a
neural model; so what is here needs the standard library alone. Urdu, Sindhi and Kashmiri in Arabic
script leave out the short vowels, which only a model could supply; they are refused, and so are
Ol Chiki, Meitei Mayek and all that is not Indian.

The convention, and where it had to choose (letters.py, schwa.py, spelling.py have the rules):

- Hindi and the other languages in Devanagari: chh, sh, ph, d for ड़ and dh for ढ़ (padhna), a long
  vowel twice in the only closed syllable (baat), ee and oo in the last one (zameen), aa at the
  beginning (aap); w before a and o and after a consonant, else v (swagat, jawab; veer, parivar).
- Bengali: o for the inherent vowel, sh for শ and ষ, s for স. Assamese: o too, s for চ and ছ, x for
  শ, ষ and স.
- Gujarati, Marathi and Odia leave out a nasal at a word's end (hu, kela, mu).
- Tamil, Telugu, Kannada, Malayalam: long vowels twice in the first syllable. Tamil and Malayalam
  write th and dh for the dental row, Telugu and Kannada t and d. Malayalam's half u is u (veedu).

Words that are typed otherwise than by rule are in customary.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from chalchitra.errors import UsageError
from chalchitra.text.romanise import eastern, northern, southern
from chalchitra.text.romanise.customary import customary
from chalchitra.text.romanise.letters import BLOCKS, WORD, Unit, script_of, units
from chalchitra.text.romanise.spelling import Table
from chalchitra.text.sentence_ends import sentence_starts

SCRIPTS = frozenset(BLOCKS)
"""ISO 15924 codes of the scripts that can be romanised."""

_SCRIPT_NAMES = {
    "Arab": "the Arabic script",
    "Mtei": "Meitei Mayek",
    "Olck": "Ol Chiki",
    "Latn": "Latin letters already",
}
_CUSTOMARY_SCRIPT = {
    **dict.fromkeys("brx doi hi kok ks mai mr ne sa sd".split(), "Deva"),
    **dict.fromkeys(("as", "bn", "mni"), "Beng"),
}
_TABLES: dict[str, tuple[Callable[[list[Unit], Table], str], Table]] = {}
"""By language, else by script: who spells, and how."""
for _module in (northern, eastern, southern):
    _TABLES |= {key: (_module.spell, table) for key, table in _module.TABLES.items()}
_MARKS = re.compile("[\u0900-\u0d7f]")


class NotRomanisedError(UsageError):
    """The language's script cannot be romanised by rule."""


def can_romanise(script: str) -> bool:
    """Whether text in this script (ISO 15924) can be romanised."""
    return script in SCRIPTS


def require_romanisable(script: str, name: str) -> None:
    """Raises NotRomanisedError for a script that has no rules; `name` is the language's."""
    if can_romanise(script):
        return
    written = _SCRIPT_NAMES.get(script, f"the script {script}")
    cause = f"It is written in {written}, for which there are no romanisation rules here."
    if script == "Arab":
        cause = "The Arabic script leaves out the short vowels, which only a model could supply."
    raise NotRomanisedError(
        f"{name} cannot be romanised.",
        cause=cause,
        fix="Prepare the job without it: --set subtitle_gen.romanised=false.",
    )


def romanise(
    text: str, language: str, script: str, *, name: str = "", capitals: bool = True
) -> str:
    """The text in Latin letters; what is in no Indian script stays as it is.

    `language` is an id of config/languages.toml, `script` its ISO 15924 code and `name` its name
    for errors. White space stays, so words and lines do. Digits become ASCII, the danda a full
    stop; joiners and accents, which have no sound, go. With `capitals` a sentence's first letter is
    a capital. Words of other Indian scripts are romanised by the rules of those.
    Raises NotRomanisedError.
    """
    require_romanisable(script, name or language)
    starts = _first_words(text, language) if capitals else frozenset()
    count = -1
    begins = False
    parts: list[str] = []
    for part in re.split(r"(\s+)", text):
        if part and not part.isspace():
            count += 1
            begins |= count in starts
            spelled = _token(part, language)
            part = _capitalised(part, spelled) if begins else spelled
            begins &= not any(map(str.isalnum, spelled))  # a note or a dash alone begins nothing
        parts.append(part)
    return "".join(parts)


def _first_words(text: str, language: str) -> frozenset[int]:
    words = text.split()
    return frozenset({0, *sentence_starts(words, language)})


def _token(token: str, language: str) -> str:
    spelled = WORD.sub(lambda found: _word(found[0], language), token)
    return _MARKS.sub(lambda found: _mark(found[0]), spelled)


def _word(word: str, language: str) -> str:
    script = script_of(word)
    subtag = language.partition("-")[0]
    own = subtag if _CUSTOMARY_SCRIPT.get(subtag, script) == script else ""
    if usual := customary(word, own or script):
        return usual
    spell, table = _TABLES.get(own) or _TABLES[script]
    return spell(units(word), table)


def _mark(mark: str) -> str:
    """A digit, a danda or another sign of the Indian blocks."""
    value = unicodedata.digit(mark, None)
    if value is not None:
        return str(value)
    return "." if mark in "।॥॰" else mark


def _capitalised(before: str, spelled: str) -> str:
    """The word with a capital first letter, unless it was Latin before."""
    for at, character in enumerate(spelled):
        if character.isalpha():
            at_start = spelled.startswith(before[: at + 1])
            return spelled if at_start else spelled[:at] + character.upper() + spelled[at + 1 :]
    return spelled
