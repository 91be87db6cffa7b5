"""How long the rest of a job will take: arithmetic only, no files and no clock.

The measure is what a stage took per minute of film in earlier jobs: the median, since one run on a
busy machine must not spoil it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Work:
    """What a stage's speed depends on; `detail` is the model, the engine, the machine ..."""

    stage: str
    environment: str
    detail: Hashable = None


@dataclass(frozen=True)
class Sample:
    """One stage of an earlier job: the seconds it took for so many minutes of film."""

    work: Work
    seconds: float
    minutes: float


@dataclass(frozen=True)
class Progress:
    """How far a running stage said it was (0 to 1), and after how many seconds it said so."""

    fraction: float
    elapsed: float


@dataclass(frozen=True)
class Estimate:
    """Seconds still to go, None when nothing is known; `unknown` are the keys not counted in."""

    seconds: float | None
    unknown: tuple[str, ...]


class Rates:
    """Seconds per minute of film, by what is done and where."""

    def __init__(self, samples: Iterable[Sample]) -> None:
        self._exact: dict[Work, list[float]] = defaultdict(list)
        self._loose: dict[Work, list[float]] = defaultdict(list)
        for sample in samples:
            if sample.minutes > 0 and sample.seconds >= 0:
                rate = sample.seconds / sample.minutes
                self._exact[sample.work].append(rate)
                self._loose[Work(sample.work.stage, sample.work.environment)].append(rate)

    def expected(self, work: Work, minutes: float | None) -> float | None:
        """Seconds for so many minutes of film; None where no such stage ran yet.

        Jobs with the same model on the same machine count; where there are none, any in the same
        environment.
        """
        rates = self._exact.get(work) or self._loose.get(Work(work.stage, work.environment))
        return None if not rates or minutes is None else median(rates) * minutes


def running_left(expected: float | None, elapsed: float, progress: Progress | None) -> float | None:
    """Seconds that a running stage still needs, from what is expected and what it says itself.

    At its start earlier jobs know better, at its end it does: the two are weighed by how far it is.
    """
    whole = expected
    if progress is not None and progress.fraction > 0:
        done = min(progress.fraction, 1.0)
        own = max(progress.elapsed, 0.0) / done
        whole = own if expected is None else (1 - done) * expected + done * own
    return None if whole is None else max(0.0, whole - max(elapsed, 0.0))


def total(left: Mapping[str, float | None]) -> Estimate:
    """The sum over the stages that are still to be done."""
    known = [seconds for seconds in left.values() if seconds is not None]
    unknown = tuple(key for key, seconds in left.items() if seconds is None)
    return Estimate(sum(known) if known or not unknown else None, unknown)
