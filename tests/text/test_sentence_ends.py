"""Sentence ends in many scripts, and what only looks like one."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.languages import all_languages
from chalchitra.text import abbreviations as table
from chalchitra.text.abbreviations import abbreviations
from chalchitra.text.sentence_ends import (
    CLOSERS,
    ENDS,
    ends_sentence,
    is_punctuation,
    sentence_starts,
)

LANGUAGES = [language.id for language in all_languages()]
WORDS = ["मैं", "घर", "गया", "বাড়ি", "வீடு", "ఇల్లు", "വീട്", "گھر", "ᱚᱲᱟᱜ", "House", "ਘਰ", "ଘର", "ಮನೆ"]
SENTENCES = {
    "hi": "मैं घर गया। वह नहीं आया॥ क्यों? अरे! डॉ. शर्मा से पूछो।",
    "ur": "وہ گھر گیا۔ کیا؟ جی!",
    "sat": "ᱤᱧ ᱪᱟᱞᱟᱜ᱾ ᱟᱢ?",
    "mni-Mtei": "ꯑꯩ ꯆꯠꯈ꯭ꯔꯦ꯫ ꯅꯪ?",
    "ta": "அவர் வந்தார். மு. கருணாநிதி பேசினார். போ. நான் வரவில்லை.",
    "en": 'Mr. Rao came at 5 p.m. today. "Stop!" he said. It cost 3. 5 m... maybe. No. 7 won. No.',
    "gu": "આ મારું ઘર છે. હા. શ્રી. પટેલ આવ્યા.",
}
CUT = {
    "hi": ["मैं घर गया।", "वह नहीं आया॥", "क्यों?", "अरे!", "डॉ. शर्मा से पूछो।"],
    "ur": ["وہ گھر گیا۔", "کیا؟", "جی!"],
    "sat": ["ᱤᱧ ᱪᱟᱞᱟᱜ᱾", "ᱟᱢ?"],
    "mni-Mtei": ["ꯑꯩ ꯆꯠꯈ꯭ꯔꯦ꯫", "ꯅꯪ?"],
    "ta": ["அவர் வந்தார்.", "மு. கருணாநிதி பேசினார்.", "போ.", "நான் வரவில்லை."],
    "en": [
        "Mr. Rao came at 5 p.m. today.",
        '"Stop!" he said.',
        "It cost 3. 5 m... maybe.",
        "No. 7 won.",
        "No.",
    ],
    "gu": ["આ મારું ઘર છે.", "હા.", "શ્રી. પટેલ આવ્યા."],
}


def cut(text: str, language: str | None = None) -> list[str]:
    words = text.split()
    starts = sentence_starts(words, language)
    return [
        " ".join(words[first:end])
        for first, end in zip([0, *starts], [*starts, len(words)], strict=True)
    ]


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_texts_are_cut_into_their_sentences(language: str) -> None:
    assert cut(SENTENCES[language], language) == CUT[language]


@pytest.mark.parametrize(
    "text",
    [
        "ए. पी. जे. अब्दुल कलाम आए।",
        "जी. एम. सी. बालयोगी",
        "वी. पी. सिंह",
        "ओ. पी. नैयर का गाना",
        "J. K. Rowling",
        "I. K. Gujral",
        "এ. পি. জে. আব্দুল কালাম",
        "એ. પી. જે. અબ્દુલ કલામ",
        "எம். ஜி. ராமச்சந்திரன்",
        "എ. പി. ജെ. അബ്ദുൾ കലാം",
        "ಎಚ್. ಡಿ. ದೇವೇಗೌಡ",
        "ఎన్. టి. రామారావు",
        "कि.मी. दूर है",
        "The U.S. Army",
        "Dr. J. Rao",
        "Sgt. Pepper",
        "रु. 500 दो",
    ],
)
def test_names_with_initials_and_titles_are_not_cut(text: str) -> None:
    assert cut(text) == [text]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("हाँ जी. आप आइए.", ["हाँ जी.", "आप आइए."]),
        ("उसने पानी पी. फिर सोया.", ["उसने पानी पी.", "फिर सोया."]),
        ("வா. இங்கே உட்கார்.", ["வா.", "இங்கே உட்கார்."]),
        ("घर | चलो ||", ["घर |", "चलो ||"]),
        ("घर| चलो", ["घर|", "चलो"]),
        ("घर । चलो", ["घर ।", "चलो"]),
        ("“है।” ” वह", ["“है।” ”", "वह"]),
        ("चलो। ♪ गाओ", ["चलो। ♪", "गाओ"]),
        ("चलो। ... गाओ", ["चलो। ...", "गाओ"]),
        ("चलो ... गाओ", ["चलो ... गाओ"]),
        ("आया। — तुम", ["आया।", "— तुम"]),
        ("आया। “ तुम", ["आया।", "“ तुम"]),
        ("वह… आया।", ["वह… आया।"]),
        ("Well... He came.", ["Well...", "He came."]),
        ("No. I stayed.", ["No.", "I stayed."]),
    ],
)
def test_what_does_end_a_sentence(text: str, parts: list[str]) -> None:
    assert cut(text) == parts


@pytest.mark.parametrize(
    "word",
    """है। गया॥ था? चलो! گا۔ ہے؟ ᱠᱟᱱᱟ᱾ ᱿ ꯅꯤ꯫ went. है. "हाँ।" (नहीं!) वह… and... 2019.
    குறும்படம். ।""".split(),
)
def test_ends_of_sentences(word: str) -> None:
    assert ends_sentence(word, "Then")
    assert ends_sentence(word, None)


@pytest.mark.parametrize(
    ("word", "following"),
    [
        ("डॉ.", "शर्मा"),
        ("Mr.", "Rao"),
        ("(Dr.", "Rao)"),
        ("प्रो.", "सिंह"),
        ("ডা.", "সেন"),
        ("ഡോ.", "നായർ"),
        ("J.", "Rao"),
        ("एम.", "करुणानिधि"),
        ("एस.पी.", "सिंह"),
        ("கி.", "மீ"),
        ("கே.", "ராஜா"),
        ("क.", "ख"),
        ("कि.मी.", "दूर"),
        ("U.S.A.", "today"),
        ("p.m.", "on"),
        ("3.", "5"),
        ("और…", "then"),
        ("well...", "maybe"),
        ("शब्द", "है"),
        ("3.5", "करोड़"),
        ("है।", "”"),
        ("Node.js", "is"),
    ],
)
def test_what_only_looks_like_an_end(word: str, following: str) -> None:
    assert not ends_sentence(word, following)


def test_a_language_has_its_own_abbreviations() -> None:
    assert not ends_sentence("सौ.", "पाटील", language="mr")  # Mrs. Patil
    assert ends_sentence("सौ.", "अब", language="hi")  # a hundred
    assert not ends_sentence("Nr.", "Sieben", language="de")
    assert ends_sentence("Sen.", "Ben", language="tr")  # "you", and no senator
    assert not ends_sentence("Mr.", "शर्मा", language="hi")
    assert not ends_sentence("ডা.", "সেন", language="mni-Beng")


def test_the_table_is_of_known_languages_and_is_written_alike() -> None:
    known = set(LANGUAGES)
    for key, text in table._OWN.items():
        assert key in known
        assert not any(is_punctuation(word) or "." in word for word in text.split()), key
        assert len(text.split()) == len(set(text.split())), key
    assert {key.partition("-")[0] for key in known} >= table._INDIAN


words = st.lists(
    st.sampled_from(
        [*WORDS, "डॉ.", "J.", "पी.", "3.", "5", "है।", "...", "…", "|", "”", "“", "—", "No."]
    )
    | st.text(min_size=1, max_size=6).filter(str.strip),
    max_size=20,
)


@given(words, st.sampled_from([None, *LANGUAGES]))
def test_sentences_are_all_the_words_in_order(said: list[str], language: str | None) -> None:
    starts = sentence_starts(said, language)
    assert starts == sorted(set(starts))
    assert all(0 < at < len(said) for at in starts)
    for first, end in zip(starts, [*starts, len(said)][1:], strict=True):
        assert not is_punctuation("".join(said[first:end]))


@given(
    st.sampled_from(WORDS),
    st.sampled_from(sorted(ENDS)),
    st.text(CLOSERS, max_size=2),
    st.sampled_from(WORDS),
    st.sampled_from([None, *LANGUAGES]),
)
def test_every_scripts_own_marks_end_sentences(word, mark, closers, following, language):
    assert ends_sentence(word + mark + closers, following, language=language)
    assert ends_sentence(word + mark + closers, language=language)
    apart = [word, mark, *closers, following]  # as some recognisers give them
    assert sentence_starts(apart, language) == [len(apart) - 1]


@given(st.sampled_from(LANGUAGES), st.data())
def test_an_abbreviation_ends_nothing(language, data):
    known = sorted(abbreviations(language))
    if not known:
        return
    short = data.draw(st.sampled_from(known))
    forms = [short, short.capitalize(), unicodedata.normalize("NFD", short)]
    short = data.draw(st.sampled_from(forms))
    following = data.draw(st.sampled_from([*WORDS, "5", "(x)"]))
    assert not ends_sentence(f"{short}.", following, language=language)
    assert not ends_sentence(f"({short}.", following, language=language)


INITIALS = {
    "Deva": "ए बी सी डी एफ जी एच आई जे के एल एम एन ओ पी आर एस टी यू वी",
    "Gujr": "એ બી સી ડી એફ જી એચ આઈ જે કે એલ એમ એન ઓ પી આર એસ ટી વી",
    "Taml": "ஏ பி சி டி ஜி ஜே கே எல் எம் என் பி ஆர் எஸ் வி மு க",
    "Telu": "ఎ బి సి డి జి జె కె ఎల్ ఎం ఎన్ పి ఆర్ ఎస్ టి వి",
    "Mlym": "എ ബി സി ഡി ജി ജെ കെ എൽ എം എൻ പി ആർ എസ് ടി വി",
    "Latn": "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z",
}


@given(st.sampled_from(sorted(INITIALS)), st.data())
def test_initials_stay_with_their_name(script, data):
    letters = data.draw(st.lists(st.sampled_from(INITIALS[script].split()), min_size=2, max_size=4))
    name = [f"{letter}." for letter in letters] + ["Rao"]
    assert sentence_starts(name) == []


@given(st.integers(0, 9999), st.integers(0, 9999), st.sampled_from(["", "₹", "$", "("]))
def test_a_decimal_number_is_not_cut(whole, rest, sign):
    assert not ends_sentence(f"{sign}{whole}.", str(rest))
    assert not ends_sentence(f"{sign}{whole}.{rest}", "और")
    assert ends_sentence(f"{sign}{whole}.", "Then")
