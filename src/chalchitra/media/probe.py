"""Looking at a film before anything is done with it, by PyAV: ffmpeg's libraries.

`probe` is for everyone, and asks a process of its own (guard.py); `look` is what that one does. It
gives plain values: a process that has to load pydantic too takes three times as long to start.
"""

from __future__ import annotations

import re
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from chalchitra.errors import UsageError
from chalchitra.media.declared import declared, declared_sound
from chalchitra.media.formats import BARE_STREAMS, INPUT_OPTIONS, check_file, file_url, shown
from chalchitra.media.frame_rate import exact
from chalchitra.media.guard import GUARD
from chalchitra.media.length import Length, measure
from chalchitra.media.packets import is_readable, kind_of
from chalchitra.media.protection import protection
from chalchitra.system_errors import meaning

if TYPE_CHECKING:
    from chalchitra.media.film import Film, Kind

_KINDS: dict[str, Kind] = {
    "video": "video",
    "audio": "audio",
    "subtitle": "subtitle",
    "attachment": "attachment",
}

_HIDDEN_S = 0.2
"""What lies this little before 0 is a codec's delay, which nobody hears. Where it is more, the
clock of a broadcast ran over after its start: ffmpeg counts the seconds before that as negative."""

CHAPTER_TRACK = "chapters"
"""The codec name given here to the text track that holds an MP4's chapters."""


_LAYOUTS: list[Any] = []
"""Every channel layout that PyAV gave out. Versions from 17.1 on free with it what still belongs to
the codec, where the channels are in an order of their own: the process aborts (PyAV-Org/PyAV#2284).
So none may be destroyed before the process ends."""


def probe(path: Path) -> Film:
    """What the file holds, from its headers and first packets.

    Raises UsageError when it is no film: missing, empty, a playlist, damaged, of an unknown kind,
    or one that ffmpeg's libraries do not survive.
    """
    from pydantic import ValidationError

    from chalchitra.media.film import Film

    check_file(path)  # here, where the path is what was typed
    try:
        return Film.model_validate(GUARD.look(path.absolute()))
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(
            f"{shown(path)} cannot be opened as a film.",
            cause=f"Its header contains an impossible value: {'.'.join(map(str, first['loc']))} is "
            f"{first['input']!r:.40}.",
            fix="See whether a player plays it; if so, remux it to .mkv or .mp4.",
        ) from None


def look(path: Path) -> dict[str, Any]:
    """What `Film.model_validate` takes. May end the process (see guard.py). Raises UsageError."""
    status = check_file(path)
    with open_container(path) as container:
        name = _container_name(container)
        start = _start(name, (container.start_time or 0) / 1e6)
        chapters = len(container.chapters()) if hasattr(container, "chapters") else 0
        streams: list[SimpleNamespace] = []
        for stream in container.streams:
            kind = _KINDS.get(kind_of(stream), "data")
            position = sum(other.kind == kind for other in streams)
            streams.append(_stream(stream, kind, position, start, chapters))
        header = container.duration / 1e6 if container.duration else None
        with suppress(OSError):  # said below
            longer = declared(path, name, container)
            if longer is not None and longer > (header or 0.0):
                header = longer
                if len(streams) == 1:
                    streams[0].duration = longer
        for stream, known in zip(container.streams, streams, strict=True):
            sound = declared_sound(name, stream)
            if sound is not None and known.duration is not None:
                known.duration = max(known.duration, sound)
        played = [stream for stream in container.streams if kind_of(stream) in ("video", "audio")]
        metadata = [dict(stream.metadata) for stream in played]
    locked = None
    try:
        locked = protection(path, name, metadata)
        if locked is None:
            length = measure(lambda: open_container(path), name, status.st_size, start, header)
    except OSError as error:
        if not is_readable(path):
            found = meaning(error.errno)
            raise UsageError(
                f"{shown(path)} cannot be read: {error.strerror}.", cause=found.what, fix=found.fix
            ) from None
        length = Length(header, False)  # some demuxers say that of a film that was cut
    if locked is not None:
        raise UsageError(
            f"{shown(path)} is encrypted, with {locked}.",
            cause="It plays only with its key, and Chalchitra does not use keys.",
            fix="Give a copy of the film that is not protected.",
        )
    if not any(stream.kind in ("video", "audio") for stream in streams):
        raise UsageError(f"{shown(path)} has neither picture nor sound.")
    if name in BARE_STREAMS:
        streams[0].duration = length.seconds
    if length.sure and length.seconds is not None:
        for one in streams:
            if getattr(one, "duration", None) is not None:  # ASF's is counted from its clock's zero
                rest = max(0.0, length.seconds - (one.start or 0.0))
                one.duration = min(one.duration, round(rest, 6))
    return {
        "path": str(path.absolute()),
        "size": status.st_size,
        "mtime_ns": status.st_mtime_ns,
        "container": name,
        "start_time": start,
        "duration": length.seconds,
        "measured": length.sure,
        "set_back": length.set_back,
        "streams": [vars(stream) for stream in streams],
        "chapters": chapters,
    }


def open_container(path: Path) -> Any:
    """Open a film with PyAV, held to local files and known containers. Raises UsageError."""
    import av

    try:
        # Not `options`: PyAV hands those to every stream, and crashes where streams appear only
        # while it probes (MPEG program streams, FLV; PyAV-Org/PyAV#2010).
        return av.open(file_url(path), container_options=INPUT_OPTIONS, metadata_errors="replace")
    except av.error.InvalidDataError:
        cause = "It is damaged or incomplete, or it is not a film."
    except ValueError:  # EINVAL; newer PyAVs call it ArgumentError
        cause = "Its format is not supported."
    except (av.error.FFmpegError, OSError) as error:
        cause = f"ffmpeg says: {error.strerror}."
    raise UsageError(
        f"{shown(path)} cannot be opened as a film.",
        cause=cause,
        fix="See whether a player plays it; if so, remux it to .mkv or .mp4.",
    )


def _start(name: str, first: float) -> float:
    """When a film starts on its clock, by its first time stamp (seconds)."""
    # Matroska says of any length that it is a codec's delay; only newer libraries leave it out.
    if first < 0 and (first > -_HIDDEN_S or name == "matroska"):
        return 0.0
    return first


def _container_name(container: Any) -> str:
    names = str(container.format.name)
    if names.startswith("mov,"):
        return "mov" if container.metadata.get("major_brand", "").strip() == "qt" else "mp4"
    return names.split(",", 1)[0]


def _stream(
    stream: Any, kind: Kind, position: int, film_start: float, chapters: int
) -> SimpleNamespace:
    """The fields of a `Stream`."""
    tags = {key.lower(): value for key, value in stream.metadata.items()}
    language = (tags.get("language") or "und").lower()
    found = SimpleNamespace(
        index=stream.index,
        position=position,
        kind=kind,
        codec=_codec_name(stream),
        language=None if language == "und" else language,
        # Newer ffmpeg calls an MP4 track's title `name`.
        title=tags.get("title") or tags.get("name") or None,
        dispositions=_dispositions(stream),
        filename=tags.get("filename"),
        mimetype=tags.get("mimetype"),
        timecode=tags.get("timecode"),
    )
    is_picture = kind == "video" and "attached_pic" not in found.dispositions
    if kind == "audio" or is_picture:
        found.start = None
        if stream.start_time is not None and stream.time_base:
            start = float(stream.start_time * stream.time_base) - film_start
            found.start = round(max(0.0, start), 6)
        found.duration = _duration(stream, tags, film_start, found.start)
    context = stream.codec_context
    if kind == "audio" and context is not None:
        layout = context.layout
        _LAYOUTS.append(layout)
        known = any(channel.name != "NONE" for channel in layout.channels)
        found.channels = layout.nb_channels
        found.channel_layout = layout.name if known else None
        found.sample_rate = context.sample_rate or None
    if kind == "audio":
        found.readable = found.codec != "unknown" and None not in (
            found.sample_rate,
            found.channels or None,
        )
    if kind == "video":
        found.readable = found.codec != "unknown" and context.width > 0 and context.height > 0
    if kind == "video" and context is not None:
        found.width, found.height = context.width or None, context.height or None
        found.frame_rate = _rate(stream.average_rate, stream.base_rate)
    # An MP4's chapters are a text track of their own, with a sample for each.
    if kind == "data" and found.codec == "bin_data" and chapters and stream.frames == chapters:
        found.codec = CHAPTER_TRACK
    return found


def _codec_name(stream: Any) -> str:
    if stream.codec_context is not None:
        return str(stream.codec_context.codec.canonical_name)
    name = getattr(stream, "name", None)
    return name if name and kind_of(stream) == "data" else "unknown"


def _dispositions(stream: Any) -> list[str]:
    return [flag.name for flag in type(stream.disposition) if flag in stream.disposition]


def _rate(average: Fraction | None, base: Fraction | None) -> str | None:
    """The exact rate, or where it varies its average."""
    rate = exact(average, base) or average
    return f"{rate.numerator}/{rate.denominator}" if rate else None


def _duration(
    stream: Any, tags: dict[str, str], film_start: float, start: float | None
) -> float | None:
    if stream.duration is not None and stream.duration > 0 and stream.time_base:
        return round(float(stream.duration * stream.time_base), 6)
    # Matroska has no length a stream; its writers leave the stream's end in a tag.
    for key, value in tags.items():
        match = re.fullmatch(r"(\d{1,6}):(\d\d):(\d\d\.\d+)", value.strip())
        if key.startswith("duration") and match:
            end = int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3])
            return round(max(0.0, end - film_start - (start or 0.0)), 6)
    return None
