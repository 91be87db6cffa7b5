"""What is wrong with a translated sentence: empty, looping, the wrong length or script, a broken
placeholder. Pure text, so that every rule is tested without a model."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence

from chalchitra.text.scripts import can_be_told, is_written_in, script_of, script_share

MAX_RATIO = 3.0
MIN_RATIO = 0.2
"""Bounds of the characters of a translation over those of its source. Between the languages here
a faithful one has 0.6 to 1.7; one word (`हाँ`, `Yes, sir.`) may be far off, hence the allowance."""
ALLOWANCE = 40
MIN_SCRIPT_SHARE = 0.5
MIN_GIVEN_BACK = 4
"""Words of a sentence that cannot be the same in two languages. Only neighbours that share a script
(Hindi, Marathi, Nepali) need it; between scripts the share of the script tells."""
MAX_PHRASE = 8
"""Words of the longest phrase whose repetition is looked for."""

_MARKS = "\"'“”‘’.,;:!?।॥؟،۔…()[]-–—"
_REPEATED_LETTERS = re.compile(r"(\S{1,12}?)\1{7,}")


def problem(
    source: str,
    output: str,
    target_script: str,
    given: Collection[str] = (),
    *,
    source_script: str = "",
) -> str | None:
    """What is wrong with `output` as the translation of `source`, in words; None if nothing is.

    Scripts are ISO 15924 codes, the source's empty where it is not known; `given` are words that a
    person wants to be there, in whatever script.
    """
    if not output.strip():
        return "the model gave no text"
    if "\\" in output and "\\" not in source:
        return "the text came back damaged (a backslash)"
    if loops(output) and not loops(source):
        return "the model repeated itself"
    if len(output) > MAX_RATIO * len(source) + ALLOWANCE:
        return "the translation is far too long"
    if len(output) < MIN_RATIO * len(source) - ALLOWANCE / 4:
        return "the translation is far too short"
    share = None
    if can_be_told(target_script):  # else nothing is known of its letters
        share = script_share(_own_words(source, _without(output, given)), target_script)
    if share is not None and share < MIN_SCRIPT_SHARE:
        return f"the translation is not in the script {target_script}"
    words = strange_words(source, _without(output, given), target_script)
    strange = [word for word in words if not _in_script(word, source_script)]
    if strange:
        return f"“{strange[0]}” is in another script"
    if _given_back(source, output, given):
        return "the model returned the source text"
    return None


def strange_words(source: str, output: str, target_script: str) -> list[str]:
    """The words with letters of neither the target's script nor Latin, unless the source has them.

    Latin letters are names in any script; a sign or a mark of another script is not a word.
    """
    if not can_be_told(target_script):
        return []
    return [
        word
        for word in output.split()
        if any(
            unicodedata.category(c) in ("Lo", "Ll", "Lu")
            and not is_written_in(c, target_script)
            and not is_written_in(c, "Latn")
            for c in word
        )
        and word.strip(_MARKS) not in source
    ]


def left_over(source: str, output: str, source_script: str, target_script: str) -> str | None:
    """The doubt that words of the source's script are among the translation's; None without."""
    if not source_script or source_script in ("Latn", target_script):
        return None
    words = output.split()
    found = [word for word in words if any(is_written_in(c, source_script) for c in word)]
    return f"“{found[0].strip(_MARKS)}” was not translated" if found else None


def _in_script(word: str, script: str) -> bool:
    return bool(script) and any(is_written_in(character, script) for character in word)


def loops(text: str) -> bool:
    """A phrase said over and over: 5 times for one or two words, 3 times for a longer one."""
    if _REPEATED_LETTERS.search(text):
        return True
    words = [word.strip("\"'.,;:!?।॥…-").casefold() for word in text.split()]
    for size in range(1, MAX_PHRASE + 1):
        times = 5 if size <= 2 else 3
        run = 0
        for first, second in zip(words, words[size:], strict=False):
            run = run + 1 if first == second else 0
            if run >= size * (times - 1):
                return True
    return _goes_round(words)


def _goes_round(words: Sequence[str]) -> bool:
    """on the side of the column, on the side, on the side of the column, on the side.

    A phrase of three words or more comes three times, and nothing new after the second.
    """
    for size in range(3, MAX_PHRASE + 1):
        places: dict[tuple[str, ...], list[int]] = {}
        for at in range(len(words) - size + 1):
            found = places.setdefault(tuple(words[at : at + size]), [])
            if not found or at >= found[-1] + size:
                found.append(at)
        for found in places.values():
            if len(found) >= 3 and set(words[found[1] :]) <= set(words[: found[1] + size]):
                return True
    return False


def _given_back(source: str, output: str, given: Collection[str]) -> bool:
    """Whether nothing was translated. Fewer words than MIN_GIVEN_BACK may be alike in both
    languages, and so are names."""
    said, written = (_bare_words(_without(text, given)) for text in (source, output))
    return len(said) >= MIN_GIVEN_BACK and said == written


def _bare_words(text: str) -> list[str]:
    """The words with their letters and signs alone."""
    text = unicodedata.normalize("NFC", text)
    kept = (c if unicodedata.category(c)[0] in "LM" else " " for c in text)
    return "".join(kept).split()


def _without(text: str, phrases: Collection[str]) -> str:
    for phrase in phrases:
        text = text.replace(phrase, " ")
    return text


def _own_words(source: str, output: str) -> str:
    """The output without Latin words taken from the source as they are: a name, OK, WhatsApp.

    Where they are most of the output nothing was translated, and they count.
    """
    known = set(source.split())
    words = output.split()
    taken = [word for word in words if word in known and _is_latin(word)]
    if len(taken) > max(2, len(words) // 2):
        return output
    return " ".join(word for word in words if word not in taken)


def _is_latin(word: str) -> bool:
    return all(script_of(character) in ("Latn", None) for character in word)
