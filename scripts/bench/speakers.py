"""How well speakers are told apart without pyannote's gated pipeline: the diarization error rate.

    venv/whisperx/bin/python scripts/bench/speakers.py SOUND.wav [SOUND.wav ...] [--json FILE]

Beside each sound (16 kHz, mono) lies SOUND.rttm, which says who speaks when. Each is scored by
pyannote.metrics without a collar, with the number of speakers found and with it given: over all,
and without the moments in which several speak. `cpu` is processor seconds a second of sound.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import soundfile
from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate

from chalchitra.models.catalogue import load
from chalchitra.speech.sound import SAMPLE_RATE, ArraySound
from chalchitra.speech.speakers import tokenfree
from chalchitra.speech.speakers.embedding import Embedder
from chalchitra.speech.speakers.segmentation import Segmenter, shipped_weights
from chalchitra.speech.speakers.turns import Turns
from chalchitra.speech.vad import VadSettings, find_speech

_RSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""getrusage(2) tells kilobytes on Linux."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the diarization error rate.")
    parser.add_argument("sounds", nargs="+", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path, help="also write the figures into this file")
    wanted = parser.parse_args()
    warnings.simplefilter("ignore")
    segmenter = Segmenter(shipped_weights())
    embedder = Embedder(load().find("campplus").path())
    rows = [
        row
        for sound in wanted.sounds
        for row in measure(sound, segmenter, embedder, wanted.threads)
    ]
    print("sound                asked found true   DER  miss   f.a. conf.  no overlap    cpu")
    for row in rows:
        print(
            f"{row['sound']:20} {row['asked'] or '-':>5} {row['found']:5} {row['true']:4} "
            f"{row['der']:5.3f} {row['missed']:5.3f} {row['false_alarm']:6.3f} "
            f"{row['confusion']:5.3f} {row['der_without_overlap']:11.3f} {row['cpu']:6.3f}"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT
    print(f"peak memory {peak / 1e6:.0f} MB")
    if wanted.json:
        wanted.json.write_text(json.dumps({"rows": rows, "peak_bytes": peak}, indent=1) + "\n")


def measure(path: Path, segmenter: Any, embedder: Any, threads: int) -> list[dict[str, Any]]:
    """The rows of one sound: the number of speakers found, then given."""
    samples, rate = soundfile.read(path, dtype="float32")
    if rate != SAMPLE_RATE or samples.ndim != 1:
        raise SystemExit(f"{path} is not 16 kHz, mono")
    truth = read_rttm(path.with_suffix(".rttm"))
    sound = ArraySound(samples)
    speech = find_speech(sound, VadSettings())
    rows = []
    for count in (0, len(truth.labels())):
        begin = time.process_time()
        found = tokenfree.diarize(sound, speech, segmenter, embedder, count=count, threads=threads)
        cpu = (time.process_time() - begin) / (len(samples) / SAMPLE_RATE)
        rows.append({"sound": path.stem, "asked": count, **score(truth, found), "cpu": cpu})
    return rows


def score(truth: Annotation, turns: Turns) -> dict[str, float]:
    """The error rate and its parts, as shares of the time that is spoken."""
    found = Annotation()
    for number, turn in enumerate(turns.turns):
        found[Segment(turn.start, turn.end), number] = turn.speaker
    ends = [turn.end for turn in turns.turns] + [truth.get_timeline().extent().end]
    whole = Timeline([Segment(0, max(ends))])
    parts = DiarizationErrorRate()(truth, found, uem=whole, detailed=True)
    return {
        "found": len(turns.speakers),
        "true": len(truth.labels()),
        "der": parts["diarization error rate"],
        "missed": parts["missed detection"] / parts["total"],
        "false_alarm": parts["false alarm"] / parts["total"],
        "confusion": parts["confusion"] / parts["total"],
        "der_without_overlap": DiarizationErrorRate(skip_overlap=True)(truth, found, uem=whole),
    }


def read_rttm(path: Path) -> Annotation:
    truth = Annotation()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        _, _, _, start, length, _, _, name, *_ = line.split()
        truth[Segment(float(start), float(start) + float(length)), number] = name
    return truth


if __name__ == "__main__":
    main()
