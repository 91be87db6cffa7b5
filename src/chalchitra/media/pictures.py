"""What decoding and drawing a film's pictures takes, known from its headers before it starts.

A few megabytes can hold pictures of a gigabyte each.
"""

from __future__ import annotations

from chalchitra.errors import UsageError
from chalchitra.media.film import LARGEST_PICTURE, Film, Stream
from chalchitra.media.formats import shown

_BYTES_A_PIXEL = 4
"""Three for RGB and for 10 bits in 4:2:0; a little more for what stands beside the pictures."""
_INTRA = frozenset(
    "ayuv bmp cfhd dnxhd dpx dvvideo exr ffv1 ffvhuff gif hap huffyuv jpeg2000 jpegls lagarith "
    "magicyuv mjpeg mjpegb png prores qtrle r10k r210 rawvideo tiff utvideo v210 v410 webp".split()
)
"""Codecs whose pictures stand alone: a decoder keeps one, and one a thread."""
_KEPT = 18
"""What others keep: the 16 that H.264 and HEVC may refer to, and what is coming and going."""
_ENCODED = 100
"""Pictures of 1.5 bytes a pixel that x264 keeps at its own speed `medium`: it looks 40 ahead,
refers to 3, and works on some a thread; rounded up."""
_THREADS_BYTES = 1_000_000_000
"""Threads that decode may together hold so much, or there are fewer of them."""

LARGEST_DRAWN = 139_264 * 256
"""Pixels of the largest picture in H.264 (level 6.2, 139,264 blocks of 16 x 16): larger ones play
nowhere."""


def decoding_threads(film: Film, wanted: int) -> int:
    """How many threads decode the film's pictures: `wanted`, or fewer where these are large."""
    size = _largest(film) * _BYTES_A_PIXEL
    return max(1, min(wanted, _THREADS_BYTES // size if size else wanted))


def decoding_bytes(film: Film, threads: int) -> int:
    """The memory that decoding the film's pictures takes with so many threads; with 0, what
    looking at the film takes, which decodes one."""
    if threads == 0:
        return _largest(film) * _BYTES_A_PIXEL
    kept = max((1 if s.codec in _INTRA else _KEPT for s in _pictures(film)), default=0)
    return _largest(film) * _BYTES_A_PIXEL * (kept + decoding_threads(film, threads))


def drawing_bytes(film: Film, threads: int) -> int:
    """The memory that it takes to draw subtitles into the film's pictures and encode them."""
    return decoding_bytes(film, threads) + int(1.5 * _ENCODED * _largest(film))


def require_decodable(film: Film) -> None:
    """Raises UsageError where the film's pictures are larger than those of any film."""
    for stream in _pictures(film):
        if _pixels(stream) > LARGEST_PICTURE:
            raise UsageError(
                f"{shown(film.path)} has pictures of {stream.width} x {stream.height}, which are "
                "too large for detecting shot changes.",
                cause=f"One takes {_pixels(stream) * _BYTES_A_PIXEL / 1e9:.1f} GB of memory, and "
                "no camera makes pictures that large.",
                fix="Prepare the job without --shots (shots.detect).",
            )


def _largest(film: Film) -> int:
    return max(map(_pixels, _pictures(film)), default=0)


def _pictures(film: Film) -> list[Stream]:
    return [stream for stream in film.streams if stream.is_picture]


def _pixels(stream: Stream) -> int:
    return (stream.width or 0) * (stream.height or 0)
