"""A known text on the sound: what is placed, where, and what is reported."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalchitra.speech.script_alignment.align import AlignedScript, align_script
from chalchitra.speech.script_alignment.shifts import expected, stretches
from chalchitra.transcript.model import Region, Segment, Transcript, Word
from chalchitra.transcript.script import Script, ScriptLabel, ScriptLine

LETTER = 0.07
"""Seconds a letter, as these voices speak."""


@dataclass
class Film:
    """A film of lines, each with its voice; the recogniser hears it with a share of errors."""

    lines: list[str]
    voice: list[Region] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    spans: list[tuple[float, float]] = field(default_factory=list)

    @property
    def recognised(self) -> Transcript:
        segments = [
            Segment(id=0, start=w.start, end=w.end, text=w.text, words=[w]) for w in self.words
        ]
        return Transcript(language="en", segments=segments)

    def place(self, lines: Sequence[str | ScriptLine], **options) -> AlignedScript:
        made = [
            line if isinstance(line, ScriptLine) else ScriptLine(number=n, text=line)
            for n, line in enumerate(lines, 1)
        ]
        script = Script(kind="plain text", lines=made)
        return align_script(script, self.recognised, self.voice, **options)

    def line_at(self, start: float, end: float) -> list[int]:
        return [n for n, (a, b) in enumerate(self.spans) if a < end and start < b]


def vocabulary(chance: random.Random, consonants: str, count: int = 300) -> list[str]:
    words = set()
    while len(words) < count:
        syllables = chance.randint(1, 4)
        words.add(
            "".join(chance.choice(consonants) + chance.choice("aeiou") for _ in range(syllables))
        )
    return sorted(words)


def make_film(
    seed: int, count: int, *, errors: float = 0.05, run_on: float = 0.0, start: float = 3.0
) -> Film:
    """`run_on`: the share of lines that follow the one before them without a pause."""
    chance = random.Random(seed)
    known = vocabulary(chance, "bdfgklmn")
    film = Film([" ".join(chance.choices(known, k=chance.randint(5, 9))) for _ in range(count)])
    now = start
    for line in film.lines:
        if film.voice and chance.random() < run_on:
            region_start = film.voice.pop().start
        else:
            now = round(now + chance.uniform(0.6, 2.5), 3)
            region_start = now
        first = now
        for word in line.split():
            end = round(now + LETTER * len(word), 3)
            text = word
            if chance.random() < errors:
                text = chance.choice(known)
            film.words.append(Word(text=text, start=now, end=end, probability=0.9))
            now = end
        film.spans.append((first, now))
        film.voice.append(Region(start=region_start, end=now))
    return film


def check(film: Film, lines: Sequence[str], placement: AlignedScript) -> None:
    """Every line placed or reported, every word in the voice, in order and apart."""
    report = placement.report
    assert [line.text for line in report.lines] == list(lines)
    placed = [line for line in report.lines if line.how != "no sound"]
    assert len(placement.segments) >= len(placed)
    words = [word for segment in placement.segments for word in segment.words]
    for word in words:
        assert word.start <= word.end
        assert any(r.start <= word.start and word.end <= r.end for r in film.voice)
    assert all(a.end <= b.start for a, b in pairwise(words))
    texts = iter(placement.segments)
    for line in placed:
        segment = next(texts)
        said = [word.text for word in segment.words]
        gone = (line.missing or "").split()
        assert sorted(said + gone) == sorted(line.text.split())
        assert (line.start, line.end) == (segment.start, segment.end)


@pytest.mark.xfail(reason="words that were recognised otherwise crowd the others")
def test_the_end_of_a_line_that_was_recognised_otherwise_is_its_own():
    """Found by the test below with other draws; six of 1500 of its cases are like it."""
    film = make_film(78, 8, run_on=0.0)
    foreign, chance = vocabulary(random.Random(79), "prstvz"), random.Random(80)
    lines = []
    for n, line in enumerate(film.lines):
        if n in {1, 2, 4}:
            lines.append(" ".join(chance.choices(foreign, k=chance.randint(4, 9))))
        lines.append(line)
    assert film.place(lines).report.no_line == []


@given(st.integers(0, 2**32), st.integers(4, 30), st.sampled_from([0.0, 0.3, 0.6]), st.data())
@settings(max_examples=25, deadline=None)
def test_lines_that_were_taken_out_or_put_in_are_found(seed, count, run_on, data):
    """All of them where lines are apart. Where they run on without a pause (`run_on`, the share of
    such), a missing line may be taken for part of its neighbour, or its neighbour with it: few."""
    film = make_film(seed, count, run_on=run_on)
    places = st.sets(st.integers(0, count - 1), max_size=count // 3)
    gone = data.draw(places, label="taken out")
    gone = {n for n in gone if n - 1 not in gone}  # two beside each other are reported as one
    free = [n for n in range(1, count) if not {n - 1, n} & gone]
    put = data.draw(st.sets(st.sampled_from(free), max_size=3), label="put in") if free else set()
    foreign = vocabulary(random.Random(seed + 1), "prstvz")
    chance = random.Random(seed + 2)
    lines, added = [], []
    for n, line in enumerate(film.lines):
        if n in put:
            added.append(" ".join(chance.choices(foreign, k=chance.randint(4, 9))))
            lines.append(added[-1])
        if n not in gone:
            lines.append(line)
    placement = film.place(lines)
    check(film, lines, placement)
    report = placement.report
    assert [line.text for line in report.no_sound] == added
    found = [film.line_at(stretch.start + 0.1, stretch.end - 0.1) for stretch in report.no_line]
    if not run_on:
        assert found == [[n] for n in sorted(gone)]
    assert all(set(one) & gone for one in found), "speech that has its line is reported"
    missed = gone - {n for one in found for n in one}
    assert len(missed) <= (1 + len(gone) // 5 if run_on else 0)
    kept = [n for n in range(count) if n not in gone]
    starts = [line.start for line in report.lines if line.how != "no sound"]
    late = [abs(start - film.spans[n][0]) for n, start in zip(kept, starts, strict=True)]
    assert sorted(late)[len(late) // 2] < 0.05
    assert sum(one > 0.5 for one in late) <= 1 + len(late) // 10  # a misheard first word


@given(
    st.integers(0, 2**32),
    st.integers(1, 20),
    st.floats(0, 1),
    st.lists(st.text(alphabet="bdk अक.", max_size=12), max_size=6),
    st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_whatever_is_given_every_line_is_placed_or_reported(seed, count, errors, more, mixed):
    film = make_film(seed, count, errors=errors, run_on=0.3)
    lines = [*film.lines, *(line for line in more if line.split())]
    if mixed:
        random.Random(seed).shuffle(lines)
    check(film, lines, film.place(lines))


@given(st.integers(0, 2**32), st.integers(6, 20))
@settings(max_examples=20, deadline=None)
def test_lines_that_nobody_recognised_get_the_voice_that_is_left(seed, count):
    film = make_film(seed, count, errors=0.0)
    deaf = set(range(1, count - 1, 3))
    film.words = [
        word
        for word in film.words
        if not any(film.spans[n][0] <= word.start < film.spans[n][1] for n in deaf)
    ]
    report = film.place(film.lines).report
    assert {n for n, line in enumerate(report.lines) if line.how == "by room"} == deaf
    for line, (start, end) in zip(report.lines, film.spans, strict=True):
        assert line.start == pytest.approx(start, abs=0.01)
        assert line.end == pytest.approx(end, abs=0.01)
    assert report.no_line == []


def test_a_long_line_that_says_something_else_is_not_what_was_clearly_recognised():
    film = make_film(3, 8, errors=0.0)
    film_line = film.lines[4] = "balo dina mofe gulika nabode kalima"
    film = rebuilt(film.lines)
    other = "suvera pitoso tavire zapeto sorivu petazo"
    report = film.place([other if line == film_line else line for line in film.lines]).report
    assert [line.text for line in report.no_sound] == [other]
    assert [film.line_at(at.start, at.end) for at in report.no_line] == [[4]]


def rebuilt(lines: list[str]) -> Film:
    film, now = Film(lines), 1.0
    for line in lines:
        first = now
        for word in line.split():
            end = round(now + LETTER * len(word), 3)
            film.words.append(Word(text=word, start=now, end=end, probability=0.9))
            now = end
        film.spans.append((first, now))
        film.voice.append(Region(start=first, end=now))
        now += 1.0
    return film


def timed(film: Film, later: float = 0.0) -> list[ScriptLine]:
    return [
        ScriptLine(number=n, text=line, start=a + later, end=b + later)
        for n, (line, (a, b)) in enumerate(zip(film.lines, film.spans, strict=True), 1)
    ]


@pytest.mark.parametrize("later", [0.0, 7.3, 900.0])
def test_subtitles_of_another_cut_are_timed_again(later):
    whole = make_film(11, 30, errors=0.05)
    low, high = whole.spans[12][0] - 0.3, whole.spans[16][1] + 0.3
    cut = high - low

    def moved(item):
        if item.start < low:
            return item
        return item.model_copy(update={"start": item.start - cut, "end": item.end - cut})

    shorter = Film(whole.lines)
    shorter.voice = [moved(r) for r in whole.voice if not low < r.start < high]
    shorter.words = [moved(w) for w in whole.words if not low < w.start < high]
    report = shorter.place(timed(whole, later)).report
    assert [line.number for line in report.no_sound] == [13, 14, 15, 16, 17]
    for n, line in enumerate(report.lines):
        if line.start is not None:
            wanted = whole.spans[n][0] - (cut if n > 12 else 0)
            assert line.start == pytest.approx(wanted, abs=0.4)
    assert [shift.seconds for shift in report.shifts] == [
        pytest.approx(-later, abs=0.05),
        pytest.approx(-later - cut, abs=0.05),
    ]


def test_another_frame_rate_is_followed():
    film = make_film(2, 40, errors=0.0)
    lines = [
        line.model_copy(update={"start": line.start * 24 / 25, "end": line.end * 24 / 25})
        for line in timed(film)
    ]
    report = film.place(lines).report
    assert not report.no_sound
    assert all(abs(x.start - y[0]) < 0.02 for x, y in zip(report.lines, film.spans, strict=True))


def test_shifts_are_those_of_the_neighbours():
    known = [(0, 7.0), (1, 7.1), (2, 6.9), (8, -3.0), (9, -3.1), (10, 2.0), (11, -3.0)]
    assert expected(2, 10.0, known) == (pytest.approx(17.05), 7.0)
    assert set(expected(5, 10.0, known)) == {17.0, 7.0}
    assert expected(5, None, known) == ()
    assert expected(5, 10.0, []) == ()
    assert [(run.first, run.last, run.seconds) for run in stretches(known)] == [
        (0, 2, 7.0),
        (8, 9, -3.05),
    ]


def test_who_speaks_goes_with_the_words():
    film = rebuilt(["balo dina mofe", "gulika nabode"])
    lines = [
        ScriptLine(number=1, text=film.lines[0], speaker="Ram"),
        ScriptLine(number=2, text=film.lines[1]),
    ]
    first, second = film.place(lines).segments
    assert first.speaker == "Ram"
    assert {word.speaker for word in first.words} == {"Ram"}
    assert second.speaker is None


def test_labels_and_songs_go_with_the_words():
    """Labels keep their place among the words; one of its own time moves as its line does."""
    film = rebuilt(["balo dina mofe", "gulika nabode"])
    start = film.spans[0][0]
    alone = ScriptLabel(text="[door slams]", start=start + 97, end=start + 98)
    inside = ScriptLabel(text="(laughs)", at=len("balo dina"))
    lines = [
        ScriptLine(
            number=1,
            text=film.lines[0],
            start=start + 100,
            end=start + 101,
            song=True,
            labels=[alone, inside],
        ),
        ScriptLine(number=2, text=film.lines[1]),
    ]
    first, second = film.place(lines).segments
    assert (first.song, second.song) == (True, False)
    slams, laughs = first.labels
    assert (slams.text, slams.before) == ("[door slams]", 0)
    assert (slams.start, slams.end) == pytest.approx(
        (max(0, first.start - 3), max(0, first.start - 2)), abs=0.01
    )
    assert (laughs.text, laughs.before, laughs.start) == ("(laughs)", 2, None)
    assert second.labels == []


def test_what_the_text_lacks_is_filled_in_only_when_asked_for():
    film = rebuilt(["balo dina mofe", "gulika nabode kalima", "fenuda lomi gabe"])
    lines = [film.lines[0], film.lines[2]]
    assert [s.text for s in film.place(lines).segments] == lines
    filled = film.place(lines, fill=True).segments
    assert " ".join(s.text for s in filled) == " ".join(film.lines)
    assert [s.id for s in filled] == list(range(len(filled)))


def test_a_word_that_the_recogniser_put_before_a_long_silence_comes_back():
    film = rebuilt(["balo dina mofe gulika", "nabode kalima fenuda lomi gabe"])
    gap = film.spans[1][0] - film.spans[0][1]
    far = 12.0
    for at, word in enumerate(film.words):
        if at > 4:
            film.words[at] = word.model_copy(
                update={"start": word.start + far, "end": word.end + far}
            )
    region = film.voice[1]
    film.voice[1] = Region(start=region.start + far, end=region.end + far)
    last = film.voice[0]
    film.voice[0] = Region(start=last.start, end=last.end + 0.45)
    stray = film.words[4]
    film.words[4] = stray.model_copy(update={"start": last.end, "end": last.end + 0.45})
    assert gap > 0
    placed = film.place(film.lines).report.lines[1]
    assert placed.start == pytest.approx(region.start + far, abs=0.01)


def test_part_of_a_line_that_was_cut_away_is_said():
    film = rebuilt(["balo dina mofe gulika", "nabode kalima fenuda lomi gabe dokuna bofilo"])
    film.words = film.words[:7]
    film.voice[1] = Region(start=film.voice[1].start, end=film.words[-1].end)
    report = film.place(film.lines).report
    assert report.lines[1].missing == "lomi gabe dokuna bofilo"
    assert film.place(film.lines).segments[1].text == "nabode kalima fenuda"


def test_words_that_were_swallowed_share_the_time_of_their_neighbours():
    film = rebuilt(["balo dina mofe gulika nabode"])
    film.words.pop(2)
    film.words[1] = film.words[1].model_copy(update={"end": film.words[2].start})
    words = film.place(film.lines).segments[0].words
    assert [word.text for word in words] == film.lines[0].split()
    assert all(word.end - word.start > 0.1 for word in words)


def test_without_any_speech_every_line_is_reported():
    report = Film(["balo"]).place(["balo dina", "mofe"]).report
    assert len(report.no_sound) == 2
    assert report.anchors == 0


def test_a_text_without_spaces_is_placed_by_its_characters():
    words = [
        Word(text=c, start=n * 0.2, end=n * 0.2 + 0.2) for n, c in enumerate("今日は映画を見ます")
    ]
    film = Film(["今日は映画を見ます"], voice=[Region(start=0, end=1.8)], words=words)
    (segment,) = film.place(["今日は映画を見ます。"], spaced=False).segments
    assert segment.text == "今日は映画を見ます。"
    assert [word.text for word in segment.words] == [*"今日は映画を見ま", "す。"]


@pytest.mark.slow
def test_three_hours_are_placed_in_seconds():
    import time

    film = make_film(1, 3000, errors=0.2, run_on=0.5)
    clock = time.process_time()
    report = film.place(film.lines[:700] + film.lines[900:]).report
    assert time.process_time() - clock < 60
    assert len(report.no_sound) < 30
    assert any(at.start < film.spans[800][0] < at.end for at in report.no_line)


def test_a_first_word_is_not_put_together_from_letters_of_another_line():
    """A counterexample to the property above: the misheard first word of line 25 was read out of
    line 24, which then was not reported."""
    film = make_film(2**32, 28)
    gone = [0, 14, 21, 24]
    report = film.place([line for n, line in enumerate(film.lines) if n not in gone]).report
    found = [film.line_at(at.start + 0.1, at.end - 0.1) for at in report.no_line]
    assert found == [[n] for n in gone]


def garbled(film: Film, seed: int, errors: float) -> None:
    """The recogniser mishears this share of the letters, and is not sure of any word."""
    chance = random.Random(seed)
    for at, word in enumerate(film.words):
        letters = [
            chance.choice("bdfgklmnaeiou") if chance.random() < errors else letter
            for letter in word.text
        ]
        film.words[at] = word.model_copy(update={"text": "".join(letters), "probability": 0.45})


def unsaid(film: Film, at: int, kind: str, seed: int) -> list[str]:
    """Lines that nobody says, of the words of the same language."""
    chance = random.Random(seed)
    words = vocabulary(random.Random(seed + 1), "bdfgklmn")
    if kind == "a number":
        return ["1961"]
    if kind == "like its neighbour":
        near = film.lines[at].split()
        return [" ".join([*near[:2], chance.choice(words), *near[3:]])]
    count = {"one word": [1], "three": [6, 5, 7]}.get(kind, [6])
    return [" ".join(chance.choices(words, k=k)) for k in count]


@pytest.mark.parametrize("kind", ["one", "three", "like its neighbour", "a number", "one word"])
@pytest.mark.parametrize("errors", [0.0, 0.3])
@given(st.integers(0, 2**32), st.integers(0, 14))
@example(0, 7)
@settings(max_examples=6, deadline=None)
def test_lines_that_nobody_says_take_no_ones_sound(kind, errors, seed, at):
    """Whatever is placed without clear evidence is said to be doubtful."""
    film = make_film(seed, 14, errors=0.0, run_on=0.3)
    garbled(film, seed, errors)
    added = unsaid(film, min(at, 13), kind, seed)
    lines = [*film.lines[:at], *added, *film.lines[at:]]
    placement = film.place(lines)
    check(film, lines, placement)
    placed = placement.report.lines
    false = [line for line in placed[at : at + len(added)] if line.how != "no sound"]
    assert set(map(id, false)) <= set(map(id, placement.report.doubtful))
    true = [*placed[:at], *placed[at + len(added) :]]
    lost = [line for line in true if line.how == "no sound"]
    late = [
        line
        for line, span in zip(true, film.spans, strict=True)
        if line.start is not None and abs(line.start - span[0]) > 0.6
    ]
    if kind == "like its neighbour":
        late = [] if errors else late  # what was misheard may be either; it is said to be doubtful
        lost = lost[1:] if false and errors else lost
    if not errors:
        assert not false
        assert not lost
        assert not late
    assert len(false) + len(lost) + len(late) <= 2


def test_a_line_that_nobody_says_is_left_out_where_another_was_said():
    film = make_film(5, 10, errors=0.0)
    garbled(film, 5, 0.25)
    other = "suvera pitoso tavire zapeto sorivu petazo"
    lines = [*film.lines[:4], other, *film.lines[5:]]
    placement = film.place(lines)
    assert [line.text for line in placement.report.no_sound] == [other]
    assert [film.line_at(at.start, at.end) for at in placement.report.no_line] == [[4]]


def test_of_two_lines_for_one_voice_of_which_nothing_was_recognised_neither_is_guessed():
    film = rebuilt(["balo dina mofe gulika", "nabode kalima fenuda", "lomi gabe dokuna bofilo"])
    film.words = [word for word in film.words if not 0 < word.start - film.spans[1][0] < 2]
    film.words = [word for word in film.words if word.start != film.spans[1][0]]
    alone = film.place(film.lines).report
    assert alone.lines[1].how == "by room"
    assert 0 < alone.lines[1].confidence <= 0.2
    assert alone.doubtful == [alone.lines[1]]
    words = film.place(film.lines).segments[1].words
    assert {word.probability for word in words} == {alone.lines[1].confidence}
    two = film.place([*film.lines[:2], "gofena dibole makuda", film.lines[2]]).report
    assert [line.number for line in two.no_sound] == [2, 3]
    assert two.doubtful == []


def test_lines_in_another_order_are_left_out_or_true():
    film = make_film(9, 12, errors=0.05)
    order = [0, 1, 3, 2, 4, 5, 6, 7, 11, 8, 9, 10]
    report = film.place([film.lines[n] for n in order]).report
    for n, line in zip(order, report.lines, strict=True):
        if line.how != "no sound":
            assert line.start == pytest.approx(film.spans[n][0], abs=0.3)
    assert report.in_another_order == report.no_sound
    for line in report.in_another_order:
        assert line.elsewhere == pytest.approx(film.spans[order[line.number - 1]][0], abs=0.3)


def test_of_two_lines_that_are_nearly_the_same_the_one_that_is_placed_is_doubtful():
    """Unless it is clear which of the two was said."""
    said, other = "balo dina mofe gulika nabode kalima", "balo dina gebi gulika nabode kalima"
    film = rebuilt(["fenuda lomi gabe dokuna", said, "bofilo nudami kegofa lubide"])
    lines = [film.lines[0], other, *film.lines[1:]]
    clear = film.place(lines).report
    assert [line.text for line in clear.no_sound] == [other]
    assert clear.doubtful == []
    at = next(n for n, word in enumerate(film.words) if word.text == "mofe")
    for n, recognised in ((at, "dofi"), (at + 1, "buliga"), (at - 1, "bina")):
        film.words[n] = film.words[n].model_copy(update={"text": recognised})
    report = film.place(lines).report
    assert len(report.no_sound) == 1
    assert [line.text for line in report.doubtful] == [
        line for line in (said, other) if line != report.no_sound[0].text
    ]


def test_the_text_of_another_film_gets_no_place():
    film, other = make_film(3, 20), make_film(4, 20)
    report = film.place(other.lines).report
    assert len(report.no_sound) >= 18
    assert len(report.no_line) >= 1
    assert report.in_another_order == []


def test_a_refrain_that_is_said_less_often_than_written_is_left_out_once():
    song = ["balo dina mofe gulika", "nabode kalima fenuda lomi"]
    film = rebuilt([*song, *song, *song])
    report = film.place([*song, *song, *song, *song]).report
    assert len(report.no_sound) == 2
    starts = [line.start for line in report.lines if line.start is not None]
    assert starts == [pytest.approx(start, abs=0.01) for start, _ in film.spans]
