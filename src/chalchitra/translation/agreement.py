"""What a translation must share with its source: its numbers, and whether something is denied.

Both are doubts for a person to look at, never reasons to refuse a translation: a number may be
written as a word, and a denial turned round.
"""

from __future__ import annotations

import re
import unicodedata

_NUMBER = re.compile(r"\d+(?:[.,:/'\-]\d+)*")
_SPELLED = 12
"""Up to this, and round numbers, people write numbers as words as often as not."""
_ENGLISH = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
}
_HINDI = {
    word: number
    for number, words in enumerate(
        """शून्य एक दो,दोनों तीन चार पाँच,पांच छह,छः,छे सात आठ नौ दस ग्यारह बारह""".split()
    )
    for word in words.split(",")
}
_NUMBER_WORDS = {"en": _ENGLISH, "hi": _HINDI}
_ALSO_SAID = {"en": {1: "a an first once", 2: "second twice both couple", 12: "dozen"}}

_DENIALS = {
    "en": r"\b(?:not|never|no|none|nobody|nothing|nowhere|neither|nor|cannot|without|unless|"
    r"hardly|barely|refus\w*|den(?:y|ies|ied)|fail\w*|lack\w*|stop\w*|don|"
    r"un\w+|in\w+|im\w+|dis\w+|mis\w+|\w+less)\b|n['’]t\b",
    "hi": "नहीं|नही|(?<!\\S)(?:न|ना|मत)(?!\\S)|बिना|बग़ैर|बगैर|कभी|मना|इनकार|"
    "(?<!\\S)(?:अ|बे|ना|ग़ैर|गैर)\\S",
    "ur": "نہیں|نہ|مت|بغیر|بنا|انکار|منع|کبھی|(?<!\\w)(?:بے|نا|غیر)",
    "pa": "ਨਹੀਂ|ਨਹੀ|ਨਾ|ਨਾਂ|ਮਤ|ਬਿਨਾਂ|ਬਗੈਰ|ਕਦੇ|ਇਨਕਾਰ|ਮਨ੍ਹਾ|ਬੇ",
    "gu": "નહીં|નહિ|નથી|(?<!\\w)ન|મત|વગર|વિના|ક્યારેય|(?<!\\w)(?:અ|બે)",
    "mr": "नाही|नाहि|नको|नये|नव्ह|(?<!\\w)न|शिवाय|बिना|कधी|(?<!\\w)(?:अ|बे)",
    "bn": "না|নেই|নয়|নয়|নি|নাই|ছাড়া|কখনও|কখনো|বিনা|(?<!\\w)(?:অ|বে)",
}
"""Whatever may deny something, generously: where none of it is found, nothing is denied."""
_SURE = {
    "en": re.compile(r"\b(?:not|never|nobody|nothing|cannot)\b|n['’]t\b", re.IGNORECASE),
    "hi": re.compile("(?<!\\S)(?:नहीं|कभी नहीं)(?!\\S)"),
    "ur": re.compile("(?<!\\S)نہیں(?!\\S)"),
    "pa": re.compile("(?<!\\S)ਨਹੀਂ(?!\\S)"),
    "gu": re.compile("(?<!\\S)(?:નહીં|નથી)(?!\\S)"),
    "mr": re.compile("(?<!\\S)नाही(?!\\S)"),
    "bn": re.compile("(?<!\\S)(?:নেই|কখনও না)(?!\\S)"),
}
"""What denies for certain, as a word of its own."""
_DENIED = {language: re.compile(pattern, re.IGNORECASE) for language, pattern in _DENIALS.items()}
_TURNED = re.compile(
    "क्यों नहीं|नहीं तो|है कि नहीं|या नहीं|why not|not only|नहीं बल्कि|ही नहीं|not sure|کیوں نہیں|یا نہیں",
    re.IGNORECASE,
)
"""Denials that are often turned round."""

_LANGUAGES = {
    "eng": "en",
    "hin": "hi",
    "urd": "ur",
    "pan": "pa",
    "guj": "gu",
    "mar": "mr",
    "ben": "bn",
}


def doubts(source: str, output: str, source_tag: str, target_tag: str) -> list[str]:
    """What should be looked at, in words. Tags are the models' (`hin_Deva`, `eng_Latn`)."""
    said, written = (_LANGUAGES.get(tag[:3], "") for tag in (source_tag, target_tag))
    found = [f"{number} is missing" for number in missing_numbers(source, output, written)]
    if denial(source, output, said, written):
        found.append("a negation is on one side only")
    return found


def missing_numbers(source: str, output: str, language: str = "") -> list[str]:
    """The source's numbers, as ASCII digits, that the output has neither in digits nor in words.

    `language` is the output's, an id of config/languages.toml. Where its words for numbers are not
    known, small and round ones are taken to be written out.
    """
    there = _numbers(output)
    missing = []
    for written, number in zip(_written(source), _numbers(source), strict=True):
        if number in there:
            there.remove(number)
        elif not _spelled_out(number, output, language):
            missing.append(written)
    return missing


def denial(source: str, output: str, said: str, written: str) -> bool:
    """Whether one side surely denies something and the other has nothing that could.

    Only where both languages' words are known; never of questions.
    """
    if said not in _SURE or written not in _SURE or source.rstrip().endswith(("?", "؟")):
        return False
    if _TURNED.search(source) or _TURNED.search(output):
        return False
    one = _SURE[said].search(source) and not _DENIED[written].search(output)
    other = _SURE[written].search(output) and not _DENIED[said].search(source)
    return bool(one or other)


def _written(text: str) -> list[str]:
    ascii_digits = "".join(
        str(unicodedata.digit(c)) if unicodedata.category(c) == "Nd" else c for c in text
    )
    return _NUMBER.findall(ascii_digits)


def _numbers(text: str) -> list[str]:
    """Digits alone: 1,00,000 and 100,000 are one number, and so are 05 and 5."""
    return [re.sub(r"\D", "", one).lstrip("0") or "0" for one in _written(text)]


def _spelled_out(number: str, output: str, language: str) -> bool:
    value = int(number[:18])
    round_one = value > _SPELLED and not number.rstrip("0")[1:]
    known = _NUMBER_WORDS.get(language)
    if known is None or round_one or value > _SPELLED:
        return value <= _SPELLED or round_one
    words = re.findall(r"[^\s.,;:!?।\"'()-]+", output.casefold())
    also = _ALSO_SAID.get(language, {}).get(value, "").split()
    return any(known.get(word) == value or word in also for word in words)
