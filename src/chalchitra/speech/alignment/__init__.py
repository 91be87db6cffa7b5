"""Forced alignment: timing known words on the sound with a CTC network (wav2vec2)."""
