"""Run by venv/indictrans2: texts through the real toolkit and back, with an identity for a model.

Reads [[tag, text], ...] as JSON and prints a list of {"toolkit", "protected", "seen"}: the text
that comes back from the toolkit alone, the one that comes back with protection, and what the model
would have seen then.
"""

from __future__ import annotations

import json
import sys

from IndicTransToolkit.processor import IndicProcessor

from chalchitra.translation.indictrans2 import TextProcessor
from chalchitra.translation.protect import protect, restore


def fails_and_goes_on(processor: TextProcessor) -> None:
    """A batch that fails must leave nothing behind for the next one."""
    try:
        processor.finish(["नमस्ते", None], "hin_Deva")  # type: ignore[list-item]
    except TypeError:
        pass
    else:
        raise AssertionError("the toolkit took None for a sentence")
    assert processor.finish(["नमस्ते ।"], "hin_Deva") == ["नमस्ते।"]


toolkit, ours = IndicProcessor(inference=True), TextProcessor()
results = []
for tag, text in json.load(sys.stdin):
    [prepared] = toolkit.preprocess_batch([text], src_lang=tag, tgt_lang=tag)
    [alone] = toolkit.postprocess_batch([prepared.split(" ", 2)[2]], lang=tag)
    protected = protect(text, tag)
    [prepared] = ours.prepare([protected.text], tag, tag)
    seen = prepared.split(" ", 2)[2]
    restored = restore(ours.finish([seen], tag)[0], protected)
    assert not restored.lost
    assert not restored.strays
    results.append({"toolkit": alone, "protected": restored.text, "seen": seen})
fails_and_goes_on(ours)
print(json.dumps(results))
