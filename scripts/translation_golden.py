"""Writes tests/translation/golden.json anew: sentences as the real IndicTrans2 tokenisers cut them.

    venv/indictrans2/bin/python scripts/translation_golden.py FOLDER

FOLDER holds the tokenisers of an indic-en model (model.SRC, model.TGT, dict.SRC.json,
dict.TGT.json), as they come with the model. They are not part of the project: the sentences in
golden.json are its own, and this adds to each what the toolkit hands to the tokeniser (`seen`), the
pieces that it becomes (`pieces`), those that have no number in the vocabulary (`unknown`), and a
hash of the numbers (`ids`). `shown` is what must come back out of the same pieces, and is written
by hand. model.SRC cuts the Indian languages as sources; that the models which write them were
trained on the same cuts is why their letters come back as it says. With --letters it prints every
letter of every script that comes back as another.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import unicodedata
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from chalchitra.translation.indictrans2 import TextProcessor
from chalchitra.translation.protect import protect, restore

GOLDEN = Path(__file__).parents[1] / "tests" / "translation" / "golden.json"
BLOCKS = {
    "Deva": (0x0900, "क"),
    "Beng": (0x0980, "ক"),
    "Guru": (0x0A00, "ਕ"),
    "Gujr": (0x0A80, "ક"),
    "Orya": (0x0B00, "କ"),
    "Taml": (0x0B80, "க"),
    "Telu": (0x0C00, "క"),
    "Knda": (0x0C80, "ಕ"),
    "Mlym": (0x0D00, "ക"),
    "Arab": (0x0600, "ک"),
    "Olck": (0x1C50, "ᱚ"),
    "Mtei": (0xABC0, "ꯀ"),
}


class Tokeniser:
    """One side of a model's tokeniser: SentencePiece and the numbers of its pieces."""

    def __init__(self, folder: Path, side: str) -> None:
        from sentencepiece import SentencePieceProcessor

        self._pieces = SentencePieceProcessor(model_file=str(folder / f"model.{side}"))
        self.numbers: dict[str, int] = json.loads((folder / f"dict.{side}.json").read_bytes())

    def pieces(self, text: str) -> list[str]:
        return [str(piece) for piece in self._pieces.encode(text, out_type=str)]


def whole(pieces: list[str]) -> str:
    """The pieces as the model's own tokeniser joins them."""
    return "".join(pieces).replace("▁", " ").strip()


def cut(row: dict[str, Any], tag: str, tokeniser: Tokeniser, processor: TextProcessor) -> None:
    """Add to a sentence what becomes of it."""
    protected = protect(row["text"], tag)
    row["seen"] = processor.prepare([protected.text], tag, tag)[0].split(" ", 2)[2]
    row["pieces"] = tokeniser.pieces(row["seen"])
    row["unknown"] = [piece for piece in row["pieces"] if piece not in tokeniser.numbers]
    numbers = [tokeniser.numbers.get(piece, 3) for piece in row["pieces"]]
    row["ids"] = hashlib.sha256(json.dumps(numbers).encode()).hexdigest()[:16]


def shown(row: dict[str, Any], tag: str, processor: TextProcessor) -> str:
    """What a viewer would see of a model that repeats the sentence."""
    protected = protect(row["text"], tag)
    return restore(processor.finish([whole(row["pieces"])], tag)[0], protected, tag).text


def letters(tokeniser: Tokeniser, processor: TextProcessor, tags: list[str]) -> None:
    for tag in tags:
        if tag[-4:] not in BLOCKS:
            continue
        first, base = BLOCKS[tag[-4:]]
        for code in range(first, first + (0x100 if tag.endswith("Arab") else 0x80)):
            if unicodedata.category(chr(code))[0] not in "LM":
                continue
            row: dict[str, Any] = {"text": base + chr(code) + base}
            cut(row, tag, tokeniser, processor)
            found = shown(row, tag, processor)
            if found != unicodedata.normalize("NFC", row["text"]) or row["unknown"]:
                print(tag, f"U+{code:04X}", row["text"], found, *row["unknown"], sep="\t")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--letters", action="store_true", help="print letters that change instead")
    arguments = parser.parse_args()
    processor = TextProcessor()
    sides = {side: Tokeniser(arguments.folder, side) for side in ("SRC", "TGT")}
    golden: dict[str, list[dict[str, Any]]] = json.loads(GOLDEN.read_bytes())
    if arguments.letters:
        letters(sides["SRC"], processor, list(golden))
        return
    for tag, rows in golden.items():
        for row in rows:
            cut(row, tag, sides["TGT" if tag == "eng_Latn" else "SRC"], processor)
            if shown(row, tag, processor) != row["shown"]:
                print(tag, row["text"], shown(row, tag, processor), sep="\n  ")
    GOLDEN.write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
