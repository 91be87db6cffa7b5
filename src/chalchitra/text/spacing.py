"""Languages that put no spaces between words."""

UNSPACED = frozenset({"zh", "yue", "ja", "th", "lo", "my", "km", "bo"})
"""Whisper's codes of languages that put no spaces between words: every piece is a word there."""
