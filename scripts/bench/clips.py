"""Making films to measure with, out of given recordings of speech: many short ones, or a long one.

Everything is FLAC of 16 bits, 16 kHz, mono, written by the ffmpeg that the stages use.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from chalchitra.media.probe import probe
from chalchitra.media.tools import find_ffmpeg

_FORMAT = ("-ar", "16000", "-ac", "1", "-sample_fmt", "s16", "-c:a", "flac")


def duration(clip: Path) -> float:
    """A recording's length in seconds."""
    seconds = probe(clip).duration
    if not seconds:
        raise SystemExit(f"how long {clip} is cannot be told")
    return seconds


def cut(clips: Sequence[Path], count: int, folder: Path) -> list[Path]:
    """Cut recordings into `count` different clips, as even in length as their number allows."""
    if count < len(clips):
        raise SystemExit(f"{len(clips)} recordings cannot be cut into {count}")
    lengths = {clip: duration(clip) for clip in clips}
    parts = dict.fromkeys(clips, 1)
    for _ in range(count - len(clips)):
        longest = max(clips, key=lambda clip: lengths[clip] / parts[clip])
        parts[longest] += 1
    made: list[Path] = []
    for clip in clips:
        each = lengths[clip] / parts[clip]
        for number in range(parts[clip]):
            path = folder / f"{clip.stem}-{number + 1}.flac"
            _ffmpeg("-ss", f"{number * each:.3f}", "-t", f"{each:.3f}", "-i", clip, *_FORMAT, path)
            made.append(path)
    return made


def looped(clips: Sequence[Path], seconds: float, pause: float, path: Path) -> None:
    """One recording of about this length: the clips over and over, each with a pause after it."""
    order = path.with_suffix(".txt")
    silence = path.with_name("pause.flac")
    _ffmpeg("-f", "lavfi", "-t", str(pause), "-i", "anullsrc=r=16000:cl=mono", *_FORMAT, silence)
    same: list[Path] = []
    for number, clip in enumerate(clips):
        same.append(path.with_name(f"loop-{number}.flac"))
        _ffmpeg("-i", clip, *_FORMAT, same[-1])
    once = sum(map(duration, same)) + pause * len(same)
    entries = [f"file {json.dumps(str(part))}" for clip in same for part in (clip, silence)]
    order.write_text("\n".join(entries * max(1, round(seconds / once))).replace('"', "'"))
    _ffmpeg("-f", "concat", "-safe", "0", "-i", order, *_FORMAT, path)


def _ffmpeg(*arguments: str | Path) -> None:
    command = [str(find_ffmpeg().path), "-nostdin", "-y", "-v", "error", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"ffmpeg failed: {done.stderr.strip()[-500:]}")
