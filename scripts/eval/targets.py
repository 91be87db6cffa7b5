"""What the figures must show (issue "Transcripts that can be trusted"), checked one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from score import Figures

OURS = "ours"
PLAIN = "faster-whisper"
TRANSLITERATED = "transliterated"

ONSET_MEDIAN, ONSET_FAR = 0.10, 0.35
"""Seconds, by the path without an aligner."""
SHARE_OF_WORDS = (0.8, 1.2)
DIARIZATION = 0.25
SPEED = 0.9
"""Of the first pass, over raw faster-whisper batched."""


@dataclass(frozen=True)
class Check:
    """One requirement: what was wanted, what was measured, whether that is enough."""

    corpus: str
    wanted: str
    measured: str
    met: bool


def checks(corpus: str, rows: Sequence[Figures]) -> list[Check]:
    """The requirements that the rows of one corpus can answer; none without a row of ours.

    Error rates are compared elsewhere (parts/hearings.py): one hearing can be luck.
    """
    by = {row.system: row for row in rows if not row.shift}
    ours = by.get(OURS)
    if ours is None:
        return []
    found: list[Check] = []

    def check(wanted: str, measured: str, met: bool) -> None:
        found.append(Check(corpus, wanted, measured, met))

    scripts = ours.scripts
    check(
        "every segment in the language's script",
        f"{scripts.faithful} of {scripts.segments}",
        scripts.faithful == scripts.segments > 0,
    )
    share = ours.words.share
    if share is not None and scripts.expected != "Latn":
        low, high = SHARE_OF_WORDS
        check(
            f"between {low} and {high} of the reference's words",
            f"{share:.2f}",
            low <= share <= high,
        )
    if ours.words.reference:
        check("no unsupported repeat", str(ours.repeats), ours.repeats == 0)
    if ours.quiet_seconds:
        count = len(ours.invented)
        check("no word in silence or music", str(count), count == 0)
    if ours.sentences:
        check("no sentence missed", str(len(ours.missed)), not ours.missed)
    if ours.onset is not None:
        middle, far = ours.onset
        found_ones = sum(one.onset is not None for one in ours.timed)
        check(
            f"onsets: median at most {ONSET_MEDIAN:.2f} s, 95th percentile {ONSET_FAR:.2f} s",
            f"{middle:.2f} and {far:.2f}, of {found_ones} of {len(ours.timed)}",
            middle <= ONSET_MEDIAN and far <= ONSET_FAR,
        )
    errors = ours.diarization
    if errors is not None and errors.rate is not None:
        check(
            f"diarization error at most {DIARIZATION}",
            f"{errors.rate:.3f}",
            errors.rate <= DIARIZATION,
        )
    return found
