"""One system's figures on one corpus: every measure on every item, added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from corpus import Corpus, Item
from heard import Heard
from measures import times
from measures.diarization import DiarizationErrors, diarization_errors, turns_of_words
from measures.edits import Errors, character_errors, word_errors
from measures.folding import words_of
from measures.repeats import Loop, unsupported
from measures.scripts import Scripts, scripts_of
from measures.spans import Span
from systems import Cost, Run


@dataclass
class Figures:
    """What a system scored on a corpus. None and empty: not known, or nothing to measure it on."""

    corpus: str
    system: str
    duration: float
    """Seconds of the recordings."""
    words: Errors
    characters: Errors
    scripts: Scripts
    word_times: str
    cost: Cost | None = None
    shift: float = 0.0
    """Seconds that were added to the system's times."""
    loops: list[tuple[str, Loop]] = field(default_factory=list)
    """With the item's name."""
    quiet_seconds: float = 0.0
    invented: list[tuple[str, float, str]] = field(default_factory=list)
    """Item, middle in seconds, word."""
    outside: list[tuple[str, float, str]] = field(default_factory=list)
    sentences: int = 0
    missed: list[tuple[str, float, str]] = field(default_factory=list)
    """Item, start in seconds, text."""
    timed: list[times.Offset] = field(default_factory=list)
    """Of the sentences marked sure and the dialogues' turns."""
    diarization: DiarizationErrors | None = None
    diarization_without_overlaps: DiarizationErrors | None = None
    speakers: int | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def repeats(self) -> int:
        """Copies beyond what the reference supports."""
        return sum(loop.copies for _, loop in self.loops)

    @property
    def invented_a_minute(self) -> float | None:
        """Words in silence and music, a minute of these; None where there is none, or no times."""
        if not self.quiet_seconds or self.word_times == "none":
            return None
        return len(self.invented) / (self.quiet_seconds / 60)

    @property
    def onset(self) -> tuple[float, float] | None:
        """Median and 95th percentile of how far onsets are off, either way, in seconds."""
        return _spread([one.onset for one in self.timed])

    @property
    def offset(self) -> tuple[float, float] | None:
        return _spread([one.offset for one in self.timed])

    @property
    def early(self) -> float | None:
        """The median of the onsets' errors with their sign: negative where words come early."""
        known = [one.onset for one in self.timed if one.onset is not None]
        return median(known) if known else None

    def to_dict(self) -> dict[str, Any]:
        """Everything, rounded to what can be meant, with the cases behind the counts."""
        speakers = {
            "rate": _rounded(self.diarization.rate if self.diarization else None),
            "rate_without_overlaps": _rounded(
                self.diarization_without_overlaps.rate
                if self.diarization_without_overlaps
                else None
            ),
            "speakers": self.speakers,
        }
        found, scripts = len([one for one in self.timed if one.onset is not None]), self.scripts
        return {
            "corpus": self.corpus,
            "system": self.system,
            "recordings_seconds": round(self.duration, 2),
            "wall_seconds": _rounded(self.cost.wall if self.cost else None, 1),
            "cpu_seconds": _rounded(self.cost.cpu if self.cost else None, 1),
            "shift_seconds": self.shift,
            "word_times": self.word_times,
            "word_error_rate": _rounded(self.words.rate),
            "character_error_rate": _rounded(self.characters.rate),
            "reference_words": self.words.reference,
            "share_of_words": _rounded(self.words.share),
            "script": {
                "expected": scripts.expected,
                "segments": scripts.segments,
                "fidelity": _rounded(scripts.fidelity),
                "fidelity_with_latin_words": _rounded(scripts.fidelity_with_latin),
                "letters_in_other_scripts": _rounded(scripts.foreign_letters),
                "letters": dict(scripts.letters.most_common()),
            },
            "unsupported_repeats": self.repeats,
            "quiet_seconds": round(self.quiet_seconds, 2),
            "invented_words": len(self.invented),
            "invented_words_a_minute": _rounded(self.invented_a_minute),
            "words_far_from_speech": len(self.outside),
            "sentences": self.sentences,
            "sentences_missed": len(self.missed),
            "onsets_found": found,
            "onsets_wanted": len(self.timed),
            "onset_error_seconds": _pair(self.onset),
            "offset_error_seconds": _pair(self.offset),
            "onset_median_with_sign": _rounded(self.early),
            "diarization_error": speakers,
            "notes": self.notes,
            "cases": {
                "repeats": [
                    [item, " ".join(loop.repeat.words), loop.repeat.times, loop.supported]
                    for item, loop in self.loops
                ],
                "invented": [[item, round(at, 2), word] for item, at, word in self.invented],
                "far_from_speech": [[item, round(at, 2), word] for item, at, word in self.outside],
                "missed": [[item, round(at, 2), text] for item, at, text in self.missed],
                "offsets": [
                    [round(one.span.start, 3), _rounded(one.onset), _rounded(one.offset)]
                    for one in self.timed
                ],
            },
        }


def score(
    corpus: Corpus, system: str, run: Run, *, collar: float = 0.0, shifted: bool = False
) -> Figures:
    """The figures of a run. `shifted` adds each item's audio start to all of its times."""
    figures = Figures(
        corpus.name,
        system,
        corpus.duration,
        Errors(),
        Errors(),
        Scripts(corpus.script),
        "own",
        run.cost,
    )
    kinds = set()
    for item in corpus.items:
        heard = run.heard[item.name]
        if shifted:
            figures.shift = item.audio_start
            heard = heard.shifted(item.audio_start)
        kinds.add(heard.word_times)
        figures.scripts += scripts_of((one.text for one in heard.segments), corpus.script)
        figures.notes += [note for note in heard.notes if note not in figures.notes]
        if item.text is not None and not heard.only_turns:
            figures.words += word_errors(item.text, heard.text)
            figures.characters += character_errors(item.text, heard.text)
            loops = unsupported(words_of(item.text), words_of(heard.text))
            figures.loops += [(item.name, loop) for loop in loops]
        if heard.word_times != "none":
            _score_times(figures, item, heard)
        _score_speakers(figures, item, heard, collar)
    figures.word_times = next(kind for kind in ("none", "spread", "own") if kind in kinds)
    return figures


def _score_times(figures: Figures, item: Item, heard: Heard) -> None:
    words = heard.words
    spans = [word.span for word in words]
    sentences = item.sentences or ()
    turns = [turn for one in sentences for turn in one.turns]
    if item.sections is not None:
        quiet = times.quiet(item.sections, item.duration)
    elif item.turns is not None and item.turns_within is None:
        turns = list(item.turns)
        quiet = times.pauses([Span(turn.start, turn.end) for turn in turns], item.duration)
    else:
        return
    voices = [(one.span, one.sure) for one in sentences if not one.turns]
    voices += [(Span(turn.start, turn.end), True) for turn in turns]

    def cases(numbers: Sequence[int]) -> list[tuple[str, float, str]]:
        return [(item.name, spans[n].middle, words[n].text) for n in numbers]

    figures.quiet_seconds += sum(span.length for span in quiet)
    figures.invented += cases(times.invented(spans, quiet))
    figures.outside += cases(times.outside(spans, [span for span, _ in voices]))
    figures.sentences += len(sentences)
    figures.missed += [
        (item.name, sentences[n].span.start, sentences[n].text)
        for n in times.missed(spans, [one.span for one in sentences])
    ]
    offsets = times.offsets(spans, [span for span, _ in voices])
    figures.timed += [one for one, (_, sure) in zip(offsets, voices, strict=True) if sure]


def _score_speakers(figures: Figures, item: Item, heard: Heard, collar: float) -> None:
    if item.turns is None:
        return
    found = list(heard.turns or ())
    if heard.turns is None:
        found = turns_of_words((word.span, word.speaker) for word in heard.words)
    if not found:
        return
    within = None if item.turns_within is None else [item.turns_within]

    def errors(overlaps: bool) -> DiarizationErrors:
        return diarization_errors(
            item.turns or (), found, overlaps=overlaps, collar=collar, within=within
        )

    none = DiarizationErrors()
    figures.diarization = (figures.diarization or none) + errors(True)
    figures.diarization_without_overlaps = (figures.diarization_without_overlaps or none) + errors(
        False
    )
    figures.speakers = (figures.speakers or 0) + len({turn.speaker for turn in found})


def _spread(errors: Sequence[float | None]) -> tuple[float, float] | None:
    known = [abs(error) for error in errors if error is not None]
    far = times.percentile(known, 0.95)
    return None if far is None else (median(known), far)


def _pair(values: tuple[float, float] | None) -> dict[str, float] | None:
    return values and {"median": round(values[0], 3), "percentile_95": round(values[1], 3)}


def _rounded(value: float | None, digits: int = 4) -> float | None:
    return None if value is None else round(value, digits)
