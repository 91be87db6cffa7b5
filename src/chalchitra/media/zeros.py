"""Stretches of zeros in a film's file: what an unfinished download leaves where data were to come.

Many decoders take zeros for silence and say nothing.
"""

from __future__ import annotations

from pathlib import Path

from chalchitra.media.film import Film, Shortfall

_BLOCK = 512
_CHUNK = 1 << 20
_SHARE = 0.01
_SMALLEST, _LARGEST = 1 << 13, 1 << 18
"""Bytes: a stretch counts that is a hundredth of the file, but no less and no more than these. No
codec leaves so much; a tag or the room for an index may have 4 kB of zeros."""
_READ_WHOLE = 2 << 30
"""Bytes: of a larger file only the end is looked at, where an unfinished one has its zeros."""
_PADDED = frozenset({"asf"})
"""Containers that fill packets and indices with zeros."""
_RAW = (
    *("pcm_", "adpcm_", "tta", "alac", "wavpack", "ape", "tak", "flac", "truehd", "mlp", "dts"),
    *("rawvideo", "v210", "dvvideo", "huffyuv", "ffvhuff", "utvideo", "ffv1"),
)
"""Codecs in which zeros may be silence, or black ..."""
_HEADED = frozenset({"mpegts", "mpeg"})
"""... but not where a header comes every 188 or 2,048 bytes."""


def zeros_told(film: Film) -> list[Shortfall]:
    """A shortfall where a part of the file is zeros; none where it cannot be read."""
    raw = any(stream.codec.startswith(_RAW) for stream in film.streams)
    if film.container in _PADDED or (raw and film.container not in _HEADED):
        return []
    try:
        found = count_zeros(film.path)
    except OSError:  # told by whoever decodes it
        return []
    if not found:
        return []
    share = found / max(film.path.stat().st_size, 1)
    return [
        Shortfall(
            f"{max(share, 0.001):.1%} of the file is zeros: the speech there is lost.",
            "It is an unfinished download, or was copied from a damaged disk.",
            "Get a complete copy of the film and prepare it again.",
        )
    ]


def count_zeros(path: Path) -> int:
    """How many bytes lie in long stretches of zeros; of a very large file, at its end alone."""
    size = path.stat().st_size
    least = max(_SMALLEST, min(int(size * _SHARE), _LARGEST)) // _BLOCK
    total = run = 0
    with path.open("rb") as file:
        if size > _READ_WHOLE:
            file.seek((size - _LARGEST * 4) // _BLOCK * _BLOCK)
        while chunk := file.read(_CHUNK):
            for at in range(0, len(chunk), _BLOCK):
                if chunk.startswith(_ZEROS, at) or not any(chunk[at : at + _BLOCK]):
                    run += 1
                    continue
                total += run if run >= least else 0
                run = 0
    total += run if run >= least else 0
    return min(total * _BLOCK, size)


_ZEROS = bytes(_BLOCK)
