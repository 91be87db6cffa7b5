"""Timed words into cues: where they are cut, and when they come and go."""
