"""Subtitles: cues out of timed words, and the files that carry them."""

from chalchitra.subtitles.build import build_cues
from chalchitra.subtitles.cue import Cue, CueSettings
from chalchitra.subtitles.srt import to_srt
from chalchitra.subtitles.vtt import to_vtt
from chalchitra.subtitles.words import transcript_words, translation_words

__all__ = [
    "Cue",
    "CueSettings",
    "build_cues",
    "to_srt",
    "to_vtt",
    "transcript_words",
    "translation_words",
]
