"""The `ctranslate2` engine: faster-whisper. It imports no torch and starts in half a second.

Its sequential WhisperModel is used, not its BatchedInferencePipeline: only there the fallback
temperatures and thresholds work.

On a CPU, blocks are shared among workers: a second thread for one block gains nothing, two blocks
side by side go 1.5 to 1.9 times as fast (base, 2 cores). The workers decode at temperature 0 only,
which samples nothing, and decode no more silence after a block than they need (short_context.py).
What fails there is decoded again with all temperatures and the usual 30 s by one worker, in the
film's order, because CTranslate2's random numbers are each thread's own: so a film gives the same
words every time, by itself or after others (seeded_network.py).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from chalchitra.speech.engines.base import (
    APPENDED,
    LONGEST,
    PREPENDED,
    WINDOW_TOKENS,
    DecodingOptions,
    Engine,
    ModelOptions,
    OnBlock,
    Task,
    full_windows,
)
from chalchitra.speech.engines.ctranslate2_device import MOST_WORKERS, check_folder, usable
from chalchitra.speech.engines.seeded_network import SeededNetwork
from chalchitra.speech.engines.short_context import MARGIN, NothingLeftError
from chalchitra.speech.engines.tokens import bytes_of_tokens
from chalchitra.speech.raw import RawSegment, RawWord
from chalchitra.speech.sound import SAMPLE_RATE, Samples

_LEAST_TOKENS = 24
"""For times and for a quick word in a short block."""
_COMMANDS = 3
"""Tokens before the text: start, language and task; an English-only model has the first alone."""
SHORT = (LONGEST - MARGIN / 100) * SAMPLE_RATE
"""Samples of a block that leaves silence out."""


class CTranslate2Engine(Engine):
    def __init__(self, options: ModelOptions) -> None:
        super().__init__(options)
        import ctranslate2

        from chalchitra.speech.engines.short_context import whisper_model_class

        device, compute_type, note = usable(options.device, options.compute_type)
        if note:
            self.notes.append(note)
        check_folder(options.model)
        self._counted: dict[str, int] = {}
        self._on_cpu = device == "cpu"
        self.workers = min(max(options.threads, 1), MOST_WORKERS) if self._on_cpu else 1

        self._model: Any = whisper_model_class()(
            str(options.model),
            device=device,
            compute_type=compute_type,
            cpu_threads=options.threads // self.workers,
            num_workers=self.workers,
            local_files_only=True,
        )

        def load(workers: int) -> Any:
            return ctranslate2.models.Whisper(
                str(options.model),
                device=device,
                compute_type=compute_type,
                intra_threads=options.threads // workers,
                inter_threads=workers,
            )

        self._network = SeededNetwork(self._model.model, self.workers, load)
        self._model.model = self._network

    @property
    def multilingual(self) -> bool:
        return bool(self._model.model.is_multilingual)

    def knows(self, language: str) -> bool:
        return self._model.hf_tokenizer.token_to_id(f"<|{language}|>") is not None

    def text_tokens(self) -> dict[int, bytes]:
        return bytes_of_tokens(self._model.hf_tokenizer.get_vocab(with_added_tokens=False))

    def decode(
        self,
        blocks: Sequence[Samples],
        language: str,
        task: Task,
        options: DecodingOptions,
        on_block: OnBlock,
    ) -> Iterator[list[RawSegment]]:
        how = _How(language, task, options)
        self._network.begin(options.seed)
        if not self._on_cpu:
            for samples in blocks:
                yield self._decode(samples, how, options.temperatures)
            return
        every = list(range(len(blocks)))
        decoded: dict[int, list[RawSegment]] = {}
        failed = every
        if options.temperatures[0] <= 0:
            self._network.use(self.workers)
            decoded |= self._side_by_side(blocks, every, how, on_block, short=True)
            failed = [index for index in every if how.fails(decoded[index])]
            # Most of these come out well with all the silence, and that samples nothing.
            again = [index for index in failed if len(blocks[index]) < SHORT]
            decoded |= self._side_by_side(blocks, again, how, on_block, short=False)
            failed = [index for index in failed if how.fails(decoded[index])]
        if failed and max(options.temperatures) > 0:
            self._network.use(1)
            for index in failed:
                decoded[index] = self._decode(blocks[index], how, options.temperatures)
                on_block(index)
        yield from (decoded.get(index, []) for index in every)

    def _side_by_side(
        self,
        blocks: Sequence[Samples],
        indices: Sequence[int],
        how: _How,
        on_block: OnBlock,
        *,
        short: bool,
    ) -> dict[int, list[RawSegment]]:
        """These blocks at temperature 0; few are read ahead. `short` leaves out silence."""
        first = how.options.temperatures[:1]
        decoded: dict[int, list[RawSegment]] = {}
        self._model.short = short
        try:
            with ThreadPoolExecutor(self.workers) as pool:
                waiting: deque[tuple[int, Future[list[RawSegment]]]] = deque()

                def take() -> None:
                    index, future = waiting.popleft()
                    decoded[index] = future.result()
                    on_block(index)

                for index in indices:
                    decoding = pool.submit(self._decode, blocks[index], how, first)
                    waiting.append((index, decoding))
                    if len(waiting) > self.workers:
                        take()
                while waiting:
                    take()
        finally:
            self._model.short = False
        return decoded

    def _decode(
        self, samples: Samples, how: _How, temperatures: Sequence[float]
    ) -> list[RawSegment]:
        options = how.options
        cap = self._cap(len(samples) / SAMPLE_RATE, how)
        self._model.begin()
        segments, _ = self._model.transcribe(
            samples,
            language=how.language,
            task=how.task,
            beam_size=options.beam_size,
            best_of=options.beam_size,
            temperature=list(temperatures),
            compression_ratio_threshold=options.compression_ratio_threshold,
            log_prob_threshold=options.log_prob_threshold,
            no_speech_threshold=options.no_speech_threshold,
            # Blocks are islands: a loop in one must not be the prompt of the next.
            condition_on_previous_text=False,
            initial_prompt=options.prompt or None,
            hotwords=options.hotwords or None,
            suppress_tokens=self.suppressed(options.characters),
            repetition_penalty=options.repetition_penalty,
            # CTranslate2 takes half of this and the prompt's for the most.
            max_new_tokens=max(cap, 2 * cap - self._tokens_before(options)),
            word_timestamps=True,
            prepend_punctuations=PREPENDED,
            append_punctuations=APPENDED,
        )
        return raw_segments(_until_nothing_is_left(segments), cap)

    def _cap(self, seconds: float, how: _How) -> int:
        """So many tokens a block may have: twice what an ordinary pace takes.

        A loop ends there and not at the window's cap, which saves most of its time.
        """
        if how.task == "translate":
            return WINDOW_TOKENS
        most = int(_LEAST_TOKENS + 2 * WINDOW_TOKENS * seconds / how.options.window)
        return min(WINDOW_TOKENS, most, 2 * WINDOW_TOKENS - self._tokens_before(how.options))

    def _tokens_before(self, options: DecodingOptions) -> int:
        """The tokens of hotwords and prompt with their mark, and the commands."""
        texts = [text for text in (options.hotwords, options.prompt) if text]
        commands = _COMMANDS if self.multilingual else 1
        return commands + bool(texts) + sum(self.count_tokens(text) for text in texts)

    def count_tokens(self, text: str) -> int:
        if text and text not in self._counted:
            encoded = self._model.hf_tokenizer.encode(f" {text}", add_special_tokens=False)
            self._counted[text] = len(encoded.ids)
        return self._counted.get(text, 0)


@dataclass(frozen=True)
class _How:
    """How the blocks of one call are decoded."""

    language: str
    task: Task
    options: DecodingOptions

    def fails(self, segments: Iterable[RawSegment]) -> bool:
        """Whether the next temperature is to be tried for a block, by faster-whisper's own test."""
        return any(map(self._fails, segments))

    def _fails(self, segment: RawSegment) -> bool:
        ratio, log_prob = segment.compression_ratio, segment.avg_logprob
        repeats = self.options.compression_ratio_threshold
        unsure = self.options.log_prob_threshold
        return bool(
            (repeats is not None and ratio is not None and ratio > repeats)
            or (unsure is not None and log_prob is not None and log_prob < unsure)
        )


def _until_nothing_is_left(segments: Iterable[Any]) -> Iterator[Any]:
    with suppress(NothingLeftError):
        yield from segments


def raw_segments(segments: Iterable[Any], cap: int) -> list[RawSegment]:
    """faster-whisper's segments; those of one window have one `seek`."""
    every = list(segments)
    full = full_windows(((segment.seek, len(segment.tokens)) for segment in every), cap)
    return [
        RawSegment(
            tuple(
                RawWord(word.word, float(word.start), float(word.end), float(word.probability))
                for word in segment.words
            ),
            avg_logprob=segment.avg_logprob,
            no_speech_prob=segment.no_speech_prob,
            compression_ratio=segment.compression_ratio,
            capped=segment.seek in full,
        )
        for segment in every
    ]
