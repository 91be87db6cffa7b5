"""The `mlx` engine: mlx-whisper, for Apple silicon. On Linux its CPU backend runs, slowly.

It has no beam search and no repetition penalty; the fallback temperatures and thresholds are
Whisper's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from chalchitra.errors import MissingError
from chalchitra.speech.engines.base import (
    APPENDED,
    PREPENDED,
    WINDOW_TOKENS,
    DecodingOptions,
    Engine,
    ModelOptions,
    OnBlock,
    Task,
    full_windows,
)
from chalchitra.speech.raw import RawSegment, RawWord
from chalchitra.speech.sound import Samples


class MlxEngine(Engine):
    penalises = False

    def __init__(self, options: ModelOptions) -> None:
        super().__init__(options)
        import mlx.core as mx
        import mlx_whisper

        self._config = read_config(options.model)
        self._transcribe = mlx_whisper.transcribe
        own = _own_device()
        mx.set_default_device(mx.cpu if options.device == "cpu" else own)
        # Half precision is what Apple's GPU is fast at; the CPU backend has to emulate it.
        self._half = options.device != "cpu" and options.compute_type != "float32"
        # mlx-whisper keeps the last model itself, and tells two apart by their paths alone.
        # (The package's function of that name hides its module `transcribe` from `import`.)
        holder = import_module("mlx_whisper.transcribe").ModelHolder
        holder.model = None
        holder.get_model(str(options.model), mx.float16 if self._half else mx.float32)

    @property
    def multilingual(self) -> bool:
        return bool(self._config["n_vocab"] >= 51865)  # OpenAI's whisper: model.is_multilingual

    def knows(self, language: str) -> bool:
        from mlx_whisper.tokenizer import LANGUAGES

        count = self._config["n_vocab"] - 51766  # 99 languages, 100 from large-v3 on
        return language in list(LANGUAGES)[:count]

    def text_tokens(self) -> dict[int, bytes]:
        from mlx_whisper.tokenizer import get_encoding

        encoding = get_encoding("multilingual" if self.multilingual else "gpt2")
        return {id_: encoding.decode_single_token_bytes(id_) for id_ in range(encoding.eot_token)}

    def count_tokens(self, text: str) -> int:
        from mlx_whisper.tokenizer import get_encoding

        encoding = get_encoding("multilingual" if self.multilingual else "gpt2")
        return len(encoding.encode(f" {text}")) if text else 0

    def decode(
        self,
        blocks: Sequence[Samples],
        language: str,
        task: Task,
        options: DecodingOptions,
        on_block: OnBlock,
    ) -> Iterator[list[RawSegment]]:
        import mlx.core as mx

        told = [text for text in (options.hotwords, options.prompt) if text]
        for samples in blocks:
            mx.random.seed(options.seed)
            result = self._transcribe(
                samples,
                path_or_hf_repo=str(self.model),
                language=language,
                task=task,
                fp16=self._half,
                temperature=options.temperatures,
                best_of=options.beam_size,
                compression_ratio_threshold=options.compression_ratio_threshold,
                logprob_threshold=options.log_prob_threshold,
                no_speech_threshold=options.no_speech_threshold,
                # Blocks are islands: a loop in one must not be the prompt of the next.
                condition_on_previous_text=False,
                initial_prompt=" ".join(told) or None,
                suppress_tokens=self.suppressed(options.characters),
                word_timestamps=True,
                prepend_punctuations=PREPENDED,
                append_punctuations=APPENDED,
            )
            yield raw_segments(result["segments"])


@cache
def _own_device() -> Any:
    """The device that MLX chooses by itself: asked before any recogniser has set another."""
    import mlx.core as mx

    return mx.default_device()


def raw_segments(segments: Sequence[dict[str, Any]]) -> list[RawSegment]:
    """mlx-whisper's segments; those of one window have one `seek`."""
    full = full_windows(
        ((segment["seek"], len(segment["tokens"])) for segment in segments), WINDOW_TOKENS
    )
    return [
        RawSegment(
            tuple(
                RawWord(
                    word["word"],
                    float(word["start"]),
                    float(word["end"]),
                    float(word["probability"]),
                )
                for word in segment["words"]
            ),
            avg_logprob=float(segment["avg_logprob"]),
            no_speech_prob=float(segment["no_speech_prob"]),
            compression_ratio=float(segment["compression_ratio"]),
            capped=segment["seek"] in full,
        )
        for segment in segments
    ]


def read_config(model: Path) -> dict[str, Any]:
    """An MLX Whisper folder's config.json. Raises MissingError when it is no such folder.

    mlx-whisper would take a path that is not there for a name on the hub.
    """
    weights = ("weights.safetensors", "weights.npz")
    try:
        config: dict[str, Any] = json.loads((model / "config.json").read_bytes())
        config["n_vocab"] + config["n_text_layer"]
    except (OSError, ValueError, KeyError, TypeError):
        config = {}
    if not config or not any((model / name).is_file() for name in weights):
        raise MissingError(
            f"The model folder {model} does not contain an MLX Whisper model.",
            cause=f"That format needs a config.json and a {' or '.join(weights)}.",
            fix="Give --model a name of config/models.toml or a folder in that format.",
        )
    return config
