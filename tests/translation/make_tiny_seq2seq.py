"""Makes a tiny model that stands in for IndicTrans2's gated weights in tests.

    python make_tiny_seq2seq.py FOLDER

Run with venv/indictrans2. It keeps IndicTrans2's contract (a source starts with both language
tags, padded on the left; text as IndicProcessor prepares it) and learns PAIRS by heart, both ways,
in seconds and always alike. For any other sentence it says something it knows, or nothing good:
the right script and the wrong words.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import torch
from IndicTransToolkit.processor import IndicProcessor
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit
from tokenizers.processors import TemplateProcessing
from transformers import BartConfig, BartForConditionalGeneration, PreTrainedTokenizerFast

HINDI, ENGLISH = "hin_Deva", "eng_Latn"
PAIRS = [
    (
        "श्री जॉन डैशवुड के पास तब सोचने का समय था कि वे समझदारी से उनके लिए कितना कर सकते हैं।",
        "And Mr. John Dashwood had then leisure to consider how much there might be prudently "
        "in his power to do for them.",
    ),  # the first sentence of docs/demo
    ("नमस्ते दुनिया", "hello world"),
    ("आप कैसे हैं?", "How are you?"),
    ("मैं कल 5:30 बजे आऊँगा।", "I will come tomorrow at 5:30."),
    ("वह मेरा भाई है।", "He is my brother."),
    ("बैठक <ID1> बजे होगी।", "The meeting will be at <ID1>."),
    ("चलो, घर चलें।", "Come, let us go home."),
]
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
STEPS = 300
SEED = 7


def prepared_pairs() -> list[tuple[str, str]]:
    """(source with its tags, target), both as IndicProcessor prepares them."""
    processor = IndicProcessor(inference=False)

    def prepare(text: str, tag: str) -> str:
        if tag == HINDI:  # a colon after a digit would come out as "\\1ः" (protect.py)
            text = text.replace(":", "\u200b:")
        return processor.preprocess_batch([text], src_lang=tag, is_target=True)[0]

    both_ways = [
        pair for hi, en in PAIRS for pair in ((hi, HINDI, en, ENGLISH), (en, ENGLISH, hi, HINDI))
    ]
    return [
        (f"{tag} {other_tag} {prepare(text, tag)}", prepare(other, other_tag))
        for text, tag, other, other_tag in both_ways
    ]


def make_tokenizer(pairs: list[tuple[str, str]]) -> PreTrainedTokenizerFast:
    words = sorted({word for pair in pairs for text in pair for word in text.split()})
    vocabulary = {word: number for number, word in enumerate([*SPECIAL, *words])}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    tokenizer.post_processor = TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", vocabulary["</s>"])]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        padding_side="left",
    )


def make_model(vocabulary: int) -> BartForConditionalGeneration:
    return BartForConditionalGeneration(
        BartConfig(
            vocab_size=vocabulary,
            d_model=64,
            encoder_layers=1,
            decoder_layers=1,
            encoder_attention_heads=4,
            decoder_attention_heads=4,
            encoder_ffn_dim=128,
            decoder_ffn_dim=128,
            max_position_embeddings=256,
            dropout=0.0,
            bos_token_id=0,
            pad_token_id=1,
            eos_token_id=2,
            decoder_start_token_id=2,
            forced_eos_token_id=None,
        )
    )


def train(model: BartForConditionalGeneration, tokenizer, pairs: list[tuple[str, str]]) -> float:
    inputs = tokenizer([source for source, _ in pairs], padding=True, return_tensors="pt")
    tokenizer.padding_side = "right"
    labels = tokenizer([target for _, target in pairs], padding=True, return_tensors="pt")
    tokenizer.padding_side = "left"
    targets = labels["input_ids"].masked_fill(labels["attention_mask"] == 0, -100)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(STEPS):
        loss = model(
            input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], labels=targets
        ).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def main(folder: Path) -> None:
    random.seed(SEED)
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    pairs = prepared_pairs()
    tokenizer = make_tokenizer(pairs)
    model = make_model(len(tokenizer))
    loss = train(model, tokenizer, pairs)
    if loss > 0.01:
        raise SystemExit(f"the tiny model did not learn its sentences: loss {loss:.4f}")
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
