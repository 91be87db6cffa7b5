"""Subtitles: cues out of timed words, and the files that carry them."""

from chalchitra.subtitles.ass import to_ass
from chalchitra.subtitles.build import build_cues, build_track
from chalchitra.subtitles.cue import Cue, CueSettings
from chalchitra.subtitles.review import CueNote, cue_notes, from_review, to_review
from chalchitra.subtitles.srt import to_srt
from chalchitra.subtitles.ttml import to_ttml
from chalchitra.subtitles.vtt import to_vtt
from chalchitra.subtitles.words import transcript_words, translation_words

__all__ = [
    "Cue",
    "CueNote",
    "CueSettings",
    "build_cues",
    "build_track",
    "cue_notes",
    "from_review",
    "to_ass",
    "to_review",
    "to_srt",
    "to_ttml",
    "to_vtt",
    "transcript_words",
    "translation_words",
]
