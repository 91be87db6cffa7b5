"""Protection without the toolkit: what it hides, what it brings back."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.translation.protect import protect, restore
from chalchitra.translation.terms import Found

TEXT = st.text(
    st.one_of(
        st.characters(min_codepoint=0x0900, max_codepoint=0x0D7F),
        st.characters(min_codepoint=0x0600, max_codepoint=0x06FF),
        st.sampled_from("ABab019 :.,-/%+'\"<>[]()#@|\\\u00a0\u200b\u200c\u200d\n\t—…१२٣௫౦"),
    ),
    max_size=60,
)
TAGS = st.sampled_from(["hin_Deva", "tam_Taml", "urd_Arab", "eng_Latn", "sat_Olck", "pan_Guru"])
PRECOMPOSED = (
    "\u0929\u0931\u0934\u0958\u0959\u095a\u095b\u095c\u095d\u095e\u095f\u09dc\u09dd\u09df"
    "\u0a33\u0a36\u0a59\u0a5a\u0a5b\u0a5e\u0b5c\u0b5d"
)
"""Every letter that the toolkit decomposes into a literal \\uXXXX."""


@settings(deadline=None)
@given(TEXT, TAGS)
def test_nothing_dangerous_reaches_the_toolkit(text: str, tag: str) -> None:
    shown = protect(text + PRECOMPOSED, tag).text
    assert not set(shown) & set("\\|\n\t\u00a0" + PRECOMPOSED)
    assert not any(unicodedata.category(one) == "Nd" and not one.isascii() for one in shown)
    if tag in ("hin_Deva", "tam_Taml", "sat_Olck", "pan_Guru"):
        assert shown.count(":") == shown.count("\u200b:")


@settings(deadline=None)
@given(TEXT, TAGS)
def test_what_was_hidden_comes_back(text: str, tag: str) -> None:
    """A model that copies gives every number, link and address of the source back."""
    protected = protect(text, tag)
    restored = restore(protected.text.replace("\u200b", ""), protected)
    assert not restored.lost
    for kept in (*protected.entities, *protected.numbers):
        assert unicodedata.normalize("NFC", kept) in restored.text


@pytest.mark.parametrize(
    ("text", "shown", "entities"),
    [
        ("रु. 1,00,000 और 21,00,000", "रु. <ID1> और <ID2>", ("1,00,000", "21,00,000")),
        ("It costs $5,000.50.", "It costs <ID1>.", ("$5,000.50",)),
        ("१०:३० से ११:४५ तक", "<ID1> से <ID2> तक", ("10:30", "11:45")),
        ("see http://a.com/x?y=1.", "see <ID1>.", ("http://a.com/x?y=1",)),
        ("write to ram.k@iit.ac.in, please", "write to <ID1>, please", ("ram.k@iit.ac.in",)),
        ("@राम #टैग", "<ID1> <ID2>", ("@राम", "#टैग")),
        ("100% सही", "<ID1> सही", ("100%",)),
        ("go to www.example.org!", "go to <ID1>!", ("www.example.org",)),
        ("3.5 करोड़, 50%", "3.5 करोड़, 50%", ()),
        ("2019 में", "2019 में", ()),
        ("for months.It doesn't hurt", "for months. It doesn't hurt", ()),
        ("वह — शायद — आए", "वह, शायद, आए", ()),
        ("- हाँ", "हाँ", ()),
        ("5 - 10 दिन", "5 - 10 दिन", ()),
    ],
)
def test_what_is_hidden(text: str, shown: str, entities: tuple[str, ...]) -> None:
    protected = protect(text, "eng_Latn" if text.isascii() else "hin_Deva")
    assert protected.text == shown
    assert protected.entities == entities


@pytest.mark.parametrize(
    "output", ["at <ID1>.", "at < ID1 >.", "at [id 1].", "at <आईडी1>.", "at < ID 1 ].", "at 10:30."]
)
def test_placeholders_are_found_however_the_model_spells_them(output: str) -> None:
    restored = restore(output, protect("१०:३० पर", "hin_Deva"))
    assert restored.text == "at 10:30."
    assert not restored.lost
    assert not restored.strays


def test_marks_are_folded_where_the_model_wrote_them_and_not_in_what_was_hidden() -> None:
    terms = (Found(0, 6, "Wham!.", "Wham!."),)
    protected = protect("Wham!. १०:३०", "hin_Deva", terms=terms)
    assert restore(f"{protected.text}।,", protected).text == "Wham!. 10:30।"


def test_lost_and_stray_placeholders_are_named() -> None:
    restored = restore("at <ID7>.", protect("१०:३० पर", "hin_Deva"))
    assert restored.lost == ("10:30",)
    assert restored.strays == ("<ID7>",)


def test_a_placeholder_in_the_source_is_not_ours() -> None:
    protected = protect("<ID1> 10:30", "eng_Latn")
    assert restore(protected.text, protected).text == "ID 1 10:30"


def test_numbers_of_the_source_are_closed_and_others_left() -> None:
    restored = restore("1 - 2 at 5: 30, not 6: 15.", protect("5:30 पर 1-2 लोग", "hin_Deva"))
    assert restored.text == "1-2 at 5:30, not 6: 15."


def test_without_placeholders_numbers_stay() -> None:
    protected = protect("10:30 पर", "hin_Deva", placeholders=False)
    assert protected.text == "10\u200b:30 पर"
    assert restore("at 10: 30", protected).text == "at 10:30"


@pytest.mark.parametrize(
    "text",
    [
        *("-.a:@/#%1,<[ I♪!\"'"),
        "a.",
        "1.",
        "<ID",
        "ID ",
        "A B",
        "- ",
        "a@b.",
        "months.-",
        "< ",
        "डी.",
    ],
)
def test_hostile_text_takes_time_in_proportion(text: str) -> None:
    """Eight times as long takes less than 32 times the processor's time; the square is 64."""

    def seconds(length: int) -> float:
        source = (text * length)[:length]
        found = []
        for _ in range(3):
            start = time.process_time()
            protected = protect(source, "eng_Latn")
            restore(protected.text, protected, "hin_Deva")
            found.append(time.process_time() - start)
        return min(found)

    seconds(500)
    assert seconds(16_000) < 32 * max(seconds(2_000), 0.005)
