"""Error rates of several hearings: one alone can be luck.

Where the weights hardly know a language, or people talk over each other, a sound that begins 10 ms
later is read otherwise, and so it is on another processor: plain faster-whisper's WER on 30 s of a
phone call was anything from 0.14 to 0.30. So every recording is heard once more for each of DELAYS,
with so much silence before it, by each system alike, and error rates are compared by their means.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean

from corpus import Corpus
from score import Figures, score
from systems import Run, Setting, System
from systems.foreign import SYSTEMS
from systems.ours import ours
from systems.transliterated import SCRIPT, transliterated
from targets import OURS, PLAIN, TRANSLITERATED, Check

from chalchitra.errors import StageError
from chalchitra.media.tools import find_ffmpeg
from parts import Part, table

DELAYS = (0.0, 0.01, 0.02, 0.05, 0.1)
"""Seconds of silence before the recording. Whisper's frames are 0.01 s apart."""

_COMPARED: dict[str, System] = {
    OURS: ours,
    PLAIN: SYSTEMS[PLAIN],
    TRANSLITERATED: transliterated,
}


@dataclass(frozen=True)
class Hearings:
    """A system's error rates on a corpus, one of each hearing."""

    corpus: str
    system: str
    words: tuple[float, ...]
    characters: tuple[float, ...]


def measure(corpora: Sequence[Corpus], setting: Setting) -> Part | None:
    """On every corpus whose text is known, as sound alone."""
    found = []
    for corpus in corpora:
        if all(item.text is not None for item in corpus.items):
            found.append((corpus, _heard(corpus, setting)))
    if not found:
        return None
    every = [one for _, some in found for one in some]
    return Part(
        "Several hearings",
        _text(every),
        {
            f"{one.corpus}, {one.system}": {
                "word_error_rates": [round(rate, 4) for rate in one.words],
                "character_error_rates": [round(rate, 4) for rate in one.characters],
            }
            for one in every
        },
        [check for corpus, some in found for check in checks(corpus, some)],
    )


def checks(corpus: Corpus, heard: Sequence[Hearings]) -> list[Check]:
    """What is wanted of a corpus's means, where the other system was heard too."""
    by = {one.system: one for one in heard}

    def compared(
        other: str, what: str, rates: Callable[[Hearings], Sequence[float]], *, strict: bool
    ) -> list[Check]:
        if other not in by:
            return []
        mine, theirs = fmean(rates(by[OURS])), fmean(rates(by[other]))
        wanted = f"{what} {'below' if strict else 'not above'} {other}'s, mean of hearings"
        met = mine < theirs if strict else mine <= theirs
        return [Check(corpus.name, wanted, f"{mine:.3f} against {theirs:.3f}", met)]

    if corpus.script == "Latn":
        return compared(PLAIN, "WER", lambda one: one.words, strict=False)
    return [
        check
        for other in (PLAIN, TRANSLITERATED)
        for check in compared(other, "CER", lambda one: one.characters, strict=True)
    ]


def _heard(corpus: Corpus, setting: Setting) -> list[Hearings]:
    folder = setting.work / f"later-{corpus.name}"
    later = [_delayed(corpus, delay, folder) for delay in DELAYS]
    every = replace(
        corpus,
        name=f"{corpus.name}-later",
        items=tuple(item for one in later for item in one.items),
    )
    found = []
    for name, system in _COMPARED.items():
        if name == TRANSLITERATED and corpus.script != SCRIPT:
            continue
        run = system(every, setting)
        figures = [score(one, name, Run(run.heard, None)) for one in later]
        found.append(_hearings(corpus.name, name, figures))
    return found


def _hearings(corpus: str, system: str, figures: Sequence[Figures]) -> Hearings:
    return Hearings(
        corpus,
        system,
        tuple(one.words.rate or 0.0 for one in figures),
        tuple(one.characters.rate or 0.0 for one in figures),
    )


def _delayed(corpus: Corpus, delay: float, folder: Path) -> Corpus:
    """The corpus's sound with silence before it: only its text is known any more."""
    folder.mkdir(parents=True, exist_ok=True)
    items = []
    for item in corpus.items:
        path = folder / f"{item.path.stem}-{round(1000 * delay)}ms.flac"
        _write(item.path, delay, path)
        items.append(
            replace(
                item, path=path, duration=item.duration + delay, audio_start=0.0,
                sections=None, sentences=None, turns=None, turns_within=None,
            )
        )  # fmt: skip
    return replace(corpus, items=tuple(items))


def _write(source: Path, delay: float, path: Path) -> None:
    command = [
        find_ffmpeg().path, "-v", "error", "-y", "-i", source, "-map", "0:a:0",
        "-af", f"adelay={round(1000 * delay)}:all=1", "-ac", "1", "-ar", "16000",
        "-fflags", "+bitexact", "-flags:a", "+bitexact", path,
    ]  # fmt: skip
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if done.returncode:
        raise StageError(
            f"{source.name} could not be delayed: {done.stderr.strip()[-300:]}",
            cause="Its sound cannot be decoded.",
            fix="Look whether it plays.",
        )


def _text(hearings: Sequence[Hearings]) -> str:
    delays = ", ".join(f"{1000 * delay:g}" for delay in DELAYS)
    head = (
        f"Every recording heard {len(DELAYS)} times, with {delays} ms of silence before it, as "
        "sound alone: means of the error rates, and the least and most. One hearing can be luck, "
        "on one processor or another.\n\n"
    )
    return head + table(
        ["", "system", "WER", "least to most", "CER", "least to most"],
        [[one.corpus, one.system, *_swing(one.words), *_swing(one.characters)] for one in hearings],
    )


def _swing(rates: Sequence[float]) -> tuple[str, str]:
    return f"{fmean(rates):.3f}", f"{min(rates):.3f} to {max(rates):.3f}"
