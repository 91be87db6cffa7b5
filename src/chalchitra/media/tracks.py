"""Choosing the audio track that is heard."""

from __future__ import annotations

from typing import Protocol

from chalchitra.errors import UsageError
from chalchitra.media.film import Film, Stream
from chalchitra.media.formats import shown

_TERMINOLOGY = {
    "alb": "sqi", "arm": "hye", "baq": "eus", "bur": "mya", "chi": "zho", "cze": "ces",
    "dut": "nld", "fre": "fra", "geo": "kat", "ger": "deu", "gre": "ell", "ice": "isl",
    "mac": "mkd", "mao": "mri", "may": "msa", "per": "fas", "rum": "ron", "slo": "slk",
    "tib": "bod", "wel": "cym",
}  # fmt: skip
"""ISO 639-2's bibliographic codes and the terminological ones; files use both."""


class LanguageCodes(Protocol):
    """What is asked of a language here: its codes (None where it has none) and its names."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def bcp47(self) -> str: ...
    @property
    def whisper(self) -> str | None: ...
    @property
    def container(self) -> str | None: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...


def choose_audio_stream(
    film: Film,
    wanted: str | None,
    source: LanguageCodes | None,
    wanted_language: LanguageCodes | None = None,
) -> tuple[Stream, str]:
    """The audio stream to hear, and why it is that one.

    `wanted` is a 0-based position among the audio streams or a language; `wanted_language` the
    language that it names, where the caller knows. Without it: the first track tagged with the
    source language that is no commentary, else the default one, else the first. `source` is None
    where nobody knows it yet.

    Raises UsageError when there is no sound, or no track as wanted; it lists those there are.
    """
    tracks = film.audio
    if not tracks:
        raise UsageError(
            f"{shown(film.path)} has no sound.",
            cause="None of its streams is audio.",
            fix="Give a film with an audio track.",
        )
    if wanted is not None:
        return _wanted(film, wanted.strip(), wanted_language)
    spoken = _first(tracks, _codes(source)) if source else None
    if source and spoken is not None:
        return spoken, f"it is the first one tagged {spoken.language} ({source.name})"
    if len(tracks) == 1:
        return tracks[0], f"it is the only one{_tagged_otherwise(tracks[0], source)}"
    tracks = [track for track in tracks if track.readable] or tracks
    voices = [track for track in tracks if not track.is_commentary] or tracks
    untagged = f", and none is tagged {source.name}" if source else ""
    for track in voices:
        if track.is_default:
            return track, f"it is the default one{untagged}"
    return voices[0], f"it is the first one{untagged}"


def _tagged_otherwise(track: Stream, source: LanguageCodes | None) -> str:
    """That the film says another language than the person, who may have mistaken the one."""
    if source is None or not track.language or _normal(track.language) in _NO_LANGUAGE:
        return ""
    return f", although it is tagged {track.language} and not {source.name}"


_NO_LANGUAGE = frozenset({"und", "mul", "mis", "zxx", "qaa"})
"""Tags of ISO 639-2 that name none, or none in particular; qaa is used for the original one."""


def _wanted(film: Film, wanted: str, language: LanguageCodes | None) -> tuple[Stream, str]:
    tracks = film.audio
    if wanted.isdecimal():
        if int(wanted) < len(tracks):
            return tracks[int(wanted)], "it was requested"
    else:
        track = _first(tracks, _codes(language) if language else {_normal(wanted)})
        if track is not None:
            return track, f"it was requested by its language, {track.language}"
    raise UsageError(
        f"{shown(film.path)} has no audio track {wanted!r}.",
        cause=f"It has {'; '.join(map(_described, tracks))}.",
        fix="Give --audio-track one of these numbers, or a language.",
    )


def _first(tracks: list[Stream], codes: set[str]) -> Stream | None:
    """The first track in one of these languages, a commentary only where there is no other."""
    tagged = [track for track in tracks if track.language and _normal(track.language) in codes]
    tagged.sort(key=lambda track: (not track.readable, track.is_commentary))
    return tagged[0] if tagged else None


def _codes(language: LanguageCodes) -> set[str]:
    codes = (language.id, language.bcp47, language.whisper, language.container, *language.aliases)
    return {_normal(code) for code in codes if code}


def _normal(tag: str) -> str:
    """`hin`, `hi-IN` and `HI` as one form a language: its primary subtag, terminological."""
    primary = tag.strip().casefold().replace("_", "-").partition("-")[0]
    return _TERMINOLOGY.get(primary, primary)


def _described(track: Stream) -> str:
    about = [track.language or "no language", track.codec, track.channel_layout, track.title]
    if track.is_commentary:
        about.append("commentary")
    if not track.readable:
        about.append("empty")
    return f"{track.position} ({', '.join(part for part in about if part)})"
