"""A wav2vec2 network out of a Hugging Face folder: config.json, vocab.json and weights.

Read without transformers, whose import takes 10 s: torchaudio has the same network under the same
names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chalchitra.errors import MissingError, UsageError
from chalchitra.speech.alignment.config import AlignerConfig
from chalchitra.speech.checkpoint import read_weights

_HF_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
_RENAMES = (
    ("wav2vec2.feature_extractor.", "feature_extractor."),
    ("wav2vec2.feature_projection.", "encoder.feature_projection."),
    ("wav2vec2.encoder.", "encoder.transformer."),
    ("lm_head.", "aux."),
)
_WEIGHT_NORM = (
    ("conv.weight_g", "conv.parametrizations.weight.original0"),
    ("conv.weight_v", "conv.parametrizations.weight.original1"),
)
"""Checkpoints older than PyTorch 2 and newer ones name the two parts of a normed weight apart."""


def read_hugging_face(folder: Path) -> tuple[AlignerConfig, dict[str, Any]]:
    """The configuration and the weights, under torchaudio's names.

    Raises MissingError for a folder without them, UsageError for a network of another kind.
    """
    weights = next((folder / name for name in _HF_WEIGHTS if (folder / name).is_file()), None)
    config, tokens = _json(folder / "config.json"), _json(folder / "vocab.json")
    if weights is None or not config or not tokens:
        raise MissingError(
            f"{folder} does not contain a wav2vec2 model.",
            cause=f"It needs config.json, vocab.json and {' or '.join(_HF_WEIGHTS)}.",
            fix="Name a folder that was downloaded completely from the model hub.",
        )
    if config.get("model_type") != "wav2vec2" or config.get("add_adapter"):
        raise UsageError(
            f"{folder.name} is not a plain wav2vec2 network.",
            cause=f"Its model_type is {config.get('model_type')}.",
            fix="Choose a wav2vec2 model with a CTC head for alignment.model.",
        )
    words = _json(folder / "tokenizer_config.json")
    special = _json(folder / "special_tokens_map.json")
    separator = words.get("word_delimiter_token", "|")
    pad = special.get("pad_token") or words.get("pad_token")
    if isinstance(pad, dict):
        pad = pad.get("content")
    by_index = {index: token for token, index in tokens.items()}
    aligner = AlignerConfig(
        network=_network_arguments(config),
        tokens=tokens,
        separator=separator if separator in tokens else None,
        normalize=bool(_json(folder / "preprocessor_config.json").get("do_normalize", True)),
        pad_token=pad or by_index.get(config.get("pad_token_id", 0)),
    )
    return aligner, renamed(load_weights(weights))


def _json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _network_arguments(config: Mapping[str, Any]) -> dict[str, Any]:
    """torchaudio's arguments for a Hugging Face wav2vec2 configuration.

    The mapping and the defaults are those of torchaudio's import_huggingface_model and of
    transformers' Wav2Vec2Config. Dropout does not matter: nothing is trained here.
    """
    layers = zip(
        config.get("conv_dim", (512,) * 7),
        config.get("conv_kernel", (10, 3, 3, 3, 3, 2, 2)),
        config.get("conv_stride", (5, 2, 2, 2, 2, 2, 2)),
        strict=True,
    )
    return {
        "extractor_mode": f"{config.get('feat_extract_norm', 'group')}_norm",
        "extractor_conv_layer_config": [list(layer) for layer in layers],
        "extractor_conv_bias": config.get("conv_bias", False),
        "encoder_embed_dim": config.get("hidden_size", 768),
        "encoder_projection_dropout": 0.0,
        "encoder_pos_conv_kernel": config.get("num_conv_pos_embeddings", 128),
        "encoder_pos_conv_groups": config.get("num_conv_pos_embedding_groups", 16),
        "encoder_num_layers": config.get("num_hidden_layers", 12),
        "encoder_num_heads": config.get("num_attention_heads", 12),
        "encoder_attention_dropout": 0.0,
        "encoder_ff_interm_features": config.get("intermediate_size", 3072),
        "encoder_ff_interm_dropout": 0.0,
        "encoder_dropout": 0.0,
        "encoder_layer_norm_first": config.get("do_stable_layer_norm", False),
        "encoder_layer_drop": 0.0,
        "aux_num_out": config["vocab_size"],
    }


def load_weights(path: Path) -> dict[str, Any]:
    """The weights by name, out of safetensors or a torch checkpoint. Raises as read_weights."""
    if path.suffix == ".safetensors":
        from safetensors.torch import load_file

        state: dict[str, Any] = load_file(path)
        return state
    return read_weights(path)


def renamed(state: Mapping[str, Any]) -> dict[str, Any]:
    """Hugging Face's names of the weights as torchaudio's; what only training needs is left."""
    result: dict[str, Any] = {}
    for name, tensor in state.items():
        for old, new in _RENAMES:
            if name.startswith(old):
                target = new + name.removeprefix(old)
                for before, after in _WEIGHT_NORM:
                    target = target.replace(before, after)
                result[target] = tensor.float()  # some checkpoints are in half precision
    return result
