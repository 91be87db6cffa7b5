"""What a film with its new subtitle tracks will be made of: decided here, done in mux.py.

Everything of the film is copied as it is. Only what the container cannot hold is converted (text
subtitles) or left out (named as a shortfall).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from chalchitra.errors import StageError, UsageError
from chalchitra.media.film import Film, Kind, Shortfall, Stream
from chalchitra.media.fonts import FontFile
from chalchitra.media.formats import shown
from chalchitra.media.names import harmless_name
from chalchitra.media.probe import CHAPTER_TRACK

Container = Literal["matroska", "mp4"]

SUFFIXES: dict[Container, str] = {"matroska": ".mkv", "mp4": ".mp4"}

_LABELS: dict[Container, str] = {"matroska": "Matroska", "mp4": "MP4"}
_NAMES: dict[str, Container] = {"mkv": "matroska", "mp4": "mp4"}

# What players expect in an MP4; ffmpeg would write more than this.
MP4_CODECS = frozenset(
    "h264 hevc av1 vvc vp9 mpeg4 mpeg2video mpeg1video mjpeg "
    "aac mp3 mp2 ac3 eac3 alac opus flac dts truehd vorbis".split()
)
# Those that films have and ffmpeg, in whatever version, has no name for in Matroska.
NOT_IN_MATROSKA = frozenset(
    "pcm_bluray pcm_dvd s302m nellymoser adpcm_ima_qt adpcm_ima_ws adpcm_g726le pcm_f32be "
    "pcm_f64be pcm_s8 pcm_s8_planar pcm_s16be_planar pcm_s16le_planar pcm_s24daud pcm_s24le_planar "
    "pcm_s32le_planar pcm_s64be pcm_u16be pcm_u16le pcm_u24be pcm_u24le pcm_u32be pcm_u32le "
    "mace3 mace6 gsm".split()
)

TEXT = frozenset({"ass", "mov_text", "ssa", "subrip", "text", "webvtt"})
MATROSKA_SUBTITLES = frozenset(
    "ass ssa subrip text webvtt dvd_subtitle dvb_subtitle hdmv_pgs_subtitle hdmv_text_subtitle "
    "arib_caption".split()
)
_TEXT_OF: dict[Container, tuple[str, str]] = {
    "matroska": ("srt", "subrip"),
    "mp4": ("mov_text", "mov_text"),
}
"""A container's own text subtitles: ffmpeg's encoder, and what the codec is called."""

TrackFormat = Literal["srt", "ass"]

_CUE_TIMES: dict[TrackFormat, re.Pattern[bytes]] = {
    "srt": re.compile(rb"^[^\S\n]*(\d+):(\d\d):(\d\d)[,.](\d{1,3})\s*-->", re.MULTILINE),
    "ass": re.compile(rb"^Dialogue:[^,]*,\s*(\d+):(\d\d):(\d\d)\.(\d{1,3}),", re.MULTILINE),
}


@dataclass(frozen=True)
class Track:
    """A subtitle track to add: a file with its language, and when its cues start (s).

    `title` is what a player lists; `container` and `container_mp4` are the language's codes there.
    Only Matroska takes a styled track (`format` "ass"), with the `font` it names. An `extra` track
    stands beside the language's own: it is never the one that is shown unasked.
    """

    language: str
    path: Path
    title: str
    container: str | None
    container_mp4: str | None
    cues: tuple[float, ...]
    format: TrackFormat = "srt"
    font: FontFile | None = None
    extra: bool = False

    @classmethod
    def of(
        cls,
        path: Path,
        row: dict[str, str | None],
        note: str = "",
        *,
        format: TrackFormat = "srt",
        font: FontFile | None = None,
        extra: bool = False,
    ) -> Track:
        """From a file and the language's row of config/languages.toml.

        `note` says in the title what a language's code cannot say: `हिन्दी (Latin)`.
        """
        return cls(
            language=str(row["id"]),
            path=path,
            title=f"{row['native']} ({note})" if note else str(row["native"]),
            container=row.get("container"),
            container_mp4=row.get("container_mp4") or row.get("container"),
            cues=read_cues(path, format),
            format=format,
            font=font,
            extra=extra,
        )

    def code(self, container: Container) -> str | None:
        return self.container if container == "matroska" else self.container_mp4


def read_cues(path: Path, format_: TrackFormat = "srt") -> tuple[float, ...]:
    """When the cues of an SRT or ASS file start, in seconds."""
    times = _CUE_TIMES[format_].findall(path.read_bytes())
    return tuple(
        int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(part.ljust(3, b"0")) / 1000
        for hours, minutes, seconds, part in times
    )


@dataclass(frozen=True)
class PlannedStream:
    """One stream of the result. `encoder` is "copy" or makes subtitles; `codec` comes out.

    `filename` is an attachment's; it is only a name, whatever the film's says.
    """

    origin: Stream | Track
    kind: Kind
    encoder: str
    codec: str
    dispositions: tuple[str, ...]
    title: str | None = None
    language: str | None = None
    filename: str | None = None


@dataclass(frozen=True)
class MuxPlan:
    """`streams` in the order of the result; `covers` become attachments (Matroska has no other).

    `notes` say what is converted, `shortfalls` what is left out.
    """

    film: Film
    container: Container
    streams: tuple[PlannedStream, ...]
    covers: tuple[Stream, ...] = ()
    cover_names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    shortfalls: tuple[Shortfall, ...] = ()

    @property
    def suffix(self) -> str:
        return SUFFIXES[self.container]

    @property
    def label(self) -> str:
        return _LABELS[self.container]

    @property
    def tracks(self) -> list[Track]:
        return [item.origin for item in self.streams if isinstance(item.origin, Track)]

    @property
    def fonts(self) -> list[FontFile]:
        """The fonts that the tracks name, each once; they become attachments."""
        return list(dict.fromkeys(track.font for track in self.tracks if track.font))


@dataclass
class _Draft:
    container: Container
    ours_is_default: bool
    streams: list[PlannedStream] = field(default_factory=list)
    attachments: list[PlannedStream] = field(default_factory=list)
    covers: list[Stream] = field(default_factory=list)
    cover_names: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    shortfalls: list[Shortfall] = field(default_factory=list)


def plan(
    film: Film,
    tracks: Sequence[Track],
    container: str = "auto",
    default: str | None = None,
    forced: str | None = None,
) -> MuxPlan:
    """Decide what the result holds.

    `container` is "mkv", "mp4", or "auto": MP4 stays MP4 where everything fits, all else becomes
    Matroska. `default` is the language of the track that players show unasked; None leaves the
    film's own default alone. `forced` is the language whose track is flagged so: players show it
    even where subtitles are switched off. Of a language's tracks the first gets the flags. Raises
    StageError for a film without a picture or with one that the container has no place for, and
    UsageError for an unknown container.
    """
    if not film.has_picture:
        raise StageError(
            f"{shown(film.path)} has no picture to add subtitles to.",
            cause="It has only sound.",
            fix="Use the .srt files next to it.",
        )
    target = _container(film, container)
    filled = [
        track for track in tracks if track.cues and (track.format == "srt" or target == "matroska")
    ]
    flagged = {"default": _first(filled, default), "forced": _first(filled, forced)}
    draft = _Draft(target, flagged["default"] is not None)
    for stream in film.streams:
        _place(draft, film, stream)
    for kind in ("video", "audio"):
        there = any(stream.readable for stream in film.of_kind(kind))
        if there and not any(item.kind == kind for item in draft.streams):
            _refuse(draft)
    for track in filled:
        encoder, codec = _codec_of(track, target)
        flags = tuple(flag for flag, chosen in flagged.items() if chosen is track)
        draft.streams.append(
            PlannedStream(track, "subtitle", encoder, codec, flags, track.title, track.code(target))
        )
    for track in tracks:
        if not track.cues and track.format == "srt" and not track.extra:
            draft.shortfalls.append(
                Shortfall(
                    f"The film has no {track.title} track.",
                    "Its subtitle file has no cues.",
                    "Check whether speech was found.",
                )
            )
    _show_the_first(draft)
    return MuxPlan(
        film,
        target,
        (*draft.streams, *draft.attachments),
        tuple(draft.covers),
        tuple(draft.cover_names),
        tuple(draft.notes),
        tuple(draft.shortfalls),
    )


def _first(tracks: Sequence[Track], language: str | None) -> Track | None:
    own = (track for track in tracks if track.language == language and not track.extra)
    return next(own, None)


def _codec_of(track: Track, container: Container) -> tuple[str, str]:
    """The encoder for a track of ours, and what comes out."""
    if container == "mp4":
        return _TEXT_OF[container]
    return ("copy", "ass") if track.format == "ass" else ("copy", "subrip")


def _show_the_first(draft: _Draft) -> None:
    """ffmpeg's MP4 always has one subtitle track switched on; so say which one."""
    own = [item for item in draft.streams if item.kind == "subtitle"]
    if draft.container == "mp4" and own and not any("default" in i.dispositions for i in own):
        first = replace(own[0], dispositions=("default", *own[0].dispositions))
        draft.streams[draft.streams.index(own[0])] = first
        draft.notes.append("The first subtitle track is on by default: in an MP4, one always is.")


def _container(film: Film, wanted: str) -> Container:
    if wanted != "auto":
        if wanted not in _NAMES:
            raise UsageError(
                f"{wanted!r} is not a container that films can be written to.",
                fix="Set mux.container to auto, mkv or mp4.",
            )
        return _NAMES[wanted]
    fits = film.container in ("mp4", "mov") and all(map(_fits_mp4, film.streams))
    return "mp4" if fits else "matroska"


def _fits_mp4(stream: Stream) -> bool:
    if stream.kind in ("video", "audio"):
        return stream.codec in MP4_CODECS or stream.is_cover or not stream.readable
    if stream.kind == "subtitle":
        return stream.codec in TEXT
    # Data has no place in Matroska either, so it decides nothing.
    return stream.kind == "data"


def _place(draft: _Draft, film: Film, stream: Stream) -> None:
    if stream.is_cover:
        _place_cover(draft, stream)
    elif stream.kind == "subtitle":
        _place_subtitle(draft, stream)
    elif stream.kind == "attachment":
        if draft.container == "matroska":
            named = _named(draft, stream, f"attachment-{stream.index}")
            attached = _copied(stream, stream.dispositions)
            draft.attachments.append(replace(attached, filename=named))
        else:
            _leave_out(draft, stream, "MP4 has no attachments")
    elif stream.kind == "data":
        # ffmpeg writes an MP4's chapter and timecode tracks anew, from what it read of them.
        if stream.codec == CHAPTER_TRACK or (stream.timecode and draft.container == "mp4"):
            return
        _leave_out(draft, stream, "ffmpeg copies no data streams into it")
    elif not stream.readable:
        _leave_out(draft, stream, "It is declared, but contains nothing readable", "")
    elif draft.container == "mp4" and stream.codec not in MP4_CODECS:
        _leave_out(draft, stream, "MP4 players do not play it")
    elif draft.container == "matroska" and stream.codec in NOT_IN_MATROSKA:
        _leave_out(draft, stream, "Matroska has no codec ID for it, and nothing is re-encoded")
    else:
        draft.streams.append(_copied(stream, stream.dispositions))


def _place_cover(draft: _Draft, stream: Stream) -> None:
    if draft.container == "mp4":
        draft.attachments.append(_copied(stream, stream.dispositions))
    elif stream.codec in COVER_TYPES:
        draft.covers.append(stream)
        draft.cover_names.append(_named(draft, stream, f"cover.{COVER_TYPES[stream.codec][0]}"))
    else:
        _leave_out(draft, stream, "it is not a usual format for cover pictures")


def _named(draft: _Draft, stream: Stream, otherwise: str) -> str:
    """A name for an attachment that can lead nowhere and that no other one has; told if changed."""
    taken = [item.filename for item in draft.attachments if item.filename]
    name = harmless_name(stream.filename or "", [*taken, *draft.cover_names], otherwise)
    if stream.filename and name != stream.filename:
        draft.shortfalls.append(
            Shortfall(
                f"The attachment {shown(Path(stream.filename))} was renamed to {name!r} in the "
                "film with tracks.",
                "Its name points outside a folder, is not valid on every system, or is used twice.",
            )
        )
    return name


COVER_TYPES = {"mjpeg": ("jpg", "image/jpeg"), "png": ("png", "image/png")}
"""Codec of a cover -> suffix and MIME type of the attached file."""


def _place_subtitle(draft: _Draft, stream: Stream) -> None:
    kept = [
        name for name in stream.dispositions if not (name == "default" and draft.ours_is_default)
    ]
    encoder, codec = _TEXT_OF[draft.container]
    copies = MATROSKA_SUBTITLES if draft.container == "matroska" else {codec}
    if stream.codec in copies:
        draft.streams.append(_copied(stream, kept))
    elif stream.codec in TEXT:
        draft.streams.append(
            PlannedStream(
                stream, "subtitle", encoder, codec, tuple(kept), stream.title, stream.language
            )
        )
        draft.notes.append(f"{described(stream)} is converted to {codec}.")
        if stream.codec in ("ass", "ssa"):
            draft.shortfalls.append(
                Shortfall(
                    f"{described(stream)} loses its fonts and positions.",
                    "MP4 has plain text subtitles only.",
                    "Prepare the job with --set mux.container=mkv.",
                )
            )
    else:
        _leave_out(draft, stream, f"{_LABELS[draft.container]} cannot hold this kind of subtitle")


def _copied(stream: Stream, dispositions: Sequence[str]) -> PlannedStream:
    return PlannedStream(
        stream,
        stream.kind,
        "copy",
        stream.codec,
        tuple(dispositions),
        stream.title,
        stream.language,
    )


def _leave_out(draft: _Draft, stream: Stream, why: str, fix: str | None = None) -> None:
    if fix is None:
        other = draft.container == "mp4" and stream.kind != "data"
        fix = "Prepare the job with --set mux.container=mkv." if other else ""
    draft.shortfalls.append(
        Shortfall(f"{described(stream)} is left out of the film with tracks.", f"{why}.", fix)
    )


def _refuse(draft: _Draft) -> None:
    lost = draft.shortfalls[-1]
    raise StageError(
        f"The film cannot be copied into {_LABELS[draft.container]}: {lost.what}",
        cause=lost.why,
        fix=lost.fix or "Use the .srt files with the film as it is.",
    )


def described(stream: Stream) -> str:
    """A stream for a message: `Audio stream 1 (aac, eng)`."""
    about = [stream.codec if stream.codec != "unknown" else "", stream.language, stream.title]
    about += [stream.filename]
    kind = "Cover" if stream.is_cover else stream.kind.capitalize()
    inside = ", ".join(part for part in about if part)
    return f"{kind} stream {stream.index}" + (f" ({inside})" if inside else "")
