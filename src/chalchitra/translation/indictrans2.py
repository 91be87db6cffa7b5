"""The translator `indictrans2`: IndicTransToolkit and transformers around an IndicTrans2 model.

IndicTrans2 brings the code of its architecture and tokeniser in the model's folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chalchitra.hints import fetch_line
from chalchitra.translation.letters import kept_letters, own_letters
from chalchitra.translation.quotes import joined, shown
from chalchitra.translation.request import TranslationRequest, TranslationResult
from chalchitra.translation.seq2seq import (
    generate,
    has_weights,
    loaded,
    missing_model,
    positions,
    result_of,
    translated,
    unread,
)
from chalchitra.translation.translate_units import Generated, Outcome

MAX_TOKENS = 256
"""IndicTrans2 was trained on sentences of at most 256 tokens, on both sides."""


def translate(request: TranslationRequest) -> TranslationResult:
    """Translate a transcript with the IndicTrans2 model in `request.model_path`.

    Raises UsageError for a language without an IndicTrans2 tag, MissingError when the model's
    files are not there, StageError when they cannot be loaded or memory does not suffice.
    """
    source_tag = request.code(request.transcript.language, "indictrans2")
    target_tag = request.code(request.target_language, "indictrans2")
    if not request.sentences:
        return result_of(request, "indictrans2", Outcome([]))
    check_model_folder(request.model_path, request.model_name)

    def load() -> IndicTransEngine:
        model, tokenizer = loaded(request)
        return IndicTransEngine(
            model,
            tokenizer,
            TextProcessor(),
            (source_tag, target_tag),
            num_beams=request.settings["num_beams"],
            max_new_tokens=request.settings["max_new_tokens"],
        )

    return translated(request, "indictrans2", (source_tag, target_tag), load)


def check_model_folder(path: Path, name: str) -> None:
    """Raises MissingError, saying how to get a gated model, unless `path` holds a whole one."""
    if has_weights(path):
        return
    if not name.startswith("indictrans2-"):
        raise missing_model(name, path)
    page = f"https://huggingface.co/ai4bharat/{name}"
    first = f"Choose --translator whisper; or accept its terms at {page}, then"
    raise missing_model(
        name,
        path,
        fetch_line(name, "hf", first=first),
        cause="IndicTrans2's models are gated: each has terms that a person must accept once.",
    )


class TextProcessor:
    """The toolkit's IndicProcessor, without its placeholders and with its queue kept in step.

    Its own placeholders are set only with `inference=True`, and `postprocess_batch` takes one map
    a sentence out of a queue that `preprocess_batch` filled, waiting for ever where there is none
    and mixing sentences up after a failure. So one processor prepares (without placeholders:
    ours are protect.py's) and another restores, its queue filled and emptied in one place.
    """

    def __init__(self) -> None:
        from IndicTransToolkit.processor import IndicProcessor

        self._before = IndicProcessor(inference=False)
        self._after = IndicProcessor(inference=True)

    def prepare(self, texts: Sequence[str], source_tag: str, target_tag: str) -> list[str]:
        """Texts as the model's tokeniser wants them: tags first, tokenised, in Devanagari."""
        return [
            str(text)
            for text in self._before.preprocess_batch(
                list(texts), src_lang=source_tag, tgt_lang=target_tag
            )
        ]

    def finish(self, outputs: Sequence[str], target_tag: str) -> list[str]:
        """The model's outputs in their own script, detokenised, with the letters it has."""
        outputs = [kept_letters(joined(output, target_tag), target_tag) for output in outputs]
        try:
            self._after.preprocess_batch([""] * len(outputs), src_lang="eng_Latn")
            return [
                own_letters(shown(str(text)), target_tag)
                for text in self._after.postprocess_batch(outputs, lang=target_tag)
            ]
        finally:
            self._after.postprocess_batch([], lang=target_tag)  # empties the queue


class IndicTransEngine:
    """An IndicTrans2 model, its tokeniser and the toolkit, for one pair of languages."""

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        processor: TextProcessor,
        tags: tuple[str, str],
        *,
        num_beams: int,
        max_new_tokens: int,
    ) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._processor = processor
        self._source_tag, self._target_tag = tags
        self._num_beams = num_beams
        self._max_new_tokens = min(
            max_new_tokens, positions(model.config, "target", MAX_TOKENS) - 1
        )
        self._max_tokens = positions(model.config, "source", MAX_TOKENS)
        self._unknown = tokenizer.unk_token_id

    @property
    def max_tokens(self) -> int:
        return self._max_tokens

    def lengths(self, texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        prepared = self._processor.prepare(texts, self._source_tag, self._target_tag)
        return [len(ids) for ids in self._tokenizer(prepared)["input_ids"]]

    def generate(self, texts: Sequence[str], *, careful: bool = False) -> list[Generated]:
        prepared = self._processor.prepare(texts, self._source_tag, self._target_tag)
        inputs = self._tokenizer(
            list(prepared), padding="longest", return_tensors="pt", return_attention_mask=True
        )
        rows, finished = generate(
            self._model,
            {name: inputs[name] for name in ("input_ids", "attention_mask")},
            limit=self._max_new_tokens,
            careful=careful,
            unknown=self._unknown,
            num_beams=self._num_beams,
        )
        finished_texts = self._processor.finish(self._decode(rows), self._target_tag)
        unread_ones = unread(self._tokenizer, prepared)
        return [
            Generated(text, done, unread=strange, unwritten=self._unknown in row)
            for text, done, strange, row in zip(
                finished_texts, finished, unread_ones, rows, strict=True
            )
        ]

    def _decode(self, rows: list[list[int]]) -> list[str]:
        """In words, as the toolkit's detokenisers want them: transformers' own cleaning up would
        glue single quotes to the words on both sides."""
        self._tokenizer._switch_to_target_mode()
        try:
            return [
                str(text)
                for text in self._tokenizer.batch_decode(
                    rows, skip_special_tokens=True, clean_up_tokenization_spaces=False
                )
            ]
        finally:
            self._tokenizer._switch_to_input_mode()
