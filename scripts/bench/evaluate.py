#!/usr/bin/env python3
"""How right a transcript is, against a truth file of the same film.

    venv/common/bin/python scripts/bench/evaluate.py TRUTH.json JOB_DIR/output/transcript.json

Truth: {"speech": [{"start", "end", "text", "sure", ...}], "sections": [{"start", "kind"}]}, in
seconds of the film; a section lasts until the next. Prints the word error rate of the sentences
that have a text, the words whose midpoint lies in a section without speech, and how far each sure
sentence's first word is from the voice's onset.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import unicodedata
from pathlib import Path
from statistics import median
from typing import Any

WINDOW_SECONDS = 1.0
"""Words are looked for from this long before a sentence to this long after it."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("truth", type=Path)
    parser.add_argument("transcript", type=Path)
    arguments = parser.parse_args()
    truth = json.loads(arguments.truth.read_text(encoding="utf-8"))
    transcript = json.loads(arguments.transcript.read_text(encoding="utf-8"))
    words = [word for segment in transcript["segments"] for word in segment["words"]]
    counts = {"sure": [0, 0], "all": [0, 0]}  # words said, errors
    onsets: list[float] = []
    for sentence in truth["speech"]:
        if not sentence.get("text"):
            continue
        said = tokens(sentence["text"])
        low, high = sentence["start"] - WINDOW_SECONDS, sentence["end"] + WINDOW_SECONDS
        near = [word for word in words if low <= (word["start"] + word["end"]) / 2 <= high]
        found = tokens(" ".join(word["text"] for word in near))
        for group in ("all", "sure") if sentence.get("sure") else ("all",):
            counts[group][0] += len(said)
            counts[group][1] += distance(said, found)
        if sentence.get("sure") and near:
            onsets.append(near[0]["start"] - sentence["start"])
            print(f"{sentence['start']:8.2f}  onset {onsets[-1]:+.2f} s  {sentence['text'][:60]}")
    stray = [word for word in words if quiet(truth["sections"], (word["start"] + word["end"]) / 2)]
    for group, (said_words, wrong) in counts.items():
        if said_words:
            rate = wrong / said_words
            print(f"word errors  {rate:.3f} of {said_words} words ({group} sentences)")
    print(f"stray words  {len(stray)} {[word['text'] for word in stray][:10]}")
    if onsets:
        far = max(onsets, key=abs)
        print(f"onsets       median {median(map(abs, onsets)):.2f} s, farthest {far:+.2f} s")
    return 0


def tokens(text: str) -> list[str]:
    """Words without case, punctuation and joiners; digits and signs stay with their word."""
    text = unicodedata.normalize("NFC", text.casefold()).replace("mr.", "mister")
    kept = "".join(
        char if unicodedata.category(char)[0] in "LMN" else "" if char in "'’\u200c\u200d" else " "
        for char in text
    )
    return re.findall(r"\S+", kept)


def distance(a: list[str], b: list[str]) -> int:
    """The Levenshtein distance."""
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, right in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (left != right))
    return row[-1]


def quiet(sections: list[dict[str, Any]], at: float) -> bool:
    """Whether nobody speaks in the section at this time."""
    kind = "silence"
    for section in sections:
        if section["start"] <= at:
            kind = section["kind"]
    return "speech" not in kind


if __name__ == "__main__":
    sys.exit(main())
