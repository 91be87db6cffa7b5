"""What a track is made of, and by: what is wanted, what is known of the film, what is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from chalchitra.subtitles.cues.shot_changes import ShotChanges
from chalchitra.subtitles.formats.model import TrackLanguage
from chalchitra.subtitles.tracks.edited import EditedTrack
from chalchitra.subtitles.tracks.settings import TrackSettings
from chalchitra.subtitles.tracks.template_track import TemplateTrack
from chalchitra.transcript.model import Region
from chalchitra.transcript.songs import SongText


@dataclass(frozen=True)
class Wanted:
    """What track is wanted: of which language, of which film, by which settings.

    `source` is the language that is spoken; `style` the name of the settings' profile; `pair` the
    two languages of a bilingual track, the upper one first.
    """

    title: str
    language: TrackLanguage
    source: TrackLanguage
    settings: TrackSettings
    style: str = ""
    songs: SongText = "mark"
    pair: Sequence[TrackLanguage] = ()


@dataclass(frozen=True)
class Film:
    """What is known of the film: its length (s), its frames a second where cues are timed by them,
    its shot changes, and where someone speaks."""

    seconds: float | None = None
    frame_rate: Fraction | None = None
    shots: ShotChanges | None = None
    speech: Sequence[Region] | None = None


@dataclass(frozen=True)
class Others:
    """Cues that are there already: what a person made of this track, the track whose times this one
    is to have, and the one that a bilingual track is made beside."""

    edited: EditedTrack | None = None
    template: TemplateTrack | None = None
    beside: TemplateTrack | None = None
