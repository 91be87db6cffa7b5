"""Loading a wav2vec2 CTC network into torchaudio, from a folder in either of two formats.

One is Hugging Face's (hugging_face.py). A converted folder holds `aligner.json` and
`aligner.safetensors`, which `convert` writes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chalchitra.errors import UsageError
from chalchitra.speech.alignment.config import AlignerConfig
from chalchitra.speech.alignment.ctc import align_words
from chalchitra.speech.alignment.hugging_face import load_weights, read_hugging_face
from chalchitra.speech.alignment.vocabulary import Vocabulary, sure_blank
from chalchitra.speech.sound import SAMPLE_RATE, Samples

CONVERTED_CONFIG = "aligner.json"
CONVERTED_WEIGHTS = "aligner.safetensors"
_PRIMITIVE_CACHE = ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "16")
"""torch's oneDNN keeps what it made for the last 1024 shapes, and nearly every stretch of sound has
a length of its own: 40 minutes of film grew to 2.4 GB. 16 hold one stretch's, at the same speed."""


class Aligner:
    """A network that is ready to align."""

    def __init__(self, config: AlignerConfig, network: Any, blank: int, device: str) -> None:
        self.config = config
        self.vocabulary = Vocabulary(config.tokens, config.separator)
        self.blank = blank
        self._network = network
        self._device = device

    @property
    def frame_seconds(self) -> float:
        return self.config.hop / SAMPLE_RATE

    @property
    def shortest(self) -> float:
        """The least sound (seconds) that gives a frame."""
        receptive, jump = 1, 1
        for _, kernel, stride in self.config.network["extractor_conv_layer_config"]:
            receptive += (kernel - 1) * jump
            jump *= stride
        return receptive / SAMPLE_RATE

    def emissions(self, sounds: Sequence[Samples]) -> list[Any]:
        """Log probabilities (frames, tokens) of each sound, on the CPU; all go together."""
        return emissions(self._network, sounds, self.config, self._device)

    def frames(
        self, sounds: Sequence[Samples], words: Sequence[Sequence[Sequence[int]]]
    ) -> list[list[tuple[int, int] | None] | None]:
        """For each sound the frames of its spelled words, as ctc.align_words gives them."""
        return [
            align_words(
                probabilities,
                spelled,
                blank=self.blank,
                separator=self.vocabulary.separator_index,
            )
            for probabilities, spelled in zip(self.emissions(sounds), words, strict=True)
        ]


def load_aligner(folder: Path, *, device: str = "cpu", threads: int = 0) -> Aligner:
    """Load a folder of either format.

    Raises MissingError when the folder is none of them, UsageError for a network of another kind
    or weights that do not fit.
    """
    os.environ.setdefault(*_PRIMITIVE_CACHE)
    import torch

    if threads > 0:
        torch.set_num_threads(threads)
    config, state = read_folder(folder)
    network = build(config, state)
    blank = config.blank if config.blank is not None else find_blank(config, network)
    return Aligner(config, network.to(device), blank, device)


def read_folder(folder: Path) -> tuple[AlignerConfig, dict[str, Any]]:
    """The configuration and the weights, under torchaudio's names. Raises as load_aligner."""
    if (folder / CONVERTED_CONFIG).is_file() and (folder / CONVERTED_WEIGHTS).is_file():
        data = json.loads((folder / CONVERTED_CONFIG).read_bytes())
        return AlignerConfig(**data), load_weights(folder / CONVERTED_WEIGHTS)
    return read_hugging_face(folder)


def build(config: AlignerConfig, state: Mapping[str, Any]) -> Any:
    """torchaudio's network with these weights, in evaluation mode.

    Raises UsageError when the weights do not fit the configuration.
    """
    import torch
    from torchaudio.models import wav2vec2_model

    # Made without weights and given these, so that they are in memory once.
    with torch.device("meta"):
        network = wav2vec2_model(**config.network)
    try:
        network.load_state_dict(state, assign=True)
    except RuntimeError as error:
        raise UsageError(
            "The aligner's weights do not fit its configuration.",
            cause=" ".join(str(error).split())[:300],
            fix="Fetch the model again, or choose another for alignment.model.",
        ) from None
    return network.eval()


def emissions(
    network: Any, sounds: Sequence[Samples], config: AlignerConfig, device: str = "cpu"
) -> list[Any]:
    """Log probabilities (frames, tokens) on the CPU for each sound (samples at SAMPLE_RATE).

    They are what each sound alone would give: attention sees no padding, and where padding would
    change the features these are made sound by sound.
    """
    import torch

    waveforms = [_prepared(samples, config.normalize).to(device) for samples in sounds]
    with torch.inference_mode():
        features, lengths = _features(network.feature_extractor, waveforms, config.may_be_padded)
        together = len(waveforms) > 1
        logits = network.aux(network.encoder(features, lengths if together else None))
        found = torch.log_softmax(logits.float(), dim=-1).cpu()
    return [one[:length] for one, length in zip(found, lengths.tolist(), strict=True)]


def _prepared(samples: Samples, normalize: bool) -> Any:
    import torch

    waveform = torch.from_numpy(samples)
    if normalize:  # as transformers' Wav2Vec2FeatureExtractor does
        waveform = (waveform - waveform.mean()) / torch.sqrt(waveform.var(unbiased=False) + 1e-7)
    return waveform


def _features(extractor: Any, waveforms: Sequence[Any], may_be_padded: bool) -> tuple[Any, Any]:
    """The features (sounds, frames, channels), padded with zeros, and how many frames are real."""
    import torch
    from torch.nn.utils.rnn import pad_sequence

    device = waveforms[0].device
    if may_be_padded:
        counts = torch.tensor([len(waveform) for waveform in waveforms], device=device)
        features, lengths = extractor(pad_sequence(list(waveforms), batch_first=True), counts)
        return features, lengths
    each = [extractor(waveform.unsqueeze(0), None)[0][0] for waveform in waveforms]
    lengths = torch.tensor([len(features) for features in each], device=device)
    return pad_sequence(each, batch_first=True), lengths


def find_blank(config: AlignerConfig, network: Any, named: str | None = None) -> int:
    """The CTC blank: what a table names, or what the network says while nobody speaks.

    Files cannot be trusted with this (Vocabulary.blank_candidates), and a wrong blank ruins every
    alignment. A CTC network gives its blank nearly all probability on silence, so one second of
    faint noise tells the candidates apart. Raises UsageError where that leaves a doubt.
    """
    import torch

    vocabulary = Vocabulary(config.tokens, config.separator)
    candidates = vocabulary.blank_candidates(config.pad_token)
    told = vocabulary.named_blank(named, config.pad_token) if named else None
    if named and told is None:
        raise UsageError(
            f"The aligner's alphabet has no token {named}, which should be its blank.",
            cause="The files belong to another model, or were changed.",
            fix="Fetch the model again with --force, or choose another for alignment.model.",
        )
    if not candidates and told is None:
        raise UsageError(
            "The aligner's alphabet has no token that could be its blank.",
            cause="It has neither a padding token nor <blank> nor <s>.",
            fix="Choose another model for alignment.model.",
        )
    noise = 1e-3 * torch.randn(SAMPLE_RATE, generator=torch.Generator().manual_seed(0))
    silence = emissions(network, [noise.numpy()], config)[0].exp().mean(dim=0).tolist()
    found = sure_blank(candidates, silence, told)
    if found is None:
        names = {index: token for token, index in config.tokens.items()}
        known = ", ".join(f"{names[index]} ({silence[index]:.2f})" for index in candidates)
        raise UsageError(
            "It is not certain which token of the aligner's alphabet is the CTC blank.",
            cause=f"The table says {named}, but the network's output for silence differs: {known}."
            if named
            else f"The network's output for silence does not show it: {known}.",
            fix="Choose another model for alignment.model: a wrong blank ruins every alignment.",
        )
    return found
