"""Who speaks when, without any gated model: segmentation in short windows, embeddings, clusters.

The way of pyannote's own pipeline: windows of five seconds, in each of them at most three voices;
an embedding of each, of the sound in which it speaks alone; clusters of the embeddings; and for
every moment the mean over the windows that it is in. Where voices sound together, as many speakers
come out. Only windows with speech in them are looked at.

Three hours take about 8600 windows: 20 MB of embeddings, 15 MB of probabilities, 3 MB for every
speaker's moments, and the clustering's bound (clustering.py); the sound is read window by window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from chalchitra.speech.diarization import clustering
from chalchitra.speech.diarization.embedding import SHORTEST, SIZE, Embedder
from chalchitra.speech.diarization.segmentation import (
    FRAME_CENTRE,
    FRAME_STEP,
    VOICES,
    WINDOW,
    Segmenter,
)
from chalchitra.speech.diarization.turns import Turns, named
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.sound import SAMPLE_RATE, Sound
from chalchitra.transcript.model import Region

METHOD = "pyannote/segmentation 2022.07 (whisperX's weights), CAM++, average linkage"
STEP = 1.25
"""Seconds from window to window: every moment is in four of them."""
ACTIVE = 0.45
"""Probability above which a voice speaks: pyannote's own tuned value for these weights is 0.444."""
BATCH = 4
"""Windows that the segmentation takes together."""
FILL = 0.4
"""A speaker's shorter silences (s) belong to the turn."""
DROP = 0.15
"""Shorter turns (s) are dropped."""
SLACK = 0.2
"""How far (s) a turn may reach beyond the voice that `vad` found."""
_GRAIN = SAMPLE_RATE // 4
_FRAMES = 10_000
"""Frames that are ranked together, to bound memory."""

Array = Any
Progress = Callable[[float, float], None]


@dataclass
class WindowVoices:
    """What the networks said: windows' starts (s of the film), and of every window and voice the
    probabilities (windows, frames, VOICES), the embeddings and how many seconds each is made of."""

    starts: Array
    probabilities: Array
    embeddings: Array
    seconds: Array


def diarize(
    sound: Sound,
    speech: SpeechRegions,
    segmenter: Segmenter,
    embedder: Embedder,
    *,
    count: int = 0,
    threads: int = 1,
    progress: Progress = lambda done, total: None,
) -> Turns:
    """The turns of a film; `count` is how many speakers there are, 0 where nobody said it.

    `threads` windows are done at once; `progress` is told windows done and in all.
    """
    voices = find_voices(sound, speech, segmenter, embedder, threads=threads, progress=progress)
    return named(_turns(voices, label(voices, count), speech), METHOD)


def find_voices(
    sound: Sound,
    speech: SpeechRegions,
    segmenter: Segmenter,
    embedder: Embedder,
    *,
    threads: int = 1,
    progress: Progress = lambda done, total: None,
) -> WindowVoices:
    """Run the networks over every window in which someone speaks."""
    import numpy as np
    import torch

    starts = list(window_starts(sound.start, sound.end, speech.regions))
    empty = np.zeros((0, 1, VOICES), dtype=np.float16)
    voices = WindowVoices(
        np.array(starts), empty, np.zeros((0, VOICES, SIZE)), np.zeros((0, VOICES))
    )
    if not starts:
        return voices

    def part(first: int) -> list[tuple[Array, Array, Array]]:
        windows = [_window(sound, start) for start in starts[first : first + BATCH]]
        return [
            (found.astype(np.float16), *_embed(samples, found, embedder))
            for samples, found in zip(windows, segmenter(windows), strict=True)
        ]

    # Each thread has windows of its own. Threads inside one network would wait for each other at
    # every step of its recurrent layers, for minutes where the machine has other work.
    torch.set_num_threads(1)
    rows: list[tuple[Array, Array, Array]] = []
    with ThreadPoolExecutor(max(1, threads)) as pool:
        for found in pool.map(part, range(0, len(starts), BATCH)):
            rows += found
            progress(len(rows), len(starts))
    voices.probabilities, voices.embeddings, voices.seconds = map(np.stack, zip(*rows, strict=True))
    return voices


def window_starts(start: float, end: float, regions: list[Region]) -> Iterator[float]:
    """Where windows begin (s): every STEP, those that hold some of a region."""
    number = at = 0
    while True:
        begins = start + number * STEP
        number += 1
        while at < len(regions) and regions[at].end <= begins:
            at += 1
        if at == len(regions) or begins >= end:
            return
        if regions[at].start < begins + WINDOW:
            yield begins
        if begins + WINDOW >= end:
            return


def _window(sound: Sound, start: float) -> Array:
    """The window's samples, silence where the sound has ended."""
    import numpy as np

    samples = np.zeros(round(WINDOW * SAMPLE_RATE), dtype=np.float32)
    found = sound.read(start, start + WINDOW)[: len(samples)]
    samples[: len(found)] = found
    return samples


def _embed(samples: Array, probabilities: Array, embedder: Embedder) -> tuple[Array, Array]:
    """The embeddings of a window's voices (zeros for one that does not speak), and their seconds.

    A voice is embedded where it speaks alone; one that hardly does, wherever it speaks.
    """
    import numpy as np

    active = probabilities > ACTIVE
    alone = active & (active.sum(axis=1, keepdims=True) == 1)
    # Every sample belongs to the frame whose middle is nearest.
    frame = (np.arange(len(samples)) / SAMPLE_RATE - FRAME_CENTRE) / FRAME_STEP
    frame = np.clip(np.rint(frame).astype(int), 0, len(active) - 1)
    vectors = np.zeros((VOICES, SIZE), dtype=np.float32)
    seconds = np.zeros(VOICES)
    for voice in range(VOICES):
        mine = samples[alone[frame, voice]]
        if len(mine) < SHORTEST * SAMPLE_RATE:
            mine = samples[active[frame, voice]]
        # Few different lengths: the library prepares itself anew for every one.
        mine = mine[: len(mine) // _GRAIN * _GRAIN]
        if len(mine) >= SHORTEST * SAMPLE_RATE:
            vectors[voice] = embedder(mine)
            seconds[voice] = len(mine) / SAMPLE_RATE
    return vectors, seconds


def label(voices: WindowVoices, count: int = 0) -> Array:
    """The person (from 0) of every window's voices; -1 for one that does not speak."""
    import numpy as np

    labels = np.full(voices.seconds.shape, -1)
    speaking = voices.seconds > 0
    windows = np.nonzero(speaking)[0]
    labels[speaking] = clustering.group(
        voices.embeddings[speaking],
        voices.seconds[speaking],
        windows,
        count=count,
        overlap=WINDOW / STEP,
    )
    return labels


def _turns(
    voices: WindowVoices, labels: Array, speech: SpeechRegions
) -> list[tuple[float, float, int]]:
    """Turns as (start, end, person), of every person's moments in all windows that they are in."""
    import numpy as np

    people = int(labels.max(initial=-1)) + 1
    if not people:
        return []
    per_window = voices.probabilities.shape[1]
    places = np.rint((voices.starts - voices.starts[0]) / FRAME_STEP).astype(int)
    scores = np.zeros((places[-1] + per_window, people), dtype=np.float32)
    speaking = np.zeros(len(scores), dtype=np.float32)
    windows_of = np.zeros(len(scores), dtype=np.float32)
    for place, probabilities, persons in zip(places, voices.probabilities, labels, strict=True):
        here = slice(place, place + per_window)
        own = np.zeros((per_window, people), dtype=np.float32)
        for voice, person in enumerate(persons):
            if person >= 0:
                own[:, person] = np.maximum(own[:, person], probabilities[:, voice])
        scores[here] += own
        speaking[here] += (own > ACTIVE).sum(axis=1)
        windows_of[here] += 1
    # So many speak as the windows say in the mean: the likeliest of them.
    many = np.rint(speaking / np.maximum(windows_of, 1)).astype(int)
    active = np.zeros(scores.shape, dtype=bool)
    for first in range(0, len(scores), _FRAMES):
        here = slice(first, first + _FRAMES)
        rank = (-scores[here]).argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
        active[here] = rank < many[here, None]
    begin = float(voices.starts[0]) + FRAME_CENTRE - FRAME_STEP / 2
    return [
        (start, end, person)
        for person in range(people)
        for start, end in _smooth(_runs(active[:, person], begin), speech.regions)
    ]


def _runs(active: Array, begin: float) -> list[tuple[float, float]]:
    """The stretches (s) of frames that are true; the first frame begins at `begin`."""
    import numpy as np

    edges = np.flatnonzero(np.diff(np.concatenate([[0], active.astype(np.int8), [0]])))
    times = begin + edges * FRAME_STEP
    return list(zip(times[::2].tolist(), times[1::2].tolist(), strict=True))


def _smooth(
    runs: list[tuple[float, float]], regions: list[Region]
) -> Iterator[tuple[float, float]]:
    """One speaker's stretches inside the voice, short silences filled, the shortest dropped."""
    inside: list[tuple[float, float]] = []
    at = 0
    for start, end in runs:
        while at < len(regions) and regions[at].end + SLACK <= start:
            at += 1
        for region in regions[at:]:
            if region.start - SLACK >= end:
                break
            piece = (max(start, region.start - SLACK), min(end, region.end + SLACK))
            if inside and piece[0] - inside[-1][1] < FILL:
                inside[-1] = (inside[-1][0], max(piece[1], inside[-1][1]))
            else:
                inside.append(piece)
    return (run for run in inside if run[1] - run[0] >= DROP)
