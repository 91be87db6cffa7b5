"""How a player shows a picture: what containers say beside the pictures and copies may lose."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from chalchitra.errors import UsageError
from chalchitra.media.film import LARGEST_PICTURE, Stream
from chalchitra.media.packets import packets
from chalchitra.media.probe import open_container

_UPRIGHT = (1.0, 0.0, 0.0, 1.0)
_DEGREES: dict[tuple[float, ...], str] = {
    _UPRIGHT: "upright",
    (0.0, -1.0, 1.0, 0.0): "turned by 90 degrees",
    (-1.0, 0.0, 0.0, -1.0): "turned by 180 degrees",
    (0.0, 1.0, -1.0, 0.0): "turned by 270 degrees",
}
_BESIDE = {
    "STEREO3D": "the layout of its two views (3D)",
    "SPHERICAL": "its projection (360°)",
    "MASTERING_DISPLAY_METADATA": "the mastering display's colours (HDR)",
    "CONTENT_LIGHT_LEVEL": "its light levels (HDR)",
    "AMBIENT_VIEWING_ENVIRONMENT": "its viewing environment (HDR)",
    "ICC_PROFILE": "its colour profile",
}
"""Side data by ffmpeg's names, and what it is."""
_COLOURS = {
    "color_primaries": "primaries",
    "color_trc": "transfer",
    "colorspace": "matrix",
    "color_range": "range",
}
_UNSAID = {"color_range": (0, 1)}
"""Values that say nothing: unspecified, which is 2 in the tables of ITU-T H.273; of the range also
the narrow one, which every player takes where nothing is said."""
_PACKETS = 500


@dataclass(frozen=True)
class Look:
    """`matrix` says how the picture is turned or mirrored, `aspect` how wide a pixel is.

    `colours` are the tags that are set, by ffmpeg's names; `beside` the kinds of side data.
    """

    matrix: tuple[float, ...] = _UPRIGHT
    aspect: Fraction = Fraction(1)
    colours: tuple[tuple[str, int], ...] = ()
    beside: frozenset[str] = frozenset()

    @property
    def is_turned(self) -> bool:
        return self.matrix != _UPRIGHT

    @property
    def turn(self) -> str:
        """`turned by 90 degrees`, `mirrored`, `upright`."""
        return _DEGREES.get(self.matrix, "turned or mirrored")


def look(path: Path, stream: Stream) -> Look | None:
    """How the stream's first picture is shown; None where none can be decoded, or it is too large.

    What the container says comes with the decoded picture, beside what the codec says.
    """
    if (stream.width or 0) * (stream.height or 0) > LARGEST_PICTURE:
        return None
    try:
        with open_container(path) as container:
            video = container.streams[stream.index]
            video.codec_context.thread_count = 1
            video.codec_context.options = {"max_pixels": str(LARGEST_PICTURE)}
            picture = _first(container, video)
            if picture is None:
                return None
            context = video.codec_context
            aspect = video.sample_aspect_ratio or context.sample_aspect_ratio
            return Look(
                matrix=_matrix(picture),
                aspect=Fraction(aspect) if aspect else Fraction(1),
                colours=tuple(
                    (name, int(value))
                    for name in _COLOURS
                    if (value := getattr(context, name)) is not None
                    and value not in _UNSAID.get(name, (2,))
                ),
                beside=frozenset(data.type.name for data in picture.side_data) & set(_BESIDE),
            )
    except UsageError:
        return None


def _first(container: Any, video: Any) -> Any:

    for count, packet in enumerate(packets(container, video)):
        if count >= _PACKETS:
            break
        try:
            for picture in packet.decode():
                return picture
        except ValueError:  # EINVAL and damaged data, whatever this PyAV calls them
            continue
    return None


def _matrix(picture: Any) -> tuple[float, ...]:
    """Its turn as a matrix of two by two, rounded; ffmpeg's has three by three, 16.16 fixed."""
    for data in picture.side_data:
        if data.type.name == "DISPLAYMATRIX":
            a, b, _, c, d, *_ = struct.unpack("=9i", bytes(data)[:36])
            return tuple(round(value / 65536, 2) + 0.0 for value in (a, b, c, d))
    return _UPRIGHT


def lost(before: Look, after: Look) -> list[str]:
    """What the copy does not say, or says otherwise; a phrase each."""
    found = []
    if before.matrix != after.matrix:
        found.append(f"how it is turned (it is {after.turn}, the film's is {before.turn})")
    if before.aspect != after.aspect:
        found.append(f"how wide its pixels are ({after.aspect}, the film's are {before.aspect})")
    there = dict(after.colours)
    colours = [_COLOURS[name] for name, value in before.colours if there.get(name) != value]
    if colours:
        found.append(f"its colours ({', '.join(colours)})")
    found += [_BESIDE[kind] for kind in sorted(before.beside - after.beside)]
    return found
