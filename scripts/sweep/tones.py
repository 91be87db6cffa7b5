"""The words of the true film: tones, each of a pitch of its own, and how they are found again.

A recogniser may hear a word or not; a tone is there, at its time, whole or cut up, or it is not. So
what the sweep finds wrong is never the recogniser's.
"""

from __future__ import annotations

import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from chalchitra.speech.sound import SAMPLE_RATE, Sound

PITCHES = (520.0, 680.0, 900.0, 1180.0, 1540.0, 2020.0, 2640.0)
"""Hz: apart by a third, and within what the narrowest codec (AMR, 300 to 3400) carries."""
STARTS = (0.8, 2.1, 3.3, 4.55, 5.7, 6.95, 8.1)
"""Seconds. Apart by more than a cue's shortest time, so that each word has a cue of its own."""
WORD_S = 0.4
FILM_S = 9.0
OTHER_PITCH = 3300.0
"""Hz, of the other language in a film with a language in each channel."""
OTHER_STARTS = (1.4, 2.7, 5.1, 7.5)

_SOURCE_RATE = 48_000
_LEVEL = 0.25
_RAMP_S = 0.005

_BLOCK_S, _HOP_S = 0.02, 0.005
_CHUNK_S = 60.0
_QUIET = 0.0015
"""RMS of a block (-56 dB full scale) under which there is no word."""
_PURE = 0.5
"""A block is a word's where its pitch holds this share of the power."""
_JOINED_S = 0.08
_SHORTEST_S = 0.05


class Spoken(NamedTuple):
    """A word said: which one, from when to when (seconds)."""

    word: int
    start: float
    end: float


@dataclass
class Found:
    """A word found in the sound; `broken` is how many seconds within it are silent."""

    word: int
    start: float
    end: float
    broken: float = 0.0


def said(starts: Sequence[float] = STARTS, later: float = 0.0) -> list[Spoken]:
    return [Spoken(word, at + later, at + later + WORD_S) for word, at in enumerate(starts)]


def write_words(path: Path, seconds: float = FILM_S, *, other: bool = False) -> None:
    """The words as mono WAV of 48 kHz; `other`: the second language's instead."""
    sound = np.zeros(int(seconds * _SOURCE_RATE))
    starts = OTHER_STARTS if other else STARTS
    for word, at in enumerate(starts):
        time = np.arange(int(WORD_S * _SOURCE_RATE)) / _SOURCE_RATE
        ramp = np.clip(np.minimum(time, WORD_S - time) / _RAMP_S, 0, 1)
        tone = _LEVEL * ramp * np.sin(2 * np.pi * (OTHER_PITCH if other else PITCHES[word]) * time)
        first = int(at * _SOURCE_RATE)
        sound[first : first + len(tone)] += tone
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(_SOURCE_RATE)
        out.writeframes((sound * 32767).astype("<i2").tobytes())


def find_words(sound: Sound, *, quiet: float = _QUIET) -> list[Found]:
    """The words in a film's sound, in seconds of the film, in order."""
    found: list[Found] = []
    at = sound.start
    while at < sound.end:
        until = min(at + _CHUNK_S, sound.end)
        samples = sound.read(max(sound.start, at - _BLOCK_S / 2), min(until + _BLOCK_S, sound.end))
        _take(found, samples, max(sound.start, at - _BLOCK_S / 2), quiet)
        at = until
    return [one for one in found if one.end - one.start >= _SHORTEST_S]


def _take(found: list[Found], samples: Any, first: float, quiet: float) -> None:
    block, hop = int(_BLOCK_S * SAMPLE_RATE), int(_HOP_S * SAMPLE_RATE)
    if len(samples) < block:
        return
    frames = np.lib.stride_tricks.sliding_window_view(samples, block)[::hop]
    power = np.mean(frames * frames, axis=1)
    time = np.arange(block) / SAMPLE_RATE
    window = np.hanning(block)
    waves = np.exp(-2j * np.pi * np.outer(np.array(PITCHES), time)) * window
    for index in np.flatnonzero(power > quiet * quiet):
        frame = frames[index]
        held = np.abs(waves @ frame) ** 2
        best = int(np.argmax(held))
        # A pure tone of amplitude a gives (a * sum(window) / 2)^2, and has the power a^2 / 2.
        share = held[best] / (window.sum() ** 2 / 2 * power[index])
        if share < _PURE:
            continue
        middle = first + (index * hop + block / 2) / SAMPLE_RATE
        _extend(found, best, middle)


def _extend(found: list[Found], word: int, middle: float) -> None:
    start, end = middle - _HOP_S / 2, middle + _HOP_S / 2
    last = next((one for one in reversed(found[-3:]) if one.word == word), None)
    if last is not None and start - last.end <= _JOINED_S:
        last.broken += max(0.0, start - last.end)
        last.end = max(last.end, end)
    else:
        found.append(Found(word, start, end))
