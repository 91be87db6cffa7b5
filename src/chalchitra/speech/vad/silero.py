"""Voice activity detection: Silero's network through ONNX, without torch.

The network is the one that faster-whisper ships (Silero VAD v6). It is run here rather than
through faster_whisper.vad so that a film streams through it: memory does not grow with length.
"""

from __future__ import annotations

import importlib.util
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chalchitra.errors import MissingError, UsageError
from chalchitra.hints import typed
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.sound import SAMPLE_RATE, Sound
from chalchitra.stagekit.warm import kept
from chalchitra.transcript.model import Region

WINDOW = 512
"""Samples that the network judges at a time: 32 ms."""
STEP = WINDOW / SAMPLE_RATE
_CONTEXT = 64
"""Samples before a window that the network sees with it."""
_BLOCK = 1000
"""Windows a call: 32 s of sound and some 50 MB."""

NEAR = 1.0
"""Within so many seconds of speech, what is as likely speech as where speech ends is speech too."""
_RISE = 0.1
_RISE_WINDOWS = 4
"""The network needs a few windows to be sure. An onset is moved back while its probability was
already above _RISE, by at most _RISE_WINDOWS: on read speech with known onsets this halves the
mean error, from 0.09 to 0.045 s. Ends were seen 0.04 s too late in the median."""


@dataclass(frozen=True)
class VadSettings:
    """Times in seconds.

    threshold     probability above which a window starts speech; it ends 0.15 below
    min_speech    shorter speech is dropped
    min_silence   shorter pauses do not end a region
    pad           sound that recognisers take in around a region
    max_speech    longer regions are cut where the voice is least certain
    """

    threshold: float = 0.5
    min_speech: float = 0.15
    min_silence: float = 0.3
    pad: float = 0.4
    max_speech: float = 25.0

    def __post_init__(self) -> None:
        """Raises UsageError for values that mean nothing."""
        if not 0 < self.threshold < 1:
            raise UsageError(
                f"vad.threshold is {self.threshold}.",
                cause="It must be a probability.",
                fix="Set it between 0 and 1; 0.5 is the default.",
            )
        if min(self.min_speech, self.min_silence, self.pad) < 0 or self.max_speech < 1:
            raise UsageError(
                "A vad setting is negative, or vad.max_speech is under 1 s.",
                cause="These settings are times in seconds.",
                fix="Correct the section [vad] of config/pipeline.toml or the --set option.",
            )

    @property
    def low(self) -> float:
        """The probability below which a window is no speech (Silero's own hysteresis)."""
        return max(self.threshold - 0.15, 0.01)


def find_speech(
    sound: Sound,
    settings: VadSettings,
    on_progress: Callable[[float, float], None] = lambda done, total: None,
) -> SpeechRegions:
    """The speech regions of the whole sound. `on_progress` is told seconds done and in all.

    Raises MissingError when faster-whisper's copy of the network is not there.
    """
    path = model_path()
    probabilities = speech_probabilities(sound, path, on_progress)
    regions = regions_of(probabilities, settings, start=sound.start, end=sound.end)
    return SpeechRegions(regions=regions, pad=settings.pad, method=path.stem)


def model_path() -> Path:
    """The Silero network inside the faster-whisper package, found without importing it."""
    spec = importlib.util.find_spec("faster_whisper")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        found = sorted((Path(folder) / "assets").glob("silero_vad*.onnx"))
        if found:
            return found[-1]
    raise MissingError(
        "The voice detector's network is missing from this environment.",
        cause="faster-whisper is missing, or it no longer carries Silero's file.",
        fix=typed("./bootstrap.sh --env whisperx --force"),
    )


def speech_probabilities(
    sound: Sound, path: Path, on_progress: Callable[[float, float], None]
) -> list[float]:
    """The probability of speech in each window of WINDOW samples."""
    import numpy as np

    session = kept("voice detector", path, lambda: _session(path))
    h = c = np.zeros((1, 1, 128), dtype=np.float32)
    context = np.zeros(_CONTEXT, dtype=np.float32)
    probabilities: list[float] = []
    total = sound.end - sound.start
    done = 0.0
    while done < total:
        until = done + _BLOCK * STEP
        samples = sound.read(sound.start + done, sound.start + until)
        if not len(samples):
            break
        padded = np.pad(samples, (0, -len(samples) % WINDOW)).astype(np.float32, copy=False)
        windows = padded.reshape(-1, WINDOW)
        before = np.concatenate([context[None], windows[:-1, -_CONTEXT:]])
        context = windows[-1, -_CONTEXT:]
        output, h, c = session.run(
            None, {"input": np.concatenate([before, windows], axis=1), "h": h, "c": c}
        )
        probabilities += output.ravel().tolist()
        done = until
        on_progress(min(done, total), total)
    return probabilities


def _session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # it would keep the largest block's memory
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        str(path), sess_options=options, providers=["CPUExecutionProvider"]
    )


def regions_of(
    probabilities: Sequence[float], settings: VadSettings, *, start: float = 0.0, end: float
) -> list[Region]:
    """Speech regions out of one probability a window; `start` and `end` are the sound's (film)."""
    runs = _with_quiet_words(probabilities, settings)
    regions: list[Region] = []
    previous = 0
    for first, last in runs:
        onset = _onset(probabilities, first, previous)
        previous = last
        for a, b in _cut(probabilities, onset, last, int(settings.max_speech / STEP)):
            region_start, region_end = start + a * STEP, min(start + b * STEP, end)
            if b == last < len(probabilities) and region_end - region_start > 3 * STEP:
                region_end -= STEP  # it is as slow to see an end
            if region_end - region_start > STEP:
                regions.append(Region(start=round(region_start, 3), end=round(region_end, 3)))
    return regions


def _with_quiet_words(
    probabilities: Sequence[float], settings: VadSettings
) -> list[tuple[int, int]]:
    """The runs of speech, and quieter ones within NEAR of them.

    The first "hello" of a call is not as clear as what follows it, and speech is where it is said.
    """

    def long_enough(settings: VadSettings) -> list[tuple[int, int]]:
        return [
            (first, last)
            for first, last in _runs(probabilities, settings)
            if (last - first) * STEP >= settings.min_speech
        ]

    clear = long_enough(settings)
    near = round(NEAR / STEP)
    quiet = []
    for first, last in long_enough(replace(settings, threshold=settings.low)):
        # Runs are in order and apart: only the clear ones next to it can be near.
        at = bisect_left(clear, (first, 0))
        neighbours = clear[max(at - 1, 0) : at + 1]
        apart = all(last <= a or b <= first for a, b in neighbours)
        if apart and any(a - near <= last and first <= b + near for a, b in neighbours):
            quiet.append((first, last))
    return sorted([*clear, *quiet])


def _runs(probabilities: Sequence[float], settings: VadSettings) -> list[tuple[int, int]]:
    """(first window, window after the last) of each stretch, by two thresholds and min_silence."""
    patience = max(1, round(settings.min_silence / STEP))
    runs: list[tuple[int, int]] = []
    first: int | None = None
    quiet: int | None = None
    for index, probability in enumerate(probabilities):
        if probability >= settings.threshold:
            first = index if first is None else first
            quiet = None
        elif first is not None and (quiet is not None or probability < settings.low):
            quiet = index if quiet is None else quiet
            if index + 1 - quiet >= patience:
                runs.append((first, quiet))
                first = quiet = None
    if first is not None:
        runs.append((first, len(probabilities) if quiet is None else quiet))
    return runs


def _onset(probabilities: Sequence[float], first: int, previous: int) -> int:
    onset = first
    while onset > max(previous, first - _RISE_WINDOWS) and probabilities[onset - 1] >= _RISE:
        onset -= 1
    return onset


def _cut(
    probabilities: Sequence[float], first: int, last: int, longest: int
) -> list[tuple[int, int]]:
    """Cut first..last into pieces of at most `longest` windows, where speech is least certain."""
    pieces: list[tuple[int, int]] = []
    while last - first > longest:
        # Not before the middle: otherwise the pieces could become very short.
        candidates = range(first + longest // 2, first + longest + 1)
        at = min(candidates, key=lambda index: probabilities[index])
        pieces.append((first, at))
        first = at
    return [*pieces, (first, last)]
