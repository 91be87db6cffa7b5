"""Run by venv/indictrans2: a thousand Hindi sentences through the translator and the tiny model.

Its `generate` fails in every way.

    python inject_failures.py MODEL_FOLDER

Prints as JSON the translation, the metrics, the failures that were injected by kind, and how many
sentences they spoiled in the first round.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import torch
from transformers import BartForConditionalGeneration, PreTrainedTokenizerFast

from chalchitra.transcript.model import Segment, Transcript
from chalchitra.translation.indictrans2 import translate
from chalchitra.translation.request import TranslationRequest

CURSED = {"नमस्ते": "empty", "कैसे": "looping", "भाई": "wrong script", "घर": "exception"}
"""Words whose sentence fails each time: those of one sentence each that the tiny model knows."""
KNOWN = ("नमस्ते दुनिया", "आप कैसे हैं?", "वह मेरा भाई है।", "चलो, घर चलें।")
PAD, END = 1, 2
"""Tokens of make_tiny_seq2seq.py."""
SHARE = 0.04
"""Of sentences that fail by chance in each way in the first round, and of batches."""
ROOM = 16
"""Sentences that always fit into memory; larger batches now and then do not."""


def sentences() -> list[str]:
    """Each with a number of its own, which its translation must have; the cursed among them."""
    found = [f"बैठक {n // 1000},{n % 1000:03} बजे होगी।" for n in range(1000, 2000)]
    for place, sentence in zip((0, 333, 640, 999), KNOWN, strict=True):
        found[place] = sentence
    return found


class Injector:
    """The model's own generate with failures put into what it gives."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast) -> None:
        self._die = random.Random(7)
        self._own = BartForConditionalGeneration.generate
        vocabulary = tokenizer.get_vocab()
        self._cursed = {vocabulary[word]: kind for word, kind in CURSED.items()}
        self._loop, self._foreign = vocabulary["will"], vocabulary["दुनिया"]
        self.kinds: Counter[str] = Counter()
        self.spoiled = 0

    def generate(self, model: Any, **arguments: Any) -> torch.Tensor:
        inputs, first = arguments["input_ids"], "repetition_penalty" not in arguments
        cursed = [
            next((self._cursed[token] for token in row if token in self._cursed), None)
            for row in inputs.tolist()
        ]
        if first and len(cursed) > ROOM and self._falls(SHARE * 5):
            self.kinds["out of memory"] += 1
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        if "exception" in cursed or (first and self._falls(SHARE)):
            self.kinds["exception"] += 1
            self.spoiled += first and len(cursed) == 1
            raise RuntimeError("index out of range in self")
        rows = self._own(model, **arguments)
        room = max(0, 24 - rows.shape[1])  # for a loop
        rows = torch.nn.functional.pad(rows, (0, room), value=PAD)
        ways = ("empty", "looping", "truncated", "wrong script")
        for row, kind in zip(rows, cursed, strict=True):
            chance = next((way for way in ways if self._falls(SHARE)), None) if first else None
            if kind or chance:
                self._spoil(row, kind or chance or "")
                self.spoiled += first
        return rows

    def _falls(self, share: float) -> bool:
        return self._die.random() < share

    def _spoil(self, row: torch.Tensor, kind: str) -> None:
        self.kinds[kind] += 1
        if kind == "empty":
            row[1], row[2:] = END, PAD
        elif kind == "looping":
            row[1:-1], row[-1] = self._loop, END
        elif kind == "truncated":
            row[1:][row[1:] == END] = PAD
        else:
            row[1:4], row[4], row[5:] = self._foreign, END, PAD


def main(folder: Path) -> None:
    injector = Injector(PreTrainedTokenizerFast.from_pretrained(folder))
    BartForConditionalGeneration.generate = lambda model, **given: injector.generate(model, **given)
    request = TranslationRequest(
        transcript=Transcript(
            language="hi",
            segments=[
                Segment(id=n, start=60.0 * n, end=60.0 * n + 2, text=text)
                for n, text in enumerate(sentences())
            ],
        ),
        target_language="en",
        languages={"hi": {"indictrans2": "hin_Deva"}, "en": {"indictrans2": "eng_Latn"}},
        model_name="tiny",
        model_path=folder,
        device="cpu",
        compute_type="float32",
        threads=1,
        settings={
            "batch_size": 32,
            "num_beams": 2,
            "max_new_tokens": 24,
            "max_pause": 1.0,
            "max_chars": 250,
            "max_seconds": 20.0,
        },
    )
    result = translate(request)
    print(
        json.dumps(
            {
                "units": [unit.model_dump(mode="json") for unit in result.translation.units],
                "metrics": result.metrics,
                "kinds": injector.kinds,
                "spoiled": injector.spoiled,
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
