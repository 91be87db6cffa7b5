"""The first pass's speed against raw faster-whisper batched, where nothing needs healing.

Clips of one voice in the Latin script, which these weights hear well, are joined to a recording of
a few minutes. A job on it gives the requests of the stages vad and asr; one process then loads both
models and runs these stages' own code (healing and all) and BatchedInferencePipeline in turns
(hear_both.py).
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any

from corpus import Corpus, Item
from measures.edits import word_errors
from systems import Setting
from systems.jobs import prepare, run
from systems.ours import options_for
from systems.programs import hearing_bin, timed
from targets import SPEED, Check
from voices import voice_of

from chalchitra.errors import StageError
from chalchitra.media.tools import find_ffmpeg
from parts import Part, table

_BOTH = Path(__file__).with_name("hear_both.py")
MINUTES = 3.0
_STAGES = (("vad", "regions"), ("asr", "transcript"))
"""And one of the outputs of each, beside which its request lies."""
PAUSE = 0.8
"""Seconds of silence after a clip."""
RUNS = 5
"""Of each, in turns; who begins changes."""


@dataclass(frozen=True)
class Race:
    """What hear_both.py tells: seconds of each run, and what was heard in the first."""

    seconds: float
    """Of the recording."""
    text: str
    """The true one."""
    told: dict[str, Any]

    def median(self, what: str) -> float:
        return float(median(self.told[what]))

    @property
    def ours(self) -> float:
        return self.median("vad_seconds") + self.median("ours_seconds")

    @property
    def theirs(self) -> float:
        return self.median("theirs_seconds")

    @property
    def speed(self) -> float:
        """Ours over theirs: above 1, ours is faster."""
        return self.theirs / self.ours

    def error_rate(self, who: str) -> float:
        return word_errors(self.text, self.told[f"{who}_text"]).rate or 0.0


def measure(corpora: Sequence[Corpus], setting: Setting) -> Part | None:
    """On the first set of clips with texts in the Latin script: those of its longest voice."""
    for corpus in corpora:
        voices: dict[str, list[Item]] = {}
        for item in corpus.items:
            if item.text and item.sections is None and item.turns is None:
                voices.setdefault(voice_of(item.path), []).append(item)
        if corpus.script == "Latn" and voices:
            return _part(_race(corpus, max(voices.values(), key=_seconds), setting))
    return None


def _seconds(clips: Sequence[Item]) -> float:
    return sum(item.duration + PAUSE for item in clips)


def _race(corpus: Corpus, clips: Sequence[Item], setting: Setting) -> Race:
    setting.say("chalchitra's first pass and faster-whisper's hear in turns")
    work = setting.work / "first_pass"
    work.mkdir(parents=True)
    sound = work / "joined.flac"
    times = ceil(60 * MINUTES / _seconds(clips))
    join([item.path for item in clips] * times, sound)
    (job,), _ = prepare([sound], options_for(corpus, setting), work)
    run([job], work)
    out = work / "told.json"
    requests = [job.output(stage, key).parent / "request.json" for stage, key in _STAGES]
    told: list[str | Path] = [*requests, str(setting.weights), str(RUNS), out]
    timed([hearing_bin() / "python", _BOTH, *told], work, in_hearing=True)
    return Race(
        _seconds(clips) * times,
        " ".join([item.text or "" for item in clips] * times),
        json.loads(out.read_text(encoding="utf-8")),
    )


def join(clips: Sequence[Path], out: Path) -> None:
    """The clips one after another, a pause after each, as FLAC of 16 kHz, mono."""
    chains = [
        f"[{number}:a]aresample=16000,aformat=channel_layouts=mono,apad=pad_dur={PAUSE}[c{number}]"
        for number in range(len(clips))
    ]
    ends = "".join(f"[c{number}]" for number in range(len(clips)))
    graph = ";".join([*chains, f"{ends}concat=n={len(clips)}:v=0:a=1[all]"])
    inputs = [part for clip in clips for part in ("-i", str(clip))]
    done = subprocess.run(
        [
            find_ffmpeg().path, "-nostdin", "-y", "-v", "error", *inputs,
            "-filter_complex", graph, "-map", "[all]", "-sample_fmt", "s16", out,
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise StageError(
            f"The clips could not be joined: {done.stderr.strip()[-300:]}",
            cause="ffmpeg cannot read one of them.",
            fix="Play them, and take out what is broken.",
        )


def _part(race: Race) -> Part:
    told = race.told
    rows = [
        [
            "ours",
            f"{race.ours:.1f}",
            _range([v + o for v, o in zip(told["vad_seconds"], told["ours_seconds"], strict=True)]),
            f"{race.seconds / race.ours:.1f}",
            f"{race.error_rate('ours'):.3f}",
            str(len(told["heard_again"])),
        ],
        [
            "batched",
            f"{race.theirs:.1f}",
            _range(told["theirs_seconds"]),
            f"{race.seconds / race.theirs:.1f}",
            f"{race.error_rate('theirs'):.3f}",
            "–",
        ],
    ]
    text = (
        "The stages vad and asr as they run in a job (healing on) beside `BatchedInferencePipeline`"
        f" on {race.seconds:.0f} s of English clips joined. Both are loaded before, in one process."
        f" Each finds the speech itself (ours in {race.median('vad_seconds'):.1f} s) and gives"
        f" words with times; beam {told['beam_size']}, {told['compute_type']},"
        f" {told['threads']} threads, in theirs batches of {told['batch_size']}. Medians of"
        f" {len(told['ours_seconds'])} runs of each, in turns.\n\n"
    )
    headings = ["", "seconds", "least to most", "times as fast as speech", "WER", "heard again"]
    text += table(headings, rows)
    text += f"\nOurs has {race.speed:.2f} of the speed of batched.\n"
    figures = {
        **told,
        "recording_seconds": round(race.seconds, 2),
        "ours_median": round(race.ours, 3),
        "theirs_median": round(race.theirs, 3),
        "speed": round(race.speed, 4),
        "ours_word_error_rate": round(race.error_rate("ours"), 4),
        "theirs_word_error_rate": round(race.error_rate("theirs"), 4),
    }
    return Part(
        "The first pass's speed",
        text,
        figures,
        [
            Check(
                "joined clips",
                f"first pass: at least {SPEED} of the speed of batched, nothing heard again",
                f"{race.speed:.2f}, {len(told['heard_again'])} blocks heard again",
                race.speed >= SPEED and not told["heard_again"],
            )
        ],
    )


def _range(seconds: Sequence[float]) -> str:
    return f"{min(seconds):.1f} to {max(seconds):.1f}"
