"""The translator `indictrans2`: IndicTransToolkit and transformers around an IndicTrans2 model.

The ML libraries are imported inside functions. Everything is read from the local model folder;
its own Python code (IndicTrans2 brings its architecture and tokeniser) is run from there and from
nowhere else.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from chalchitra.errors import MissingError, StageError
from chalchitra.offline import go_offline
from chalchitra.stagekit.failures import is_out_of_memory
from chalchitra.stagekit.warm import kept
from chalchitra.translation.batches import BatchTooLarge
from chalchitra.translation.model import Translation
from chalchitra.translation.request import TranslationRequest, TranslationResult
from chalchitra.translation.translate_units import Generated, LateEngine, Outcome, translate_units
from chalchitra.translation.units import SentenceUnit, sentence_units

_TEXT_VERSION = 1
"""Counted up when protect.py or checks.py change what becomes of a sentence: what was remembered
before is then not taken."""
MAX_TOKENS = 256
"""IndicTrans2 was trained on sentences of at most 256 tokens, on both sides."""

_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")


def translate(request: TranslationRequest) -> TranslationResult:
    """Translate a transcript with the IndicTrans2 model in `request.model_path`.

    Raises UsageError for a language without an IndicTrans2 tag, MissingError when the model's
    files are not there, StageError when they cannot be loaded or memory does not suffice.
    """
    source_tag = request.code(request.transcript.language, "indictrans2")
    target_tag = request.code(request.target_language, "indictrans2")
    units = sentence_units(request.transcript, request.limits)
    outcome = _translate(request, units, source_tag, target_tag) if units else Outcome([])
    translation = Translation(
        source_language=request.transcript.language,
        target_language=request.target_language,
        translator="indictrans2",
        model=request.model_name,
        units=outcome.units,
    )
    metrics: dict[str, int | float | str] = {
        "units": len(outcome.units),
        "retried": outcome.retried,
        "in_pieces": outcome.in_pieces,
        "from_memory": outcome.from_memory,
        "untranslated": len(translation.untranslated),
    }
    return TranslationResult(translation, metrics, outcome.degraded)


def _translate(
    request: TranslationRequest, units: Sequence[SentenceUnit], source_tag: str, target_tag: str
) -> Outcome:
    check_model_folder(request.model_path, request.model_name)
    sha256, half = request.model_sha256, _half(request)
    depends_on = (request.model_path, sha256, request.device, half, request.threads)

    def load() -> IndicTransEngine:
        model, tokenizer = kept(
            "translator", depends_on if sha256 else None, lambda: _load(request, half)
        )
        return IndicTransEngine(
            model,
            tokenizer,
            TextProcessor(),
            (source_tag, target_tag),
            num_beams=request.settings["num_beams"],
            max_new_tokens=request.settings["max_new_tokens"],
        )

    return translate_units(
        units,
        LateEngine(load),
        source_tag,
        target_tag,
        batch_size=request.settings["batch_size"],
        memory=request.remembered(
            source_tag, target_tag, half=half, texts=_TEXT_VERSION, translator="indictrans2"
        ),
        on_progress=lambda done, total: request.on_progress(done, total, "sentences"),
    )


def check_model_folder(path: Path, name: str) -> None:
    """Raises MissingError, saying how to get a gated model, unless `path` holds a whole one."""
    if (path / "config.json").is_file() and any(any(path.glob(glob)) for glob in _WEIGHTS):
        return
    gated = f"accept its terms at https://huggingface.co/ai4bharat/{name}, type `hf auth login`"
    fetch = f"type: chalchitra models fetch {name} (or choose --translator whisper)"
    raise MissingError(
        f"There is no translation model {name} in {path}.",
        cause="IndicTrans2's models are gated: each has terms that a person must accept once."
        if name.startswith("indictrans2-")
        else "A model folder holds a config.json and weights.",
        fix=f"First {gated}, then {fetch}."
        if name.startswith("indictrans2-")
        else "Set translation.model to such a folder, or to a name of config/models.toml.",
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
        """The model's outputs in their own script, detokenised."""
        try:
            self._after.preprocess_batch([""] * len(outputs), src_lang="eng_Latn")
            return [
                str(text) for text in self._after.postprocess_batch(list(outputs), lang=target_tag)
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
        self._max_new_tokens = min(max_new_tokens, _positions(model.config, "target") - 1)
        self._max_tokens = _positions(model.config, "source")

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
        outputs, finished = self._run(prepared, careful)
        finished_texts = self._processor.finish(outputs, self._target_tag)
        return [Generated(*pair) for pair in zip(finished_texts, finished, strict=True)]

    def _run(self, prepared: Sequence[str], careful: bool) -> tuple[list[str], list[bool]]:
        import torch

        against_loops = {"repetition_penalty": 1.2, "no_repeat_ngram_size": 6} if careful else {}
        inputs = self._tokenizer(
            list(prepared), padding="longest", return_tensors="pt", return_attention_mask=True
        )
        inputs = {name: inputs[name] for name in ("input_ids", "attention_mask")}
        failure = ""
        try:
            with torch.inference_mode():
                sequences = self._model.generate(
                    **{name: tensor.to(self._model.device) for name, tensor in inputs.items()},
                    use_cache=True,
                    num_beams=self._num_beams,
                    num_return_sequences=1,
                    max_new_tokens=self._max_new_tokens,
                    do_sample=False,
                    **against_loops,
                )
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            failure = str(error) or "out of memory"
        if failure:  # out here, where the error's frames no longer hold what was allocated
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
            raise BatchTooLarge(failure)
        rows = sequences.cpu().tolist()
        end = self._model.generation_config.eos_token_id
        ends = set(end if isinstance(end, list) else [end])
        # the first token starts the decoder, and in IndicTrans2 that is the end mark too
        return self._decode(rows), [not ends.isdisjoint(row[1:]) for row in rows]

    def _decode(self, rows: list[list[int]]) -> list[str]:
        self._tokenizer._switch_to_target_mode()
        try:
            return [
                str(text)
                for text in self._tokenizer.batch_decode(
                    rows, skip_special_tokens=True, clean_up_tokenization_spaces=True
                )
            ]
        finally:
            self._tokenizer._switch_to_input_mode()


@cache
def _code_folder() -> tempfile.TemporaryDirectory[str]:
    """Where the models' own code is copied to; it lasts as long as the process."""
    return tempfile.TemporaryDirectory(prefix="model-code-")


def _half(request: TranslationRequest) -> bool:
    """Whether to compute in half precision; a CPU has to emulate it."""
    return request.device != "cpu" and request.compute_type in ("float16", "int8_float16")


def _load(request: TranslationRequest, half: bool) -> tuple[Any, Any]:
    """The model and its tokeniser."""
    # transformers reads these when it is imported; the model's code is copied to a folder of this
    # process instead of one that every process and model shares
    go_offline()
    os.environ["HF_MODULES_CACHE"] = _code_folder().name
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    torch.set_num_threads(request.threads)
    folder = str(request.model_path.resolve())
    local: dict[str, Any] = {"trust_remote_code": True, "local_files_only": True}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **local)
        model = AutoModelForSeq2SeqLM.from_pretrained(
            folder, torch_dtype=torch.float16 if half else torch.float32, **local
        )
        model = model.to(request.device).eval()
    except (OSError, ValueError, KeyError, ImportError, AttributeError, RuntimeError) as error:
        if is_out_of_memory(error):
            raise
        raise StageError(
            f"The translation model {request.model_name} cannot be loaded: {error}",
            cause=f"A file in {folder} is damaged or of another version.",
            fix=f"Type: chalchitra models verify {request.model_name}",
        ) from error
    return model, tokenizer


def _positions(config: Any, side: str) -> int:
    """The model's longest sequence in tokens, at most what IndicTrans2 was trained for."""
    known = (
        getattr(config, f"max_{side}_positions", None),
        getattr(config, "max_position_embeddings", None),
    )
    return min(MAX_TOKENS, *(value for value in known if isinstance(value, int)), MAX_TOKENS)
