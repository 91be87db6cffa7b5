"""Placeholders: whatever a model makes of one, no viewer sees it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

import pytest

from chalchitra.glossary import Glossary, GlossaryTerm
from chalchitra.translation.placeholders import filled
from chalchitra.translation.terms import finder_for
from chalchitra.translation.translate_units import Generated, translate_units
from chalchitra.translation.units import SentenceUnit

SPELLED = """<ID1> [ID1] <id1> ID1 ID_1 Id1 <आईडी1> आईडी1 आईडी१ <ID१> ID-1 (ID1) {ID1} <1> <ID1 ID1>
    <ID1><ID1> IDID1 &lt;ID1&gt; ID01 ＜ID1＞ ஐடி1 ఐడి1 ఆఈడీ1 ഐഡി1 ಐಡಿ1 ଆଇଡି1 আইডি১ ਆਈਡੀ1 આઈડી1 ᱟᱭᱰᱤ1
    ꯑꯥꯏꯗꯤ1 <ID> ID""".split()
SPACED = [
    *("ID 1", "I D 1", "< I D 1 >", "< ID1 >", "आई . डी . 1", "आई. डी. 1", "आय. डी. 1", "آئی ڈی 1"),
    *(
        "[ ID 1 ]",
        "<ID1> <ID1>",
        "< id 1 ]",
        "ᱟᱭᱰᱤ ᱾ 1",
        "<ID 1>",
        "ID . 1",
        "ID1 .",
        "<ID1",
        "ID1>",
    ),
]


@pytest.mark.parametrize("written", [*SPELLED, *SPACED])
def test_a_placeholder_is_found_however_it_is_spelled(written: str) -> None:
    found = filled(f"then {written} said hello", ["Surya"])
    assert " ".join(found.text.replace(" .", "").split()) == "then Surya said hello"
    assert found.seen == {1}
    assert found.strays == ()


@pytest.mark.parametrize("written", ["<ID3>", "[ID7]", "ID12", "<IDone>", "D1>", "<>", "<I D>"])
def test_what_is_left_of_one_is_a_stray(written: str) -> None:
    assert filled(f"then {written} and <ID1>", ["Surya"]).strays


@pytest.mark.parametrize(
    "text",
    [
        "I did 3 of them",
        "did 1 or 2",
        "I'd 1 go",
        "candid 5",
        "idea 1",
        "item (1) [2]",
        "an ID card",
    ],
)
def test_words_are_none(text: str) -> None:
    found = filled(f"{text} <ID1>", ["Surya"])
    assert found.text == f"{text} Surya"
    assert (found.strays, found.doubled) == ((), frozenset())


def test_order_neighbours_and_repetition() -> None:
    assert filled("<ID2> by ID1ID2", ["A", "B"]).text == "B by A B"
    assert filled("<ID1> x <ID1>", ["A"]).doubled == {1}
    assert filled("the ID of <ID1>", ["A", "B"], "the ID").text == "the ID of A"


TERMS = "सूर्या राम कुमार मीना रामनगर कमल ज़मीन".split()
GLOSSARY = Glossary(
    terms=[GlossaryTerm(text=t, renderings={"en": f"Name{n}"}) for n, t in enumerate(TERMS)]
)
VERBS = "आया गया बोला सोया दौड़ा".split()
SEEN = re.compile(
    r"[<>\[\]{}]|ID|id ?\d|आ ?ई|आय|ஐடி|ఐడి|ഐഡി|ಐಡಿ|ଆଇଡି|আইডি|ਆਈਡੀ|આઈડી|ئی ڈی|ᱰᱤ|ꯗꯤ|\\d", re.I
)


def sentences() -> list[str]:
    die = random.Random(11)
    found = []
    for number in range(1000):
        names = die.sample(TERMS, die.randint(1, 3))
        amount = f"{die.randint(1, 99)},{number:03}"
        found.append(f"{' और '.join(names)} को {amount} रुपये लेकर {die.choice(VERBS)}।")
    return found


class Mangles:
    """A model that repeats the numbers of what it is given and mangles every placeholder."""

    max_tokens = 200

    def __init__(self, mangle: Callable[[str], str]) -> None:
        self._mangle = mangle

    def lengths(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def generate(self, texts: Sequence[str], *, careful: bool = False) -> list[Generated]:
        return [Generated(self._say(text)) for text in texts]

    def _say(self, text: str) -> str:
        kept = re.findall(r"<ID\d+>|[\d,]+\d", text)
        names = (self._mangle(one) if one.startswith("<") else one for one in kept)
        return f"Then {' and '.join(names)} went away with it."


def respelled(form: str) -> Callable[[str], str]:
    def mangle(placeholder: str) -> str:
        number = re.sub(r"\D", "", placeholder)
        return re.sub("[1१১]", number, form)

    return mangle


FORMS: list[Callable[[str], str]] = [respelled(form) for form in (*SPELLED, *SPACED)]
FORMS += [
    lambda one: "",
    lambda one: f"<ID{int(one[3:-1]) + 1}>",
    lambda one: f"<ID{one[3:-1]}{one[3:-1]}>",
    lambda one: one.replace("ID", "I"),
    lambda one: f"{one} {one}",
    lambda one: f"{one}, yes {one}",
    lambda one: one.replace("ID", "ID ").lower(),
    lambda one: one[1:],
    lambda one: one[:-1],
    lambda one: "<ID one>",
    lambda one: f"the{one[1:-1]}",
]


def test_of_a_thousand_sentences_none_shows_a_placeholder() -> None:
    die = random.Random(5)
    units = [SentenceUnit(n, n, n + 0.5, text, (n,)) for n, text in enumerate(sentences())]
    finder = finder_for(GLOSSARY, ("hi", "Deva"), ("en", "Latn"))
    engine = Mangles(lambda one: die.choice(FORMS)(one))
    done = translate_units(units, engine, "hin_Deva", "eng_Latn", batch_size=16, terms=finder)
    assert [unit.id for unit in done.units] == list(range(1000))
    shown = [unit for unit in done.units if unit.status == "translated"]
    assert len(shown) > 900
    assert [unit.text for unit in shown if SEEN.search(unit.text)] == []
    for unit in shown:
        if unit.reason is None:
            assert all(one.rendering in unit.text for one in finder.find(unit.source))


@pytest.mark.parametrize("number", range(len(FORMS)))
def test_nor_where_every_placeholder_is_mangled_in_one_form(number: int) -> None:
    units = [SentenceUnit(n, n, n + 0.5, text, (n,)) for n, text in enumerate(sentences()[:40])]
    finder = finder_for(GLOSSARY, ("hi", "Deva"), ("en", "Latn"))
    done = translate_units(
        units, Mangles(FORMS[number]), "hin_Deva", "eng_Latn", batch_size=16, terms=finder
    )
    for unit in done.units:
        assert unit.status == "untranslated" or not SEEN.search(unit.text)
