"""What the translators with a transformers model share: loading one, running it, its result.

The ML libraries are imported inside functions. Everything is read from the local model folder;
where a model brings its own Python code (IndicTrans2 does), that is run from there, where it may be
run (own_code.py), and from nowhere else.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from chalchitra.errors import MissingError, StageError
from chalchitra.hints import typed
from chalchitra.offline import go_offline
from chalchitra.own_code import require_may_run
from chalchitra.stagekit.failures import is_out_of_memory
from chalchitra.stagekit.warm import kept
from chalchitra.transcript.translation import Translation
from chalchitra.translation.batches import BatchTooLarge
from chalchitra.translation.request import TranslationRequest, TranslationResult
from chalchitra.translation.translate_units import Engine, LateEngine, Outcome, translate_units

_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
"""Either is in the folder of every model."""
AGAINST_LOOPS = {"repetition_penalty": 1.2, "no_repeat_ngram_size": 6}
_LIBRARIES = ("IndicTransToolkit", "transformers", "sentencepiece", "tokenizers")
_ROOM = {False: (3, 16), True: (6, 48)}
"""Tokens of an output for each of its source, and for nothing, at first and when it is tried again.
Of 26 languages' sentences none needs three; a row that loops would hold its batch to the limit."""


def translated(
    request: TranslationRequest,
    translator: str,
    tags: tuple[str, str],
    load: Callable[[], Engine],
    *,
    output_tag: str | None = None,
) -> TranslationResult:
    """The request's sentences through the engine that `load` gives where one is needed.

    `tags` are the model's names of the two languages; `output_tag` ends with the script that comes
    out (`_Deva`) where the second tag does not say it.
    """
    source_tag, target_tag = tags
    outcome = translate_units(
        request.sentences,
        LateEngine(load),
        source_tag,
        output_tag or target_tag,
        batch_size=request.settings["batch_size"],
        memory=request.remembered(
            *tags, precision=precision(request), texts=text_version(), by=translator
        ),
        terms=request.terms,
        on_progress=lambda done, total: request.on_progress(done, total, "sentences"),
    )
    return result_of(request, translator, outcome)


@cache
def text_version() -> str:
    """A hash of all that makes and judges a text around a model: this package and the libraries.

    What was remembered under another is not taken: it may be what a fault made.
    """
    found = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    for name in _LIBRARIES:
        with suppress(PackageNotFoundError):
            found.update(f"{name}={version(name)}".encode())
    return found.hexdigest()


def most_new(lengths: Sequence[int], limit: int, *, careful: bool) -> int:
    """The most tokens of an output, in a batch with sources of these lengths (tokens)."""
    each, always = _ROOM[careful]
    return max(1, min(limit, each * max(lengths, default=0) + always))


def has_weights(path: Path) -> bool:
    """Whether a folder holds a whole model: its configuration and its weights."""
    return (path / "config.json").is_file() and any(any(path.glob(glob)) for glob in _WEIGHTS)


def missing_model(
    name: str,
    path: Path,
    fix: str = "Set translation.model to such a folder, or to a name of config/models.toml.",
    *,
    cause: str = "A model folder contains a config.json and weights.",
) -> MissingError:
    """The error of a folder that holds no model that can translate."""
    return MissingError(f"There is no translation model {name} in {path}.", cause=cause, fix=fix)


def loaded(request: TranslationRequest) -> tuple[Any, Any]:
    """The request's model and its tokeniser, kept for the next request where that is of use.

    Raises StageError where they cannot be loaded, UsageError where their code may not run.
    """
    sha256 = request.model_sha256
    depends_on = (request.model_path, sha256, request.device, precision(request), request.threads)
    model, tokenizer = kept("translator", depends_on if sha256 else None, lambda: _load(request))
    return model, tokenizer


def generate(
    model: Any,
    inputs: Mapping[str, Any],
    *,
    limit: int,
    careful: bool = False,
    unknown: int | None = None,
    **options: Any,
) -> tuple[list[list[int]], list[bool]]:
    """The best hypothesis for each row, and whether the model itself came to an end there.

    At most `limit` tokens, and at most what sources of this length need. `careful` decodes against
    loops and without the token `unknown`. Nothing is sampled. Raises BatchTooLarge where memory
    does not hold the batch.
    """
    import torch

    lengths = inputs["attention_mask"].sum(dim=1).tolist()
    options["max_new_tokens"] = most_new(lengths, limit, careful=careful)
    if careful:
        options |= AGAINST_LOOPS
        if unknown is not None:
            options["suppress_tokens"] = [unknown]

    failure = ""
    try:
        with torch.inference_mode():
            sequences = model.generate(
                **{name: tensor.to(model.device) for name, tensor in inputs.items()},
                use_cache=True,
                num_return_sequences=1,
                do_sample=False,
                **options,
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
    end = model.generation_config.eos_token_id
    ends = set(end if isinstance(end, list) else [end])
    # the first token starts the decoder, and in these models that is the end mark too
    return rows, [not ends.isdisjoint(row[1:]) for row in rows]


def unread(tokenizer: Any, texts: Sequence[str]) -> list[tuple[str, ...]]:
    """What of each text the tokeniser has no token for."""
    unknown = tokenizer.unk_token_id
    found: list[tuple[str, ...]] = []
    for text, row in zip(texts, tokenizer(list(texts))["input_ids"], strict=True):
        if unknown is None or unknown not in row:
            found.append(())
            continue
        pieces = tokenizer.tokenize(text)
        strange = [p for p in pieces if tokenizer.convert_tokens_to_ids(p) == unknown]
        found.append(tuple(dict.fromkeys(filter(None, (p.strip("▁ ") for p in strange)))) or ("?",))
    return found


def result_of(request: TranslationRequest, translator: str, outcome: Outcome) -> TranslationResult:
    """A translator's result: the units, and how many were retried, in pieces, untranslated."""
    translation = Translation(
        source_language=request.transcript.language,
        target_language=request.target_language,
        translator=translator,
        model=request.model_name,
        units=outcome.units,
    )
    metrics: dict[str, int | float | str] = {
        "units": len(outcome.units),
        "retried": outcome.retried,
        "in_pieces": outcome.in_pieces,
        "from_memory": outcome.from_memory,
        "exceptions": outcome.exceptions,
        "untranslated": len(translation.untranslated),
        **outcome.terms.metrics,
    }
    return TranslationResult(translation, metrics, outcome.degraded)


def positions(config: Any, side: str, at_most: int) -> int:
    """The model's longest sequence in tokens on that side, at most what it was trained for."""
    known = (
        getattr(config, f"max_{side}_positions", None),
        getattr(config, "max_position_embeddings", None),
    )
    return min(at_most, *(value for value in known if isinstance(value, int)), at_most)


@cache
def _code_folder() -> tempfile.TemporaryDirectory[str]:
    """Where the models' own code is copied to; it lasts as long as the process."""
    return tempfile.TemporaryDirectory(prefix="model-code-")


def precision(request: TranslationRequest) -> str:
    """What is computed in: float16 not on a CPU, which has to emulate it, and int8 only there."""
    if request.device == "cpu":
        return "int8" if request.compute_type == "int8" else "float32"
    return "float16" if request.compute_type in ("float16", "int8_float16") else "float32"


def _load(request: TranslationRequest) -> tuple[Any, Any]:
    # transformers reads these when it is imported; the model's code is copied to a folder of this
    # process instead of one that every process and model shares
    go_offline()
    os.environ["HF_MODULES_CACHE"] = _code_folder().name
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    torch.set_num_threads(request.threads)
    folder, kind = str(request.model_path.resolve()), precision(request)
    own_code = require_may_run(request.model_path, request.model_name)
    local: dict[str, Any] = {"trust_remote_code": own_code, "local_files_only": True}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **local)
        model = AutoModelForSeq2SeqLM.from_pretrained(
            folder, torch_dtype=torch.float16 if kind == "float16" else torch.float32, **local
        )
        model = model.to(request.device).eval()
        if kind == "int8":
            model = _in_int8(model)
    except (OSError, ValueError, KeyError, ImportError, AttributeError, RuntimeError) as error:
        if is_out_of_memory(error):
            raise
        raise StageError(
            f"The translation model {request.model_name} cannot be loaded: {error}",
            cause=f"A file in {folder} is damaged or of another version.",
            fix=typed("chalchitra models verify"),
        ) from error
    return model, tokenizer


def _in_int8(model: Any) -> Any:
    """The model with its linear layers' weights in int8, and their inputs as they come.

    Where this torch has no engine for it the model stays as it is: int8 only saves time.
    """
    import torch

    engines = [one for one in torch.backends.quantized.supported_engines if one != "none"]
    if not engines:
        return model
    torch.backends.quantized.engine = "x86" if "x86" in engines else engines[-1]
    return torch.ao.quantization.quantize_dynamic(model, {torch.nn.Linear}, dtype=torch.qint8)
