"""The pieces of text that are never broken, out of timed words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from chalchitra.subtitles.cues.breaks import Piece
from chalchitra.subtitles.cues.cue import CueSettings
from chalchitra.subtitles.cues.graphemes import atoms, chunks
from chalchitra.subtitles.cues.words import TimedWord

NOTES = 4
"""Characters that a line of a song leaves free: a note and a space at either end of its cue."""


def pieces_of(words: Sequence[TimedWord], settings: CueSettings, unspaced: bool) -> list[Piece]:
    """The words as pieces no longer than a line; glued words are cut anew as one text."""
    pieces: list[Piece] = []
    run: list[TimedWord] = []
    for word in words:
        if run and not word.glued:
            pieces += _of_run(run, settings, unspaced)
            run = []
        run.append(word)
    return pieces + _of_run(run, settings, unspaced) if run else pieces


def line_room(settings: CueSettings, *, song: bool) -> int:
    """How many characters of text a line may have, at least one."""
    return max(1, settings.max_chars_per_line - (NOTES if song else 0))


def _of_run(run: Sequence[TimedWord], settings: CueSettings, unspaced: bool) -> list[Piece]:
    text = "".join(word.text for word in run)
    times = [time for word in run for time in _times_of_characters(word)]
    word_starts = set(accumulate((len(word.text) for word in run), initial=0))
    pieces = []
    room = line_room(settings, song=run[0].song)
    at = 0
    for atom in atoms(text) if unspaced else [text]:
        for part in chunks(atom, room, settings.length):
            after = at + len(part)
            pieces.append(
                Piece(
                    text=part,
                    start=times[at][0],
                    end=times[after - 1][1],
                    segment=run[0].segment,
                    glued=at > 0,
                    inside=at not in word_starts,
                    speaker=run[0].speaker,
                    song=run[0].song,
                )
            )
            at = after
    return pieces


def _times_of_characters(word: TimedWord) -> list[tuple[int, int]]:
    """Each character's start and end, the word's time shared out evenly."""
    count = len(word.text)
    edges = [word.start + round((word.end - word.start) * n / count) for n in range(count + 1)]
    return list(pairwise(edges))
