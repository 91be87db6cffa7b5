"""Detecting the language: in several windows spread over the speech, and deciding from them.

Whisper tells the language of 30 s. The first 30 s of a film are a logo's music as often as not, and
one window says nothing of a film that changes language; so windows of speech alone are taken from
all over it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Protocol

from chalchitra.speech.engines.base import LONGEST
from chalchitra.speech.language_id.model import (
    DetectedLanguage,
    Stretch,
    Window,
    same_spoken,
)
from chalchitra.speech.recognition.blocks import Block, pack
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.sound import Samples, Sound

ENOUGH = 20.0
"""Seconds of speech from which a window is as good as a full one."""
SHORTEST = 3.0
"""Seconds of speech under which a window alone says nothing of a change of language."""
KEPT = 5
"""So many candidates are written down for each window."""
_DIGITS = 4


class Detector(Protocol):
    """A model that tells languages apart."""

    def detect(self, windows: Iterable[Samples]) -> Iterator[Mapping[str, float]]:
        """The probability of every language that it knows, for each window of at most 30 s."""


@dataclass(frozen=True)
class LanguageSettings:
    """`windows` to take at most (as many again where they differ); `surely` is the probability from
    which a window by itself counts as in its language."""

    windows: int = 8
    surely: float = 0.8


def detect_language(
    sound: Sound,
    speech: SpeechRegions,
    detector: Detector,
    settings: LanguageSettings,
    expected: str | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> DetectedLanguage:
    """Detect and decide. `on_progress` is told windows done and in all.

    A window is read when it is its turn, so that a long film takes no more memory than a short one.
    """
    blocks = pack(speech, sound, longest=LONGEST)
    chosen = choose_windows([block.seconds for block in blocks], settings.windows)
    detected: dict[int, Mapping[str, float]] = {}

    def take(indexes: Sequence[int]) -> Iterator[None]:
        windows = detector.detect(blocks[index].read(sound) for index in indexes)
        for index, probabilities in zip(indexes, windows, strict=True):
            detected[index] = probabilities
            yield

    on_progress(0, len(chosen))
    for done, _ in enumerate(take(chosen), 1):
        on_progress(done, len(chosen))
    for _ in chosen:
        sure = {index: sure_language(detected[index], settings.surely) for index in detected}
        if (between := next_between(sure)) is None:
            break
        list(take([between]))
    return decide(
        [_window(blocks[index], detected[index], index in chosen) for index in sorted(detected)],
        average([detected[index] for index in chosen], [blocks[index].seconds for index in chosen]),
        settings.surely,
        expected,
        speech,
    )


def choose_windows(seconds: Sequence[float], count: int) -> list[int]:
    """Which of the blocks of speech to take, at most `count`, in order.

    The blocks are dealt into `count` groups of neighbours, and each group gives the one that holds
    the most speech; what holds ENOUGH counts alike, and of those it is the middlemost.
    """
    groups = min(count, len(seconds))
    chosen = []
    for group in range(groups):
        first = group * len(seconds) // groups
        last = (group + 1) * len(seconds) // groups - 1
        middle = (first + last) / 2
        chosen.append(
            max(
                range(first, last + 1),
                key=lambda index: (min(seconds[index], ENOUGH), -abs(index - middle)),
            )
        )
    return chosen


def next_between(detected: Mapping[int, str | None]) -> int | None:
    """The block to take next, so as to find where the language changes; None when it is found.

    `detected` is the sure language of every block that was taken, None where it is not sure. The
    answer is the middle of the widest gap between two such blocks that are sure and differ.
    """
    sure = sorted(index for index, language in detected.items() if language is not None)
    gaps = [
        (after - before, -before)
        for before, after in pairwise(sure)
        if not same_spoken(detected[before], detected[after])
        and any(index not in detected for index in range(before + 1, after))
    ]
    if not gaps:
        return None
    width, start = max(gaps)
    before = -start
    middle = before + width / 2
    free = [index for index in range(before + 1, before + width) if index not in detected]
    return min(free, key=lambda index: (abs(index - middle), index))


def sure_language(probabilities: Mapping[str, float], surely: float) -> str | None:
    """The likeliest language, where it is likely enough to be believed of one window.

    What is one spoken language counts together: half Hindi and half Urdu is surely one of the two.
    """
    best = max(probabilities, key=lambda code: probabilities[code])
    together = sum(value for code, value in probabilities.items() if same_spoken(code, best))
    return best if together >= surely else None


def average(windows: Sequence[Mapping[str, float]], weights: Sequence[float]) -> dict[str, float]:
    """The weighed mean of every language's probability, likeliest first."""
    whole = sum(weights)
    codes = dict.fromkeys(code for window in windows for code in window)
    means = {
        code: sum(
            weight * window.get(code, 0.0) for window, weight in zip(windows, weights, strict=True)
        )
        / whole
        for code in codes
    }
    return dict(sorted(means.items(), key=lambda item: (-item[1], item[0])))


def decide(
    windows: Sequence[Window],
    means: Mapping[str, float],
    surely: float,
    expected: str | None,
    speech: SpeechRegions,
) -> DetectedLanguage:
    """The decision from the windows (in order) and the means of the spread ones."""
    if not windows:
        return DetectedLanguage(expected=expected)
    language = next(iter(means))
    return DetectedLanguage(
        language=language,
        confidence=round(means[language], _DIGITS),
        probabilities=_likeliest(means),
        expected=expected,
        windows=list(windows),
        others=other_stretches(windows, expected or language, surely, speech),
    )


def other_stretches(
    windows: Sequence[Window], language: str, surely: float, speech: SpeechRegions
) -> list[Stretch]:
    """Where another language than this one is surely spoken: consecutive windows as one stretch.

    A window that is not sure ends a stretch; one with less than SHORTEST of speech is passed over.
    As between two windows, nothing is taken to change before the first and after the last.
    """
    told = [window for window in windows if window.speech >= SHORTEST]
    stretches = []
    for spoken, group in groupby(
        told, key=lambda window: sure_language(window.probabilities, surely)
    ):
        if spoken is None or same_spoken(spoken, language):
            continue
        run = list(group)
        seconds = sum(window.speech for window in run)
        share = sum(window.speech * window.probabilities[spoken] for window in run) / seconds
        first, last = run[0] is told[0], run[-1] is told[-1]
        stretches.append(
            Stretch(
                start=round(speech.regions[0].start, 3) if first else run[0].start,
                end=round(speech.regions[-1].end, 3) if last else run[-1].end,
                language=spoken,
                probability=round(share, _DIGITS),
                windows=len(run),
            )
        )
    return stretches


def _window(block: Block, probabilities: Mapping[str, float], spread: bool) -> Window:
    return Window(
        start=round(block.regions[0].start, 3),
        end=round(block.regions[-1].end, 3),
        speech=round(block.seconds, 3),
        spread=spread,
        probabilities=_likeliest(probabilities),
    )


def _likeliest(probabilities: Mapping[str, float]) -> dict[str, float]:
    best = sorted(probabilities.items(), key=lambda item: (-item[1], item[0]))[:KEPT]
    return {code: round(value, _DIGITS) for code, value in best}
