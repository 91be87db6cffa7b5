"""Subtitles: cues out of timed words, and the files that carry them."""
