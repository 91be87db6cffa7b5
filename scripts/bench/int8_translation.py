"""Does int8 on a CPU pay for a translation model? Seconds and outputs of both, in one run.

    venv/indictrans2/bin/python scripts/bench/int8_translation.py [--threads 2] [--tokens 20]

torch's dynamic quantisation of every linear layer against float32, on random weights in the shape
of NLLB-200's 600M (12 + 12 layers of 1024, 256,206 words), 8 sentences of 25 tokens at a time. What
it decides is written down in docs/decisions/translation.md. The two take turns, since the machine
may have other work.
"""

from __future__ import annotations

import argparse
import json
import time
from statistics import median
from typing import Any

import torch
from transformers import M2M100Config, M2M100ForConditionalGeneration

BATCH = 8
SOURCE_TOKENS = 25
ROUNDS = 3


def nllb_600m() -> M2M100ForConditionalGeneration:
    """Random weights: they decide nothing about how long a step takes."""
    torch.manual_seed(1)
    config = M2M100Config(
        vocab_size=256206,
        d_model=1024,
        encoder_layers=12,
        decoder_layers=12,
        encoder_attention_heads=16,
        decoder_attention_heads=16,
        encoder_ffn_dim=4096,
        decoder_ffn_dim=4096,
        max_position_embeddings=1024,
    )
    return M2M100ForConditionalGeneration(config).eval()


def run(model: Any, tokens: int, beams: int) -> tuple[float, list[list[int]]]:
    """Seconds, and what came out."""
    generator = torch.Generator().manual_seed(2)
    inputs = torch.randint(4, 256000, (BATCH, SOURCE_TOKENS), generator=generator)
    started = time.perf_counter()
    with torch.inference_mode():
        found = model.generate(
            input_ids=inputs,
            attention_mask=torch.ones_like(inputs),
            num_beams=beams,
            min_new_tokens=tokens,
            max_new_tokens=tokens,
            forced_bos_token_id=5,
        )
    return time.perf_counter() - started, found.tolist()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tokens", type=int, default=20)
    parser.add_argument("--beams", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    plain = nllb_600m()
    small = torch.ao.quantization.quantize_dynamic(plain, {torch.nn.Linear}, dtype=torch.qint8)
    run(plain, 2, options.beams)
    run(small, 2, options.beams)
    rounds = [
        (run(plain, options.tokens, options.beams), run(small, options.tokens, options.beams))
        for _ in range(ROUNDS)
    ]
    same = sum(
        a == b for (_, ours), (_, theirs) in rounds[:1] for a, b in zip(ours, theirs, strict=True)
    )
    print(
        json.dumps(
            {
                "float32_seconds": round(median(a[0] for a, _ in rounds), 2),
                "int8_seconds": round(median(b[0] for _, b in rounds), 2),
                "speedup": round(median(a[0] / b[0] for a, b in rounds), 2),
                "each_round": [round(a[0] / b[0], 2) for a, b in rounds],
                "same_outputs": f"{same} of {BATCH}",
            }
        )
    )


if __name__ == "__main__":
    main()
