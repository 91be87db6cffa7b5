"""A conversation of known speakers, made out of recordings of single voices, with its RTTM.

    venv/whisperx/bin/python scripts/bench/conversation.py OUT.wav \
        --voice asha a1.flac a2.flac --voice ravi r1.flac [--minutes 4] [--overlap 0.15] [--seed 1]

The recordings of a voice are cut at their pauses; turns of one to three of these phrases follow
each other in random order (never the same voice twice), 0.1 to 0.8 s apart; a share of them begins
before the turn before has ended. A voice that has said everything begins again. Who speaks when is
measured on the voice's own sound, before anything is mixed: frames of 10 ms within 25 dB of its
loudest (95th percentile), pauses under 0.3 s filled. Faint noise (60 dB below full scale) lies
under all.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

RATE = 16_000
_FRAME = RATE // 100
_PAUSE = 0.3
_RANGE_DB = 25.0
_NOISE_DB = -60.0
_LEVEL_DB = -23.0
"""The loudness (RMS of what is voiced) that every voice is brought to, then varied by 3 dB."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Mix recordings into a conversation.")
    parser.add_argument("out", type=Path, help="OUT.wav; OUT.rttm is written beside it")
    parser.add_argument(
        "--voice",
        nargs="+",
        action="append",
        required=True,
        metavar=("NAME", "FILE"),
        help="a name and the recordings of this one voice; once for every voice",
    )
    parser.add_argument("--minutes", type=float, default=4.0)
    parser.add_argument("--overlap", type=float, default=0.15, help="share of turns that cut in")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    voices = {name: phrases([read(Path(file)) for file in files]) for name, *files in wanted.voice}
    sound, turns = converse(voices, wanted.minutes * 60, wanted.overlap, wanted.seed)
    soundfile.write(wanted.out, sound, RATE, subtype="PCM_16")
    lines = [
        f"SPEAKER {wanted.out.stem} 1 {start:.3f} {end - start:.3f} <NA> <NA> {name} <NA> <NA>\n"
        for start, end, name in sorted(turns)
    ]
    wanted.out.with_suffix(".rttm").write_text("".join(lines), encoding="utf-8")
    print(f"{wanted.out}: {len(sound) / RATE:.1f} s, {len(voices)} voices, {len(turns)} stretches")


def read(path: Path) -> Any:
    """A recording as float32 mono at 16 kHz. Raises SystemExit for another rate."""
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
        start, end = frame * _FRAME, (frame + 1) * _FRAME
        if found and start - found[-1][1] < _PAUSE * RATE:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return [(start, end) for start, end in found if end - start >= 0.1 * RATE]


def phrases(recordings: list[Any]) -> list[tuple[Any, list[tuple[int, int]]]]:
    """A voice's phrases: the sound with 50 ms around it, and where in it the voice sounds."""
    made = []
    margin = RATE // 20
    for samples in recordings:
        for start, end in voiced(samples):
            low, high = max(0, start - margin), min(len(samples), end + margin)
            piece = samples[low:high]
            rms = np.sqrt((samples[start:end] ** 2).mean())
            made.append((piece * 10 ** (_LEVEL_DB / 20) / rms, [(start - low, end - low)]))
    return made


def converse(
    voices: dict[str, list[tuple[Any, list[tuple[int, int]]]]],
    seconds: float,
    overlap: float,
    seed: int,
) -> tuple[Any, list[tuple[float, float, str]]]:
    """The mix (float32) and who speaks when, in seconds."""
    random = np.random.default_rng(seed)
    sound = np.zeros(int((seconds + 30) * RATE), dtype=np.float32)
    said = dict.fromkeys(voices, 0)
    turns: list[tuple[float, float, str]] = []
    at, last = RATE // 2, ""
    while at < seconds * RATE:
        name = str(random.choice([voice for voice in voices if voice != last] or [last]))
        gain = 10 ** (random.uniform(-3, 3) / 20)
        if last and random.random() < overlap:
            at -= int(random.uniform(0.3, 1.2) * RATE)
        else:
            at += int(random.uniform(0.1, 0.8) * RATE)
        for _ in range(random.integers(1, 4)):
            piece, ranges = voices[name][said[name] % len(voices[name])]
            said[name] += 1
            if said[name] % len(voices[name]) == 0:
                said[name] += 1  # the next round begins elsewhere
            at = max(0, at)
            sound[at : at + len(piece)] += piece * gain
            turns += [((at + a) / RATE, (at + b) / RATE, name) for a, b in ranges]
            at += len(piece) + int(random.uniform(0.0, 0.2) * RATE)
        last = name
    sound = sound[: at + RATE // 2]
    sound += random.normal(0, 10 ** (_NOISE_DB / 20), len(sound)).astype(np.float32)
    return np.clip(sound, -1, 1), turns


if __name__ == "__main__":
    main()
