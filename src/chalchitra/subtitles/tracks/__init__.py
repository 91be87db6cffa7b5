"""Tracks: of words, in another track's times, or as a person edited them."""
