"""How right the models are, as far as it is known.

config/accuracy.toml has what others published, config/calibration.toml what we measured and the
curves from it. Orchestrator side: what a stage needs of it, job.json has (`of_job`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chalchitra.errors import ChalchitraError, UsageError
from chalchitra.jobs.model import Job
from chalchitra.languages import Language, find
from chalchitra.models import catalogue
from chalchitra.paths import config_file
from chalchitra.toml_tables import read_toml, unusable
from chalchitra.transcript.expected import Basis, Calibration, Curve, in_words, percents

STANDARD = "base"
"""The model whose curve serves those that have none of their own."""

Unit = Literal["words", "characters"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Published(_Model):
    """Error rates in percent that somebody published: a table of config/accuracy.toml."""

    model: str
    test: str
    source: str
    certain: Literal["primary", "second-hand"]
    words: dict[str, float] = Field(default_factory=dict)
    characters: dict[str, float] = Field(default_factory=dict)


class _Accuracy(_Model):
    poor: float = Field(gt=0, le=1)
    advised: dict[Literal["indian", "other"], str]
    published: list[Published] = Field(default_factory=list)


class Measured(_Model):
    """Our own error rates of one model and language, 0 to 1, with the least and most of them.

    Of the undamaged `recordings` of the evaluation, `seconds` in all.
    """

    words: float = Field(ge=0)
    least: float = Field(ge=0)
    most: float = Field(ge=0)
    characters: float = Field(ge=0)
    recordings: int = Field(ge=1)
    seconds: float = Field(gt=0)


class Calibrated(_Model):
    """A model's curves and what they were fitted to: a table of config/calibration.toml."""

    recordings: int = Field(ge=1)
    words: Curve
    characters: Curve | None = None
    measured: dict[str, Measured] = Field(default_factory=dict)


@dataclass(frozen=True)
class Figure:
    """One error rate that was published, in percent of `unit`."""

    percent: float
    unit: Unit
    test: str
    source: str
    certain: str

    def __str__(self) -> str:
        return f"{self.percent:g} % of {self.unit} wrong on {self.test}"

    def to_dict(self) -> dict[str, Any]:
        return {
            "percent": self.percent,
            "unit": self.unit,
            "test": self.test,
            "source": self.source,
            "certain": self.certain,
        }


@dataclass(frozen=True)
class Known:
    """What is known of a model's hearing of a language; empty where nothing is."""

    model: str
    language: Language
    measured: Measured | None = None
    published: tuple[Figure, ...] = ()
    """In the table's order: what is best comparable first."""
    poor: float = field(default=1.0, repr=False)

    @property
    def unusable(self) -> bool:
        """Whether it is known that most of what it writes is wrong; what we measured counts."""
        if self.measured is not None:
            return self.measured.words >= self.poor
        return any(one.percent >= 100 * self.poor for one in self.published[:1])

    def __bool__(self) -> bool:
        return self.measured is not None or bool(self.published)

    def to_dict(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "measured": self.measured.model_dump() if self.measured else None,
            "published": [one.to_dict() for one in self.published],
        }


def poor_from() -> float:
    """The expected word error rate from which a transcript is poor, 0 to 1."""
    return _accuracy(_tables()[0]).poor


def models() -> list[str]:
    """The Whisper models of the catalogue that hear more than English, small ones first."""
    entries = catalogue.load().all("whisper")
    return list(dict.fromkeys(entry.name for entry in entries if entry.multilingual))


def known(model: str, language: Language) -> Known:
    """What is known of a model's hearing of a language. Raises as the tables are broken."""
    accuracy, calibrated = _accuracy(_tables()[0]), _calibrated(_tables()[1])
    own = calibrated.get(model)
    figures = [
        Figure(rates[language.id], unit, one.test, one.source, one.certain)
        for one in accuracy.published
        if one.model == model
        for unit, rates in _units(one)
        if language.id in rates
    ]
    return Known(
        model,
        language,
        own.measured.get(language.id) if own else None,
        tuple(figures),
        accuracy.poor,
    )


def of_job(model: str, language: Language) -> dict[str, Any] | None:
    """What the stages of a job are told of its recogniser; None where there is no curve at all."""
    calibrated = _calibrated(_tables()[1])
    own = calibrated.get(model)
    curves = own or calibrated.get(STANDARD)
    if curves is None:
        return None
    of_it = known(model, language)
    basis: Basis = "another model"
    if own is not None:
        basis = "measured" if of_it.measured else "another language"
    return Calibration(
        model=model,
        language=language.name,
        basis=basis,
        words=curves.words,
        characters=curves.characters if language.is_indian else None,
        limit=poor_from(),
        unusable=of_it.unusable,
        larger=larger(model, language),
    ).model_dump(mode="json", exclude_none=True)


def calibrated(job: Job) -> Job:
    """The job with what tells how right its recogniser is, which earlier versions did not add."""
    choice = job.models.get("asr")
    if job.calibration is not None or choice is None or job.script is not None:
        return job
    try:
        told = of_job(choice.name, find(job.source_language))
    except ChalchitraError:  # its language is not known yet; and no run fails for want of tables
        return job
    return job.model_copy(update={"calibration": told})


def larger(model: str, language: Language) -> list[str]:
    """The models to try in its place, the least first: those that are larger, from the advised."""
    every = models()
    if model not in every:
        return []
    advised = _accuracy(_tables()[0]).advised["indian" if language.is_indian else "other"]
    first = every.index(model) + 1
    if advised in every:
        first = max(first, every.index(advised))
    return every[first:]


def forecast(model: str, language: Language) -> str | None:
    """What a person is told before anything is heard; None where all is well."""
    of_it, advice = known(model, language), _advice(larger(model, language))
    if of_it.unusable:
        return (
            f"{model} is not usable for {language.name}: expect most words to be wrong "
            f"({_evidence(of_it)}){f'; {advice}' if advice else ''}."
        )
    if of_it.measured is not None:
        return None
    published = f"published: {of_it.published[0]}" if of_it.published else "nothing is published"
    said = f"How well {model} recognises {language.name} was not measured here; {published}"
    if advice and _worse_elsewhere(model, language):
        said += f"; {_worse_elsewhere(model, language)}, so {advice}"
    return f"{said}."


def better(model: str, language: Language) -> str | None:
    """The model to name in a command in place of one that is no good; None where all is well."""
    if not larger(model, language):
        return None
    of_it = known(model, language)
    bad = of_it.unusable or (of_it.measured is None and _worse_elsewhere(model, language))
    return larger(model, language)[0] if bad else None


def _advice(names: list[str]) -> str:
    if not names:
        return ""
    return f"{names[0]}{' or larger' if len(names) > 1 else ''} is recommended"


def _evidence(of_it: Known) -> str:
    if of_it.measured is not None:
        one = of_it.measured
        return f"{in_words(one.words)}, {percents(one.least, one.most)}, measured"
    return f"published: {of_it.published[0]}"


def _worse_elsewhere(model: str, language: Language) -> str:
    """That the model is not usable for another Indian language, where this is one too."""
    if not language.is_indian or not _small(model):
        return ""
    own = _calibrated(_tables()[1]).get(model)
    poor = poor_from()
    bad = [name for name, one in (own.measured if own else {}).items() if one.words >= poor]
    others = [find(name) for name in bad]
    named = [other.name for other in others if other.is_indian]
    return f"it is not usable for {named[0]}" if named else ""


def _small(model: str) -> bool:
    every, advised = models(), _accuracy(_tables()[0]).advised["indian"]
    return model in every and advised in every and every.index(model) < every.index(advised)


def _units(one: Published) -> Iterator[tuple[Unit, Mapping[str, float]]]:
    yield "words", one.words
    yield "characters", one.characters


def _tables() -> tuple[Path, Path]:
    return config_file("accuracy.toml"), config_file("calibration.toml")


@cache
def _accuracy(path: Path) -> _Accuracy:
    try:
        return _Accuracy.model_validate(read_toml(path))
    except ValidationError as error:
        raise _broken(path, error) from None


@cache
def _calibrated(path: Path) -> dict[str, Calibrated]:
    try:
        return {name: Calibrated.model_validate(row) for name, row in read_toml(path).items()}
    except ValidationError as error:
        raise _broken(path, error) from None


def _broken(path: Path, error: ValidationError) -> UsageError:
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"]))
    return unusable(path, f"{where}: {first['msg']}")
