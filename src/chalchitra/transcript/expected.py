"""How many words of a transcript are wrong, as far as the recogniser's own doubts tell.

Whisper gives every word a probability, and their mean falls as errors grow. `scripts/eval` fits a
curve a model to recordings whose words are known (config/calibration.toml); here it is applied.
What comes out is an expectation with its spread, not a measurement: of a model or a language that
nobody measured it says so, and the spread is wide.

Only the last stages import this module: a change here hears no film again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import exp, log
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chalchitra.transcript.model import Transcript, Word

SPREAD = 0.8
"""The share of recordings whose true rate lies between `low` and `high`, where it was measured."""
WIDE = 2.0
"""So many times as wide (in log odds) the spread is where the model or the language is another."""
STRETCH = 60.0
"""Seconds of film over which a mean probability is taken; a film is the mean of its stretches."""
TENTHS = 10
FEWEST = 20
"""Words below which a tenth of a film is not called its worst."""
_EDGE = 0.02
"""Means this near to 0 and 1 count as this: no word is certain."""

Basis = Literal["measured", "another language", "another model"]
"""Whether the curve was fitted to this model and language, or is another's."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Curve(_Model):
    """log odds of an error = intercept + slope x log odds of the mean probability.

    `low` and `high` are added to the log odds for the ends of the spread.
    """

    intercept: float
    slope: float = Field(le=0)
    low: float = Field(le=0)
    high: float = Field(ge=0)

    def rate(self, probability: float) -> float:
        """The expected error rate, 0 to 1, falling as the mean probability (0 to 1) grows."""
        return _share(self.intercept + self.slope * _odds(probability))

    def spread(self, rate: float, *, wide: bool) -> tuple[float, float]:
        """The ends of the spread around a rate; what is next to nothing or to all is that."""
        times = WIDE if wide else 1.0
        low = min(rate, _share(_odds(rate) + times * self.low))
        high = max(rate, _share(_odds(rate) + times * self.high))
        return 0.0 if low < _EDGE else low, 1.0 if high > 1 - _EDGE else high


class Calibration(_Model):
    """What a stage is told of the recogniser: its curves, and what is said where they are bad.

    `language` is an English name; `limit` the word error rate from which less than asked was done;
    `unusable` says that the model is known to be of no use for the language; `larger` are the
    models to try instead, the least first, as they are typed; none where there is none.
    """

    model: str
    language: str
    basis: Basis
    words: Curve
    characters: Curve | None = None
    limit: float = Field(gt=0, le=1)
    unusable: bool = False
    larger: list[str] = Field(default_factory=list)

    @classmethod
    def of(cls, data: Any) -> Calibration | None:
        """What job.json has of it; None where it has nothing of use."""
        try:
            return None if data is None else cls.model_validate(data)
        except ValidationError:
            return None


class Rate(_Model):
    """An expected error rate and the ends of its spread, each 0 to 1."""

    expected: float = Field(ge=0, le=1)
    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)


class Worst(_Model):
    """The tenth of the film, in seconds of it, in which most words are expected to be wrong."""

    start: float
    end: float
    words: float = Field(ge=0, le=1)


class Expected(_Model):
    """How right a transcript is to be expected: the field `expected` of transcript.json.

    `words` and `characters` are error rates, `judged` the words they go by (none of songs, none
    without a probability) and `probability` their mean. Without such words `words` is None: nothing
    is known.
    """

    model: str
    language: str
    basis: Basis
    spread: float = SPREAD
    judged: int = Field(ge=0)
    probability: float | None = Field(default=None, ge=0, le=1)
    words: Rate | None = None
    characters: Rate | None = None
    worst: Worst | None = None
    limit: float = Field(gt=0, le=1)
    unusable: bool = False
    larger: list[str] = Field(default_factory=list)

    @classmethod
    def of(cls, data: Any) -> Expected | None:
        """One that was written down; None where there is none that can be read."""
        try:
            return None if data is None else cls.model_validate(data)
        except ValidationError:
            return None

    @property
    def poor(self) -> bool:
        """Whether less than asked was done: too many words are expected to be wrong, or the model
        is known to be of no use, whatever it thinks of its words."""
        return self.unusable or (self.words is not None and self.words.expected >= self.limit)

    def to_dict(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_none=True)


def expected_errors(transcript: Transcript, calibration: Calibration) -> Expected:
    """What is to be expected of a transcript. Songs do not count: no curve knows singing."""
    words = [
        word
        for segment in transcript.segments
        if not segment.song
        for word in segment.words
        if word.probability is not None
    ]
    known = Expected(
        model=calibration.model,
        language=calibration.language,
        basis=calibration.basis,
        judged=len(words),
        limit=calibration.limit,
        unusable=calibration.unusable,
        larger=calibration.larger,
    )
    if not words:
        return known
    wide = calibration.basis != "measured"
    stretches = _stretches(words)

    def rate(curve: Curve) -> Rate:
        whole = sum(len(some) * curve.rate(_mean(some)) for some in stretches) / len(words)
        low, high = curve.spread(whole, wide=wide)
        return Rate(
            expected=_rounded(whole),
            low=_rounded(low),
            high=_rounded(high),
        )

    return known.model_copy(
        update={
            "probability": _rounded(_mean(words)),
            "words": rate(calibration.words),
            "characters": rate(calibration.characters) if calibration.characters else None,
            "worst": _worst(words, transcript.duration, calibration.words),
        }
    )


def sentence(one: Expected) -> str:
    """What is to be expected, in one sentence: about 8 of 10 words wrong (70 to 95 %)."""
    if one.words is None:
        return "The error rate cannot be estimated: the recogniser gave no probabilities."
    rate = one.words
    said = f"Expect {in_words(rate.expected)} wrong ({percents(rate.low, rate.high)})"
    if one.characters is not None:
        said += f" and about {round(100 * one.characters.expected)} % of the characters"
    return f"{said}{_hedge(one)}."


def reason(one: Expected) -> str:
    """Why so many words are expected to be wrong."""
    if one.unusable:
        return f"{one.model} is not usable for {one.language}."
    doubt = f" (mean probability {one.probability:.2f})" if one.probability is not None else ""
    return f"{one.model} was unsure of what it recognised{doubt}."


def remedy(one: Expected) -> str:
    """What to do against it."""
    if one.larger:
        larger = " or larger" if len(one.larger) > 1 else ""
        return f"Prepare the job again with --model {one.larger[0]}{larger}."
    return (
        "No larger model is known here: choose another track with --audio-track, or give the text"
        " with --transcript."
    )


def worst_sentence(one: Expected) -> str:
    """Where it is worst; nothing where no part is much worse than the whole."""
    if one.worst is None or one.words is None:
        return ""
    if one.worst.words < 1.5 * one.words.expected or one.worst.words < one.limit:
        return ""
    return (
        f"The worst tenth is {_clock(one.worst.start)} to {_clock(one.worst.end)}:"
        f" {in_words(one.worst.words)}."
    )


def in_words(rate: float) -> str:
    """A share of the words as one says it: about 8 of 10 words, about 1 of 20 words."""
    if rate >= 0.95:
        return "nearly all words"
    if rate >= 0.15:
        return f"about {max(2, round(10 * rate))} of 10 words"
    if rate < 0.01:
        return "fewer than 1 of 100 words"
    return f"about 1 of {next(n for n in _ONE_OF if n >= 0.93 / rate)} words"


_ONE_OF = (7, 8, 10, 12, 15, 20, 30, 50, 100)
"""The round numbers that small shares are told in; the one is at most 7 % off."""


def percents(low: float, high: float) -> str:
    """The ends of a spread in percent: 70 to 95 %."""
    return f"{round(100 * low)} to {round(100 * high)} %"


def _hedge(one: Expected) -> str:
    if one.basis == "another language":
        return f"; {one.model} was not measured for {one.language}, so this is a rough guess"
    if one.basis == "another model":
        return f"; {one.model} was not measured, so this is a rough guess"
    return ""


def _stretches(words: Sequence[Word]) -> list[list[Word]]:
    """The words by the stretch of the film that they begin in."""
    by_stretch: dict[int, list[Word]] = {}
    for word in words:
        by_stretch.setdefault(int(max(0.0, word.start) // STRETCH), []).append(word)
    return list(by_stretch.values())


def _worst(words: Sequence[Word], duration: float | None, curve: Curve) -> Worst | None:
    """The worst of the film's tenths; None where less than two have words enough to compare."""
    length = max(duration or 0.0, *(word.end for word in words))
    if length <= 0:
        return None
    tenths: dict[int, list[Word]] = {}
    for word in words:
        place = int(TENTHS * max(0.0, word.start) / length)
        tenths.setdefault(min(place, TENTHS - 1), []).append(word)
    enough = {
        place: curve.rate(_mean(some)) for place, some in tenths.items() if len(some) >= FEWEST
    }
    if len(enough) < 2:
        return None
    place = max(enough, key=lambda at: (enough[at], -at))
    return Worst(
        start=round(place * length / TENTHS, 1),
        end=round((place + 1) * length / TENTHS, 1),
        words=_rounded(enough[place]),
    )


def _mean(words: Iterable[Word]) -> float:
    known = [word.probability or 0.0 for word in words]
    return min(1.0, max(0.0, sum(known) / len(known)))


def _odds(share: float) -> float:
    inside = min(1 - _EDGE, max(_EDGE, share))
    return log(inside / (1 - inside))


def _share(odds: float) -> float:
    return 1 / (1 + exp(-min(50.0, max(-50.0, odds))))


def _rounded(rate: float) -> float:
    return round(rate, 4)


def _clock(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
