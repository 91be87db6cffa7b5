"""Template mode: every word in exactly one cue, in order, and no times but the template's."""

from __future__ import annotations

import random
import time

from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalchitra.subtitles.cues.cue import Cue, CueSettings
from chalchitra.subtitles.cues.style import read_style
from chalchitra.subtitles.cues.words import transcript_words, translation_words
from chalchitra.subtitles.tracks.template import fill_template
from chalchitra.subtitles.tracks.template_track import TemplateTrack, edited_words, with_units
from chalchitra.text.matching import match, tokens
from chalchitra.transcript.model import Segment, Transcript, Word
from chalchitra.transcript.translation import Translation, TranslationUnit

from ..cutting import build_cues

STYLE = CueSettings.model_validate(read_style("netflix").model_dump())
VOCABULARIES = {
    "hi": ("Deva", "मैं कल दिल्ली से आया था और वह नहीं आई क्षत्रिय हूँ, ठीक है।"),
    "en": ("Latn", "I came from Delhi yesterday, and the old man did not come. Yes."),
    "ta": ("Taml", "நான் நேற்று டெல்லியிலிருந்து வந்தேன், அவர் வரவில்லை. சரி"),
    "ml": ("Mlym", "ഞാൻ ഇന്നലെ ഡൽഹിയിൽനിന്നു വന്നു, എന്നാൽ അവൻ വന്നില്ല."),
    "th": ("Thai", "ฉันมาจากเดลี เมื่อวานนี้ และ เขาไม่มา ครับ"),
    "ur": ("Arab", "میں کل دہلی سے آیا تھا، اور وہ نہیں آئی۔ ٹھیک ہے؟"),
}


@st.composite
def films(draw):
    """What is spoken in one language, with its times, and its translations into two others."""
    source, first, second = draw(st.permutations(list(VOCABULARIES)))[:3]
    segments, at = [], 0.0
    for n in range(draw(st.integers(1, 6))):
        at += draw(st.sampled_from([0.0, 0.05, 0.4, 3.0]))
        words = []
        for text in draw(sentences(source, 12)):
            length = draw(st.sampled_from([0.1, 0.25, 0.5, 0.9]))
            words.append(Word(text=text, start=round(at, 3), end=round(at + length, 3)))
            at += length
        text = " ".join(word.text for word in words)
        segments.append(
            Segment(id=n, start=words[0].start, end=words[-1].end, text=text, words=words)
        )
    transcript = Transcript(language=source, segments=segments)
    return transcript, [
        Translation(
            source_language=source,
            target_language=target,
            translator="t",
            model="m",
            units=[
                TranslationUnit(
                    id=10 + each.id,
                    start=each.start,
                    end=each.end,
                    source=each.text,
                    text=" ".join(draw(sentences(target, 25))),
                    segment_ids=[each.id],
                )
                for each in segments
            ],
        )
        for target in (first, second)
    ]


def sentences(language, most):
    words = st.sampled_from(VOCABULARIES[language][1].split())
    return st.lists(words, min_size=1, max_size=most)


def script(language):
    return VOCABULARIES[language][0]


def own_track(document):
    """A language's words, what they translate, and its own cues as a template."""
    if isinstance(document, Transcript):
        words = transcript_words(document, script(document.language))
        cues = build_cues(
            words, STYLE, language=document.language, script=script(document.language)
        )
        return words, None, TemplateTrack.of_source(document.language, cues), cues
    language = document.target_language
    words = translation_words(document)
    cues = build_cues(words, STYLE, language=language, script=script(language))
    spoken = {unit.id: unit.source for unit in document.units}
    return words, spoken, TemplateTrack.of_translation(language, cues, document), cues


def fill(document, template, spoken_in):
    words, spoken, _, _ = own_track(document)
    language = document.language if spoken is None else document.target_language
    filled = fill_template(
        words,
        spoken,
        template,
        STYLE,
        language=language,
        script=script(language),
        source_script=script(spoken_in),
    )
    return words, filled


def letters(texts):
    return "".join("".join(text.split()) for text in texts)


def check(words, filled, template):
    cues = filled.track.cues
    assert letters(cue.text for cue in cues) == letters(word.text for word in words)
    times = [(cue.start, cue.end) for cue in template.cues]
    assert [(cue.start, cue.end) for cue in cues] == [times[n] for n in filled.places]
    assert filled.places == sorted(set(filled.places))
    assert [cue.index for cue in cues] == list(range(1, len(cues) + 1))


@settings(deadline=None, max_examples=60)
@given(film=films())
def test_translations_in_the_cues_of_what_is_spoken(film):
    transcript, translations = film
    _, _, template, cues = own_track(transcript)
    for translation in translations:
        words, filled = fill(translation, template, transcript.language)
        check(words, filled, template)
        assert filled.astray == 0
        held = {
            unit.id: {n for n, cue in enumerate(cues) if shows(cue, unit, transcript)}
            for unit in translation.units
        }
        for place, cue in zip(filled.places, filled.track.cues, strict=True):
            assert all(place in held[unit] for unit in cue.units)


def shows(cue, unit, transcript):
    """Whether a cue shows words of the sentence that a unit translates."""
    said = transcript.segments[unit.segment_ids[0]]
    return any(cue.start / 1000 - 0.5 <= word.start < cue.end / 1000 for word in said.words)


@settings(deadline=None, max_examples=60)
@given(film=films())
def test_what_is_spoken_and_another_translation_in_the_cues_of_a_translation(film):
    transcript, (first, second) = film
    words, _, template, cues = own_track(first)
    for document in (transcript, second):
        ours, filled = fill(document, template, transcript.language)
        check(ours, filled, template)
    for place, cue in zip(filled.places, filled.track.cues, strict=True):
        assert set(cue.units) <= set(cues[place].units), "units that share a cue share it here too"
    if all(
        len(unit.text.split()) >= sum(unit.id in cue.units for cue in cues) for unit in second.units
    ):
        assert filled.places == list(range(len(cues))), "no cue is empty where there are words"


@settings(deadline=None, max_examples=60)
@given(film=films(), late=st.integers(1, 4000))
def test_a_retimed_cue_retimes_all(film, late):
    transcript, (translation, _) = film
    _, _, template, cues = own_track(transcript)
    last = cues[-1]
    moved = [
        *cues[:-1],
        Cue(last.index, last.start + late, last.end + late, last.lines),
    ]
    before = fill(translation, template, transcript.language)[1]
    _, after = fill(
        translation, TemplateTrack.of_source(transcript.language, moved), transcript.language
    )
    texts = [cue.lines for cue in before.track.cues]
    assert [cue.lines for cue in after.track.cues] == texts
    if before.places[-1] == len(cues) - 1:
        assert after.track.cues[-1].start == moved[-1].start


def repeated_in_thai():
    """Two sentences of few words, over and over, in a script whose words a cue may cut."""
    first = (
        "ฉันมาจากเดลี ฉันมาจากเดลี ครับ เมื่อวานนี้ ฉันมาจากเดลี เขาไม่มา และ เขาไม่มา เขาไม่มา เมื่อวานนี้ "
        "ครับ และ เมื่อวานนี้ ฉันมาจากเดลี และ ฉันมาจากเดลี ฉันมาจากเดลี"
    )
    units = [
        TranslationUnit(
            id=10 + n, start=0.6 * n, end=0.6 * (n + 1), source="मैं", text=text, segment_ids=[n]
        )
        for n, text in enumerate([first, "ฉันมาจากเดลี เขาไม่มา"])
    ]
    thai = Translation(
        source_language="hi", target_language="th", translator="t", model="m", units=units
    )
    return Transcript(language="hi", segments=[]), [thai, thai]


@settings(deadline=None, max_examples=60)
@given(film=films())
@example(film=repeated_in_thai())
def test_edited_cues_know_their_units_again(film):
    _, (translation, _) = film
    words, _, _, cues = own_track(translation)
    plain = [Cue(cue.index, cue.start, cue.end, cue.lines) for cue in cues]
    again = with_units(plain, words)
    assert letters(w.text for w in edited_words(plain, words)) == letters(w.text for w in words)
    assert [cue.units for cue in again] == [cue.units for cue in cues]


def test_an_edited_word_changes_no_unit_and_a_deleted_cue_loses_no_text():
    units = [
        TranslationUnit(id=n, start=4 * n, end=4 * n + 3, source=s, text=t, segment_ids=[n])
        for n, (s, t) in enumerate(
            [
                ("मैं दिल्ली आया।", "I came to Delhi."),
                ("वह नहीं आई।", "She did not."),
                ("ठीक है।", "Fine."),
            ]
        )
    ]
    english = Translation(
        source_language="hi", target_language="en", translator="t", model="m", units=units
    )
    urdu = english.model_copy(
        update={
            "target_language": "ur",
            "units": [
                unit.model_copy(update={"text": text})
                for unit, text in zip(
                    units, ["میں دہلی آیا۔", "وہ نہیں آئی۔", "ٹھیک ہے۔"], strict=True
                )
            ],
        }
    )
    words, _, _, cues = own_track(english)
    assert len(cues) == 3
    edited = with_units(
        [Cue(1, 0, 3000, ("I went to Delhi.",)), Cue(2, 8500, 11000, ("Fine then.",))], words
    )
    assert [cue.units for cue in edited] == [(0,), (2,)]
    template = TemplateTrack.of_translation("en", edited, english)
    _, filled = fill(urdu, template, "hi")
    assert [(cue.start, " ".join(cue.lines)) for cue in filled.track.cues] == [
        (0, "میں دہلی آیا۔ وہ نہیں آئی۔"),
        (8500, "ٹھیک ہے۔"),
    ]
    assert filled.astray == 1


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.sampled_from("ab cd ef gh".split()), max_size=40),
    st.lists(st.sampled_from("ab cd ef gh".split()), max_size=40),
)
def test_matching_never_falls_and_pairs_only_what_is_the_same(ours, theirs):
    found = match(ours, theirs)
    kept = [at for at in found if at is not None]
    assert kept == sorted(set(kept))
    assert all(at is None or ours[n] == theirs[at] for n, at in enumerate(found))


def test_a_film_is_matched_in_a_moment():
    """Two hours of words, one in fifty edited."""
    chance = random.Random(1)
    words = [f"w{int(300 * chance.random() ** 3)}" for _ in range(15000)]
    edited = [f"x{n}" if n % 50 == 7 else word for n, word in enumerate(words)]
    clock = time.process_time()
    found = match(words, edited)
    assert time.process_time() - clock < 2
    assert all(found[n] == n for n in range(len(words)) if n % 50 != 7)


def test_tokens_are_words_without_punctuation_or_characters_without_spaces():
    assert tokens("“क्षत्रिय” — हूँ, Hello।") == ["क्षत्रिय", "हूँ", "hello"]
    assert tokens("你好,世界", unspaced=True) == list("你好世界")


def test_an_hour_is_filled_in_seconds():
    segments, units = [], []
    for n in range(900):
        at = 4.0 * n
        words = [
            Word(text=f"शब्द{n}{k}", start=at + 0.25 * k, end=at + 0.25 * k + 0.2) for k in range(12)
        ]
        text = " ".join(word.text for word in words) + "।"
        segments.append(Segment(id=n, start=at, end=at + 3, text=text, words=words))
        english = " ".join(f"word{k}" for k in range(16)) + "."
        units.append(
            TranslationUnit(id=n, start=at, end=at + 3, source=text, text=english, segment_ids=[n])
        )
    transcript = Transcript(language="hi", segments=segments)
    translation = Translation(
        source_language="hi", target_language="en", translator="t", model="m", units=units
    )
    _, _, template, _ = own_track(transcript)
    clock = time.process_time()
    words, filled = fill(translation, template, "hi")
    assert time.process_time() - clock < 6
    check(words, filled, template)
