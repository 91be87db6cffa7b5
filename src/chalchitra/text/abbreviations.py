"""What is written with a full stop that ends no sentence, language by language.

This is data, and it is a module for a reason: stages read no configuration of their own, and what
they import counts in their fingerprints, so an entry that is added here is heeded at the next run.
Keys are ids of config/languages.toml, or their language subtag. Without the full stop; capitals
do not matter. Left out on purpose: what is a common word too and ends sentences (Hindi सौ, "no").
"""

from __future__ import annotations

import unicodedata
from functools import cache

BEFORE_NUMBERS = frozenset("no nos fig art p pp".split())
"""Abbreviations only where a number follows: "No." is an answer."""

_DEVANAGARI = """डॉ डा प्रो प्रा श्री श्रीमती सुश्री कु पं स्व आ माननीय रु रू नं सं क्र पृ ई इ लि कि मि"""
_BENGALI = "ডা ডঃ ড মো মোঃ মিঃ মি শ্রী শ্রীমতী অধ্যা প্রফে প্রঃ ডৰ নং লিঃ খ্রি"

_OWN: dict[str, str] = {
    "en": """mr mrs ms dr prof st sr jr vs inc ltd co col gen capt sgt lt maj cpl adm cmdr rev hon
        gov sen rep supt insp messrs mt ft approx dept est govt addl asst smt shri sri km kum""",
    "hi": _DEVANAGARI,
    "mr": _DEVANAGARI + " मा चि सौ ॲड अॅड उदा मो ता जि वि वगै इत्यादि",
    "ne": _DEVANAGARI + " वि स गा न पा मा",
    "kok": _DEVANAGARI + " मा चि सौ ॲड",
    "mai": _DEVANAGARI,
    "doi": _DEVANAGARI,
    "brx": _DEVANAGARI,
    "sa": _DEVANAGARI,
    "sd-Deva": _DEVANAGARI,
    "ks-Deva": _DEVANAGARI,
    "bn": _BENGALI,
    "as": _BENGALI,
    "mni-Beng": _BENGALI,
    "gu": "ડૉ ડો ડા પ્રો શ્રી શ્રીમતી સુશ્રી કુ સ્વ રૂ રુ નં કિ મિ લિ ચિ તા જિ ઈ",
    "pa": "ਡਾ ਪ੍ਰੋ ਸ਼੍ਰੀ ਸ੍ਰੀ ਸ਼੍ਰੀਮਤੀ ਸ੍ਰੀਮਤੀ ਸ ਰੁ ਨੰ ਕਿ ਮਿ ਈ",
    "or": "ଡା ଡଃ ଡ ଶ୍ରୀ ଶ୍ରୀମତୀ ପ୍ରଫେ ପ୍ରୋ ଟ ନଂ ଖ୍ରୀ",
    "ta": "டா டாக் திரு திருமதி செல்வி பேரா எண் ரூ கி மீ தொ",
    "te": "డా డాక్ శ్రీ శ్రీమతి కుమారి ప్రొ రూ నం కి మీ గౌ",
    "kn": "ಡಾ ಶ್ರೀ ಶ್ರೀಮತಿ ಕು ಪ್ರೊ ರೂ ನಂ ಕಿ ಮೀ ದಿ",
    "ml": "ഡോ ശ്രീ ശ്രീമതി പ്രൊഫ അഡ്വ രൂ നം കി മീ",
    "de": "hr fr frl dr prof nr bzw ca str st vgl evtl ggf usw inkl abs",
    "fr": "m mm mme mlle dr pr st ste mgr av bd env",
    "es": "sr sra srta sres dr dra prof ud uds vd av avda núm pág",
    "pt": "sr sra srta dr dra prof profa av núm pág",
    "it": "sig sigg dott prof avv ing on pag",
    "nl": "dhr mevr mej dr drs ir prof nr blz bv",
    "ru": "г ул д тов проф им др руб тыс млн млрд стр",
    "pl": "dr prof mgr inż ul al św tj np nr",
}
_INDIAN = frozenset(
    """hi mr ne kok mai doi brx sa sd ks bn as mni gu pa or ta te kn ml sat ur""".split()
)
"""Languages whose speakers say and write English titles too."""


@cache
def abbreviations(language: str | None = None) -> frozenset[str]:
    """The abbreviations of a language, casefolded, NFC; those of English and India without one."""
    if language is None:
        keys = {"en"} | {key for key in _OWN if key.partition("-")[0] in _INDIAN}
    else:
        subtag = language.partition("-")[0]
        keys = {language, subtag} | ({"en"} if subtag in _INDIAN else set())
    text = " ".join(_OWN.get(key, "") for key in sorted(keys))
    return frozenset(unicodedata.normalize("NFC", text).casefold().split())
