"""A finished track as other languages follow it: its cues, and what is spoken in each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from chalchitra.subtitles.cues.cue import Cue, milliseconds
from chalchitra.subtitles.cues.words import TimedWord, clean
from chalchitra.subtitles.tracks.edited import EditedTrack
from chalchitra.text.matching import match, tokens
from chalchitra.transcript.translation import Translation


class Spoken(BaseModel):
    """Words of the source language, and the cues that show them: their positions, both included."""

    model_config = ConfigDict(extra="forbid")

    text: str
    first: int
    last: int


class TemplateTrack(BaseModel):
    """The cues of the language `language`, and in their order all that is spoken in them."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    language: str
    track: EditedTrack
    spoken: list[Spoken]

    @property
    def cues(self) -> list[Cue]:
        return self.track.to_cues()

    @classmethod
    def of_source(cls, language: str, cues: Sequence[Cue]) -> TemplateTrack:
        """A track in the language that is spoken: each cue shows its own words."""
        spoken = [Spoken(text=" ".join(cue.lines), first=n, last=n) for n, cue in enumerate(cues)]
        return cls(language=language, track=EditedTrack.of(cues), spoken=spoken)

    @classmethod
    def of_translation(
        cls, language: str, cues: Sequence[Cue], translation: Translation
    ) -> TemplateTrack:
        """A track of a translation, whose cues name the units that they show."""
        shown: dict[int, list[int]] = {}
        for n, cue in enumerate(cues):
            for unit in cue.units:
                shown.setdefault(unit, []).append(n)
        units = [(shown[unit.id], unit) for unit in translation.units if unit.id in shown]
        lasts = accumulate((places[-1] for places, _ in units), max)
        firsts = accumulate((places[0] for places, _ in units), max)
        return cls(
            language=language,
            track=EditedTrack.of(cues),
            spoken=[
                Spoken(text=unit.source, first=first, last=last)
                for (_, unit), first, last in zip(units, firsts, lasts, strict=True)
            ],
        )

    @classmethod
    def read(cls, path: Path) -> TemplateTrack:
        """Raises pydantic.ValidationError when the file is no such track."""
        return cls.model_validate_json(path.read_bytes())

    def to_json(self) -> str:
        return self.model_dump_json(indent=1) + "\n"


def edited_words(
    cues: Sequence[Cue], words: Sequence[TimedWord], *, unspaced: bool = False
) -> list[TimedWord]:
    """The words of edited cues, timed within their cues, each of the segment that it came from.

    `words` are those that the track was made of. A word that a person put in belongs to the segment
    of the one before it.
    """
    if _letters(words) == _letters(cues):
        # Nothing was edited but times: letters tell where words do not, which a cue may cut.
        unspaced = True
    known = [(token, word) for word in words for token in tokens(word.text, unspaced=unspaced)]
    typed: list[tuple[str, int, int]] = []
    for cue in cues:
        text = clean(" ".join(cue.lines)).split()
        total, done = sum(map(len, text)), 0
        begins = cue.start / 1000  # in seconds, as every edited track so far was rounded
        for word in text:
            start = milliseconds(begins + cue.seconds * done / total)
            done += len(word)
            end = milliseconds(begins + cue.seconds * done / total)
            typed.append((word, start, end))
    spelled = [
        (n, token)
        for n, (word, _, _) in enumerate(typed)
        for token in tokens(word, unspaced=unspaced)
    ]
    found = match([token for _, token in spelled], [token for token, _ in known])
    segments: dict[int, int] = {}
    for (n, _), at in zip(spelled, found, strict=True):
        if at is not None:
            segments.setdefault(n, known[at][1].segment)
    segment = next(iter(segments.values()), words[0].segment if words else 0)
    made = []
    for n, (word, start, end) in enumerate(typed):
        segment = segments.get(n, segment)
        made.append(TimedWord(word, start, end, segment))
    return made


def _letters(shown: Sequence[Cue] | Sequence[TimedWord]) -> list[str]:
    return [letter for one in shown for letter in tokens(one.text, unspaced=True)]


def with_units(
    cues: Sequence[Cue], words: Sequence[TimedWord], *, unspaced: bool = False
) -> list[Cue]:
    """Edited cues with the segments that they show of the words that the track was made of."""
    made = iter(edited_words(cues, words, unspaced=unspaced))
    whole = []
    for cue in cues:
        own = [next(made) for _ in clean(" ".join(cue.lines)).split()]
        units = tuple(dict.fromkeys(word.segment for word in own))
        whole.append(Cue(cue.index, cue.start, cue.end, cue.lines, units))
    return whole
