"""A wav2vec2 aligner of real size with random weights, as the model hub would give it.

    venv/whisperx/bin/python scripts/bench/random_aligner.py FOLDER [--size large]
        [--alphabet LETTERS] [--fairseq]

What it says means nothing; its work, its memory and the mechanics around it are those of real ones.
`base` is wav2vec2-base-960h (95 million parameters, its first layer normed over time), `large` has
the shape of XLSR-53 and XLS-R 300M (315 million, normed by layer), as most languages' models do.
With --fairseq the CTC blank is `<s>` while the files say `<pad>`, as in the Vakyansh models.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

ENGLISH = "ETAONIHSRDLUMWCFGYPBVK'XJQZ"
SIZES: dict[str, dict[str, Any]] = {
    "base": {},  # the defaults of transformers' Wav2Vec2Config
    "large": {
        "hidden_size": 1024,
        "num_hidden_layers": 24,
        "num_attention_heads": 16,
        "intermediate_size": 4096,
        "feat_extract_norm": "layer",
        "do_stable_layer_norm": True,
        "conv_bias": True,
    },
}


def make(folder: Path, *, size: str, alphabet: str, fairseq: bool) -> None:
    """Write the folder: configuration, alphabet and weights."""
    import torch
    from transformers import Wav2Vec2Config, Wav2Vec2ForCTC

    torch.manual_seed(0)
    special = ["<s>", "<pad>", "</s>", "<unk>"] if fairseq else ["<pad>", "<s>", "</s>", "<unk>"]
    tokens = [*special, "|", *dict.fromkeys(alphabet)]
    config = Wav2Vec2Config(
        vocab_size=len(tokens), pad_token_id=tokens.index("<pad>"), **SIZES[size]
    )
    network = Wav2Vec2ForCTC(config).eval()
    with torch.no_grad():  # most frames are blank, as a trained network says
        network.lm_head.bias[tokens.index("<s>" if fairseq else "<pad>")] += 2.0
    network.save_pretrained(folder)
    files = {
        "vocab": {token: index for index, token in enumerate(tokens)},
        "tokenizer_config": {"pad_token": "<pad>", "word_delimiter_token": "|"},
        "preprocessor_config": {"do_normalize": True},
    }
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", choices=sorted(SIZES), default="base")
    parser.add_argument("--alphabet", default=ENGLISH)
    parser.add_argument("--fairseq", action="store_true")
    wanted = parser.parse_args()
    make(wanted.folder, size=wanted.size, alphabet=wanted.alphabet, fairseq=wanted.fairseq)
