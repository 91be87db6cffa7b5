"""The romanised track: the same cues at the same times, in Latin letters."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from chalchitra.subtitles.cues.cue import Cue, CueSettings
from chalchitra.text.romanise.romanise import romanise
from chalchitra.transcript.songs import NOTE

_APART = re.compile("(?<! ) +(?=[।॥])")
"""The space before a danda; before the full stop that it becomes there is none."""


def romanised_cues(
    cues: Sequence[Cue], settings: CueSettings, language: str, script: str, *, name: str
) -> list[Cue]:
    """The cues with every line romanised. Raises NotRomanisedError where no rules exist.

    `language` is an id of languages.toml, `script` its ISO 15924 code, `name` its name. Lines that
    become longer than `settings` allow are broken anew within their cue; what fits in no way keeps
    as many lines as are allowed, and no text is lost.
    """
    # One text, since sentences go on from cue to cue: only their first words have a capital.
    text = _APART.sub("", "\n".join(cue.text for cue in cues))
    lines = romanise(text, language, script, name=name).split("\n")
    shown = []
    at = 0
    for cue in cues:
        own = tuple(lines[at : at + len(cue.lines)])
        at += len(cue.lines)
        shown.append(replace(cue, lines=_within(own, settings)))
    return shown


def _within(lines: tuple[str, ...], settings: CueSettings) -> tuple[str, ...]:
    """The lines as they are where they fit or belong to two speakers, else broken anew."""
    limit, length = settings.max_chars_per_line, settings.length
    two_speakers = len(lines) > 1 and all(line.startswith(("-", "–")) for line in lines)
    if two_speakers or all(length(line) <= limit for line in lines):
        return lines
    words = _words(lines)
    best = lines
    for count in range(1, settings.max_lines + 1):
        best = _most_even(words, count, length)
        if all(length(line) <= limit for line in best):
            break
    return best


def _words(lines: Sequence[str]) -> list[str]:
    """The words of a cue, a song's notes with the words beside them."""
    words = " ".join(lines).split()
    if len(words) > 1 and words[0] == NOTE:
        words[:2] = [" ".join(words[:2])]
    if len(words) > 1 and words[-1] == NOTE:
        words[-2:] = [" ".join(words[-2:])]
    return words


def _most_even(words: Sequence[str], count: int, length: Callable[[str], int]) -> tuple[str, ...]:
    """The words on at most `count` lines of which the longest is as short as can be."""
    width = max(map(length, words))
    while len(lines := _filled(words, width, length)) > count:
        width += 1
    return lines


def _filled(words: Sequence[str], width: int, length: Callable[[str], int]) -> tuple[str, ...]:
    """The words on lines of `width`, filled from the last one up, so that the first is shorter."""
    lines = [words[-1]]
    for word in reversed(words[:-1]):
        longer = f"{word} {lines[0]}"
        if length(longer) <= width:
            lines[0] = longer
        else:
            lines.insert(0, word)
    return tuple(lines)
