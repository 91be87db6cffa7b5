"""Make a tiny wav2vec2 CTC model with random weights, as the model hub would give it.

usage: make_tiny_wav2vec2.py FOLDER [--fairseq] [--large] [--check]   (in the whisperx environment)

50 frames a second and an English alphabet, like the real ones. With --fairseq the CTC blank is
`<s>` while the files say `<pad>`, as in the Vakyansh models. With --large it is normed as the large
models (XLSR) are, else as the base ones. --check also writes `logits.json`:
what transformers' own network gives for half a second of a tone.
"""

import json
import sys
from pathlib import Path

import torch
from transformers import Wav2Vec2Config, Wav2Vec2ForCTC

LETTERS = "|ETAONIHSRDLUMWCFGYPBVK'XJQZ"


def main(folder: Path, *, fairseq: bool, large: bool, check: bool) -> None:
    torch.manual_seed(0)
    special = ["<s>", "<pad>", "</s>", "<unk>"] if fairseq else ["<pad>", "<s>", "</s>", "<unk>"]
    vocabulary = {token: index for index, token in enumerate([*special, *LETTERS])}
    network = Wav2Vec2ForCTC(
        Wav2Vec2Config(
            vocab_size=len(vocabulary),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            conv_dim=(16,) * 7,
            num_conv_pos_embeddings=16,
            num_conv_pos_embedding_groups=2,
            pad_token_id=vocabulary["<pad>"],
            feat_extract_norm="layer" if large else "group",
            do_stable_layer_norm=large,
            conv_bias=large,
        )
    ).eval()
    with torch.no_grad():  # a trained network gives its blank most frames; this one does so too
        network.lm_head.bias[vocabulary["<s>" if fairseq else "<pad>"]] += 2.0
    network.save_pretrained(folder)
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"pad_token": "<pad>", "word_delimiter_token": "|"})
    )
    (folder / "preprocessor_config.json").write_text(json.dumps({"do_normalize": False}))
    if check:
        tone = torch.sin(torch.arange(8000) * 0.1)
        with torch.inference_mode():
            logits = network(tone.unsqueeze(0)).logits[0]
        (folder / "logits.json").write_text(json.dumps(logits.tolist()))


if __name__ == "__main__":
    wanted = {name: f"--{name}" in sys.argv for name in ("fairseq", "large", "check")}
    main(Path(sys.argv[1]), **wanted)
