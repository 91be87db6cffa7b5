"""Up to three voices in five seconds: pyannote's segmentation network, with whisperX's weights.

The checkpoint that whisperX ships for its voice detection is pyannote/segmentation of July 2022:
for every frame it gives three probabilities, one for each of at most three voices of the window,
which may sound together. Which voice is which differs from window to window (it was trained up to
permutation). whisperX takes their maximum; the three are used here. The network is written down
again (SincNet, four bidirectional LSTM layers, two linear ones), since importing pyannote.audio and
whisperX takes 20 s.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chalchitra.errors import MissingError
from chalchitra.hints import typed
from chalchitra.speech.checkpoint import read_weights
from chalchitra.speech.sound import SAMPLE_RATE

WINDOW = 5.0
"""Seconds that the network takes at once, as it was trained."""
VOICES = 3
"""How many voices it tells apart in a window."""
FRAME_STEP = 270 / SAMPLE_RATE
"""Seconds from one frame to the next."""
FRAME_CENTRE = 495.5 / SAMPLE_RATE
"""Seconds from the start of the sound to the middle of what the first frame sees (991 samples)."""


class Segmenter:
    """The network, loaded. Its device is torch's."""

    def __init__(self, path: Path, device: str = "cpu") -> None:
        """Raises MissingError when the checkpoint cannot be read or is another network's."""
        import torch

        network = _network()
        weights = read_weights(path)
        try:
            network.load_state_dict(weights)
        except RuntimeError as error:
            raise MissingError(
                f"{path.name} is not the expected segmentation network.",
                cause=f"{str(error).splitlines()[0]}",
                fix=typed("./bootstrap.sh --env whisperx --force"),
            ) from error
        self._device = torch.device(device)
        self._network = network.to(self._device).eval()

    def __call__(self, windows: Sequence[Any]) -> Any:
        """Probabilities of the voices in windows of WINDOW seconds.

        Takes arrays of WINDOW * SAMPLE_RATE samples (float32); returns (windows, frames, VOICES).
        """
        import numpy as np
        import torch

        batch = torch.from_numpy(np.stack(windows)).unsqueeze(1).to(self._device)
        with torch.inference_mode():
            return self._network(batch).cpu().numpy()


def shipped_weights() -> Path:
    """The checkpoint inside the installed whisperX, which is not imported.

    Raises MissingError when this environment has no whisperX or it carries no such file.
    """
    spec = importlib.util.find_spec("whisperx")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "assets" / "pytorch_model.bin"
        if path.is_file():
            return path
    raise MissingError(
        "The segmentation weights that whisperX ships are missing.",
        cause="This environment has no whisperX, or a different version of it.",
        fix=typed("./bootstrap.sh --env whisperx --force"),
    )


def _network() -> Any:
    """The untrained network; its names are the checkpoint's."""
    import torch
    from torch import nn

    half = 125  # of a filter's 251 taps

    class SincFilters(nn.Module):
        """80 band-pass filters, each given by two frequencies (Ravanelli 2018; Pariente 2020)."""

        def __init__(self) -> None:
            super().__init__()
            self.low_hz_ = nn.Parameter(torch.zeros(40, 1))
            self.band_hz_ = nn.Parameter(torch.zeros(40, 1))
            self.register_buffer("window_", torch.zeros(half))
            self.register_buffer("n_", torch.zeros(1, half))

        def filters(self) -> Any:
            low = 50 + self.low_hz_.abs()
            high = torch.clamp(low + 50 + self.band_hz_.abs(), 50, SAMPLE_RATE / 2)
            band = high - low
            at_low, at_high = low @ self.n_, high @ self.n_
            even = (at_high.sin() - at_low.sin()) / (self.n_ / 2) * self.window_
            odd = (at_low.cos() - at_high.cos()) / (self.n_ / 2) * self.window_
            cosines = torch.cat([even, 2 * band, even.flip(1)], dim=1) / (2 * band)
            sines = torch.cat([odd, torch.zeros_like(band), -odd.flip(1)], dim=1) / (2 * band)
            return torch.cat([cosines, sines]).unsqueeze(1)

    class Filterbank(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.filterbank = SincFilters()

        def forward(self, sound: Any) -> Any:
            return nn.functional.conv1d(sound, self.filterbank.filters(), stride=10)

    class SincNet(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.wav_norm1d = nn.InstanceNorm1d(1, affine=True)
            convolutions = [Filterbank(), nn.Conv1d(80, 60, 5), nn.Conv1d(60, 60, 5)]
            self.conv1d = nn.ModuleList(convolutions)
            self.norm1d = nn.ModuleList(nn.InstanceNorm1d(n, affine=True) for n in (80, 60, 60))

        def forward(self, sound: Any) -> Any:
            values = self.wav_norm1d(sound)
            for number, (convolve, normalise) in enumerate(
                zip(self.conv1d, self.norm1d, strict=True)
            ):
                values = convolve(values)
                if not number:
                    values = values.abs()
                values = normalise(nn.functional.max_pool1d(values, 3))
                values = nn.functional.leaky_relu(values)
            return values

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.sincnet = SincNet()
            self.lstm = nn.LSTM(60, 128, 4, bidirectional=True, batch_first=True)
            self.linear = nn.ModuleList([nn.Linear(256, 128), nn.Linear(128, 128)])
            self.classifier = nn.Linear(128, VOICES)

        def forward(self, sound: Any) -> Any:
            values, _ = self.lstm(self.sincnet(sound).transpose(1, 2))
            for layer in self.linear:
                values = nn.functional.leaky_relu(layer(values))
            return self.classifier(values).sigmoid()

    return Network()
