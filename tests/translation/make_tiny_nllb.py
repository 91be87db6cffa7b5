"""Makes a tiny model that stands in for NLLB-200's weights in tests.

    python make_tiny_nllb.py FOLDER

Run with venv/indictrans2. It has NLLB's architecture (M2M100), tokeniser class and contract (the
source's code first, the target's forced as the first word) and learns single sentences by heart,
in seconds and always alike. Of two sentences in one input it knows nothing.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Metaspace
from transformers import M2M100Config, M2M100ForConditionalGeneration, NllbTokenizerFast

HINDI, ENGLISH, FRENCH, URDU = "hin_Deva", "eng_Latn", "fra_Latn", "urd_Arab"
CODES = (HINDI, ENGLISH, FRENCH, URDU)
_LINES = """
नमस्ते दुनिया। / Hello world. / Bonjour le monde. / ہیلو دنیا۔
आप कैसे हैं? / How are you? / Comment allez-vous ? / آپ کیسے ہیں؟
वह मेरा भाई है। / He is my brother. / C'est mon frère. / وہ میرا بھائی ہے۔
समय: आठ बजे। / Time: eight. / Heure : huit. / وقت: آٹھ۔
"""
SENTENCES = [
    dict(zip(CODES, line.split(" / "), strict=True)) for line in _LINES.strip().splitlines()
]
WAYS = [(HINDI, FRENCH), (ENGLISH, FRENCH), (ENGLISH, URDU), (FRENCH, HINDI)]
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
MOST_STEPS = 1500
ENOUGH = 0.01
"""The loss at which every sentence is known by heart."""
SEED = 7


def make_tokenizer() -> NllbTokenizerFast:
    words = sorted({"▁" + w for row in SENTENCES for text in row.values() for w in text.split()})
    vocabulary = {word: number for number, word in enumerate([*SPECIAL, *words, "<mask>"])}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        tokenizer.save(file.name)
        return NllbTokenizerFast(
            tokenizer_file=file.name,
            src_lang=ENGLISH,
            additional_special_tokens=list(CODES),
        )


def make_model(vocabulary: int) -> M2M100ForConditionalGeneration:
    return M2M100ForConditionalGeneration(
        M2M100Config(
            vocab_size=vocabulary,
            d_model=64,
            encoder_layers=1,
            decoder_layers=1,
            encoder_attention_heads=4,
            decoder_attention_heads=4,
            encoder_ffn_dim=128,
            decoder_ffn_dim=128,
            max_position_embeddings=64,
            dropout=0.0,
            attention_dropout=0.0,
            activation_dropout=0.0,
            encoder_layerdrop=0.0,
            decoder_layerdrop=0.0,
        )
    )


def train(model: M2M100ForConditionalGeneration, tokenizer: NllbTokenizerFast) -> float:
    sources, targets = [], []
    for source, target in WAYS:
        for row in SENTENCES:
            tokenizer.src_lang = source
            sources.append(tokenizer(row[source])["input_ids"])
            tokenizer.src_lang = target
            targets.append(tokenizer(row[target])["input_ids"])

    def padded(rows: list[list[int]], by: int) -> torch.Tensor:
        longest = max(map(len, rows))
        return torch.tensor([row + [by] * (longest - len(row)) for row in rows])

    inputs = padded(sources, 1)
    start = model.config.decoder_start_token_id
    said = padded([[start, *row[:-1]] for row in targets], 1)
    # The code of the target is forced, and nothing in the source tells it: it is not learnt.
    labels = padded([[-100, *row[1:]] for row in targets], -100)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(MOST_STEPS):
        loss = model(
            input_ids=inputs,
            attention_mask=inputs.ne(1).long(),
            decoder_input_ids=said,
            labels=labels,
        ).loss
        if loss.item() < ENOUGH:
            break
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def main(folder: Path) -> None:
    random.seed(SEED)
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    tokenizer = make_tokenizer()
    model = make_model(len(tokenizer))
    loss = train(model, tokenizer)
    if loss > ENOUGH:
        raise SystemExit(f"the tiny model did not learn its sentences: loss {loss:.4f}")
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
