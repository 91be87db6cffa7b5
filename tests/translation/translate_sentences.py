"""Run by venv/indictrans2: sentences through the translator `indictrans2`, as the stage does.

Reads {"model", "source", "target", "sentences"} as JSON (language ids; one segment a sentence)
and prints {"units", "metrics", "torch"}.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from chalchitra.transcript.model import Segment, Transcript, Word
from chalchitra.translation.registry import translator_named
from chalchitra.translation.request import TranslationRequest

task = json.load(sys.stdin)
segments = []
for number, sentence in enumerate(task["sentences"]):
    words = [
        Word(text=word, start=number * 60 + n * 0.3, end=number * 60 + n * 0.3 + 0.3)
        for n, word in enumerate(sentence.split())
    ]
    segments.append(
        Segment(id=number, start=words[0].start, end=words[-1].end, text=sentence, words=words)
    )
result = translator_named("indictrans2")(
    TranslationRequest(
        transcript=Transcript(language=task["source"], segments=segments),
        target_language=task["target"],
        languages={
            "hi": {"name": "Hindi", "indictrans2": "hin_Deva"},
            "en": {"name": "English", "indictrans2": "eng_Latn"},
        },
        model_name="tiny",
        model_path=Path(task["model"]),
        device="cpu",
        compute_type="int8",
        threads=1,
        settings={
            "batch_size": 4,
            "num_beams": 5,
            "max_new_tokens": 64,
            "max_pause": 1.0,
            "max_chars": 250,
            "max_seconds": 20.0,
        },
    )
)
torch = sys.modules["torch"]
units = [unit.model_dump() for unit in result.translation.units]
print(json.dumps({"units": units, "metrics": result.metrics, "torch": torch.__version__}))
