"""What a wav2vec2 network for alignment is."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any


@dataclass(frozen=True)
class AlignerConfig:
    """What a network is, as `aligner.json` keeps it.

    network     torchaudio's arguments of wav2vec2_model
    tokens      the alphabet: token -> index
    separator   the token between words
    normalize   whether the network wants sound of mean 0 and variance 1
    pad_token   the padding token by the model's files
    blank       the CTC blank's index; None: not decided yet
    """

    network: dict[str, Any]
    tokens: dict[str, int]
    separator: str | None
    normalize: bool
    pad_token: str | None = None
    blank: int | None = None

    @property
    def hop(self) -> int:
        """Samples a frame: 320, 20 ms, for every wav2vec2 that is known."""
        return prod(stride for _, _, stride in self.network["extractor_conv_layer_config"])

    @property
    def may_be_padded(self) -> bool:
        """Whether silence after a sound leaves the features of the sound what they are.

        Not in models of the size "base": their first layer is normed over time (group_norm).
        """
        return bool(self.network["extractor_mode"] == "layer_norm")
