"""Which IndicTrans2 model translates a pair of languages. Imports nothing heavy: the orchestrator
asks it too, when it prepares a job."""

from __future__ import annotations

from typing import Literal

from chalchitra.errors import UsageError

Size = Literal["distilled", "1B"]

ENGLISH = "eng_Latn"
_MODELS: dict[str, dict[str, str]] = {
    "distilled": {
        "indic-en": "indictrans2-indic-en-dist-200M",
        "en-indic": "indictrans2-en-indic-dist-200M",
        "indic-indic": "indictrans2-indic-indic-dist-320M",
    },
    "1B": {
        "indic-en": "indictrans2-indic-en-1B",
        "en-indic": "indictrans2-en-indic-1B",
        "indic-indic": "indictrans2-indic-indic-1B",
    },
}


def direction(source_tag: str, target_tag: str) -> str:
    """`indic-en`, `en-indic` or `indic-indic`. Raises UsageError for equal tags."""
    if source_tag == target_tag:
        raise UsageError(
            f"Nothing to translate from {source_tag} to {target_tag}.",
            cause="The source and the target are one language in one script.",
            fix="Give another language with -t.",
        )
    if target_tag == ENGLISH:
        return "indic-en"
    return "en-indic" if source_tag == ENGLISH else "indic-indic"


def model_name_for(source_tag: str, target_tag: str, size: str = "distilled") -> str:
    """The name in config/models.toml of the model for a pair of IndicTrans2 tags (`hin_Deva`).

    Raises UsageError for equal tags or a size that IndicTrans2 does not come in.
    """
    if size not in _MODELS:
        raise UsageError(
            f"IndicTrans2 has no size {size!r}.",
            cause="It comes distilled (200M to 320M parameters) and in full (1B).",
            fix="Set translation.size to distilled or 1B.",
        )
    return _MODELS[size][direction(source_tag, target_tag)]
