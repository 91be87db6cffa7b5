"""Recordings made worse, as films are: noise, a telephone's band, a bare room, other speeds.

All by ffmpeg, to FLAC of 16 kHz, mono. Noise is pink, from a fixed seed, at so many dB below the
mean level of the recording.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from chalchitra.errors import StageError
from chalchitra.media.tools import find_ffmpeg

NONE = "undamaged"
FILTERS = {
    NONE: "anull",
    "telephone": "highpass=f=300,lowpass=f=3400,aresample=8000,aresample=16000",
    "room": "aecho=0.8:0.9:37|61|97|149:0.5|0.4|0.3|0.2",
    "fast": "atempo=1.35",
    "slow": "atempo=0.7",
}
NOISE = {f"noise {level} dB": float(level) for level in (20, 10, 5, 0, -5)}
DAMAGES = (*FILTERS, *NOISE)
_LOUDEST = 0.3
_MEAN = re.compile(r"mean_volume: (-?[\d.]+) dB")


def damaged(source: Path, damage: str, out: Path) -> None:
    """Write the damaged copy. Raises StageError where ffmpeg cannot."""
    if damage in FILTERS:
        _ffmpeg(["-i", source, "-map", "0:a:0", "-af", FILTERS[damage], *_SOUND, out])
        return
    noise = f"anoisesrc=c=pink:r=16000:a={_LOUDEST}:s=11"
    level = _mean(["-i", source, "-map", "0:a:0"])
    gain = level - NOISE[damage] - _mean(["-f", "lavfi", "-i", f"{noise}:d=60"])
    graph = (
        "[0:a:0]aresample=16000,aformat=channel_layouts=mono[voice];"
        f"[1:a]volume={gain}dB[noise];"
        "[voice][noise]amix=inputs=2:duration=first:normalize=0,alimiter=limit=0.98[both]"
    )
    inputs: list[str | Path] = ["-i", source, "-f", "lavfi", "-i", noise]
    _ffmpeg([*inputs, "-filter_complex", graph, "-map", "[both]", *_SOUND, out])


_SOUND = ("-ac", "1", "-ar", "16000", "-sample_fmt", "s16")


def _mean(inputs: list[str | Path]) -> float:
    """The mean level in dB."""
    found = _MEAN.search(_ffmpeg([*inputs, "-af", "volumedetect", "-f", "null", "-"]))
    return float(found[1]) if found else -91.0


def _ffmpeg(arguments: list[str | Path]) -> str:
    command = [find_ffmpeg().path, "-nostdin", "-hide_banner", "-y", *arguments]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if done.returncode:
        raise StageError(
            f"A recording could not be damaged: {done.stderr.strip()[-300:]}",
            cause="ffmpeg cannot decode it, or lacks a filter.",
            fix="Look whether it plays.",
        )
    return done.stderr
