"""Sentence units: the transcript's words, cut where sentences end, whatever the segments are.

A translator works on sentences, while a recogniser cuts where its window or the speaker's breath
ends. So words are joined across segments while the sentence goes on and the pause is short. What is
sung is never joined with what is spoken. Where no mark ends a sentence (many recognisers write
none) pauses and the recogniser's own cuts have to say where, and a unit may be less long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from chalchitra.text.sentence_ends import ends_sentence, sentence_starts
from chalchitra.transcript.model import Segment, Transcript, Word
from chalchitra.transcript.translation import SourceWord, TranslationUnit

CLAUSE_ENDS = ",;:،؛—–…"
UNMARKED_PAUSE = 0.35
"""Seconds that part two words where no mark does: turns of a conversation follow each other after
0.2 s at the least, and inside a sentence people rarely pause as long as this."""
UNMARKED_CUT = 0.15
"""And so many where the recogniser began a new segment there."""
UNMARKED_CHARS = 100
UNMARKED_SECONDS = 7.0
"""The longest unit without a mark: a sentence of a film's dialogue is rarely longer."""
UNMARKED_WORDS = 30
"""A run of so many words to the next mark counts as one without any."""


@dataclass(frozen=True)
class SentenceUnit:
    """Words that are translated together. Times are seconds of the film's time line."""

    id: int
    start: float
    end: float
    text: str
    segment_ids: tuple[int, ...]
    words: tuple[Word, ...] = ()

    @property
    def speaker(self) -> str | None:
        """Who says it, where that is known."""
        return next((word.speaker for word in self.words if word.speaker), None)


@dataclass(frozen=True)
class UnitLimits:
    """What bounds a unit: a pause (s) that ends it, its length (characters) and duration (s).

    A longer sentence is cut at its best place, a comma or a breath near the middle. The length
    keeps a unit well inside IndicTrans2's 256 tokens in every script; the duration keeps a
    translated subtitle near the words it translates.
    """

    max_pause: float = 1.0
    max_chars: int = 250
    max_seconds: float = 20.0

    @property
    def without_marks(self) -> UnitLimits:
        """For words in which no mark says where a sentence ends."""
        return UnitLimits(
            min(self.max_pause, UNMARKED_PAUSE),
            min(self.max_chars, UNMARKED_CHARS),
            min(self.max_seconds, UNMARKED_SECONDS),
        )


@dataclass(frozen=True)
class _Token:
    word: Word
    segment_id: int
    song: bool


def sentence_units(transcript: Transcript, limits: UnitLimits | None = None) -> list[SentenceUnit]:
    """Every word of the transcript in exactly one unit, in order."""
    limits = limits or UnitLimits()
    tokens = [
        _Token(word, segment.id, segment.song)
        for segment in transcript.segments
        for word in segment_words(segment)
        if word.text.strip()
    ]
    pieces = [
        piece
        for sentence in _sentences(tokens, limits.max_pause, transcript.language)
        for piece in _parted(sentence, limits, transcript.language)
    ]
    return [_unit(number, piece) for number, piece in enumerate(pieces)]


def segment_words(segment: Segment) -> list[Word]:
    """The segment's words; where it has none, its text spread over its time by length."""
    if segment.words:
        return segment.words
    texts = segment.text.split()
    total = sum(len(text) for text in texts)
    words: list[Word] = []
    passed = 0

    def time() -> float:
        return min(segment.end, segment.start + (segment.end - segment.start) * passed / total)

    for text in texts:
        start = time()
        passed += len(text)
        words.append(
            Word(text=text, start=start, end=time(), speaker=segment.speaker, timing="interpolated")
        )
    return words


def _sentences(tokens: Sequence[_Token], max_pause: float, language: str) -> Iterable[list[_Token]]:
    starts = set(sentence_starts([token.word.text for token in tokens], language))
    current: list[_Token] = []
    for index, token in enumerate(tokens):
        current.append(token)
        last = index == len(tokens) - 1
        if last or index + 1 in starts or _parts(token, tokens[index + 1], max_pause):
            yield current
            current = []


def _parts(token: _Token, next_one: _Token, max_pause: float) -> bool:
    word, following = token.word, next_one.word
    return token.song != next_one.song or following.start - word.end >= max_pause


def _parted(sentence: list[_Token], limits: UnitLimits, language: str) -> Iterator[list[_Token]]:
    """A sentence in the units it makes: by speakers, by pauses where nothing marks its end, and
    within the limits."""
    for turn in _turns(sentence):
        ends = ends_sentence(turn[-1].word.text, language=language)
        within = limits if ends else limits.without_marks
        if ends and len(turn) < UNMARKED_WORDS:
            yield from _bounded(turn, within)
            continue
        current: list[_Token] = []
        for token in turn:
            if current and _is_new(current[-1], token, limits.without_marks.max_pause):
                yield from _bounded(current, within)
                current = []
            current.append(token)
        yield from _bounded(current, within)


def _turns(tokens: Sequence[_Token]) -> Iterator[list[_Token]]:
    """The tokens cut where another speaks. A word of nobody's goes with those before it."""
    current: list[_Token] = []
    speaking: str | None = None
    for token in tokens:
        who = token.word.speaker
        if current and speaking and who and who != speaking:
            yield current
            current = []
        speaking = who or speaking
        current.append(token)
    yield current


def _is_new(token: _Token, following: _Token, max_pause: float) -> bool:
    pause = following.word.start - token.word.end
    return pause >= (max_pause if token.segment_id == following.segment_id else UNMARKED_CUT)


def _bounded(tokens: list[_Token], limits: UnitLimits) -> list[list[_Token]]:
    """The tokens in pieces within the limits; a single word is never cut."""
    length = sum(len(token.word.text) + 1 for token in tokens) - 1
    seconds = tokens[-1].word.end - tokens[0].word.start
    if len(tokens) == 1 or (length <= limits.max_chars and seconds <= limits.max_seconds):
        return [tokens]
    cut = _best_cut(tokens)
    return [*_bounded(tokens[:cut], limits), *_bounded(tokens[cut:], limits)]


def _best_cut(tokens: Sequence[_Token]) -> int:
    """Where to cut: near the middle, rather after a comma, rather at a pause (up to 1 s counts)."""
    middle = len(tokens) / 2

    def cost(cut: int) -> float:
        before, after = tokens[cut - 1].word, tokens[cut].word
        clause = 0.5 if before.text[-1] in CLAUSE_ENDS else 0.0
        pause = min(max(after.start - before.end, 0.0), 1.0)
        return abs(cut - middle) / middle - clause - pause

    edge = len(tokens) // 5
    return min(range(max(1, edge), min(len(tokens), len(tokens) - edge + 1)), key=cost)


def _unit(number: int, tokens: Sequence[_Token]) -> SentenceUnit:
    words = [token.word for token in tokens]
    start = min(word.start for word in words)
    return SentenceUnit(
        id=number,
        start=start,
        end=max(start, *(word.end for word in words)),
        text=" ".join(word.text for word in words),
        segment_ids=tuple(dict.fromkeys(token.segment_id for token in tokens)),
        words=tuple(words),
    )


def halved_units(unit: SentenceUnit, shortest: float) -> tuple[SentenceUnit, SentenceUnit] | None:
    """A unit in two (ids 0 and 1), each of `shortest` seconds at least; None where that cannot be.

    It is cut at its longest pause, the nearest to the middle of those as long.
    """
    words = unit.words
    middle = (unit.start + unit.end) / 2
    places = [
        at
        for at in range(1, len(words))
        if words[at - 1].end - unit.start >= shortest and unit.end - words[at].start >= shortest
    ]
    if not places:
        return None
    cut = max(
        places,
        key=lambda at: (
            round(words[at].start - words[at - 1].end, 2),
            -abs(words[at].start - middle),
        ),
    )
    first, second = words[:cut], words[cut:]
    return _half(unit, 0, first), _half(unit, 1, second)


def _half(unit: SentenceUnit, number: int, words: Sequence[Word]) -> SentenceUnit:
    return SentenceUnit(
        id=number,
        start=words[0].start,
        end=max(word.end for word in words),
        text=" ".join(word.text for word in words),
        segment_ids=unit.segment_ids,
        words=tuple(words),
    )


def translated(
    unit: SentenceUnit, text: str, problem: str | None = None, doubt: str | None = None
) -> TranslationUnit:
    """A sentence unit with its translation; with a `problem` it keeps its source text."""
    return TranslationUnit(
        id=unit.id,
        start=unit.start,
        end=unit.end,
        source=unit.text,
        text=text if problem is None else unit.text,
        segment_ids=list(unit.segment_ids),
        words=[
            SourceWord(start=word.start, end=word.end, characters=len(word.text))
            for word in unit.words
        ],
        speaker=unit.speaker,
        status="translated" if problem is None else "untranslated",
        reason=problem or doubt,
    )
