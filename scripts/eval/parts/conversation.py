"""A conversation of known speakers, made out of recordings of single voices, with its RTTM.

    venv/whisperx/bin/python scripts/eval/parts/conversation.py OUT.flac \
        --voice asha a1.flac a2.flac --voice ravi r1.flac [--rounds 2] [--overlap 0.15] [--seed 1]

The recordings of a voice are cut at their pauses; turns of one to three of these phrases follow
each other in random order (never the same voice twice), 0.1 to 0.8 s apart; a share of them begins
before the turn before has ended. In a round every voice says all that it has, in an order of its
own; who has more left to say speaks more often. It ends when one voice alone has something left
to say, which stays unsaid. Who speaks when is measured on the voice's own sound, before anything is
mixed: frames of 10 ms within 25 dB of its loudest (95th percentile), pauses under 0.3 s filled.
Faint noise (60 dB below full scale) lies under all.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

RATE = 16_000
_FRAME = RATE // 100
_PAUSE = 0.3
_RANGE_DB = 25.0
_NOISE_DB = -60.0
_LEVEL_DB = -23.0
"""The loudness (RMS of what is voiced) that every voice is brought to, then varied by 3 dB."""


@dataclass(frozen=True)
class Phrase:
    """What is said without a pause: samples, and where in them the voice sounds (samples)."""

    samples: Any
    start: int
    end: int


def main() -> None:
    parser = argparse.ArgumentParser(description="Mix recordings into a conversation.")
    parser.add_argument("out", type=Path, help="OUT.flac; OUT.rttm is written beside it")
    parser.add_argument(
        "--voice",
        nargs="+",
        action="append",
        required=True,
        metavar=("NAME", "FILE"),
        help="a name and the recordings of this one voice; once for every voice",
    )
    parser.add_argument("--rounds", type=int, default=1, help="how often everything is said")
    parser.add_argument("--overlap", type=float, default=0.15, help="share of turns that cut in")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    import soundfile

    voices = {name: phrases([read(Path(file)) for file in files]) for name, *files in wanted.voice}
    sound, turns = converse(voices, wanted.rounds, wanted.overlap, wanted.seed)
    soundfile.write(wanted.out, sound, RATE, subtype="PCM_16")
    lines = [
        f"SPEAKER {wanted.out.stem} 1 {start:.3f} {end - start:.3f} <NA> <NA> {name} <NA> <NA>\n"
        for start, end, name in sorted(turns)
    ]
    wanted.out.with_suffix(".rttm").write_text("".join(lines), encoding="utf-8")
    print(f"{wanted.out}: {len(sound) / RATE:.1f} s, {len(voices)} voices, {len(turns)} stretches")


def read(path: Path) -> Any:
    """A recording as float32 mono at 16 kHz. Raises SystemExit for another rate."""
    import soundfile

    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    if rate != RATE:
        raise SystemExit(f"{path} has {rate} Hz, not {RATE}")
    return samples.mean(axis=1)


def voiced(samples: Any) -> list[tuple[int, int]]:
    """Where the voice sounds, as ranges of samples; pauses under 0.3 s are filled."""
    count = len(samples) // _FRAME
    frames = samples[: count * _FRAME].reshape(count, _FRAME)
    level = 10 * np.log10((frames**2).mean(axis=1) + 1e-12)
    loud = np.flatnonzero(level > np.percentile(level, 95) - _RANGE_DB)
    found: list[tuple[int, int]] = []
    for frame in loud:
        start, end = int(frame) * _FRAME, (int(frame) + 1) * _FRAME
        if found and start - found[-1][1] < _PAUSE * RATE:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return [(start, end) for start, end in found if end - start >= 0.1 * RATE]


def phrases(recordings: list[Any]) -> list[Phrase]:
    """A voice's phrases: the sound with 50 ms around it, and where in it the voice sounds."""
    made = []
    margin = RATE // 20
    for samples in recordings:
        for start, end in voiced(samples):
            low, high = max(0, start - margin), min(len(samples), end + margin)
            rms = np.sqrt((samples[start:end] ** 2).mean())
            piece = samples[low:high] * 10 ** (_LEVEL_DB / 20) / rms
            made.append(Phrase(piece, start - low, end - low))
    return made


def converse(
    voices: dict[str, list[Phrase]], rounds: int, overlap: float, seed: int
) -> tuple[Any, list[tuple[float, float, str]]]:
    """The mix (float32) and who speaks when, in seconds."""
    random = np.random.default_rng(seed)
    waiting = {
        name: [own[index] for _ in range(rounds) for index in random.permutation(len(own))]
        for name, own in voices.items()
    }
    placed: list[tuple[int, Any]] = []
    turns: list[tuple[float, float, str]] = []
    at, began, last = RATE // 2, 0, ""
    while others := [name for name, left in waiting.items() if left and name != last]:
        left = np.array([sum(len(one.samples) for one in waiting[name]) for name in others])
        name = str(random.choice(others, p=left / left.sum()))
        gain = 10 ** (random.uniform(-3, 3) / 20)
        if last and random.random() < overlap:
            at = max(began + RATE // 5, at - int(random.uniform(0.3, 1.2) * RATE))
        else:
            at += int(random.uniform(0.1, 0.8) * RATE)
        began = at
        for _ in range(min(int(random.integers(1, 4)), len(waiting[name]))):
            phrase = waiting[name].pop(0)
            placed.append((at, phrase.samples * gain))
            turns.append(((at + phrase.start) / RATE, (at + phrase.end) / RATE, name))
            at += len(phrase.samples) + int(random.uniform(0.0, 0.2) * RATE)
        last = name
    end = max((start + len(samples) for start, samples in placed), default=0) + RATE // 2
    sound = random.normal(0, 10 ** (_NOISE_DB / 20), end).astype(np.float32)
    for start, samples in placed:
        sound[start : start + len(samples)] += samples
    return np.clip(sound, -1, 1), turns


if __name__ == "__main__":
    main()
