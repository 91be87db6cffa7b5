"""A glossary's terms through a translation: protected, restored, counted where they are lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.glossary import Glossary, GlossaryTerm
from chalchitra.translation.memory import TranslationMemory
from chalchitra.translation.protect import protect, restore
from chalchitra.translation.terms import Found, TermFinder, finder_for, missing, rendering
from chalchitra.translation.translate_units import Generated, Outcome, translate_units
from chalchitra.translation.units import SentenceUnit

HI, EN, TA, MR = ("hi", "Deva"), ("en", "Latn"), ("ta", "Taml"), ("mr", "Deva")
GLOSSARY = Glossary(
    terms=[
        GlossaryTerm(text="सूर्या", renderings={"en": "Surya"}),
        GlossaryTerm(text="राम कुमार"),
        GlossaryTerm(text="राम"),
        GlossaryTerm(text="ज़मीन", renderings={"ta": "ஜமீன்"}),
    ]
)


def texts(finder: TermFinder, text: str) -> list[tuple[str, str]]:
    return [(text[one.start : one.end], one.rendering) for one in finder.find(text)]


def test_terms_are_found_as_whole_words_and_the_longest_first() -> None:
    finder = finder_for(GLOSSARY, HI, EN)
    assert texts(finder, "सूर्या ने राम कुमार, और राम को देखा।") == [
        ("सूर्या", "Surya"),
        ("राम कुमार", "Raam Kumar"),
        ("राम", "Raam"),
    ]
    assert texts(finder, "सूर्यास्त और आराम") == []
    # A nukta or a joiner more or less is the same name; so are capitals.
    assert texts(finder, "जमीन") == [("जमीन", "Zameen")]
    english = finder_for(Glossary(terms=[GlossaryTerm(text="Mr. Rao")]), EN, ("fr", "Latn"))
    assert texts(english, "it is MR RAO's") == [("MR RAO", "Mr. Rao")]
    assert texts(english, "(mr. rao)") == [("mr. rao", "Mr. Rao")]


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("Will", "I will call Will.", ["Will"]),
        ("Will", "i will", ["will"]),
        ("राम कुमार", "राम कुमार और राम, कुमार", ["राम कुमार"]),
        ("चाँद", "चांद निकला।", ["चांद"]),
        ("श्रीकांत", "श्री\u200dकांत से मिलो", ["श्री\u200dकांत"]),
        ("राम", "राम-राज्य", ["राम"]),
        ("ram", "write to ram@iit.ac.in or @ram, ram", ["ram"]),
        ("கண்ணன்", "கண்ணன், வா! கண்ணனை", ["கண்ணன்"]),
        ("زینب", "زینب نے کہا۔", ["زینب"]),
        ("രാമൻ", "രാമൻ വന്നു.", ["രാമൻ"]),
    ],
)
def test_a_term_is_a_word_of_its_own(term: str, text: str, found: list[str]) -> None:
    assert [said for said, _ in texts(TermFinder([(term, "-")]), text)] == found


@pytest.mark.parametrize(
    ("rendering", "text", "there"),
    [
        ("Dashwood", "It is dashwood's.", True),
        ("கண்ணன்", "கண்ணன்தான் வந்தான்", True),
        ("Ram", "a program", False),
        ("Ram Kumar", "Ram-Kumar came", True),
        ("Mr. Rao", "So Mr Rao came", True),
    ],
)
def test_a_rendering_is_there_with_an_ending_and_not_within_a_word(
    rendering: str, text: str, there: bool
) -> None:
    assert missing([Found(0, 1, "x", rendering)], text) == ([] if there else ["x"])


@pytest.mark.parametrize(
    ("term", "said", "source", "target", "become"),
    [
        ("सूर्या", {"en": "Suriya"}, HI, EN, "Suriya"),
        ("सूर्या", {}, HI, MR, "सूर्या"),
        ("कमल", {}, HI, EN, "Kamal"),
        ("कमल", {}, HI, TA, None),
        ("Kamal", {}, EN, HI, None),
        ("کمال", {}, ("ur", "Arab"), EN, None),
    ],
)
def test_what_a_term_becomes(
    term: str, said: dict[str, str], source: tuple[str, str], target: tuple[str, str], become: str
) -> None:
    assert rendering(term, said, source, target) == become


def test_a_term_is_kept_out_of_the_model_and_comes_back() -> None:
    source = "सूर्या 21,00,000 रुपये लेकर #सूर्या आया।"
    terms = finder_for(GLOSSARY, HI, EN).find(source)
    protected = protect(source, "hin_Deva", terms=terms)
    assert "सूर्या " not in protected.text
    assert protected.entities[0] == "Surya"
    back = restore("<ID1> came with <ID2> rupees <ID3>.", protected)
    assert back.text == "Surya came with 21,00,000 rupees #सूर्या."
    assert back.lost == ()
    assert restore("The Sun came with <ID2> rupees <ID3>.", protected).lost == ("Surya",)
    plain = protect(source, "hin_Deva", placeholders=False, terms=terms)
    assert plain.text.startswith("सूर्या 21,00,000")
    assert "Surya" in restore("The Sun came.", plain).lost


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["सूर्या", "राम कुमार", "राम", "ज़मीन", "घर", "5:30", "है।", "#राम", "क"]),
        min_size=1,
        max_size=30,
    )
)
def test_whatever_is_said_comes_back_with_every_rendering(words: list[str]) -> None:
    source = " ".join(words)
    finder = finder_for(GLOSSARY, HI, MR)
    protected = protect(source, "hin_Deva", terms=finder.find(source))
    back = restore(protected.text.replace("\u200b:", ":"), protected)
    assert back.text == source
    assert not any("\ue000" <= character <= "\ue03f" for character in protected.text + back.text)


class Says:
    """An engine that says what it is told for a text, else the text's placeholders."""

    max_tokens = 100

    def __init__(self, *says: str) -> None:
        self.says = list(says)
        self.asked: list[str] = []

    def lengths(self, texts: list[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def generate(self, texts: list[str], *, careful: bool = False) -> list[Generated]:
        self.asked += texts
        return [Generated(self.says.pop(0) if len(self.says) > 1 else self.says[0]) for _ in texts]


def run(engine: Says, text: str, glossary: Glossary, memory: Path | None = None) -> Outcome:
    return translate_units(
        [SentenceUnit(0, 0, 1, text, (0,))],
        engine,  # type: ignore[arg-type]
        "hin_Deva",
        "eng_Latn",
        batch_size=2,
        memory=TranslationMemory(memory, {}) if memory else None,
        terms=finder_for(glossary, HI, EN),
    )


def test_a_term_that_survives_is_counted_and_one_that_does_not_is_reported() -> None:
    fine = run(Says("<ID1> has come."), "सूर्या आया है।", GLOSSARY)
    assert (fine.units[0].text, fine.units[0].reason) == ("Surya has come.", None)
    assert fine.terms.metrics == {"terms": 1, "terms_lost": 0}
    assert fine.degraded == []
    lost = run(Says("The Sun has come."), "सूर्या आया है।", GLOSSARY)
    assert lost.units[0].text == "The Sun has come."
    assert lost.units[0].reason == "Surya is missing"
    (told,) = lost.degraded
    assert "सूर्या (1x)" in told.why
    assert told.fix
    assert lost.terms.metrics == {"terms": 1, "terms_lost": 1}


def test_a_dropped_placeholder_is_tried_without_one() -> None:
    engine = Says("The Sun has come.", "It has come.", "Surya has come.")
    outcome = run(engine, "सूर्या आया है।", GLOSSARY)
    assert outcome.units[0].text == "Surya has come."
    assert outcome.degraded == []
    assert [text.startswith("सूर्या") for text in engine.asked] == [False, False, True]


def test_another_rendering_is_another_sentence_to_the_memory(tmp_path: Path) -> None:
    other = Glossary(terms=[GlossaryTerm(text="सूर्या", renderings={"en": "Suriya"})])
    for glossary, name in ((GLOSSARY, "Surya"), (other, "Suriya"), (GLOSSARY, "Surya")):
        outcome = run(Says("<ID1> has come."), "सूर्या आया है।", glossary, tmp_path)
        assert outcome.units[0].text == f"{name} has come."
    assert outcome.from_memory == 1


@pytest.mark.smoke
def test_the_stage_keeps_terms_and_reports_what_is_lost(
    toolkit: Any, tiny_seq2seq: Path, say: Any, tmp_path: Path
) -> None:
    glossary = tmp_path / "glossary.json"
    glossary.write_text(
        Glossary(
            terms=[
                GlossaryTerm(text="रामनगर", renderings={"en": "Ramnagar"}),
                GlossaryTerm(text="भाई", renderings={"en": "Bhai"}),
                GlossaryTerm(text="अयोध्या"),
            ]
        ).to_json()
    )
    film = say("hi", ["बैठक रामनगर बजे होगी।", "वह मेरा भाई है।"])
    result, translation = toolkit.translate(
        tmp_path / "stage", film, "en", tiny_seq2seq, glossary=glossary
    )
    first, second = translation.units
    assert (first.text, first.reason) == ("The meeting will be at Ramnagar.", None)
    assert "Bhai is missing" in (second.reason or "")
    assert (result.metrics["terms"], result.metrics["terms_lost"]) == (2, 1)
    assert any("भाई (1x)" in one.why for one in result.degraded)
