"""The placed text as segments of a transcript, and what is reported of each line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate

from chalchitra.speech.script_alignment.anchors import Anchored
from chalchitra.speech.script_alignment.report import DOUBTFUL, How, NoLine, PlacedLine
from chalchitra.speech.script_alignment.timed_text import Times
from chalchitra.transcript.model import Label, Segment, Transcript, Word
from chalchitra.transcript.script import Script, ScriptLine


def segments_of(
    script: Script,
    found: Anchored,
    times: Times,
    confidences: Mapping[int, float],
    elsewhere: Mapping[int, float],
) -> tuple[list[Segment], list[PlacedLine]]:
    """A segment of each line that has a place, and a report of every line.

    `confidences` are those of the placed lines; `elsewhere` is when a line that is left out begins
    where the text has none (s).
    """
    segments: list[Segment] = []
    lines: list[PlacedLine] = []
    waiting: list[Label] = []  # of lines that are left out
    for number, line in enumerate(script.lines):
        mine = found.line_words[number]
        placed_here = any(times[at] is not None for at in mine)
        confidence = confidences[number] if placed_here else round(found.shares[number], 3)
        words = [
            Word(
                text=found.words[at].text,
                start=span[0],
                end=span[1],
                probability=confidence if confidence < DOUBTFUL else None,
                speaker=line.speaker,
                timing="recognised" if found.words[at].span else "interpolated",
            )
            for at in mine
            if (span := times[at]) is not None
        ]
        missing = [found.words[at].text for at in mine if times[at] is None]
        how: How = "recognised" if number in found.recognised else "by room"
        whole = len(missing) == 0
        placed = PlacedLine(
            number=line.number,
            text=line.text,
            how=how if words else "no sound",
            confidence=confidence,
            speaker=line.speaker,
        )
        if words:
            text = line.text if whole else " ".join(word.text for word in words)
            segments.append(
                Segment(
                    id=len(segments),
                    start=words[0].start,
                    end=words[-1].end,
                    text=text,
                    words=words,
                    speaker=line.speaker,
                    song=line.song,
                    labels=[*waiting, *_labels(line, words)],
                )
            )
            waiting = []
            placed = placed.model_copy(
                update={
                    "start": words[0].start,
                    "end": words[-1].end,
                    "missing": None if whole else " ".join(missing),
                }
            )
        else:
            placed = placed.model_copy(update={"elsewhere": elsewhere.get(number)})
            # A label beside words that are not said is left out; one that stood alone is not.
            alone = [label for label in line.labels if label.start is not None]
            waiting += [Label(text=label.text) for label in alone]
        lines.append(placed)
    if segments:
        end = len(segments[-1].words)
        segments[-1].labels.extend(Label(text=label.text, before=end) for label in waiting)
    return segments, lines


def _labels(line: ScriptLine, words: Sequence[Word]) -> list[Label]:
    """The labels of a line beside its words. Those of a time of their own move with the line."""
    moved = words[0].start - line.start if words and line.start is not None else 0.0
    found: list[Label] = []
    for label in line.labels:
        letters = sum(map(len, line.text[: label.at].split()))
        lengths = accumulate(len(word.text) for word in words)
        before = sum(length <= letters for length in lengths)
        times: dict[str, float] = {}
        if label.start is not None and label.end is not None and words and line.start is not None:
            times = {
                "start": round(max(0.0, label.start + moved), 3),
                "end": round(max(0.0, label.end + moved), 3),
            }
        found.append(Label.model_validate({"text": label.text, "before": before, **times}))
    return found


def filled(
    segments: Sequence[Segment], recognised: Transcript, no_line: Sequence[NoLine]
) -> list[Segment]:
    """The segments, and those recognised words that lie where the text has no line."""
    added: list[Segment] = []
    for stretch in no_line:
        for segment in recognised.segments:
            words = [
                word
                for word in segment.words
                if stretch.start <= (word.start + word.end) / 2 <= stretch.end
            ]
            if words:
                words = [
                    word.model_copy(
                        update={
                            "start": max(word.start, stretch.start),
                            "end": min(word.end, stretch.end),
                        }
                    )
                    for word in words
                ]
                added.append(
                    segment.model_copy(
                        update={
                            "start": words[0].start,
                            "end": words[-1].end,
                            "words": words,
                            "text": " ".join(word.text for word in words),
                        }
                    )
                )
    ordered = sorted([*segments, *added], key=lambda segment: segment.start)
    return [segment.model_copy(update={"id": n}) for n, segment in enumerate(ordered)]
