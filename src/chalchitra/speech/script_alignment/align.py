"""A known text on the sound: every line gets its place, or is reported as having none.

Words that were recognised are anchors; those between them share the voice between them. What the
recogniser wrote is used for its times alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from chalchitra.speech.script_alignment import shifts
from chalchitra.speech.script_alignment.anchors import anchored
from chalchitra.speech.script_alignment.evidence import Evidence
from chalchitra.speech.script_alignment.left_out import contested, said_elsewhere
from chalchitra.speech.script_alignment.report import ScriptReport
from chalchitra.speech.script_alignment.runs import Runs
from chalchitra.speech.script_alignment.segments import filled, segments_of
from chalchitra.speech.script_alignment.timed_text import TimedText, Times
from chalchitra.speech.script_alignment.without_line import without_line
from chalchitra.speech.words import fit
from chalchitra.transcript.model import Region, Segment, Transcript
from chalchitra.transcript.script import Script


@dataclass(frozen=True)
class AlignedScript:
    """The text as segments on the film's time line, and the report."""

    segments: list[Segment]
    report: ScriptReport


def align_script(
    script: Script,
    recognised: Transcript,
    voice: Sequence[Region],
    *,
    spaced: bool = True,
    fill: bool = False,
) -> AlignedScript:
    """Place the lines of `script` on the sound.

    `recognised` is what the recogniser wrote, `voice` the speech regions in order. With `fill`,
    what was recognised where the text has no line becomes segments too. `spaced`: words have
    spaces between them in this language. Every line is in the segments or reported as having no
    sound; words are inside the voice, in order, and do not overlap.
    """
    found = anchored(script, recognised.words, voice, spaced=spaced)
    known = [
        (number, span[0] - start)
        for number in sorted(found.recognised)
        if (start := script.lines[number].start) is not None
        and (span := found.words[found.line_words[number][0]].span) is not None
    ]
    text = TimedText(script, voice, found, known)
    evidence = Evidence(text, recognised)
    Runs(text, evidence).fill()
    times = _on_the_voice(text.times, voice)
    no_line = list(without_line(recognised, voice, found, times))
    confidence = {n: round(share, 3) for n, share in enumerate(found.shares)}
    confidence |= {n: one for n, one in evidence.confidence.items() if n not in found.recognised}
    for line in contested(found, times, recognised.words):
        confidence[line] = round(confidence[line] / 2, 3)
    elsewhere = said_elsewhere(found, times, no_line, recognised.words)
    segments, lines = segments_of(script, found, times, confidence, elsewhere)
    if fill:
        segments = filled(segments, recognised, no_line)
    report = ScriptReport(
        kind=script.kind,
        compared_by="sound" if found.across_scripts else "letters",
        words=len(found.words),
        anchors=sum(word.span is not None for word in found.words),
        confidence=round(median([found.shares[n] for n in found.recognised] or [0.0]), 3),
        lines=lines,
        no_line=no_line,
        shifts=[
            shift.model_copy(
                update={
                    "first": script.lines[shift.first].number,
                    "last": script.lines[shift.last].number,
                }
            )
            for shift in (shifts.stretches(known) if known else [])
        ],
    )
    return AlignedScript(segments, report)


def _on_the_voice(times: Times, voice: Sequence[Region]) -> Times:
    """The times inside the voice, in order, apart, and held at its edges (speech/words.py)."""
    timed = [at for at, span in enumerate(times) if span is not None]
    fitted = fit([span for span in times if span is not None], voice)
    settled: Times = [None] * len(times)
    for at, span in zip(timed, fitted, strict=True):
        settled[at] = span
    return settled
