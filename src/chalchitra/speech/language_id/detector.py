"""Telling languages apart with a Whisper model in CTranslate2's format: faster-whisper's own way.

On a CPU several windows are decoded side by side, one thread each: two threads for one window wait
for each other, and on a machine that does other things too they wait longer than they work.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from chalchitra.errors import UsageError
from chalchitra.speech.engines.base import ModelOptions, Note
from chalchitra.speech.engines.ctranslate2_device import MOST_WORKERS, check_folder, usable
from chalchitra.speech.sound import Samples
from chalchitra.stagekit.warm import kept


class WhisperDetector:
    """A loaded model. `notes` say what had to be changed so that it could be loaded here."""

    def __init__(self, options: ModelOptions) -> None:
        from faster_whisper import WhisperModel

        device, compute_type, note = usable(options.device, options.compute_type)
        check_folder(options.model)
        self.notes: tuple[Note, ...] = (note,) if note else ()
        self._workers = min(max(options.threads, 1), MOST_WORKERS) if device == "cpu" else 1
        self._model: Any = WhisperModel(
            str(options.model),
            device=device,
            compute_type=compute_type,
            cpu_threads=options.threads // self._workers,
            num_workers=self._workers,
            local_files_only=True,
        )
        if not self._model.model.is_multilingual:
            raise UsageError(
                f"The model {options.model.name} cannot detect languages.",
                cause="It is one of Whisper's .en models, which recognise only English.",
                fix="Choose another with --model, for example base, or name the language with -s.",
            )

    def detect(self, windows: Iterable[Samples]) -> Iterator[dict[str, float]]:
        """The probability of every language that the model knows, by Whisper's code, for each.

        Of a window that is longer than 30 s the first 30 s are taken; few are read ahead.
        """
        with ThreadPoolExecutor(self._workers) as pool:
            waiting: deque[Future[dict[str, float]]] = deque()
            for samples in windows:
                waiting.append(pool.submit(self._detect, samples))
                if len(waiting) > self._workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _detect(self, samples: Samples) -> dict[str, float]:
        _, _, probabilities = self._model.detect_language(samples)
        return {code: float(value) for code, value in probabilities}


def load_detector(options: ModelOptions) -> WhisperDetector:
    """The model that is loaded already where it is the same, or a new one.

    Raises UsageError for a model that knows English only, MissingError for a folder without one.
    """
    detector: WhisperDetector = kept(
        "detector", options.load_key("detector"), lambda: WhisperDetector(options)
    )
    return detector
