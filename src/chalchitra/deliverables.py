"""Deliverables in the order in which a person looks for them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import TypeVar

_ORDER = {".mkv": 0, ".mp4": 0, ".srt": 1, ".vtt": 1, ".ass": 1, ".ttml": 1, ".csv": 1}

PathLike = TypeVar("PathLike", str, Path)


def films_first(paths: Iterable[PathLike]) -> list[PathLike]:
    """Films, then subtitles, then all else; each kind as it was."""
    return sorted(paths, key=lambda path: _ORDER.get(PurePath(path).suffix, 2))
