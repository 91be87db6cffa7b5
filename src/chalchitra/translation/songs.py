"""Which translated units are songs, and leaving them out where that is wished."""

from __future__ import annotations

from chalchitra.transcript.model import Region, Transcript
from chalchitra.transcript.songs import share_inside
from chalchitra.transcript.translation import Translation


def mark_units(translation: Translation, transcript: Transcript) -> Translation:
    """The translation with `song` set on the units that lie in the transcript's songs.

    By time, since a translator that listens makes sentences of its own.
    """
    songs = song_times(transcript)
    units = [
        unit.model_copy(update={"song": share_inside(unit.start, unit.end, songs) > 0.5})
        for unit in translation.units
    ]
    return translation.model_copy(update={"units": units})


def leave_songs_out(translation: Translation) -> Translation:
    """The translation without its songs, numbered anew."""
    kept = [unit for unit in translation.units if not unit.song]
    units = [unit.model_copy(update={"id": number}) for number, unit in enumerate(kept)]
    return translation.model_copy(update={"units": units})


def song_times(transcript: Transcript) -> list[Region]:
    """When there are songs, none overlapping another (seconds of the film)."""
    found: list[Region] = []
    for segment in sorted(transcript.segments, key=lambda segment: segment.start):
        if not segment.song:
            continue
        if found and segment.start <= found[-1].end:
            found[-1] = Region(start=found[-1].start, end=max(found[-1].end, segment.end))
        else:
            found.append(Region(start=segment.start, end=segment.end))
    return found
