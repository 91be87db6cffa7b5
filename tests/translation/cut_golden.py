"""Run by venv/indictrans2: the golden sentences through the toolkit, SentencePiece and back.

    python cut_golden.py GOLDEN [FOLDER]

FOLDER has the real tokenisers of an indic-en model; without one SentencePiece is trained here, on
these sentences, in the format of the real ones (BPE, nmt_nfkc, every character). Prints a list of
{"tag", "seen", "pieces", "unknown", "shown"}: what the tokeniser is given, its pieces and those
that are not in the vocabulary, and what a viewer sees of a model that repeats them.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from sentencepiece import SentencePieceProcessor, SentencePieceTrainer

from chalchitra.translation.indictrans2 import TextProcessor
from chalchitra.translation.protect import protect, restore


def trained(texts: list[str], folder: Path) -> None:
    """A small model.SRC and model.TGT, and the vocabularies that belong to them."""
    (folder / "texts").write_text("\n".join(texts * 3), encoding="utf-8")
    for side in ("SRC", "TGT"):
        SentencePieceTrainer.train(
            input=str(folder / "texts"),
            model_prefix=str(folder / side),
            model_type="bpe",
            vocab_size=1500,
            hard_vocab_limit=False,
            character_coverage=1.0,
            normalization_rule_name="nmt_nfkc",
            minloglevel=2,
        )
        (folder / f"{side}.model").rename(folder / f"model.{side}")
        known = [line.partition("\t")[0] for line in (folder / f"{side}.vocab").open("r")]
        numbers = {piece: number for number, piece in enumerate(known)}
        (folder / f"dict.{side}.json").write_text(json.dumps(numbers))


def main(golden: Path, folder: Path | None) -> None:
    processor = TextProcessor()
    rows = []
    for tag, found in json.loads(golden.read_bytes()).items():
        for row in found:
            protected = protect(row["text"], tag)
            seen = processor.prepare([protected.text], tag, tag)[0].split(" ", 2)[2]
            rows.append((tag, row, protected, seen))
    with tempfile.TemporaryDirectory() as made:
        if folder is None:
            folder = Path(made)
            trained([seen for *_, seen in rows], folder)
        sides = {
            side: (
                SentencePieceProcessor(model_file=str(folder / f"model.{side}")),
                json.loads((folder / f"dict.{side}.json").read_bytes()),
            )
            for side in ("SRC", "TGT")
        }
    results = []
    for tag, row, protected, seen in rows:
        cutter, numbers = sides["TGT" if tag == "eng_Latn" else "SRC"]
        pieces = cutter.encode(seen, out_type=str)

        def shown(pieces: list[str], tag: str = tag, protected=protected) -> str:  # type: ignore[no-untyped-def]
            whole = "".join(pieces).replace("▁", " ").strip()
            return restore(processor.finish([whole], tag)[0], protected, tag).text

        results.append(
            {
                "tag": tag,
                "seen": seen,
                "pieces": pieces,
                "unknown": [piece for piece in pieces if piece not in numbers],
                "shown": shown(pieces),
                "golden": shown(row["pieces"]),
            }
        )
    print(json.dumps(results))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
