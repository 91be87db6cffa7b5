"""A second look at a film, where what was made of it ends early or its disk seems to have failed.

ffmpeg takes a disk that fails for the film's end and ends well; and it looks the same when half of
a film was never copied. The packets tell the two apart: they are read here, in process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chalchitra.errors import PassingError, UsageError
from chalchitra.media.clock import BACK_S, FORWARD_S
from chalchitra.media.film import Film, Stream
from chalchitra.media.formats import shown
from chalchitra.media.packets import Units, is_readable, packets
from chalchitra.media.probe import open_container, probe
from chalchitra.media.tools import disk_failed


@dataclass
class Packets:
    """What the packets of one stream say: their seconds in all, and whether their clock jumps.

    `reach` is where the last packet of any stream ends, in seconds of the film's time line.
    """

    seconds: float = 0.0
    jumps: bool = False
    reach: float = 0.0


def look_again(
    film: Film, stream: Stream, start: float = 0.0, end: float | None = None
) -> Packets | None:
    """Read a stream's packets between two times of the film (s), as far as they can be read.

    None where the film cannot be opened.
    """
    found = Packets()
    last: float | None = None
    units = Units()
    try:
        with open_container(film.path) as container:
            for packet in packets(container):
                length = units.seconds(packet, packet.duration or 0) or 0.0
                time = units.seconds(packet, packet.pts)
                at = None if time is None else time - film.start_time
                if at is not None:
                    found.reach = max(found.reach, at + length)
                if packet.stream_index != stream.index:
                    continue
                if at is None:
                    found.seconds += length
                    continue
                if last is not None and not -BACK_S < at - last < FORWARD_S:
                    found.jumps = True
                last = at + length
                if at >= start and (end is None or at < end):
                    found.seconds += length
    except OSError:  # as far as it goes
        pass
    except UsageError:
        return None
    return found


def open_again(path: Path) -> Film:
    """What a film holds that was opened before, when its job was prepared.

    Raises PassingError where its disk fails, and UsageError where it is no film any more.
    """
    try:
        return probe(path)
    except UsageError:
        if not is_readable(path):
            raise _disk_error(path) from None
        return probe(path)  # the disk is there again, or says the same of it


def require_disk(path: Path, errors: Sequence[str]) -> None:
    """Raise PassingError where ffmpeg's messages about a film's disk mean the disk.

    Some demuxers say the same of a damaged film: they say it every time.
    """
    if disk_failed(errors) and (not is_readable(path) or not _always_fails(path)):
        raise _disk_error(path)


def _disk_error(path: Path) -> PassingError:
    return PassingError(
        f"{shown(path)} could not be read to its end.",
        cause="Its disk failed, or was disconnected.",
        fix="Check the disk and its cable or network, then run the job again.",
    )


def _always_fails(path: Path) -> bool:
    """Whether reading the film ends with an error although its disk has none."""
    try:
        with open_container(path) as container:
            for _ in packets(container):
                pass
    except OSError:
        return True
    except UsageError:
        return False
    return False
