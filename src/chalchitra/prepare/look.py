"""One film as it was asked for: opened, its clip and its audio stream chosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from chalchitra.errors import UsageError
from chalchitra.jobs.model import AudioStream, Clip
from chalchitra.languages import Language, find
from chalchitra.media import probe
from chalchitra.media.channels import find_channel
from chalchitra.media.film import Film
from chalchitra.media.times import validate_clip
from chalchitra.media.tracks import choose_audio_stream
from chalchitra.prepare.film_files import named_film
from chalchitra.prepare.join import Joined
from chalchitra.prepare.options import PrepareOptions


@dataclass(frozen=True)
class FilmAsked:
    """A film with what of it is recognised, and when that was asked for."""

    film: Film
    clip: Clip | None
    stream: AudioStream
    now: datetime
    joined: Joined | None = None

    @property
    def given(self) -> Path:
        """The file that a person named, or the first of several."""
        return self.joined.parts[0].path if self.joined else self.film.path


def look(
    path: Path, options: PrepareOptions, source: Language | None, joined: Joined | None = None
) -> FilmAsked:
    """Open a film, and choose by the options and what is spoken.

    Raises UsageError for one that is none, has no sound, or is shorter than the clip.
    """
    film = probe.probe(named_film(path))
    clip = validate_clip(film, options.start, options.end)
    stream, reason = choose_audio_stream(
        film, options.audio_track, source, _track_language(options.audio_track)
    )
    wanted = options.audio_channel
    return FilmAsked(
        film,
        Clip(start=clip[0], end=clip[1]) if clip else None,
        AudioStream(
            index=stream.index,
            position=stream.position,
            language=stream.language,
            title=stream.title,
            reason=reason,
            channel=None if wanted is None else find_channel(stream, wanted),
        ),
        datetime.now().astimezone(),
        joined,
    )


def _track_language(wanted: str | None) -> Language | None:
    """The language that --audio-track names, where it names one that we know."""
    if wanted is None or wanted.strip().isdecimal():
        return None
    try:
        return find(wanted)
    except UsageError:  # a tag of the file that is no language of ours still finds its stream
        return None
