"""What every recognition engine offers: it decodes blocks of sound, by the options of each call.

An engine keeps a loaded model and nothing of a film. What its words are worth, and what becomes of
them, is recognition's affair (speech/recognition).
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from chalchitra.errors import MissingError, UsageError
from chalchitra.speech.engines.tokens import foreign_tokens
from chalchitra.speech.raw import RawSegment
from chalchitra.speech.sound import Samples

Task = Literal["transcribe", "translate"]

LONGEST = 30.0
"""Whisper's window in seconds."""
WINDOW_TOKENS = 224
"""So many tokens a window decodes to, and what comes after is lost (CTranslate2's whisper.cc)."""
APPENDED = "\"'.。,，!！?？:：”)]}、।॥۔؟،"
"""Punctuation that belongs to the word before it: Whisper's, and the dandas and Arabic marks that
the libraries' own lists leave out."""
PREPENDED = "\"'“¿([{-"


@dataclass(frozen=True)
class ModelOptions:
    """Which model is loaded, and on what. `model` is a folder in the engine's own format.

    model_sha256        what the folder holds; empty: not known
    device, compute_type, threads   what the hardware gives; 0 threads: the library's choice
    """

    model: Path
    device: str = "cpu"
    compute_type: str = "int8"
    threads: int = 0
    model_sha256: str = ""

    def load_key(self, engine: str) -> tuple[object, ...] | None:
        """What a loaded model depends on, for warm.kept; all else may differ between requests."""
        if not self.model_sha256:
            return None
        machine = (self.device, self.compute_type, self.threads)
        return (engine, self.model, self.model_sha256, *machine)

    def __post_init__(self) -> None:
        """Raises MissingError without a model."""
        if not self.model.is_dir():
            raise MissingError(
                f"There is no model folder {self.model}.",
                cause="The model was not fetched, or its folder was removed.",
                fix="Run the job with run-pipeline, which fetches what is missing.",
            )


@dataclass(frozen=True)
class DecodingOptions:
    """How blocks are decoded.

    beam_size           hypotheses kept while decoding (mlx has no beam search and ignores it)
    temperatures        tried in turn while a window fails one of the next two thresholds
    compression_ratio_threshold, log_prob_threshold, no_speech_threshold
                        Whisper's own; `whisperx` ignores them and the temperatures
    batch_size          windows decoded together (`whisperx` only)
    seed                sampling at a temperature above 0 repeats itself
    characters          tokens that no text of these characters contains are never chosen; empty:
                        any may be
    prompt              what the decoder believes was said before; it writes on in that script
    hotwords            what it believes may be said; before the prompt, whose room it shares
    repetition_penalty  above 1, tokens that were said are less likely to be said again
    window              the longest block in seconds, so that its text fits a window's tokens
    """

    beam_size: int = 5
    temperatures: tuple[float, ...] = (0.0, 0.4, 0.8)
    compression_ratio_threshold: float | None = 2.4
    log_prob_threshold: float | None = -1.0
    no_speech_threshold: float | None = 0.6
    batch_size: int = 4
    seed: int = 0
    characters: frozenset[str] = frozenset()
    prompt: str = ""
    hotwords: str = ""
    repetition_penalty: float = 1.0
    window: float = LONGEST

    def __post_init__(self) -> None:
        """Raises UsageError for settings that mean nothing."""
        if self.beam_size < 1 or self.batch_size < 1 or not self.temperatures:
            raise UsageError(
                "asr.beam_size and asr.batch_size must be at least 1, and asr.temperatures must "
                "not be empty.",
                cause=f"They are {self.beam_size}, {self.batch_size} and {self.temperatures}.",
                fix="Correct the section [asr] of config/pipeline.toml or the --set option.",
            )


@dataclass(frozen=True)
class Note:
    """Less was done than asked: what, why, and what would give the whole."""

    what: str
    why: str = ""
    fix: str = ""


OnBlock = Callable[[int], None]
"""Is told the index of a block that is decoded."""


class Engine(ABC):
    """A loaded recognition model. It may decode one film after another."""

    penalises: bool = True
    """Whether the engine has a repetition penalty."""
    workers: int = 1
    """How many blocks are decoded side by side."""

    def __init__(self, options: ModelOptions) -> None:
        self.model = options.model
        self.notes: list[Note] = []
        """What had to be changed so that the model could be loaded here."""
        self._foreign: dict[frozenset[str], list[int]] = {}

    @abstractmethod
    def decode(
        self,
        blocks: Sequence[Samples],
        language: str,
        task: Task,
        options: DecodingOptions,
        on_block: OnBlock,
    ) -> Iterator[list[RawSegment]]:
        """Each block's segments, in order; times are seconds of the block.

        `language` is Whisper's code of what is spoken. A block is read from the sound each time it
        is asked for. An engine that decodes blocks long before it gives them tells `on_block`.
        """

    @abstractmethod
    def text_tokens(self) -> dict[int, bytes]:
        """The bytes of every token of the model that is text."""

    @abstractmethod
    def count_tokens(self, text: str) -> int:
        """How many of the model's tokens a prompt has."""

    @property
    @abstractmethod
    def multilingual(self) -> bool:
        """Whether the model recognises more than English."""

    @abstractmethod
    def knows(self, language: str) -> bool:
        """Whether a multilingual model has a token for the language (Whisper's code)."""

    @property
    def can_translate(self) -> bool:
        """Whether the model was trained to translate, judged by its files."""
        return self.multilingual and not looks_untranslating(self.model)

    def suppressed(self, characters: frozenset[str]) -> list[int]:
        """Tokens that are never chosen: -1, Whisper's own list, and those of other scripts."""
        if characters not in self._foreign:
            tokens = self.text_tokens() if characters else {}
            self._foreign[characters] = foreign_tokens(tokens, characters)
        return [-1, *self._foreign[characters]]

    def check(self, language: str, task: Task) -> None:
        """Raises UsageError when the model cannot do this task in this language."""
        if language != "en" and not (self.multilingual and self.knows(language)):
            raise UsageError(
                f"The model {self.model.name} does not recognise the language {language}.",
                cause="It is older than Whisper's support for that language."
                if self.multilingual
                else "It is one of Whisper's .en models, which recognise only English.",
                fix="Choose another model with --model, for example large-v3.",
            )
        if task == "translate" and not self.can_translate:
            raise UsageError(
                f"The model {self.model.name} cannot translate.",
                cause="Turbo, distilled and .en models were not trained to translate.",
                fix="Choose another with --model, for example large-v3 or base.",
            )


def full_windows(segments: Iterable[tuple[int, int]], cap: int) -> set[int]:
    """The windows that have as many tokens as they may; segments are (window, tokens).

    Such a window was ended by that. Where its last sentence was finished before, the rest is in the
    next window and its tokens are not counted here: then nothing is lost.
    """
    counted: Counter[int] = Counter()
    for window, tokens in segments:
        counted[window] += tokens
    return {window for window, tokens in counted.items() if tokens >= cap}


def looks_untranslating(model: Path) -> bool:
    """Whether a model folder is a turbo or distilled Whisper, by its name and its files.

    Turbo has large-v3's vocabulary (51866 entries) and 4 decoder layers in place of 32. MLX says
    so in config.json; CTranslate2's config only names the heads that align words, as layer and
    head.
    """
    name = model.resolve().name.lower()
    if "turbo" in name or "distil" in name:
        return True
    try:
        config = json.loads((model / "config.json").read_bytes())
    except (OSError, ValueError):
        return False
    layers = config.get("n_text_layer")
    if layers is not None:
        return bool(layers < 4 or (config.get("n_vocab") == 51866 and layers < 32))
    heads = config.get("alignment_heads") or []
    languages = config.get("lang_ids") or []
    return len(languages) == 100 and bool(heads) and max(layer for layer, _ in heads) < 4
