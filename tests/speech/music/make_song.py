"""Writes a film's sound: a reading, chords, a voice that sings to chords, a reading over chords.

Arguments: a WAV of speech (16 kHz, mono, 16 bits), the file to write. Run in the environment
whisperx. Nobody has to sing: a sawtooth with vibrato through the resonances of vowels is heard as
singing by the network, and espeak-ng is not needed. Prints where each part begins and the end (s).
"""

from __future__ import annotations

import sys
import wave

import numpy as np

RATE = 16000
VOWELS = {
    "a": (800, 1150, 2900, 3900, 4950),
    "e": (350, 2000, 2800, 3600, 4950),
    "i": (270, 2140, 2950, 3900, 4950),
    "o": (450, 800, 2830, 3800, 4950),
    "u": (325, 700, 2700, 3800, 4950),
}
WIDTHS = (80, 90, 120, 130, 140)
MELODY = (0, 2, 4, 5, 7, 7, 5, 4, 2, 0, 4, 7, 9, 7, 5, 4, 2, 2, 4, 0)
CHORDS = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14))
noise = np.random.default_rng(1).standard_normal


def sung(pitch: float, seconds: float, vowel: str) -> np.ndarray:
    """One note of a voice: pitch in Hz."""
    time = np.arange(round(seconds * RATE)) / RATE
    vibrato = 0.008 * np.sin(2 * np.pi * 5.5 * time) * np.minimum(1, time / 0.25)
    glide = 2 ** (-np.exp(-time / 0.05) / 12)
    phase = np.cumsum(pitch * (1 + vibrato) * glide / RATE)
    source = np.fft.rfft((phase % 1) - 0.5 + 0.02 * noise(len(time)))
    at = np.exp(2j * np.pi * np.fft.rfftfreq(len(time)))
    for formant, width in zip(VOWELS[vowel], WIDTHS, strict=True):
        radius, angle = np.exp(-np.pi * width / RATE), 2 * np.pi * formant / RATE
        poles = np.array([radius * np.exp(1j * angle), radius * np.exp(-1j * angle)])
        source = source / ((1 - poles[0] / at) * (1 - poles[1] / at))
    envelope = np.minimum(1, time / 0.05) * np.minimum(1, (seconds - time) / 0.06)
    envelope *= 1 - 0.8 * np.exp(-(((time - 0.03) / 0.03) ** 2))  # something like an l
    note = np.fft.irfft(source, len(time)) * envelope
    return note / abs(note).max()


def song(base: float) -> np.ndarray:
    parts = []
    for number, step in enumerate(MELODY * 2):
        length = 1.0 if number % 4 == 3 else 0.5
        parts.append(sung(base * 2 ** (step / 12), length, "aeioua"[number % 6]))
    return np.concatenate(parts)


def plucked(pitch: float, seconds: float) -> np.ndarray:
    time = np.arange(round(seconds * RATE)) / RATE
    return sum(
        np.sin(2 * np.pi * pitch * n * time) / n * np.exp(-time * (1.5 + 0.7 * n))
        for n in range(1, 9)
    )


def chords(seconds: float) -> np.ndarray:
    out = np.zeros(round((seconds + 4) * RATE))
    for bar in range(round(seconds / 2) + 1):
        for beat in range(8):
            step = CHORDS[bar % 4][beat % 3]
            first = round((2 * bar + beat / 4) * RATE)
            note = plucked(130.8 * 2 ** (step / 12), 1.0)[: len(out) - first]
            out[first : first + len(note)] += note
    return out[: round(seconds * RATE)]


def loud(sound: np.ndarray, level: float) -> np.ndarray:
    """The sound at a root mean square of `level`."""
    return sound * level / np.sqrt(np.mean(sound**2))


def main(speech_file: str, target: str) -> None:
    with wave.open(speech_file) as file:
        speech = np.frombuffer(file.readframes(file.getnframes()), np.int16) / 32768
    speech = loud(speech, 0.08)
    melody = loud(song(220.0), 0.08)
    parts = [
        speech,
        loud(chords(14.0), 0.06),
        melody + loud(chords(len(melody) / RATE), 0.03),
        np.zeros(2 * RATE),
        speech + loud(chords(len(speech) / RATE), 0.08 * 10 ** (-10 / 20)),  # 10 dB below
    ]
    edges = np.cumsum([0, *(len(part) / RATE for part in parts)])
    samples = np.clip(np.concatenate(parts), -1, 1)
    with wave.open(target, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((samples * 32767).astype(np.int16).tobytes())
    print(*(round(float(edge), 3) for edge in edges))


if __name__ == "__main__":
    main(*sys.argv[1:])
