"""What counts as a bad translation, and what does not."""

from __future__ import annotations

import pytest

from chalchitra.translation.checks import left_over, problem

SOURCE = "I will come to your house tomorrow evening."


@pytest.mark.parametrize(
    ("source", "output", "script"),
    [
        (SOURCE, "मैं कल शाम तुम्हारे घर आऊँगा।", "Deva"),
        ("Yes.", "जी हाँ, बिल्कुल, मैं समझ गया।", "Deva"),
        ("हाँ।", "Yes, sir, I have understood it.", "Latn"),
        ("नहीं नहीं नहीं नहीं नहीं नहीं!", "No, no, no, no, no, no!", "Latn"),
        ("I use WhatsApp.", "मैं WhatsApp इस्तेमाल करता हूँ।", "Deva"),
        ("OK.", "OK.", "Deva"),
        ("5:30", "5:30", "Deva"),
        ("C:\\films में है", "It is in C:\\films", "Latn"),
        ("धीरे धीरे चलो", "Go slowly, slowly", "Latn"),
        ("बहुत बहुत धन्यवाद", "Thank you very, very, very much", "Latn"),
        ("হ্যাঁ।", "ਹਾਂ।", "Guru"),
        ("राम, श्याम, सीता।", "राम, श्याम, सीता.", "Deva"),
        ("नहीं साहब " * 3, "No sir, no sir, no sir!", "Latn"),
        ("नहीं साहब " * 4, "No sir, no sir, no sir, no sir!", "Latn"),
        ("चलो चलो", "go go go go now", "Latn"),
        ("मुझे जाने दो न", "let go, let go, let go", "Latn"),
        ("मैं Иван हूँ", "I am Иван of the north", "Latn"),
        ("मैं café में हूँ", "मैं café में हूँ, ʼ ok", "Deva"),
        (
            "न मैं जाना चाहता हूँ, न रुकना, न मरना",
            "I don't want to go, I don't want to stay, I don't want to die.",
            "Latn",
        ),
    ],
)
def test_a_good_translation_passes(source: str, output: str, script: str) -> None:
    assert problem(source, output, script) is None


@pytest.mark.parametrize(
    ("source", "output", "script", "sign"),
    [
        (SOURCE, "", "Deva", "no text"),
        (SOURCE, "  \n", "Deva", "no text"),
        (SOURCE, "मैं \\1ः30 बजे घर आऊँगा।", "Deva", "backslash"),
        ("दुसऱ्या दिवशी", "दुसर\\u093Cया", "Deva", "backslash"),
        (SOURCE, "वह वह वह वह वह वह", "Deva", "repeated"),
        (SOURCE, "no sir no sir no sir no sir no sir", "Latn", "repeated"),
        (SOURCE, "मैं कल शाम தமிழ் तुम्हारे घर आऊँगा।", "Deva", "“தமிழ்” is in another script"),
        (SOURCE, "मैं कल शाम तुम्हारे घर пойду आऊँगा।", "Deva", "another script"),
        (SOURCE, "ᱤᱧ ᱜᱟᱯᱟ ᱟᱢᱟᱜ ᱚᱲᱟᱜ گھر ᱦᱤᱡᱩᱜ-ᱟ ᱾", "Olck", "another script"),
        (SOURCE, "मैं घर आऊँगा मैं घर आऊँगा मैं घर आऊँगा", "Deva", "repeated"),
        (
            "वह हर घर पर कोलम बनाती",
            "and on the side of the column, on the side, on the side of the column.",
            "Latn",
            "repeated",
        ),
        (SOURCE, "मैंँँँँँँँँँँँँ", "Deva", "repeated"),
        (SOURCE, "घर " + " ".join(f"अ{n}" for n in range(60)), "Deva", "too long"),
        (SOURCE * 3, "घर", "Deva", "too short"),
        (SOURCE, "میں کل شام تمہارے گھر آؤں گا۔", "Deva", "script"),
        (SOURCE, SOURCE, "Deva", "script"),
        ("मैं कल घर आऊँगा", "मैं कल घर आऊँगा", "Latn", "script"),
        (SOURCE, "মই কাইলৈ ঘৰলৈ আহিম।", "Deva", "script"),
        ("वह कल घर जाएगा।", "वह कल घर जाएगा .", "Deva", "returned the source"),
        ("میں کل گھر آؤں گا۔", "میں کل گھر آؤں گا", "Arab", "returned the source"),
        ("Πού είναι ο σταθμός;", "Πού είναι ο σταθμός;", "Grek", "returned the source"),
    ],
)
def test_a_bad_translation_is_named(source: str, output: str, script: str, sign: str) -> None:
    assert sign in (problem(source, output, script) or "")


def test_words_of_the_source_are_a_doubt_and_no_failure() -> None:
    half = "मैं कल tomorrow आऊँगा।"
    english = "I will come कल to your house."
    assert problem("मैं कल आऊँगा।", english, "Latn", source_script="Deva") is None
    assert "कल" in (left_over("मैं कल आऊँगा।", english, "Deva", "Latn") or "")
    assert left_over(SOURCE, half, "Latn", "Deva") is None
    assert left_over("मी घरी आहे", "मैं घर में हूँ", "Deva", "Deva") is None


def test_words_that_a_person_wants_are_in_the_right_script() -> None:
    """A glossary may say that a name stays in Latin letters."""
    assert "script" in (problem("राम और श्याम", "Ram மற்றும் Shyam Lal Gupta", "Taml") or "")
    wanted = {"Ram", "Shyam Lal Gupta"}
    assert problem("राम और श्याम", "Ram மற்றும் Shyam Lal Gupta", "Taml", wanted) is None
    assert problem("राम और श्याम घर गए हैं", "Ram और श्याम घर गए हैं", "Deva", {"Ram"}) is None
