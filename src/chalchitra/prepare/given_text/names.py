"""Who speaks, where a text writes it before a colon: in every script, judged over the whole text.

A single line cannot say it: "Ram: where were you" names a speaker and "Note: it is late" does not.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chalchitra.text.abbreviations import abbreviations

_COLONS = ":：﹕︓"
_VISARGAS = "ःঃઃଃಃഃః"
"""What looks like a colon and is typed for one, apart from the name: no word has one apart."""
_DASHES = "-–—‐‑"
"""Behind a colon they belong to it, as many in India write it: राम:-."""
_LEADS = _DASHES + ">•*·"
_LONGEST, _MOST_WORDS = 40, 4
_WINDOW = 120
_NEVER = frozenset('()[]{}<>!?।॥,;"“”|=\\♪♫…？！，。؟،')
_SMALL = frozenset("de da di du del la le of the and und von van bin ibn al el y e &".split())
_OUT_OF_SIGHT = frozenset("vo os oc off contd cont voiceover offscreen oncamera osvo".split())
"""What stands in brackets after a name in screenplays and is nothing to hear: (V.O.), (O.S.)."""
SHEET = 0.5
"""Where this share of the lines says who speaks, every short head is a name."""


def _words(text: str) -> frozenset[str]:
    return frozenset(unicodedata.normalize("NFC", text).split())


_NO_NAMES = _words(
    """note notes nb warning attention caution question answer example remember look listen see
    ps fyi time date place address subject rule fact problem reason result summary update
    breaking remark
    नोट सुनो देखो मतलब यानी यानि जैसे सवाल जवाब प्रश्न उत्तर उदाहरण समय तारीख पता बात शर्त याद अर्थात
    টীকা প্রশ্ন উত্তর யானி குறிப்பு கேள்வி பதில் గమనిక ప్రశ్న జవాబు سوال جواب نوٹ"""
)
"""What often stands before a colon and speaks to nobody; compared without case."""
_PRONOUNS = frozenset(
    """i he she it we they you this that these those there here what who which why how when where
    and but or so then now if as for to in on at my his her our their your""".split()
)
_SAYS = _words(
    """said says asked asks answered replied wrote reads means is are was
    कहा कहता कहती कहते कहना बोला बोली बोले बोलता बोलती पूछा पूछता पूछती लिखा है हैं था थी थे हो कि को ने
    म्हणाला म्हणाली म्हणाले विचारले आहे বলল বললো বললেন বলে বলেছে বলেছেন ছিল কহিল কয়
    சொன்னான் சொன்னாள் சொன்னார் கேட்டான் கேட்டாள் என்றான் என்றாள் చెప్పాడు చెప్పింది అన్నాడు అంది అడిగాడు
    ಹೇಳಿದ ಹೇಳಿದಳು ಕೇಳಿದ പറഞ്ഞു ചോദിച്ചു કહ્યું પૂછ્યું ਕਿਹਾ ਪੁੱਛਿਆ କହିଲା କହିଲେ کہا بولا بولی پوچھا ہے تھا قال
    说 說 道 问 問 曰"""
)
"""A head that ends with one of these introduces what somebody says, and is no name."""


@dataclass(frozen=True, slots=True)
class Head:
    """`NAME (note): text`. `sure`: its form says that it is a name."""

    name: str
    text: str
    note: str = ""
    sure: bool = False


def head_of(line: str, *, tabs: bool = False) -> Head | None:
    """What stands before a line's first colon, where it could be a name; None otherwise.

    With `tabs`, a tab will do for a colon.
    """
    bare = line[: _WINDOW * 2].lstrip()
    lead = bare.lstrip(_LEADS + " ")
    turn = ">>" in bare[: len(bare) - len(lead)]
    marks = _COLONS + "\t" if tabs else _COLONS
    at = next(
        (
            n
            for n, character in enumerate(lead[:_WINDOW])
            if character in marks or (character in _VISARGAS and lead[n - 1 : n] == " ")
        ),
        -1,
    )
    if at < 1:
        return None
    if (bracketed := _in_brackets(lead[:at])) is not None:
        begins = line.index(lead[: at + 1]) + at + 1
        return Head(bracketed, line[begins:].strip(), sure=True)
    following = lead[at + 1 : at + 3]
    if lead[at] != "\t" and (following == "//" or following[:1].isdigit()):
        return None
    name, note = without_note(lead[:at].strip())
    if not could_be(name):
        return None
    # The line again, since only its beginning was looked at.
    begins = line.index(lead[: at + 1]) + at + 1
    voice = is_out_of_sight(note)
    sure = turn or voice or _has_title(name)
    text = line[begins:].lstrip(_DASHES) if lead[at] in _COLONS else line[begins:]
    return Head(name, text.strip(), "" if voice else note, sure)


def _in_brackets(text: str) -> str | None:
    """The name in [NAME]: and (NAME):, where nothing else stands before the colon."""
    bare = text.strip()
    if bare[:1] + bare[-1:] not in ("[]", "()", "（）", "【】"):
        return None
    name = " ".join(bare[1:-1].split())
    return name if could_be(name) else None


def without_note(text: str) -> tuple[str, str]:
    """A name and what stands in brackets behind it."""
    for opening, closing in ("()", "[]", "（）"):
        if text.endswith(closing) and (at := text.rfind(opening)) > 0:
            return " ".join(text[:at].split()), text[at:]
    return " ".join(text.split()), ""


def is_out_of_sight(note: str) -> bool:
    """Whether what stands in brackets behind a name is nothing to hear: (V.O.)."""
    parts = note.strip("()[]（） ").casefold().replace("/", " ").replace(",", " ")
    said = "".join(character for character in parts if character.isalpha())
    return said in _OUT_OF_SIGHT


def could_be(name: str) -> bool:
    """Whether a text is short enough for a name, and has nothing that no name has."""
    words = name.split()
    if not words or len(name) > _LONGEST or len(words) > _MOST_WORDS or not name[0].isalpha():
        return False
    if any(character in _NEVER for character in name):
        return False
    return all("." not in word or _is_short(word) for word in words)


def _is_short(word: str) -> bool:
    """Mr., St., A.K., डॉ.: what may have full stops within a name."""
    core = word.rstrip(".")
    return core.casefold() in abbreviations() or all(len(part) <= 2 for part in core.split("."))


def _has_title(name: str) -> bool:
    """Mr. Kennedy, डॉ. राव: a title with its stop, and a name."""
    first, _, rest = name.partition(" ")
    core = first.rstrip(".").casefold()
    return first.endswith(".") and core in abbreviations() and _like_a_name(rest)


def _like_a_name(name: str) -> bool:
    """Whether every word is written as names are, where the script tells; and is no other word."""
    words = name.split()
    last = words[-1].casefold() if words else ""
    if not words or name.casefold().rstrip(".") in _NO_NAMES or last in _SAYS:
        return False
    if not name.isascii() and last[-1:] in _SAYS:  # Chinese: 他说
        return False
    return all(
        word[0].lower() == word[0].upper() or word[0].isupper() or (n and word in _SMALL)
        for n, word in enumerate(words)
    )


def _is_capitals(name: str) -> bool:
    return name.isupper() and name.casefold().rstrip(".") not in _NO_NAMES


def _is_somebody(name: str) -> bool:
    """Old man, Second policeman: a role, of which only the first word has a capital."""
    first, *others = name.split()
    if not first[0].isupper() or first.casefold() in _PRONOUNS:
        return False
    return _like_a_name(" ".join([first, *(word.capitalize() for word in others)]))


def names_in(heads: Sequence[Head], lines: int, *, least: int = 1) -> frozenset[str]:
    """Which heads are names, of a text that has so many lines.

    Names in capitals are (where `least` lines have them), those that a form gives away, and short
    heads that come again; all of them in a text in which most lines have one.
    """
    count = Counter(head.name for head in heads)
    sheet = bool(lines) and len(heads) >= SHEET * lines
    sure = {head.name for head in heads if head.sure}
    return frozenset(
        name
        for name, seen in count.items()
        if name in sure
        or (_is_capitals(name) and seen >= least)
        or (_like_a_name(name) and (seen >= 2 or sheet))
        or (_is_somebody(name) and seen >= 3)
    )


def is_sheet(lines: Iterable[str]) -> bool:
    """Whether these lines, none of them blank, say who speaks."""
    heads = [head_of(line, tabs=True) for line in lines]
    return bool(heads) and sum(head is not None for head in heads) >= SHEET * len(heads)
