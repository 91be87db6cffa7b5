"""The `whisperx` engine: whisperX's own batched pipeline, without its VAD, aligner and network.

whisperX gives a text a window and no word times; those are taken from the same model's
cross-attention (faster-whisper's find_alignment) on the encoder output that whisperX computed.
Importing it costs some 20 s, since it imports transformers and pyannote.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil
from typing import Any

from chalchitra.speech.engines.base import (
    APPENDED,
    PREPENDED,
    WINDOW_TOKENS,
    DecodingOptions,
    Engine,
    ModelOptions,
    OnBlock,
    Task,
)
from chalchitra.speech.engines.ctranslate2_device import check_folder, usable
from chalchitra.speech.engines.tokens import bytes_of_tokens
from chalchitra.speech.raw import RawSegment, RawWord
from chalchitra.speech.sound import SAMPLE_RATE, Samples

_FRAME = 160
"""Samples a frame of Whisper's spectrogram: 10 ms."""


class WhisperXEngine(Engine):
    def __init__(self, options: ModelOptions) -> None:
        super().__init__(options)
        from whisperx import asr

        self._device, compute_type, note = usable(options.device, options.compute_type)
        if note:
            self.notes.append(note)
        check_folder(options.model)
        self._asr: Any = asr
        self._model: Any = _timed_model_class(asr)(
            str(options.model),
            device=self._device,
            compute_type=compute_type,
            cpu_threads=options.threads,
            local_files_only=True,
        )

    @property
    def multilingual(self) -> bool:
        return bool(self._model.model.is_multilingual)

    def knows(self, language: str) -> bool:
        return self._model.hf_tokenizer.token_to_id(f"<|{language}|>") is not None

    def text_tokens(self) -> dict[int, bytes]:
        return bytes_of_tokens(self._model.hf_tokenizer.get_vocab(with_added_tokens=False))

    def count_tokens(self, text: str) -> int:
        if not text:
            return 0
        return len(self._model.hf_tokenizer.encode(f" {text}", add_special_tokens=False).ids)

    def decode(
        self,
        blocks: Sequence[Samples],
        language: str,
        task: Task,
        options: DecodingOptions,
        on_block: OnBlock,
    ) -> Iterator[list[RawSegment]]:
        """Batches of blocks go through whisperX's pipeline together."""
        batch: list[Samples] = []
        for samples in blocks:
            batch.append(samples)
            if len(batch) == options.batch_size:
                yield from self._decode_batch(batch, language, task, options)
                batch = []
        if batch:
            yield from self._decode_batch(batch, language, task, options)

    def _decode_batch(
        self, batch: list[Samples], language: str, task: Task, options: DecodingOptions
    ) -> Iterator[list[RawSegment]]:
        import numpy as np

        self._model.timed, self._model.tokens = [], []
        self._model.penalty = options.repetition_penalty
        self._model.frames = [ceil(len(samples) / _FRAME) for samples in batch]
        windows, at = [], 0.0
        for samples in batch:
            seconds = len(samples) / SAMPLE_RATE
            windows.append({"start": at, "end": at + seconds, "segments": [(at, at + seconds)]})
            at += seconds
        pipeline = self._asr.load_model(
            str(self.model),
            device=self._device,
            language=language,
            task=task,
            model=self._model,
            vad_model=_given_windows(windows),
            asr_options={
                "beam_size": options.beam_size,
                "best_of": options.beam_size,
                "temperatures": list(options.temperatures),
                "initial_prompt": options.prompt or None,
                "hotwords": options.hotwords or None,
                "suppress_tokens": self.suppressed(options.characters),
            },
        )
        pipeline.transcribe(
            np.concatenate(batch), batch_size=len(batch), language=language, task=task
        )
        for words, tokens in zip(self._model.timed, self._model.tokens, strict=True):
            yield [RawSegment(tuple(words), capped=tokens >= WINDOW_TOKENS)] if words else []


def _given_windows(windows: list[dict[str, Any]]) -> Any:
    """A whisperX VAD that finds what it was told: the windows, as they are."""
    from whisperx.vads import Vad

    class GivenWindows(Vad):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(vad_onset=0.5)

        def __call__(self, audio: Any, **_: Any) -> list[dict[str, Any]]:
            return windows

        @staticmethod
        def preprocess_audio(audio: Samples) -> Samples:
            return audio

        @staticmethod
        def merge_chunks(segments: Any, *_: Any, **__: Any) -> list[dict[str, Any]]:
            return list(segments)

    return GivenWindows()


def _timed_model_class(asr: Any) -> Any:
    """whisperX's WhisperModel, remembering each window's words with times, in order.

    It also hands on the repetition penalty, which whisperX takes as an option and leaves out.
    """
    from faster_whisper.transcribe import merge_punctuations

    class Penalising:
        """CTranslate2's model in the place that whisperX keeps it."""

        def __init__(self, network: Any, owner: Any) -> None:
            self._network = network
            self._owner = owner

        def generate(self, *inputs: Any, **options: Any) -> Any:
            options.setdefault("repetition_penalty", self._owner.penalty)
            results = self._network.generate(*inputs, **options)
            self._owner.tokens += [len(result.sequences_ids[0]) for result in results]
            return results

        def __getattr__(self, name: str) -> Any:
            return getattr(self._network, name)

    class TimedWhisperModel(asr.WhisperModel):  # type: ignore[misc]
        timed: list[list[RawWord]]
        tokens: list[int]
        frames: list[int]
        penalty: float = 1.0

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            whole: Any = vars(self)["model"]
            self.model = Penalising(whole, self)

        def encode(self, features: Any) -> Any:
            self._encoded = super().encode(features)
            return self._encoded

        def generate_segment_batched(
            self, features: Any, tokenizer: Any, options: Any, encoder_output: Any = None
        ) -> Any:
            texts = super().generate_segment_batched(features, tokenizer, options, encoder_output)
            first = len(self.timed)
            for words in self.find_alignment(
                tokenizer,
                [tokenizer.encode(text) for text in texts],
                self._encoded,
                self.frames[first : first + len(texts)],
            ):
                merge_punctuations(words, PREPENDED, APPENDED)
                self.timed.append(
                    [
                        RawWord(
                            word["word"],
                            float(word["start"]),
                            float(word["end"]),
                            float(word["probability"]),
                        )
                        for word in words
                        if word["word"]
                    ]
                )
            return texts

    return TimedWhisperModel
