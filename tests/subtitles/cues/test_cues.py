"""Cues out of timed words: what holds for every text and every time, and what good breaks are."""

from __future__ import annotations

import math
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.subtitles.cues.cue import CueSettings
from chalchitra.subtitles.cues.graphemes import chunks, graphemes
from chalchitra.subtitles.cues.words import clean, transcript_words, translation_words
from chalchitra.transcript.model import Segment, Transcript, Word
from chalchitra.transcript.split import by_sentence
from chalchitra.transcript.translation import Translation, TranslationUnit

from ..cutting import build_cues
from ..limits import limits

STANDARD = limits()

LETTERS = {
    "Deva": "कखगचज्ािीुेोंःृँ़रस",
    "Taml": "கசதநமறல்ாிீுெொ",
    "Telu": "కచతనమర్ాిీుెొం",
    "Beng": "কখগচর্ািীুেোং",
    "Mlym": "കചതനമര്ാിീുെൊൻ\u200d",
    "Olck": "ᱚᱛᱜᱠᱞᱢᱽ",
    "Arab": "ابتجدرسعکگلمنںوہیے\u064e\u0651",
    "Latn": "abcdeèo\u0301ñ'-",
    "Hans": "我你他们好天地不是说A1",
    "Jpan": "私はとても好きだっーゃガ漢",
    "Thai": "กขคงจเแโใไะาิีุู่้์ำๆ",
    "Khmr": "កខគងច្ាិីុំ",
    "Mymr": "ကခဂငစ်္ာိုံး",
    "Tibt": "ཀཁགངཅ་ཱིུྱྲ",
}
MARKS = [
    "",
    "",
    "",
    "",
    ",",
    ".",
    "?",
    "!",
    "।",
    "॥",
    "؟",
    "۔",
    "᱾",
    "。",
    "、",
    "…",
    ")",
    "“",
    " ",
]
LANGUAGES = {
    "Deva": "hi", "Taml": "ta", "Telu": "te", "Beng": "bn", "Mlym": "ml", "Olck": "sat",
    "Arab": "ur", "Latn": "en", "Hans": "zh", "Jpan": "ja", "Thai": "th", "Khmr": "km",
    "Mymr": "my", "Tibt": "bo",
}  # fmt: skip
UNSPACED = {"Hans", "Jpan", "Thai", "Khmr", "Mymr", "Tibt"}


def word_texts(script):
    letters = st.text(LETTERS[script], min_size=1, max_size=9)
    return st.one_of(
        st.builds(str.__add__, letters, st.sampled_from(MARKS)),
        letters,
        st.text(LETTERS[script], min_size=40, max_size=140),
        st.sampled_from(
            ["।", "-->", "<i>", "42", "a\u2028b", "\x00", "👩‍👩‍👧", "e" + "\u0301" * 60]
        ),
        st.text(max_size=5).filter(lambda text: text.isprintable()),
    )


@st.composite
def word_times(draw, count):
    """Orderly times, or any times at all: overlapping, backwards, negative, without length."""
    if draw(st.booleans()):
        any_time = st.floats(-3, 60, allow_nan=False)
        return [(draw(any_time), draw(any_time)) for _ in range(count)]
    times = []
    now = draw(st.floats(0, 5))
    for _ in range(count):
        end = now + draw(st.sampled_from([0, 0.02, 0.2, 0.35, 0.6, 1.1, 9.0]))
        times.append((now, end))
        now = end + draw(st.sampled_from([0, 0, 0, 0.05, 0.3, 0.9, 1.2, 4.0]))
    return times


@st.composite
def transcripts(draw):
    script = draw(st.sampled_from(sorted(LETTERS)))
    texts = draw(st.lists(word_texts(script), max_size=40))
    times = draw(word_times(len(texts)))
    words = [
        Word(text=text, start=start, end=end)
        for text, (start, end) in zip(texts, times, strict=True)
    ]
    segments = []
    while words:
        count = draw(st.integers(1, 25))
        some, words = words[:count], words[count:]
        if script in UNSPACED:
            text = "".join(w.text.strip() + draw(st.sampled_from(["", "", "", " "])) for w in some)
        else:
            text = " ".join(w.text for w in some)
        segments.append(
            Segment(id=len(segments), start=some[0].start, end=some[-1].end, text=text, words=some)
        )
    return script, Transcript(language=LANGUAGES[script], segments=segments)


cue_settings = st.builds(
    CueSettings,
    max_lines=st.integers(1, 3),
    max_chars_per_line=st.sampled_from([12, 20, 37, 42, 42]),
    characters=st.sampled_from(["code points", "graphemes"]),
    min_duration=st.sampled_from([0.0, 0.833, 1.5]),
    max_duration=st.sampled_from([2.0, 7.0, 7.0]),
    linger=st.sampled_from([0.0, 0.5]),
    min_gap=st.sampled_from([0.0, 0.04, 0.084]),
    close_gap=st.sampled_from([0.0, 0.5]),
    max_pause=st.sampled_from([0.4, 1.0]),
    reading_speed=st.sampled_from([0.0, 12.0]),
)


def cues_of(script, transcript, limits=STANDARD, duration=None):
    return build_cues(
        transcript_words(transcript, script),
        limits,
        language=transcript.language,
        script=script,
        duration=duration,
    )


def timed(text, *, start=0.0, word=0.3, gap=0.0, language="en", segment_gap=None):
    """A transcript that speaks steadily: `|` in the text ends a segment."""
    segments = []
    now = start
    for part in text.split("|"):
        words = []
        for each in part.split():
            words.append(Word(text=each, start=now, end=now + word))
            now += word + gap
        segments.append(
            Segment(
                id=len(segments),
                start=words[0].start,
                end=words[-1].end,
                text=part.strip(),
                words=words,
            )
        )
        now += segment_gap or 0.0
    return Transcript(language=language, segments=segments)


def squeezed(text):
    return "".join(text.split())


def shown(cues):
    return [" ".join(cue.lines) for cue in cues]


def boundaries(runs):
    """Where a text may be cut, counted in characters that are no space."""
    places, position = {0}, 0
    for run in runs:
        for cluster in graphemes(run):
            position += len(cluster)
            places.add(position)
    return places


any_track = given(transcripts(), cue_settings, st.one_of(st.none(), st.floats(0.5, 80)))


@settings(max_examples=200, deadline=None)
@any_track
def test_what_holds_for_every_track(spoken, limits, duration):
    check_track(*spoken, limits, duration)


@pytest.mark.slow
@settings(max_examples=5000, deadline=None)
@any_track
def test_what_holds_for_thousands_of_tracks(spoken, limits, duration):
    check_track(*spoken, limits, duration)


def check_track(script, transcript, limits, duration):
    cues = cues_of(script, transcript, limits, duration)

    # Every word, in order, none lost or doubled; nothing cut inside a grapheme cluster.
    runs = [run for segment in transcript.segments for run in clean(segment.text).split()]
    lines = [line for cue in cues for line in cue.lines]
    assert squeezed("".join(lines)) == "".join(runs)
    allowed, position = boundaries(runs), 0
    for line in lines:
        assert line == " ".join(line.split())
        assert line
        position += len(squeezed(line))
        assert position in allowed
    if all(len(run) <= limits.max_chars_per_line for run in runs) and script not in UNSPACED:
        assert " ".join(lines).split() == runs

    # The limits.
    for cue in cues:
        assert len(cue.lines) <= limits.max_lines
        for line in cue.lines:
            fits = limits.length(line) <= limits.max_chars_per_line
            assert fits or chunks(line, 1) == [line]
        assert cue.seconds <= limits.max_duration

    # The clock.
    assert [cue.index for cue in cues] == list(range(1, len(cues) + 1))
    for cue in cues:
        assert 0 <= cue.start < cue.end
        assert type(cue.start) is type(cue.end) is int
    for cue, following in pairwise(cues):
        assert cue.end <= following.start
        if following.start - cue.start >= 2000 * limits.min_gap:
            assert following.start - cue.end >= 1000 * limits.min_gap - 1e-9
    if duration is not None and cues and len(cues) * 0.002 <= math.floor(duration * 1000) / 1000:
        assert cues[-1].end <= 1000 * duration


@settings(max_examples=200, deadline=None)
@given(st.data(), cue_settings)
def test_no_cue_spans_a_long_pause_or_parted_segments(data, limits):
    """Words that name their own number say in which cue each of them is."""
    count = data.draw(st.integers(1, 40))
    times = sorted((max(0, start), max(0, end)) for start, end in data.draw(word_times(count)))
    words = [
        Word(text=f"w{n}", start=start, end=max(start, end)) for n, (start, end) in enumerate(times)
    ]
    at = data.draw(st.integers(0, count))
    parts = [part for part in (words[:at], words[at:]) if part]
    segments = [
        Segment(id=n, start=0, end=0, text=" ".join(w.text for w in part), words=part)
        for n, part in enumerate(parts)
    ]
    cues = cues_of("Latn", Transcript(language="en", segments=segments), limits)
    for cue in cues:
        inside = [words[int(name[1:])] for name in " ".join(cue.lines).split()]
        for before, after in pairwise(inside):
            end = min(before.end, after.start, before.start + limits.max_duration)
            gap = round((after.start - end) * 1000)
            assert gap <= limits.max_pause * 1000 + 1
            if len(parts) == 2 and after is parts[1][0]:
                assert gap <= limits.min_gap * 1000 + 1


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(["alpha", "be,", "gamma.", "of", "delta?"]), min_size=1, max_size=60),
    st.sampled_from([0.25, 0.37, 0.8, 2.9]),
)
def test_cues_begin_with_their_first_word_and_end_after_their_last(texts, length):
    transcript = timed(" ".join(texts), start=1.0, word=length)
    words = iter(transcript.words)
    for cue in cues_of("Latn", transcript):
        own = [next(words) for _ in " ".join(cue.lines).split()]
        assert cue.start == pytest.approx(1000 * own[0].start, abs=1)
        assert 1000 * (own[-1].end - STANDARD.min_gap) - 1 <= cue.end
        assert cue.end <= max(1000 * (own[-1].end + STANDARD.linger), cue.start + 833) + 1


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_translation_loses_no_text_and_keeps_the_limits(data):
    script = data.draw(st.sampled_from(sorted(LETTERS)))
    any_time = st.floats(-3, 60, allow_nan=False)
    units = [
        TranslationUnit(id=n, start=start, end=end, source="x", text=text, segment_ids=[n])
        for n, (start, end, text) in enumerate(
            data.draw(
                st.lists(
                    st.tuples(any_time, any_time, st.text(LETTERS[script] + " ।.", max_size=200)),
                    max_size=6,
                )
            )
        )
    ]
    translation = Translation(
        source_language="xx",
        target_language=LANGUAGES[script],
        translator="test",
        model="test",
        units=units,
    )
    cues = build_cues(
        translation_words(translation), STANDARD, language=LANGUAGES[script], script=script
    )
    lines = [line for cue in cues for line in cue.lines]
    assert squeezed("".join(lines)) == squeezed("".join(unit.text for unit in units))
    assert all(len(cue.lines) <= 2 and cue.seconds <= 7 for cue in cues)
    assert all(len(line) <= 42 or chunks(line, 1) == [line] for line in lines)
    assert all(a.end <= b.start for a, b in pairwise(cues))


def test_a_unit_is_spread_over_its_time():
    unit = TranslationUnit(
        id=0, start=10, end=22, source="x", text="one two three four " * 8, segment_ids=[0]
    )
    translation = Translation(
        source_language="hi", target_language="en", translator="t", model="m", units=[unit]
    )
    cues = build_cues(translation_words(translation), STANDARD, language="en", script="Latn")
    assert len(cues) >= 2
    assert cues[0].start == 10_000
    assert 21_900 <= cues[-1].end <= 22_500
    for cue in cues[1:]:  # text and time run at the same pace
        read = sum(len(squeezed("".join(c.lines))) for c in cues[: cue.index - 1])
        assert (cue.start - 10_000) / 12_000 == pytest.approx(
            read / len(squeezed(unit.text)), abs=0.01
        )


def test_nothing_said_is_no_cue():
    assert cues_of("Latn", Transcript(language="en", segments=[])) == []
    empty = Segment(id=0, start=0, end=1, text=" ", words=[Word(text=" ", start=0, end=1)])
    assert cues_of("Latn", Transcript(language="en", segments=[empty])) == []


def test_a_segment_without_words_is_shown_over_its_time():
    segment = Segment(id=0, start=2.0, end=4.0, text="नमस्ते दुनिया।")
    (cue,) = cues_of("Deva", Transcript(language="hi", segments=[segment]))
    assert (cue.start, cue.end, cue.lines) == (2000, 4500, ("नमस्ते दुनिया।",))


def test_a_word_longer_than_seven_seconds_is_kept_and_its_cue_capped():
    segment = Segment(
        id=0, start=0, end=40, text="Nooo", words=[Word(text="Nooo", start=1, end=40)]
    )
    (cue,) = cues_of("Latn", Transcript(language="en", segments=[segment]))
    assert (cue.start, cue.end, cue.lines) == (1000, 8000, ("Nooo",))


def test_one_wild_time_moves_no_other_word():
    transcript = timed("one two three four five. six seven eight nine ten.", word=0.5)
    right = cues_of("Latn", transcript)
    transcript.segments[0].words[2].start = 5000.0
    transcript.segments[0].words[2].end = 5001.0
    wrong = cues_of("Latn", transcript)
    assert [(c.start, c.lines) for c in wrong] == [(c.start, c.lines) for c in right]


def test_breaks_fall_at_the_ends_of_sentences():
    text = (
        "The old man closed the door behind him. Nobody in the village knew where he went."
        " We waited for him until the evening came."
    )
    assert shown(cues_of("Latn", timed(text, word=0.4))) == [
        "The old man closed the door behind him.",
        "Nobody in the village knew where he went.",
        "We waited for him until the evening came.",
    ]


def test_breaks_know_the_danda_and_what_only_looks_like_a_sentence_end():
    text = "वहाँ डॉ. शर्मा जी मिले । उन्होंने मुझे बताया कि सब ठीक है। अब हम घर चलते हैं॥"
    assert shown(cues_of("Deva", timed(text, word=0.5, language="hi"))) == [
        "वहाँ डॉ. शर्मा जी मिले ।",
        "उन्होंने मुझे बताया कि सब ठीक है।",
        "अब हम घर चलते हैं॥",
    ]


@pytest.mark.parametrize(
    ("script", "language", "mark"),
    [("Arab", "ur", "۔"), ("Arab", "ur", "؟"), ("Olck", "sat", "᱾"), ("Mtei", "mni", "꯫")],
)
def test_breaks_know_the_sentence_ends_of_other_scripts(script, language, mark):
    sentence = " ".join(["کتاب"] * 6) + mark
    cues = cues_of(script, timed(" ".join([sentence] * 3), word=0.5, language=language))
    assert [line for cue in cues for line in cue.lines] == [sentence] * 3


def test_a_danda_that_stands_apart_begins_no_line_and_no_cue():
    transcript = timed("वह घर गया । फिर वह सो गया ।", word=0.8, language="hi")
    words = transcript.segments[0].words
    words[3].start, words[3].end = 9.0, 9.1  # what a recogniser may say of a danda
    for word in words[4:]:
        word.start, word.end = word.start + 8, word.end + 8
    lines = [line for cue in cues_of("Deva", transcript) for line in cue.lines]
    assert lines == ["वह घर गया ।", "फिर वह सो गया ।"]


def test_no_line_begins_with_a_mark_that_closes_even_where_two_lines_would_hold_all():
    full = "घ" * 20 + " " + "घ" * 21
    transcript = timed(f"{full} ) {full[:-4]}", word=0.9, language="hi")
    lines = [line for cue in cues_of("Deva", transcript) for line in cue.lines]
    assert " ".join(lines).count(")") == 1
    assert not any(line.startswith(")") for line in lines)


def test_lines_are_balanced_and_break_before_little_words():
    (cue,) = cues_of("Latn", timed("We shall fight in the fields and in the streets", word=0.4))
    assert cue.lines == ("We shall fight in the fields", "and in the streets")


def test_what_fits_on_one_line_stays_on_one():
    (cue,) = cues_of("Latn", timed("Why are you asking me that?", word=0.4))
    assert cue.lines == ("Why are you asking me that?",)


def test_pauses_and_speakers_part_cues_and_touching_segments_do_not():
    assert len(cues_of("Latn", timed("come in|sit down", segment_gap=0.0))) == 1
    assert len(cues_of("Latn", timed("come in|sit down", segment_gap=0.4))) == 2
    assert len(cues_of("Latn", timed("Hello?|Hello.", segment_gap=0.4))) == 2  # two people, often
    assert len(cues_of("Latn", timed("No.|Never.", segment_gap=0.2))) == 1
    assert len(cues_of("Latn", timed("come in sit down", gap=1.2))) == 4
    transcript = timed("come in|no thanks")
    transcript.segments[0].speaker, transcript.segments[1].speaker = "A", "B"
    assert shown(cues_of("Latn", transcript)) == ["come in", "no thanks"]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("come No. Why? हाँ। घर ठीक है। डॉ. ए. पी. — ” और".split()),
            st.sampled_from([0, 0, 0.05, 0.15, 0.25]),
            st.sampled_from([0.1, 0.3, 0.6]),
        ),
        min_size=1,
        max_size=50,
    ),
    cue_settings,
)
def test_cues_are_the_same_whether_sentences_are_segments_or_not(said, limits):
    """Two short sentences in one breath are not parted, which would make them flash."""
    words, now = [], 0.0
    for text, pause, length in said:
        words.append(Word(text=text, start=now + pause, end=now + pause + length))
        now += pause + length
    text = " ".join(word.text for word in words)
    whole = Transcript(
        language="hi",
        segments=[Segment(id=0, start=words[0].start, end=now, text=text, words=words)],
    )
    assert cues_of("Deva", by_sentence(whole), limits) == cues_of("Deva", whole, limits)


def test_sentences_without_spaces_stay_so_in_one_cue():
    texts = ["你好", "。", "再见", "。"]
    words = [Word(text=text, start=n * 0.3, end=n * 0.3 + 0.3) for n, text in enumerate(texts)]
    segment = Segment(id=0, start=0, end=1.2, text="你好。再见。", words=words)
    whole = Transcript(language="zh", segments=[segment])
    assert len(by_sentence(whole).segments) == 2
    assert cues_of("Hans", by_sentence(whole)) == cues_of("Hans", whole)


def test_short_gaps_are_closed_and_others_can_be_seen():
    def gap_after(pause):
        transcript = timed("Come in now|Sit down now", word=0.5, segment_gap=pause)
        first, second = cues_of("Latn", transcript)
        return second.start - first.end, first.end - 1500

    assert gap_after(0.3)[0] == 84
    assert gap_after(0.55)[0] == 84
    for pause in (0.7, 0.9, 1.1, 3.0):
        gap, linger = gap_after(pause)
        assert gap >= 500
        assert 0 <= linger <= 500


def test_a_gap_that_the_shortest_time_makes_short_is_closed():
    first, second = cues_of("Latn", timed("No!|Sit", word=0.1, segment_gap=0.9))
    assert first.end - first.start > 833
    assert second.start - first.end == 84


def test_a_short_word_is_shown_for_the_shortest_time_where_there_is_room():
    (cue,) = cues_of("Latn", timed("No!", word=0.1))
    assert cue.seconds == pytest.approx(0.833)


def test_chinese_breaks_at_its_punctuation_and_never_before_it():
    text = "我昨天去了商店，因为家里没有菜了。在那里我遇到了王先生，他说他用iPhone 15拍了很多照片。"
    spoken = [c for c in text if c != " "]
    words = [Word(text=c, start=n * 0.2, end=n * 0.2 + 0.2) for n, c in enumerate(spoken)]
    segment = Segment(id=0, start=0, end=words[-1].end, text=text, words=words)
    cues = cues_of("Hans", Transcript(language="zh", segments=[segment]))
    lines = [line for cue in cues for line in cue.lines]
    assert all(line[-1] in "，。" and line[0] not in "，。" for line in lines)
    assert "iPhone 15" in "".join(lines)


def test_words_split_inside_a_cluster_come_together():
    """faster-whisper cuts Thai at code points: a vowel sign can be a word of its own."""
    text = "ที่นี่" * 12
    words = [Word(text=c, start=n * 0.1, end=n * 0.1 + 0.1) for n, c in enumerate(text)]
    segment = Segment(id=0, start=0, end=words[-1].end, text=text, words=words)
    cues = cues_of("Thai", Transcript(language="th", segments=[segment]))
    lines = [line for cue in cues for line in cue.lines]
    assert len(lines) > 1
    assert "".join(lines) == text
    assert all(re.match("[ก-ฮ]", line) for line in lines)


def test_a_latin_name_in_chinese_keeps_its_spaces_when_the_text_is_another():
    words = [Word(text=t, start=n, end=n + 0.5) for n, t in enumerate(["我", "爱", "New", "York"])]
    segment = Segment(id=0, start=0, end=4, text="something else", words=words)
    (cue,) = cues_of("Hans", Transcript(language="zh", segments=[segment]))
    assert cue.lines == ("我爱New York",)


def test_characters_can_be_counted_in_graphemes():
    text = " ".join(["स्त्रियों"] * 8)
    by_points = cues_of("Deva", timed(text, word=0.5, language="hi"))
    graphemes_too = STANDARD.model_copy(update={"characters": "graphemes"})
    by_graphemes = cues_of("Deva", timed(text, word=0.5, language="hi"), graphemes_too)
    assert max(len(line) for cue in by_points for line in cue.lines) <= 42
    assert max(len(line) for cue in by_graphemes for line in cue.lines) > 42
