"""The cues of a short text against every way to cut it: no cut breaks fewer limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.subtitles.cues.breaks import NEVER, Piece, break_cost
from chalchitra.subtitles.cues.build import build_track
from chalchitra.subtitles.cues.clock import Clock
from chalchitra.subtitles.cues.cue import Cue, CueSettings
from chalchitra.subtitles.cues.frames import Pace, Ticks
from chalchitra.subtitles.cues.shot_changes import ShotChanges
from chalchitra.subtitles.cues.style import read_style
from chalchitra.subtitles.cues.words import TimedWord
from chalchitra.subtitles.qc.judge import judge
from chalchitra.subtitles.qc.model import Violation
from chalchitra.text.sentence_ends import sentence_starts

WORDS = {
    "en": "No! stop. I never said that to the very old Ram Kumar Singh, Mr. Rao and 25 kg or so.",
    "hi": "नहीं। मैंने डॉ. राव जी से 25 किलो आटा नहीं माँगा था, और वह घर पर है।",
    "ta": "இல்லை நான் திரு. ராமன் அவர்களை பார்க்க முடியாது ஆனால் 25 கிலோ அரிசி வேண்டும்.",
    "ur": "نہیں میں نے ڈاکٹر خان صاحب سے 25 کلو آٹا نہیں مانگا تھا، اور وہ گھر پر ہے۔",
    "ml": "ഇല്ല ഞാൻ ഡോക്ടർ രാമനെ കണ്ടില്ല പക്ഷേ 25 കിലോ അരി വേണം.",
}
SCRIPTS = {"en": "Latn", "hi": "Deva", "ta": "Taml", "ur": "Arab", "ml": "Mlym"}


def groups(first: int, after: int, most: int | None = None) -> Iterator[list[tuple[int, int]]]:
    """Every way to part a range into stretches, at most `most` of them."""
    for count in range(after - first if most is None else min(most, after - first)):
        for places in combinations(range(first + 1, after), count):
            yield list(pairwise([first, *places, after]))


def as_piece(word: TimedWord) -> Piece:
    return Piece(word.text, word.start, word.end, word.segment, False, False, word.speaker)


class Search:
    """Every cut of some words, judged by the limits and by the breaks that are never made."""

    def __init__(
        self,
        words: Sequence[TimedWord],
        style: CueSettings,
        language: str,
        cuts: ShotChanges | None = None,
        rate: Fraction | None = None,
    ) -> None:
        self.ticks, self.rate = Ticks(rate), rate
        at = self.ticks.at
        self.words = [replace(word, start=at(word.start), end=at(word.end)) for word in words]
        self.style, self.language = style, language
        self.clock = Clock(style, None, cuts, self.ticks)
        self.pace = Pace(self.ticks, style.reading_speed)
        words = self.words
        starts = {0, *sentence_starts([word.text for word in words], language)}
        self.whole = {*starts, len(words)}
        self.whole |= {n for n in range(1, len(words)) if words[n].speaker != words[n - 1].speaker}
        self.ends = set()
        for at in range(1, len(words)):
            before, after = as_piece(words[at - 1]), as_piece(words[at])
            cost = break_cost(before, after, language, False, begins=at - 1 in starts)
            if cost >= NEVER:
                self.ends.add(at)

    def judged(self, cues: Sequence[Cue]) -> list[Violation]:
        return judge(cues, self.style, self.language, script="Latn", frame_rate=self.rate)

    def speed_characters(self, lines: Sequence[str]) -> int:
        return sum(map(self.style.length, lines))

    def layouts(self, first: int, after: int) -> Iterator[tuple[int, tuple[str, ...]]]:
        """The lines that a cue may have, no more than it needs, with the never-breaks in them."""
        fewest: int | None = None
        for breaks, texts in sorted(self.all_layouts(first, after), key=lambda one: len(one[1])):
            if fewest is not None and len(texts) > fewest:
                return
            yield breaks, texts
            if breaks == 0:
                fewest = len(texts)

    def all_layouts(self, first: int, after: int) -> Iterator[tuple[int, tuple[str, ...]]]:
        turns = [
            at
            for at in range(first + 1, after)
            if self.words[at].speaker != self.words[at - 1].speaker
        ]
        for lines in groups(first, after, self.style.max_lines):
            texts = tuple(" ".join(w.text for w in self.words[a:b]) for a, b in lines)
            if turns:
                whole = {first, after} <= self.whole
                if len(turns) > 1 or [a for a, _ in lines[1:]] != turns or not whole:
                    continue
                texts = tuple(self.style.two_speakers + text for text in texts)
            if all(self.style.length(text) <= self.style.max_chars_per_line for text in texts):
                yield (0 if turns else sum(a in self.ends for a, _ in lines[1:])), texts

    def fewest(self) -> int:
        """The fewest violations and never-breaks of any cut."""
        clock, words = self.clock, self.words
        starts = [
            clock.in_time(w.start, words[n - 1].end if n else -(10**9)) for n, w in enumerate(words)
        ]
        best = 10**9
        for cut in groups(0, len(words)):
            never = sum(
                a in self.ends and words[a].speaker == words[a - 1].speaker for a, _ in cut[1:]
            )
            choices = [list(self.layouts(a, b)) for a, b in cut]
            if not all(choices) or any(
                words[b - 1].end - starts[a] > clock.max_duration for a, b in cut
            ):
                continue
            found = []
            for n, (a, b) in enumerate(cut):
                following = starts[b] if b < len(words) else 10**9
                least = 10**9
                for breaks, lines in choices[n]:
                    reading = self.pace.needed(self.speed_characters(lines))
                    out = clock.out_time(starts[a], words[b - 1].end, following, reading)
                    shown = [self.ticks.written(tick) for tick in (starts[a], out.end)]
                    cue = Cue(n + 1, *shown, lines)
                    own = self.judged([cue])
                    if len(own) + breaks < least:
                        least, best_cue = len(own) + breaks, cue
                never += least - len(self.judged([best_cue]))
                found.append(best_cue)
            count = never + len(self.judged(found))
            best = min(best, count)
        return best

    def of(self, cues: Sequence[Cue]) -> int:
        """The violations and never-breaks of cues that were built."""
        count = len(self.judged(cues))
        at = 0
        for cue in cues:
            for n, line in enumerate(cue.lines):
                other = at and self.words[at].speaker != self.words[at - 1].speaker
                count += at in self.ends and not other and (n > 0 or at > 0)
                bare = (
                    line.removeprefix(self.style.two_speakers) if self.style.two_speakers else line
                )
                at += len(bare.split())
        return count


@st.composite
def spoken(draw: st.DrawFn) -> tuple[str, list[TimedWord]]:
    language = draw(st.sampled_from(sorted(WORDS)))
    texts = WORDS[language].split()
    first = draw(st.integers(0, len(texts) - 1))
    texts = texts[first : first + draw(st.integers(1, 7))]
    slow = draw(st.sampled_from([1, 1, 2]))
    speaker, now, words = "A", 0, []
    for text in texts:
        now += slow * draw(st.sampled_from([0, 0, 0, 40, 150, 400, 700]))
        length = slow * draw(st.sampled_from([180, 250, 250, 300, 400, 600]))
        if words and draw(st.integers(0, 6)) == 0:
            speaker = "B" if speaker == "A" else "A"
        now = max(now, words[-1].end if words else 0)
        words.append(TimedWord(text, now, now + length, 0, speaker=speaker))
        now += length
    gaps = [b.start - a.end for a, b in pairwise(words)]
    return language, words if all(gap <= 1000 for gap in gaps) else words[:1]


limits = st.builds(
    lambda characters, speed, room, dash: read_style("netflix").model_copy(
        update={
            "characters": characters,
            "reading_speed": speed,
            "max_chars_per_line": room,
            "two_speakers": dash,
        }
    ),
    st.sampled_from(["code points", "graphemes"]),
    st.sampled_from([12.0, 17.0, 22.0]),
    st.sampled_from([16, 24, 42]),
    st.sampled_from(["-", ""]),
)
shots = st.one_of(
    st.none(),
    st.builds(
        lambda cuts: ShotChanges(frame_rate=24000 / 1001, cuts=sorted(set(cuts))),
        st.lists(st.integers(0, 100).map(lambda frame: frame / 25), max_size=4),
    ),
)


rates = st.sampled_from([None, *map(Fraction, ("24000/1001", 24, 25, "30000/1001", 30, 50, 60))])


def check(
    said: tuple[str, list[TimedWord]],
    style: CueSettings,
    cuts: ShotChanges | None,
    rate: Fraction | None,
) -> None:
    language, words = said
    if not style.two_speakers:
        words = [TimedWord(w.text, w.start, w.end, w.segment, speaker="A") for w in words]
    track = build_track(
        words, style, language=language, script=SCRIPTS[language], cuts=cuts, frame_rate=rate
    )
    search = Search(words, style, language, cuts, rate)
    assert search.of(track.cues) == search.fewest()
    for violation in search.judged(track.cues):
        assert track.unavoidable[violation.cue or 0]


@settings(max_examples=300, deadline=None)
@given(spoken(), limits, shots, rates)
def test_no_other_cut_breaks_fewer_limits(
    said: tuple[str, list[TimedWord]],
    style: CueSettings,
    cuts: ShotChanges | None,
    rate: Fraction | None,
) -> None:
    check(said, style, cuts, rate)


@pytest.mark.slow
@settings(max_examples=5000, deadline=None)
@given(spoken(), limits, shots, rates)
def test_no_other_of_thousands_of_cuts_breaks_fewer_limits(
    said: tuple[str, list[TimedWord]],
    style: CueSettings,
    cuts: ShotChanges | None,
    rate: Fraction | None,
) -> None:
    check(said, style, cuts, rate)
