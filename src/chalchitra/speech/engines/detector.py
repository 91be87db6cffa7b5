"""Telling languages apart with a Whisper model in CTranslate2's format: faster-whisper's own way.

It has a process and a model of its own: recognition gives each of its workers one thread, and here
one window at a time has them all.
"""

from __future__ import annotations

from typing import Any

from chalchitra.errors import UsageError
from chalchitra.speech.engines.base import Note, RecogniserOptions
from chalchitra.speech.engines.ctranslate2 import check_folder, usable
from chalchitra.speech.sound import Samples
from chalchitra.stagekit.warm import kept


class WhisperDetector:
    """A loaded model. `notes` say what had to be changed so that it could be loaded here."""

    def __init__(self, options: RecogniserOptions) -> None:
        from faster_whisper import WhisperModel

        device, compute_type, note = usable(options.device, options.compute_type)
        check_folder(options.model)
        self.notes: tuple[Note, ...] = (note,) if note else ()
        self._model: Any = WhisperModel(
            str(options.model),
            device=device,
            compute_type=compute_type,
            cpu_threads=options.threads,
            local_files_only=True,
        )
        if not self._model.model.is_multilingual:
            raise UsageError(
                f"The model {options.model.name} cannot tell languages apart.",
                cause="It is one of Whisper's .en models, which hear English only.",
                fix="Choose another with --model, for example base, or name the language with -s.",
            )

    def detect_language(self, samples: Samples) -> dict[str, float]:
        """The probability of every language that the model knows, by Whisper's code.

        Of sound that is longer than 30 s the first 30 s are heard.
        """
        _, _, probabilities = self._model.detect_language(samples)
        return {code: float(value) for code, value in probabilities}


def load_detector(options: RecogniserOptions) -> WhisperDetector:
    """The model that is loaded already where it is the same, or a new one.

    Raises UsageError for a model that hears English only, MissingError for a folder without one.
    """
    detector: WhisperDetector = kept(
        "detector", options.load_key("detector"), lambda: WhisperDetector(options)
    )
    return detector
