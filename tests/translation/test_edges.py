"""What stands around a sentence comes back, and it ends as its source does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.translation.edges import mirrored, without_capitals, without_edges
from chalchitra.translation.protect import protect, restore

TEXT = st.text(st.sampled_from("aBc हाँ ।.?!…—–-♪★😀 5\"')"), max_size=30)


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("♪ la la ♪", "la la"),
        ("- हाँ", "हाँ"),
        ("मैं—", "मैं"),
        ("wait --", "wait"),
        ("-5", "-5"),
        ("♪", "♪"),
        ("😀 चलो", "चलो"),
    ],
)
def test_what_stands_around_a_text_is_kept(text: str, inner: str) -> None:
    found, edges = without_edges(text)
    assert found == inner
    assert edges.around(found) == text


@settings(deadline=None)
@given(TEXT)
def test_nothing_is_lost_at_the_edges(text: str) -> None:
    found, edges = without_edges(text)
    assert edges.around(found).split() == text.split()


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("मैं घर—", "I home—"),
        ("- हाँ", "- Yes"),
        ("♪ चलो चलें ♪", "♪ Let us go ♪"),
        ("चलो ♪ चलें", "Let us ♪ go"),
    ],
)
def test_a_translation_has_them_again(source: str, shown: str) -> None:
    said = {
        "मैं घर": "I home.",
        "हाँ": "Yes.",
        "चलो चलें": "Let us go.",
        "चलो <ID1> चलें": "Let us <ID1> go.",
    }
    protected = protect(source, "hin_Deva")
    assert restore(said[protected.text], protected, "eng_Latn").text == shown


@pytest.mark.parametrize(
    ("text", "source", "tag", "shown"),
    [
        ("Yes.", "हाँ", "eng_Latn", "Yes"),
        ("Yes", "हाँ।", "eng_Latn", "Yes."),
        ("Who.", "कौन?", "eng_Latn", "Who?"),
        ("Who?", "कौन", "eng_Latn", "Who?"),
        ("আমাদের কেরলে।", "हमारे केरला में,", "ben_Beng", "আমাদের কেরলে,"),
        ("کون۔", "कौन?", "urd_Arab", "کون؟"),
        ("मला", "me.", "mar_Deva", "मला."),
        ("मैं", "me.", "hin_Deva", "मैं।"),
        ("ᱟᱢ", "you.", "sat_Olck", "ᱟᱢ ᱾"),
        ("No.", "नहीं…", "eng_Latn", "No…"),
        ('"Go."', '"जा"', "eng_Latn", '"Go"'),
        ("at 5 p.m.", "शाम 5 बजे", "eng_Latn", "at 5 p.m."),
        ("誰ですか。", "कौन?", "jpn_Jpan", "誰ですか。"),
    ],
)
def test_a_translation_ends_as_its_source(text: str, source: str, tag: str, shown: str) -> None:
    assert mirrored(text, source, tag) == shown
    assert mirrored(shown, source, tag) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET OUT OF HERE NOW!", "Get out of here now!"),
        ("HELLO", "Hello"),
        ("STOP!", "Stop!"),
        ("FBI", "FBI"),
        ("I LOVE YOU. GO AWAY, I'M HERE", "I love you. Go away, I'm here"),
        ("he said NO to me", "he said NO to me"),
        ("he said GO AWAY NOW please", "he said go away now please"),
        ("U.S.A. WINS", "U.S.A. WINS"),
        ("Hello World", "Hello World"),
    ],
)
def test_capitals_are_sent_as_a_sentence(text: str, shown: str) -> None:
    assert without_capitals(text)[0] == shown


def test_and_come_back_where_the_script_has_them() -> None:
    protected = protect("GET OUT OF HERE!", "eng_Latn")
    assert protected.text == "Get out of here!"
    assert restore("Sors d'ici !", protected, "fra_Latn").text == "SORS D'ICI !"
    assert restore("निकल जाओ!", protected, "hin_Deva").text == "निकल जाओ!"


@pytest.mark.parametrize(
    ("text", "tag", "shown"),
    [
        ("बी.जे.पी. और कि.मी. डॉ. राम", "hin_Deva", "बीजेपी और किमी डॉ. राम"),
        ("എൽ.ഡി.എഫ്., ബി.ജെ.പി. വന്നു", "mal_Mlym", "എൽഡിഎഫ്, ബിജെപി വന്നു"),
        ("The U.S.A. won at 5 p.m. in the U.S.", "eng_Latn", "The USA won at 5 p.m. in the US."),
        ("यह है.मैं हूँ", "hin_Deva", "यह है.मैं हूँ"),
        ("Mr. J. Rao, e.g. him", "eng_Latn", "Mr. J. Rao, e.g. him"),
    ],
)
def test_dotted_abbreviations_are_sent_without_their_stops(text: str, tag: str, shown: str) -> None:
    assert protect(text, tag).text == shown
