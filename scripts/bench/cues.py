#!/usr/bin/env python3
"""How long cutting ten minutes of dialogue into cues takes: at most a second.

    venv/common/bin/python scripts/bench/cues.py [--transcript TRANSCRIPT.json ...] [--runs 3]

The dialogues of scripts/eval/dialogue.tsv, their sentences shuffled again and again and said a
little faster or slower each time. A transcript that is given is repeated, shifted, up to ten
minutes. For comparison the same sentences without a pause between them, where nothing parts the
text and the search is as large as it can be: that is nobody's dialogue, and has no limit. Seconds
are the processor's; the first run counts, since a job cuts a track once. Ends with 1 where one
took more than a second, and shows where the time went.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from chalchitra.languages import find
from chalchitra.paths import project_root
from chalchitra.subtitles.cues.build import Track, build_track
from chalchitra.subtitles.cues.shot_changes import ShotChanges
from chalchitra.subtitles.cues.style import read_style
from chalchitra.subtitles.cues.words import transcript_words
from chalchitra.transcript.model import Segment, Transcript

sys.path.append(str(project_root() / "scripts" / "eval"))
from dialogue import RATES, Line, lines_of, spoken

SECONDS = 600.0
AT_MOST = 1.0
STYLE = "netflix"
NO_PAUSES = ", without pauses"
SHOT = 4.0
"""Seconds between shot changes."""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--transcript", type=Path, action="append", default=[])
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    slow = []
    print(f"{'':24} {'words':>6} {'cues':>5} {'first s':>8} {'best s':>7}")
    for name, transcript in _transcripts(arguments.transcript):
        build = _builder(transcript)
        seconds = []
        for _ in range(arguments.runs):
            started = time.process_time()
            track = build()
            seconds.append(time.process_time() - started)
        words, cues = len(transcript.words), len(track.cues)
        print(f"{name:24} {words:6} {cues:5} {seconds[0]:8.3f} {min(seconds):7.3f}", flush=True)
        if seconds[0] > AT_MOST and not name.endswith(NO_PAUSES):
            slow.append((name, build))
    for name, build in slow:
        print(f"\n{name} took more than {AT_MOST:g} s:")
        _profile(build)
    return 1 if slow else 0


def _transcripts(given: list[Path]) -> Iterator[tuple[str, Transcript]]:
    for language in RATES:
        yield f"{language}, dialogue", dialogue(language)
    for language in RATES:
        yield f"{language}{NO_PAUSES}", dialogue(language, pauses=False)
    for path in given:
        yield path.stem[:24], repeated(Transcript.read(path))


def dialogue(language: str, *, pauses: bool = True) -> Transcript:
    """Ten minutes of a language's sentences, no two rounds alike."""
    chance = random.Random(1)
    lines: list[Line] = []
    while (spoken(lines, language).duration or 0.0) < SECONDS:
        for line in chance.sample(lines_of(language), k=20):
            tempo = line.tempo * chance.uniform(0.85, 1.15)
            pause = line.pause * chance.uniform(0.5, 1.5) if pauses else 0.0
            lines.append(replace(line, tempo=tempo, pause=pause))
    return spoken(lines, language)


def repeated(transcript: Transcript) -> Transcript:
    """A transcript over and over, shifted, until it is ten minutes long."""
    length = transcript.segments[-1].end + 1.0
    segments: list[Segment] = []
    at = 0.0
    while at < SECONDS:
        first = len(segments)
        segments += [_later(one, at, first + n) for n, one in enumerate(transcript.segments)]
        at += length
    return transcript.model_copy(update={"segments": segments, "duration": at})


def _later(segment: Segment, seconds: float, number: int) -> Segment:
    words = [
        word.model_copy(update={"start": word.start + seconds, "end": word.end + seconds})
        for word in segment.words
    ]
    times = {"start": segment.start + seconds, "end": segment.end + seconds}
    return segment.model_copy(update={"id": number, "words": words, **times})


def _builder(transcript: Transcript) -> Callable[[], Track]:
    style, script = read_style(STYLE), find(transcript.language).script
    shots = [SHOT * n for n in range(1, int((transcript.duration or SECONDS) / SHOT))]
    words = transcript_words(transcript, script)

    def build() -> Track:
        return build_track(
            words,
            style,
            language=transcript.language,
            script=script,
            duration=transcript.duration,
            cuts=ShotChanges(frame_rate=24.0, cuts=shots),
            frame_rate=Fraction(24),
        )

    return build


def _profile(build: Callable[[], Track]) -> None:
    profile = cProfile.Profile()
    profile.runcall(build)
    pstats.Stats(profile).sort_stats("tottime").print_stats(15)


if __name__ == "__main__":
    sys.exit(main())
