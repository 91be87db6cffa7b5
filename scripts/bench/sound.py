#!/usr/bin/env python3
"""What taking a film's sound out costs, beside an ffmpeg that only decodes and resamples it.

venv/common/bin/python scripts/bench/sound.py [FILM ...] [--minutes 25] [--runs 3]

Without a film it makes three: stereo AAC in MP4 and TS, and 5.1 AC-3 in Matroska.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import Measured, compare, describe, measure

from chalchitra.media.demux import extract_audio
from chalchitra.media.probe import probe
from chalchitra.media.tools import find_ffmpeg

_KINDS = {
    "stereo.mp4": ("aac", "stereo|c0=c0|c1=c1"),
    "stereo.ts": ("aac", "stereo|c0=c0|c1=c1"),
    "surround.mkv": ("ac3", "5.1|c0=c0|c1=c1|c2=.5*c0+.5*c1|c3=.1*c0|c4=.5*c0|c5=.5*c1"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("films", type=Path, nargs="*")
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--take-out", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.take_out:
        _take_out(arguments.films[0], arguments.take_out)
        return
    with tempfile.TemporaryDirectory() as folder:
        made = [] if arguments.films else _make(Path(folder), arguments.minutes * 60)
        for film in arguments.films or made:
            _compare(film, Path(folder) / "sound.wav", arguments.runs)


def _take_out(film: Path, out: Path) -> None:
    probed = probe(film)
    info = extract_audio(probed, probed.audio[0].index, None, out)
    for shortfall in info.shortfalls:
        print(*shortfall)


def _make(folder: Path, seconds: float) -> list[Path]:
    """Films with a sound of two unlike sides that comes and goes, as speech does."""
    sides = [f"anoisesrc=d={seconds}:c={colour}:a=0.3:r=48000" for colour in ("pink", "brown")]
    films = []
    for name, (codec, layout) in _KINDS.items():
        films.append(folder / name)
        graph = f"{sides[0]}[l];{sides[1]}[r];[l][r]amerge,tremolo=f=3:d=0.9,pan={layout}[out]"
        command = [find_ffmpeg().path, "-v", "error", "-filter_complex", graph, "-map", "[out]"]
        subprocess.run([*command, "-c:a", codec, str(films[-1])], check=True)
    return films


def _compare(film: Path, out: Path, runs: int) -> None:
    ours_command = [sys.executable, __file__, str(film), "--take-out", str(out)]
    plain_command = [find_ffmpeg().path, "-nostdin", "-v", "error", "-y", "-i", str(film)]
    plain_command += ["-map", "0:a:0", "-ac", "1", "-ar", "16000", str(out)]
    ours: list[Measured] = []
    plain: list[Measured] = []
    for _ in range(runs):  # in turns, so that a machine's other work slows both alike
        ours.append(measure(ours_command))
        plain.append(measure(plain_command))
    print(f"{film.name}: {compare(ours, plain)[0]:.2f} times the wall time of ffmpeg alone")
    print(describe("  ours", ours))
    print(describe("  ffmpeg", plain))


if __name__ == "__main__":
    main()
