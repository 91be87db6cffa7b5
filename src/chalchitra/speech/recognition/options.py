"""How to recognise: the settings of [asr] and the language's row, as options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalchitra.errors import UsageError
from chalchitra.speech.engines.base import DecodingOptions
from chalchitra.speech.recognition.blocks import window_for
from chalchitra.speech.recognition.script_filter import characters_of

_DECODING = (
    "beam_size",
    "temperatures",
    "compression_ratio_threshold",
    "log_prob_threshold",
    "no_speech_threshold",
    "batch_size",
    "seed",
)
PROMPTED_PENALTY = 1.1
"""Of languages that are written with a prompt. Measured with base on 15 Hindi clips, held in
Devanagari: a character error rate of 0.41 with it, and of 0.75 without, most of that loops."""


@dataclass(frozen=True)
class RecognitionOptions:
    """How to recognise, beside how blocks are decoded.

    decoding        of the first pass; its `characters` are those of the script, where `guard` says
                    so
    script, latin   the script (ISO 15924) that is written, and whether Latin words may be in it.
                    Empty: any script
    guard           whether tokens that can only spell others are never chosen; what is decoded
                    again is decoded so anyway
    redecode        whether suspicious stretches are decoded again
    hallucinations  phrases that are believed only where the sound supports them
    undoubled       words that nobody says twice in a row
    terms           a glossary's terms: looked for where they may be
    """

    decoding: DecodingOptions = field(default_factory=DecodingOptions)
    script: str = ""
    latin: bool = True
    guard: bool = True
    redecode: bool = True
    hallucinations: tuple[str, ...] = ()
    undoubled: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()

    @property
    def characters(self) -> frozenset[str]:
        """All that a text in the script may contain; empty for any."""
        return characters_of(self.script, latin=self.latin)


def options_from(
    params: Mapping[str, Any], row: Mapping[str, Any], terms: tuple[str, ...] = ()
) -> RecognitionOptions:
    """The options of the section [asr], `params`; absent keys default.

    `row` are the language's columns (config/languages.toml), `terms` a glossary's. Raises
    UsageError for a value of the wrong kind.
    """
    decoding = {name: params[name] for name in _DECODING if name in params}
    prompt = row.get("prompt") or ""
    try:
        if "temperatures" in decoding:
            decoding["temperatures"] = tuple(float(one) for one in decoding["temperatures"])
        return RecognitionOptions(
            decoding=DecodingOptions(
                prompt=prompt,
                repetition_penalty=_penalty(float(params.get("repetition_penalty", 0)), prompt),
                window=window_for(row.get("tokens_per_character"), prompted=bool(prompt)),
                **decoding,
            ),
            script=row.get("script", ""),
            latin=writes_latin(params),
            guard=params.get("script_guard", True),
            redecode=params.get("heal", True),
            hallucinations=tuple(row.get("invented") or ()),
            undoubled=tuple(row.get("undoubled") or ()),
            terms=terms,
        )
    except (TypeError, ValueError) as error:
        raise UsageError(
            "A setting of the recogniser has the wrong kind of value.",
            cause=f"{error}.",
            fix="Correct the section [asr] of config/pipeline.toml or the --set option.",
        ) from None


def writes_latin(params: Mapping[str, Any]) -> bool:
    """Whether English words stay in Latin letters."""
    return bool(params.get("english_words", "native") == "latin")


def _penalty(setting: float, prompt: str) -> float:
    """What was set; else by whether the language is one in which small models loop."""
    return setting or (PROMPTED_PENALTY if prompt else 1.0)


def whisper_code(row: Mapping[str, Any], language: str) -> str:
    """Whisper's code of a language, out of its row. Raises UsageError when it has none."""
    code = row.get("whisper")
    if not code:
        raise UsageError(
            f"Whisper cannot recognise {row.get('name', language)}.",
            cause="It was not trained on this language.",
            fix="Prepare the job with -s and a language it was trained on.",
        )
    return str(code)
