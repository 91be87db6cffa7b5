"""What is wrong with a translated sentence: empty, looping, the wrong length or script, a broken
placeholder. Pure text, so that every rule is tested without a model."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chalchitra.translation.scripts import can_be_told, script_of, script_share

MAX_RATIO = 3.0
MIN_RATIO = 0.2
"""Bounds of the characters of a translation over those of its source. Between the languages here
a faithful one has 0.6 to 1.7; one word (`हाँ`, `Yes, sir.`) may be far off, hence the allowance."""
ALLOWANCE = 40
MIN_SCRIPT_SHARE = 0.5
MAX_PHRASE = 8
"""Words of the longest phrase whose repetition is looked for."""

_REPEATED_LETTERS = re.compile(r"(\S{1,12}?)\1{7,}")


def problem(source: str, output: str, target_script: str) -> str | None:
    """What is wrong with `output` as the translation of `source`, in words; None if nothing is.

    `target_script` is an ISO 15924 code.
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
    if not can_be_told(target_script):
        return None  # nothing is known of its letters
    share = script_share(_own_words(source, output), target_script)
    if share is not None and share < MIN_SCRIPT_SHARE:
        return f"the translation is not in the script {target_script}"
    return None


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
