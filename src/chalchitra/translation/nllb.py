"""The translator `nllb`: NLLB-200 for the languages that IndicTrans2 lacks.

It was trained on single sentences and drops one where it gets two, so that what has several is
translated sentence by sentence. Its licence forbids commercial use (models/licences.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chalchitra.errors import StageError
from chalchitra.hints import fetch_line
from chalchitra.text.sentence_ends import sentence_starts
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

MAX_TOKENS = 512
"""NLLB-200 was trained on sentences of at most 512 tokens (its model card)."""
_COLON_GUARD = "\u200b:"
"""What protect.py writes for IndicTrans2's toolkit, and NLLB has no use for."""


def translate(request: TranslationRequest) -> TranslationResult:
    """Translate a transcript, or a pivot's sentences, with the NLLB model in `request.model_path`.

    Raises UsageError for a language without an NLLB code, MissingError when the model's files are
    not there, StageError when they cannot be loaded or memory does not suffice.
    """
    language = request.transcript.language
    source_code = request.code(language, "nllb")
    target_code = request.code(request.target_language, "nllb")
    if not request.sentences:
        return result_of(request, "nllb", Outcome([]))
    check_model_folder(request.model_path, request.model_name)

    def load() -> NllbEngine:
        model, tokenizer = loaded(request)
        return NllbEngine(
            model,
            tokenizer,
            (source_code, target_code),
            language,
            num_beams=request.settings["num_beams"],
            max_new_tokens=request.settings["max_new_tokens"],
        )

    # NLLB's tag of Santali names a script that the text is not in
    script = request.languages[request.target_language].get("script") or target_code[-4:]
    codes = (source_code, target_code)
    return translated(request, "nllb", codes, load, output_tag=f"{target_code[:-5]}_{script}")


def check_model_folder(path: Path, name: str) -> None:
    """Raises MissingError, saying how to get the model, unless `path` holds a whole one."""
    if has_weights(path):
        return
    if not name.startswith("nllb-"):
        raise missing_model(name, path)
    raise missing_model(name, path, fetch_line(name, "hf"))


class NllbEngine:
    """An NLLB model and its tokeniser, for one pair of its codes (`hin_Deva`, `fra_Latn`).

    `language` is the source's id in config/languages.toml, whose abbreviations end no sentence.
    Raises StageError for a code that the tokeniser does not have.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        codes: tuple[str, str],
        language: str,
        *,
        num_beams: int,
        max_new_tokens: int,
    ) -> None:
        source, target = codes
        for code in codes:
            if tokenizer.convert_tokens_to_ids(code) in (None, tokenizer.unk_token_id):
                raise StageError(
                    f"The translation model has no language {code}.",
                    cause="It is not an NLLB-200 model, or its tokenizer belongs to another model.",
                    fix="Leave translation.model at auto, or name an NLLB-200 model.",
                )
        tokenizer.src_lang = source
        self._model = model
        self._tokenizer = tokenizer
        self._language = language
        self._target_id = tokenizer.convert_tokens_to_ids(target)
        self._num_beams = num_beams
        self._max_tokens = positions(model.config, "source", MAX_TOKENS)
        self._max_new_tokens = min(max_new_tokens, self._max_tokens - 1)
        self._unknown = tokenizer.unk_token_id

    @property
    def max_tokens(self) -> int:
        return self._max_tokens

    def lengths(self, texts: Sequence[str]) -> list[int]:
        return [max(self._tokens(self._sentences(text))) for text in texts]

    def generate(self, texts: Sequence[str], *, careful: bool = False) -> list[Generated]:
        sentences = [self._sentences(text) for text in texts]
        every = [one for text in sentences for one in text]
        inputs = self._tokenizer(every, padding="longest", return_tensors="pt")
        rows, finished = generate(
            self._model,
            {name: inputs[name] for name in ("input_ids", "attention_mask")},
            limit=self._max_new_tokens,
            careful=careful,
            unknown=self._unknown,
            num_beams=self._num_beams,
            forced_bos_token_id=self._target_id,
        )
        written = self._tokenizer.batch_decode(
            rows,
            skip_special_tokens=True,
            clean_up_tokenization_spaces=False,  # French has a space before its question mark
        )
        strange = unread(self._tokenizer, every)
        outputs = iter(
            Generated(text.strip(), done, unread=pieces, unwritten=self._unknown in list(row))
            for text, done, pieces, row in zip(written, finished, strange, rows, strict=True)
        )
        return [_one([next(outputs) for _ in text]) for text in sentences]

    def _sentences(self, text: str) -> list[str]:
        words = text.replace(_COLON_GUARD, ":").split()
        starts = [*sentence_starts(words, self._language), len(words)]
        found = [" ".join(words[a:b]) for a, b in zip([0, *starts], starts, strict=False)]
        return [one for one in found if one] or [""]

    def _tokens(self, sentences: Sequence[str]) -> list[int]:
        return [len(ids) for ids in self._tokenizer(list(sentences))["input_ids"]]


def _one(parts: Sequence[Generated]) -> Generated:
    """The sentences of one text as one; a sentence that came to nothing spoils it."""
    texts = [part.text for part in parts]
    return Generated(
        " ".join(texts) if all(texts) else "",
        all(part.finished for part in parts),
        unread=tuple(dict.fromkeys(piece for part in parts for piece in part.unread)),
        unwritten=any(part.unwritten for part in parts),
    )
