"""Timed words out of a transcript or a translation: clean text, times in order, milliseconds."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from chalchitra.subtitles.cues.breaks import closes
from chalchitra.subtitles.cues.cue import milliseconds
from chalchitra.subtitles.cues.graphemes import UNSPACED_SCRIPTS
from chalchitra.subtitles.cues.spread import spread
from chalchitra.text.rising import longest_rising
from chalchitra.text.sentence_ends import sentence_starts
from chalchitra.transcript.model import Label, Segment, Transcript
from chalchitra.transcript.songs import bare
from chalchitra.transcript.translation import Translation

_BREATH = 0.3
"""Seconds; the voice detector takes shorter pauses for one stretch of speech."""


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word with its times in milliseconds. `glued`: no space stands before it.

    `song`: it is sung, and shown between notes.
    """

    text: str
    start: int
    end: int
    segment: int
    glued: bool = False
    speaker: str | None = None
    song: bool = False


def transcript_words(
    transcript: Transcript, script: str, *, notes: bool = False, labels: bool = False
) -> list[TimedWord]:
    """The words of a transcript in `script` (ISO 15924). A segment without words is spread.

    With `notes`, the words of songs are marked as such; with `labels`, those of the labels stand
    among them.
    """
    found: list[TimedWord] = []
    number, ended = 0, 0.0
    for segment in transcript.segments:
        song = notes and segment.song
        begins_or_ends = bool(found) and found[-1].song != song
        parted = begins_or_ends or _parted(
            found, segment, segment.start - ended, transcript.language
        )
        number, ended = number + parted, segment.end
        if not segment.words:
            spoken = _spread(segment.text, segment.start, segment.end, number)
            found += [replace(word, speaker=segment.speaker, song=song) for word in spoken]
            continue
        beside = segment.labels if labels else []
        for at, (word, glued) in enumerate(
            zip(segment.words, _glued(segment, script), strict=True)
        ):
            if own := _labels(beside, at, word.start, number, segment, song=song):
                number = own[-1].segment + (own[-1].segment != number)
                glued = False
                found += own
            parts = list(_spread(word.text, word.start, word.end, number))
            speaker = word.speaker or segment.speaker
            if word is segment.words[0] and not parted and script in UNSPACED_SCRIPTS:
                glued = _is_wide(found[-1].text[-1:]) if found else False
            for n, part in enumerate(parts):
                timed = replace(part, glued=glued and n == 0, speaker=speaker, song=song)
                if closes(part.text) and found and found[-1].segment == number:
                    # A danda that stands apart takes no time, whatever the recogniser says.
                    timed = replace(timed, start=found[-1].end, end=found[-1].end)
                found.append(timed)
        last = len(segment.words)
        if own := _labels(beside, last, segment.end, number, segment, song=song):
            number = own[-1].segment
            found += own
    return _bared(found)


def _labels(
    labels: Sequence[Label], at: int, moment: float, number: int, segment: Segment, *, song: bool
) -> list[TimedWord]:
    """The words of the labels that stand before a segment's word `at`, which begins at `moment`.

    They take no time, beside words that do; one with times of its own is a passage of its own.
    """
    found: list[TimedWord] = []
    count = len(segment.words)
    for label in labels:
        if min(label.before, count) != at:
            continue
        if label.start is None or label.end is None:
            own = _spread(label.text, moment, moment, number)
            found += [replace(word, speaker=segment.speaker, song=song) for word in own]
        else:
            number += 1
            found += _spread(label.text, label.start, label.end, number)
    return found


def _bared(words: Sequence[TimedWord]) -> list[TimedWord]:
    """The words, those of songs without the notes that a recogniser wrote."""
    kept: list[TimedWord] = []
    lost: TimedWord | None = None
    for word in words:
        if word.song:
            glued = lost.glued if lost else word.glued
            word = replace(word, text=bare(word.text), glued=glued)
        lost = None if word.text else word
        if word.text:
            kept.append(word)
    return kept


def _parted(found: Sequence[TimedWord], segment: Segment, pause: float, language: str) -> bool:
    """Whether a segment stands apart from the words before it, which end `pause` seconds before.

    Where a sentence ends before it, it does so only after a pause: sentences are segments of their
    own however near they are to each other, and two short ones in one breath may share a cue.
    """
    if found and pause >= _BREATH:
        return True
    said = [word.text for word in found[-12:]]
    return bool(said) and len(said) not in sentence_starts(
        [*said, *segment.text.split()[:4]], language
    )


def _is_wide(character: str) -> bool:
    """A mark that has its space in itself, as 。 has."""
    return unicodedata.east_asian_width(character or "a") in "WF"


def translation_words(translation: Translation, *, notes: bool = False) -> list[TimedWord]:
    """The words of a translation, each unit's spread over the time of its source's words.

    A word's `segment` is the id of its unit. With `notes`, the words of songs are marked as such.
    """
    found: list[TimedWord] = []
    for unit in translation.units:
        texts = clean(unit.text).split()
        times = spread(texts, unit.words, unit.start, max(unit.start, unit.end))
        for text, (start, end) in zip(texts, times, strict=True):
            word = TimedWord(text, milliseconds(start), milliseconds(end), unit.id)
            found.append(replace(word, speaker=unit.speaker, song=notes and unit.song))
    return _bared(found)


def in_order(
    words: Sequence[TimedWord], longest: int, duration: int | None = None
) -> list[TimedWord]:
    """The same words with times that never run backwards or overlap, within [0, `duration`].

    The longest run of starts that do not fall is believed; the others are held between their
    neighbours, so that one wild time moves no other word. No word lasts more than `longest`
    (all in milliseconds): where a recogniser stretches a word over a silence, the silence shows.
    """
    limit = duration if duration is not None else max((word.end for word in words), default=0)
    starts = [min(max(word.start, 0), max(limit, 0)) for word in words]
    believed = longest_rising(starts)
    ceiling = max(starts, default=0)
    for i in reversed(range(len(starts))):
        if i in believed:
            ceiling = starts[i]
        starts[i] = min(starts[i], ceiling)
    for i in range(1, len(starts)):
        starts[i] = max(starts[i], starts[i - 1])
    ordered = []
    for i, word in enumerate(words):
        following = starts[i + 1] if i + 1 < len(starts) else max(limit, starts[i])
        end = min(max(word.end, starts[i]), starts[i] + longest, following)
        ordered.append(replace(word, start=starts[i], end=end))
    return ordered


def clean(text: str) -> str:
    """Text with single spaces, and without the control characters that no subtitle can carry.

    An override of direction would turn the whole row round; the mere marks (U+200E) stay.
    """
    shown = ("".join(filter(_is_text, word)) for word in text.split())
    return " ".join(word for word in shown if word)


def _spread(text: str, start: float, end: float, segment: int) -> Iterator[TimedWord]:
    """The words of a text, with times in proportion to their characters."""
    words = clean(text).split()
    total = sum(map(len, words))
    done = 0
    for word in words:
        begins = start + (end - start) * done / total
        done += len(word)
        ends = start + (end - start) * done / total
        yield TimedWord(word, milliseconds(begins), milliseconds(ends), segment)


def _is_text(character: str) -> bool:
    """Neither a control character nor a byte order mark, nor what sets the direction of others."""
    return character not in _NO_TEXT and unicodedata.category(character) != "Cc"


_NO_TEXT = frozenset("\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _glued(segment: Segment, script: str) -> list[bool]:
    """For each word of a segment, whether it follows the one before without a space.

    In a script without spaces the segment's text says so; where it is not made of these words,
    only Latin letters and digits are kept apart.
    """
    words = [word.text.strip() for word in segment.words]
    if script not in UNSPACED_SCRIPTS:
        return [False] * len(words)
    glued = []
    position = 0
    for word in words:
        at = segment.text.find(word, position)
        if at < 0 or segment.text[position:at].strip():
            break
        glued.append(at == position and position > 0)
        position = at + len(word)
    else:
        return glued
    return [False, *(not (_latin(a[-1:]) and _latin(b[:1])) for a, b in pairwise(words))]


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
