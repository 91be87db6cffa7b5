"""Shot changes of a film, to the frame: PySceneDetect's detector on small pictures.

The pictures are decoded here and not by the library, so that a time is the picture's own timestamp
on the film's time line (also where the frame rate varies), and large pictures cost little more than
their decoding.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chalchitra.errors import StageError
from chalchitra.media.clock import JUMPING, Clock
from chalchitra.media.film import LARGEST_PICTURE, Film, Shortfall, Stream
from chalchitra.media.packets import Units, packets
from chalchitra.media.pictures import decoding_threads, require_decodable
from chalchitra.media.probe import open_container

if TYPE_CHECKING:
    import numpy as np

WIDTH = 256
"""Pixels: what PySceneDetect itself scales pictures down to."""
SHORTEST = 0.6
"""Seconds. A change this soon after another is the end of a flash (PySceneDetect's default)."""

_LEAD_S = 1.0
"""A clip is looked at from this much before its start, since its first cue may snap backwards."""
_GROUP_S = 12.0
"""A whole picture comes at least so often in a broadcast."""
_MISSING_S = 1.0
"""A picture that ends this much early is told."""


@dataclass
class Found:
    """What was found: `cuts` in seconds of the film, `frame_rate` in frames a second.

    `detector` is the library's and its version.
    """

    cuts: list[float]
    frame_rate: float
    detector: str
    shortfalls: list[Shortfall] = field(default_factory=list)


@dataclass
class _Picture:
    """The pictures of one stream, and how reading them went."""

    film: Film
    stream: Stream
    begin: float
    end: float | None
    threads: int
    broken: int = 0
    _moved: dict[int | None, float] = field(default_factory=dict)

    def frames(self) -> Iterator[tuple[float, np.ndarray[Any, Any]]]:
        """Seconds of the film and a small picture (BGR), from `begin` to `end`, in order."""

        with open_container(self.film.path) as container:
            stream = container.streams[self.stream.index]
            stream.thread_type = "AUTO"
            stream.codec_context.thread_count = self.threads
            # Whatever the header says of their size.
            stream.codec_context.options = {"max_pixels": str(LARGEST_PICTURE)}
            jumping = self.film.container in JUMPING
            if self.begin > 0 and not jumping:
                at = round((self.begin + self.film.start_time) / stream.time_base)
                container.seek(max(at, stream.start_time or 0), stream=stream)
            last = -1.0
            read = self._on_one_clock(container) if jumping else packets(container, stream)
            for packet in read:
                try:
                    pictures = packet.decode()
                except ValueError:  # EINVAL or damaged data, in every PyAV: left out
                    self.broken += 1
                    continue
                for picture in pictures:
                    if picture.pts is None:
                        continue
                    time = float(picture.pts * stream.time_base) - self.film.start_time
                    time += self._moved.get(picture.pts, 0.0)
                    if self.end is not None and time > self.end:
                        return
                    if time >= self.begin and time > last:
                        last = time
                        height = max(2, round(picture.height * WIDTH / picture.width))
                        small = picture.reformat(WIDTH, height, "bgr24", interpolation="AREA")
                        yield time, small.to_ndarray()

    def _on_one_clock(self, container: Any) -> Iterator[Any]:
        """The packets of the picture from a while before `begin` on; `_moved` is filled.

        All streams are read, since each may show that the clock jumps, and from the film's start.
        """
        clock, units, begun = Clock(self.film), Units(), False
        played = {each.index for each in self.film.streams if each.kind in ("video", "audio")}
        for packet in packets(container):
            if packet.stream_index not in played:
                continue
            length = units.seconds(packet, packet.duration) or 0.0
            time = units.seconds(packet, packet.dts)
            moved = clock.moved(packet.stream_index, time, length)
            if packet.stream_index != self.stream.index:
                continue
            at = (time or 0.0) + moved - self.film.start_time
            begun = begun or self.begin <= 0 or (at > self.begin - _GROUP_S and packet.is_keyframe)
            if begun or not packet.size:
                self._moved[packet.pts] = moved
                yield packet


def find_shot_changes(
    film: Film,
    clip: tuple[float, float | None] | None = None,
    *,
    threads: int = 0,
    on_progress: Callable[[float], None] | None = None,
) -> Found:
    """The shot changes of the film's first picture, or of a clip of it (seconds of the film).

    `threads` decode (0: as many as there are processors), `on_progress` gets the seconds of the
    film that are done. Raises StageError when no picture can be decoded, UsageError when they are
    too large.
    """
    require_decodable(film)
    import cv2
    import scenedetect
    from scenedetect.common import FrameTimecode
    from scenedetect.detectors import AdaptiveDetector

    cv2.setNumThreads(1)  # small pictures: more threads only wait for each other
    stream = next(each for each in film.streams if each.is_picture)
    start, end = clip or (0.0, None)
    threads = decoding_threads(film, threads or os.cpu_count() or 1)
    picture = _Picture(film, stream, max(0.0, start - _LEAD_S), end, threads)
    rate = film.frame_rate or 25.0
    detector = AdaptiveDetector(min_scene_len=max(1, round(SHORTEST * rate)))
    times: list[float] = []
    cuts: list[float] = []
    for number, (time, pixels) in enumerate(picture.frames()):
        times.append(time)
        # The detector counts pictures; which picture is when is known here, and exactly.
        for cut in detector.process_frame(FrameTimecode(number, fps=rate), pixels):
            cuts.append(round(times[cut.frame_num], 6))
        if on_progress:
            on_progress(time)
    if not times:
        raise StageError(
            "No picture of the film could be decoded.",
            cause=f"Its video ({stream.codec}) is damaged, or of an unsupported kind.",
            fix="Prepare the job without --shots (shots.detect).",
        )
    measured = (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else rate
    return Found(
        cuts,
        film.frame_rate or measured,
        f"PySceneDetect {scenedetect.__version__} AdaptiveDetector",
        _shortfalls(picture, times[-1]),
    )


def _shortfalls(picture: _Picture, last: float) -> list[Shortfall]:
    told = []
    fix = "Cues there do not follow shot changes; get an undamaged copy if that matters."
    if picture.broken:
        what = f"{picture.broken} packets of the picture are damaged."
        told.append(Shortfall(what, "They could not be decoded.", fix))
    stream, wanted = picture.stream, picture.end
    if stream.duration is not None:
        whole = (stream.start or 0.0) + stream.duration
        wanted = whole if wanted is None else min(whole, wanted)
    if wanted is not None and last < wanted - _MISSING_S:
        what = f"The picture ends at {last:.1f} s, not at {wanted:.1f} s."
        told.append(Shortfall(what, "The film has less picture than its header says.", fix))
    return told
