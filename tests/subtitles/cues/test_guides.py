"""What the style guides ask for: breaks that are never made, two speakers, shot changes."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalchitra.subtitles.cues.build import build_track
from chalchitra.subtitles.cues.cue import CueSettings
from chalchitra.subtitles.cues.shot_changes import ShotChanges
from chalchitra.subtitles.cues.style import read_style
from chalchitra.subtitles.cues.words import TimedWord
from chalchitra.subtitles.qc.judge import judge

from ..cutting import build_cues

NETFLIX = read_style("netflix")
SCRIPTS = {"en": "Latn", "hi": "Deva", "ta": "Taml", "ur": "Arab", "bn": "Beng", "mr": "Deva"}


def said(text: str, *, word: int = 350, start: int = 1000, speaker: str = "A") -> list[TimedWord]:
    words = []
    for each in text.split():
        words.append(TimedWord(each, start, start + word, 0, speaker=speaker))
        start += word
    return words


def lines_of(text: str, language: str, room: int) -> list[str]:
    style = NETFLIX.model_copy(update={"max_chars_per_line": room, "reading_speed": 60.0})
    cues = build_cues(said(text), style, language=language, script=SCRIPTS[language])
    return [line for cue in cues for line in cue.lines]


@pytest.mark.parametrize(
    ("language", "text", "whole"),
    [
        ("en", "yesterday evening I met Ram Kumar at the station", "Ram Kumar"),
        ("en", "we asked for it but old Mr. Rao would say nothing", "Mr. Rao"),
        ("en", "the box that he carried weighed 25 kg or even more", "25 kg"),
        ("en", "and so the two of them never came back to us", "never came"),
        ("hi", "कल शाम को बाज़ार में डॉ. राव मिले थे हमको", "डॉ. राव"),
        ("hi", "उसने दुकान से कल ही तो 25 किलो आटा खरीदा था", "25 किलो"),
        ("hi", "मैंने यह बात तुमसे कभी भी नहीं कही थी भाई", "नहीं कही"),
        ("hi", "तब दरवाज़े पर खड़े होकर शर्मा जी ने आवाज़ दी", "शर्मा जी"),
        ("ur", "کل شام کو بازار میں ڈاکٹر خان ملے تھے ہم کو", "ڈاکٹر خان"),
        ("ta", "நேற்று மாலை கடைத்தெருவில் திரு. ராமன் வந்தார்", "திரு. ராமன்"),
        ("bn", "আমি কাল সন্ধ্যায় তোমার বাড়িতে যাব না বলেছি", "যাব না"),
        ("mr", "मी काल संध्याकाळी तुझ्या घरी आलो नाही म्हणून", "आलो नाही"),
    ],
)
def test_what_belongs_together_stays_on_one_line_at_every_width(
    language: str, text: str, whole: str
) -> None:
    for room in range(len(whole) + 8, len(text) + 1):
        lines = lines_of(text, language, room)
        assert any(whole in line for line in lines), (room, lines)


def test_a_line_rather_begins_with_a_conjunction_and_a_postposition_stays_with_its_noun() -> None:
    assert lines_of("we waited for a long time and nobody came at all", "en", 40) == [
        "we waited for a long time",
        "and nobody came at all",
    ]
    assert "घर में" in " ".join(lines_of("वह आदमी कल रात को हमारे घर में आकर बैठ गया था", "hi", 25))
    for room in range(20, 45):
        for line in lines_of("वह आदमी कल रात को हमारे घर में आकर बैठ गया था", "hi", room)[1:]:
            assert line.split()[0] not in {"को", "में", "था", "गया"}


def test_two_speakers_share_a_cue_where_each_alone_would_flash() -> None:
    words = said("Where is he?") + said("Gone.", start=2060, word=400, speaker="B")
    later = said("That cannot be right at all.", start=2500)
    cues = build_cues([*words, *later], NETFLIX, language="en", script="Latn")
    assert [cue.lines for cue in cues] == [
        ("-Where is he?", "-Gone."),
        ("That cannot be right at all.",),
    ]
    alone = NETFLIX.model_copy(update={"two_speakers": ""})
    assert len(build_cues([*words, *later], alone, language="en", script="Latn")) == 3


def test_both_dashes_count_as_they_are_read() -> None:
    """27 characters and two dashes: at 30 a second a cue of 0.96 s holds 28, one of 1 s all 29."""
    style = NETFLIX.model_copy(update={"reading_speed": 30.0, "linger": 0.0})
    for end, kinds in ((1960, ["reading_speed"]), (2000, [])):
        words = said("Where is he now?", word=120)
        words += said("Gone ahead.", start=1480, word=(end - 1480) // 2, speaker="B")
        track = build_track(
            words, style, language="en", script="Latn", duration=end / 1000, frame_rate=Fraction(25)
        )
        assert [cue.lines for cue in track.cues] == [("-Where is he now?", "-Gone ahead.")]
        assert track.unavoidable[1].startswith("29 characters are spoken")
        found = judge(track.cues, style, "en", frame_rate=Fraction(25))
        assert [one.kind for one in found] == kinds


def test_two_speakers_with_time_enough_have_a_cue_each() -> None:
    words = said("Where is he now, do you know?") + said("Gone to town.", start=3500, speaker="B")
    cues = build_cues(words, NETFLIX, language="en", script="Latn")
    assert [cue.lines for cue in cues] == [("Where is he now, do you know?",), ("Gone to town.",)]


def shots(*cuts: float) -> ShotChanges:
    return ShotChanges(frame_rate=25, cuts=list(cuts))


def times(words: list[TimedWord], *cuts: float, style: CueSettings = NETFLIX) -> list[tuple]:
    cues = build_cues(
        words, style, language="en", script="Latn", cuts=shots(*cuts), frame_rate=Fraction(25)
    )
    return [(cue.start / 1000, cue.end / 1000) for cue in cues]


def test_a_cue_comes_with_a_shot_change_shortly_before_it() -> None:
    words = said("Come in and sit down, please.", start=10_300)
    assert times(words, 10.0)[0][0] == 10.0
    assert times(words, 9.7)[0][0] == 10.28  # too long ago: the frame in which the voice begins
    assert times(words, 10.4)[0][0] == 10.28  # it comes after the first sound
    off = NETFLIX.model_copy(update={"shot_reach": 0.0})
    assert times(words, 10.0, style=off)[0][0] == 10.28


def test_a_cue_does_not_come_with_a_change_that_somebody_speaks_over() -> None:
    words = said("Come in and sit down now.", start=8000) + said("What?", start=11_200, speaker="B")
    spoken_until = words[-2].end / 1000
    (_, end), (start, _) = times(words, spoken_until - 0.02, style=NETFLIX)
    assert start == 11.2
    assert end >= spoken_until


def test_a_cue_stays_until_two_frames_before_the_next_shot() -> None:
    words = said("Come in and sit down, please.", start=10_000)
    until = words[-1].end / 1000
    assert until == 12.1  # and frames begin at 12.08, 12.12, ...
    assert times(words, 12.92)[0][1] == 12.84
    assert times(words, 12.40)[0][1] == 12.32  # no lingering over it
    assert times(words, 13.20)[0][1] == 12.6  # out of reach
    assert times(said("No.", start=10_000), 10.52)[0][1] == 10.84  # it could not be read before


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 9), st.sampled_from([0, 50, 200, 700, 1500]), st.booleans()),
        min_size=1,
        max_size=40,
    ),
    st.lists(st.integers(0, 1500), max_size=30),
    st.sampled_from([Fraction(24000, 1001), Fraction(25), Fraction(30), Fraction(50)]),
)
@example([(1, 0, False), (1, 0, True), (1, 0, True)], [], Fraction(24000, 1001))
def test_shot_changes_lose_no_word_and_make_no_overlap(
    spoken: list[tuple[int, int, bool]], frames: list[int], rate: Fraction
) -> None:
    words, now, speaker = [], 0, "A"
    for letters, pause, turn in spoken:
        now += pause
        speaker = ("B" if speaker == "A" else "A") if turn else speaker
        words.append(TimedWord("क" * letters, now, now + 60 * letters, 0, speaker=speaker))
        now = words[-1].end
    cuts = ShotChanges(frame_rate=rate, cuts=sorted({float(frame / rate) for frame in frames}))
    track = build_track(
        words, NETFLIX, language="hi", script="Deva", cuts=cuts, duration=70, frame_rate=rate
    )
    text = " ".join(line.removeprefix("-") for cue in track.cues for line in cue.lines)
    assert text.split() == [word.text for word in words]
    assert all(a.end < b.start for a, b in pairwise(track.cues))
    first, earliest = iter(words), 0.0
    for cue in track.cues:
        own = [next(first) for line in cue.lines for _ in line.split()]
        assert own[0].start / 1000 - 0.5 - float(2 / rate) <= cue.start / 1000
        # Where cues crowd, each has two frames, and two are between them.
        assert cue.start / 1000 <= max(own[0].start / 1000, earliest)
        earliest = cue.start / 1000 + float(4 / rate) + 0.001


def test_what_is_left_against_a_cue_says_what_forces_it() -> None:
    fast = said("everybody understands immediately", word=200) + said(
        "unfortunately notwithstanding", start=1700, word=200, speaker="B"
    )
    track = build_track(fast, NETFLIX, language="en", script="Latn")
    (violation, *_) = judge(track.cues, NETFLIX, "en")
    assert violation.kind == "reading_speed"
    assert "characters are spoken in" in track.unavoidable[violation.cue or 0]
    assert (
        "the next cue begins" in track.unavoidable[1] or "nothing follows" in track.unavoidable[1]
    )
