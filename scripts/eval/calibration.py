"""Fitting the curves of config/calibration.toml: from words' probabilities to error rates.

A curve has two numbers, a logistic regression of wrong words on the log odds of a recording's mean
probability; with so few recordings more would be made up. It never rises. What it is worth is told
by recordings that it was not fitted to: each is judged by a curve fitted without it and without all
that shares a clip with it, damaged copies and films among them. The spread is that of what these
curves were off.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from pathlib import Path
from statistics import fmean
from typing import Any

from measures.edits import Errors

from chalchitra.transcript.expected import Calibration, Curve, Expected, expected_errors
from chalchitra.transcript.model import Transcript

TAIL = 0.05
"""The share of the recordings that may lie beyond either end of the spread. It claims 0.8 of them
and is taken wider: a handful of voices does not show how far others are off."""
MOST_WORDS = 80
"""A longer recording counts as one of so many words: what differs are voices and rooms."""
_STEPS = 60
_RIDGE = 1e-3
"""Keeps the curve finite where every recording has the same probability or no error."""


@dataclass(frozen=True)
class Recording:
    """One recording that was heard: what it was made of and how, and what was wrong with it."""

    name: str
    language: str
    damage: str
    clips: frozenset[str]
    seconds: float
    words: Errors
    characters: Errors
    transcript: Transcript

    @property
    def mean(self) -> float | None:
        """The mean probability of its words; None where none has one."""
        known = [w.probability for w in self.transcript.words if w.probability is not None]
        return fmean(known) if known else None


@dataclass(frozen=True)
class Judged:
    """A recording and what a curve that does not know it expects of it."""

    recording: Recording
    words: Expected
    true: float
    """The word error rate, at most 1 as expectations are."""

    @property
    def inside(self) -> bool:
        rate = self.words.words
        return rate is not None and rate.low <= self.true <= rate.high

    @property
    def off(self) -> float:
        """The expected rate less the true one."""
        return (self.words.words.expected if self.words.words else 0.0) - self.true


def calibration_toml(path: Path, rows: Mapping[str, Mapping[str, Any]]) -> str:
    """The file with these models' tables in it; those of other models stay as they are."""
    try:
        known: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = {}
    known.update(rows)
    lines = [
        "# Written by scripts/eval (--calibration): the error rates that we measured, 0 to 1, and",
        "# the curves fitted to them. Not edited by hand; docs/quality.md says how it is made.",
    ]
    for model, row in sorted(known.items()):
        lines += ["", f"[{_key(model)}]", f"recordings = {row['recordings']}"]
        tables = {kind: row[kind] for kind in ("words", "characters") if kind in row}
        tables |= {f"measured.{name}": one for name, one in sorted(row["measured"].items())}
        for name, values in tables.items():
            lines.append(f"[{_key(model)}.{name}]")
            lines += [f"{key} = {value}" for key, value in values.items()]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    """A TOML key: large-v3 is one as it stands; whatever else is quoted."""
    bare = name.replace("-", "").replace("_", "")
    return name if bare.isalnum() and bare.isascii() else json.dumps(name)


Kind = Callable[[Recording], Errors]


def words_of(recording: Recording) -> Errors:
    return recording.words


def characters_of(recording: Recording) -> Errors:
    return recording.characters


def fit(recordings: Sequence[Recording], kind: Kind = words_of) -> Curve:
    """The curve of these recordings, with the spread of what it is off where it does not know them.

    Raises ValueError where there is nothing to fit to.
    """
    known = [one for one in recordings if one.mean is not None and kind(one).reference]
    if not known:
        raise ValueError("no recording with words and probabilities")
    off = []
    for one in known:
        others = without(one, known)
        if others:
            off.append(_odds_of(kind(one)) - _at(_line(others, kind), one))
    intercept, slope = _line(known, kind)
    return Curve(
        intercept=round(intercept, 4),
        slope=round(slope, 4),
        low=round(min(0.0, _quantile(off, TAIL)), 4),
        high=round(max(0.0, _quantile(off, 1 - TAIL)), 4),
    )


def without(one: Recording, recordings: Sequence[Recording]) -> list[Recording]:
    """Those that share no clip with it."""
    return [other for other in recordings if not other.clips & one.clips]


def judge(
    recordings: Sequence[Recording], *, model: str, name_of: Callable[[str], str], limit: float
) -> list[Judged]:
    """Each recording by the curve of those that share nothing with it, spread and all."""
    found = []
    for one in recordings:
        others = without(one, recordings)
        if not any(other.mean is not None for other in others):
            continue
        calibration = Calibration(
            model=model,
            language=name_of(one.language),
            basis="measured",
            words=fit(others),
            limit=limit,
        )
        expected = expected_errors(one.transcript, calibration)
        if expected.words is not None:
            found.append(Judged(one, expected, min(1.0, one.words.rate or 0.0)))
    return found


def judge_by(
    curve: Curve,
    recordings: Sequence[Recording],
    *,
    model: str,
    name_of: Callable[[str], str],
    limit: float,
) -> list[Judged]:
    """Recordings that no curve was fitted to, by one curve, with the spread of a guess."""
    found = []
    for one in recordings:
        calibration = Calibration(
            model=model,
            language=name_of(one.language),
            basis="another language",
            words=curve,
            limit=limit,
        )
        expected = expected_errors(one.transcript, calibration)
        if expected.words is not None:
            found.append(Judged(one, expected, min(1.0, one.words.rate or 0.0)))
    return found


def _line(recordings: Sequence[Recording], kind: Kind) -> tuple[float, float]:
    """Intercept and slope, by Newton's method; a rising line becomes a flat one."""
    points = []
    for one in recordings:
        errors, mean = kind(one), one.mean
        if mean is None or not errors.reference:
            continue
        weight = float(min(MOST_WORDS, errors.reference))
        points.append((_odds(mean), min(1.0, errors.edits / errors.reference), weight))
    a, b = _newton(points, flat=False)
    return (a, b) if b <= 0 else _newton(points, flat=True)


def _newton(points: Sequence[tuple[float, float, float]], *, flat: bool) -> tuple[float, float]:
    a = b = 0.0
    for _ in range(_STEPS):
        ga, gb, haa, hab, hbb = -_RIDGE * a, -_RIDGE * b, _RIDGE, 0.0, _RIDGE
        for x, rate, weight in points:
            p = 1 / (1 + exp(-max(-30.0, min(30.0, a + b * x))))
            slack = weight * p * (1 - p)
            ga += weight * (rate - p)
            gb += weight * (rate - p) * x
            haa += slack
            hab += slack * x
            hbb += slack * x * x
        if flat:
            a += max(-2.0, min(2.0, ga / haa))
            continue
        det = haa * hbb - hab * hab
        a += max(-2.0, min(2.0, (hbb * ga - hab * gb) / det))
        b += max(-2.0, min(2.0, (haa * gb - hab * ga) / det))
    return a, b


def _at(line: tuple[float, float], one: Recording) -> float:
    """The line's log odds for a recording, kept off certainty as the product keeps its rates."""
    return max(_odds(0.0), min(_odds(1.0), line[0] + line[1] * _odds(one.mean or 0.0)))


def _odds_of(errors: Errors) -> float:
    """The log odds of what was wrong; half an error is added, so that none has odds too."""
    edits = min(errors.edits, errors.reference)
    return _odds((edits + 0.5) / (errors.reference + 1))


def _odds(share: float) -> float:
    inside = min(0.98, max(0.02, share))
    return log(inside / (1 - inside))


def _quantile(values: Sequence[float], share: float) -> float:
    """The value below which so many lie; nothing without values."""
    if not values:
        return 0.0
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])
