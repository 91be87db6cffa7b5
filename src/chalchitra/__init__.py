"""Chalchitra: films into transcripts and subtitles, on the owner's own machine."""

__version__ = "0.1.0"
