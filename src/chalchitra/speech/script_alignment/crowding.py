"""Words that the recogniser swallowed share the time of the words beside them."""

from __future__ import annotations

from collections.abc import Sequence

from chalchitra.speech.script_alignment.allocation import Piece
from chalchitra.speech.script_alignment.timed_text import TimedText

_ROOMY, _TOO_FAST = 0.7, 0.45
"""The share of the time they need that is enough for words, and that is too little for a line."""
MISSING_WORDS, MISSING_SECONDS = 3, 1.0
"""So many words of a line that need so much time, where it has too little, were not said."""


def crowd(text: TimedText, words: Sequence[int]) -> None:
    """Words that the recogniser swallowed share the time of the words beside them."""
    runs: list[list[int]] = []
    for at in words:
        if runs and runs[-1][-1] == at - 1 and text.words[at - 1].line == text.words[at].line:
            runs[-1].append(at)
        else:
            runs.append([at])
    for run in runs:
        _share(text, run)


def _share(text: TimedText, run: Sequence[int]) -> None:
    """Spread a run of words and as many beside it in its line as it takes to have room.

    Where the whole line has too little, a long run was not said: it keeps no time.
    """
    line = text.found.line_words[text.words[run[0]].line]
    low, high = run[0], run[-1]
    pieces: list[Piece] = []
    while True:
        low, high = max(line[0], low - 1), min(line[-1], high + 1)
        inside = [*range(low, high + 1)]
        spans = [span for at in inside if (span := text.times[at]) is not None]
        needed = sum(text.seconds(at) for at in inside)
        whole = low == line[0] and high == line[-1]
        if spans:
            pieces = text.voice_in(spans[0][0], spans[-1][1])
            if sum(piece.seconds for piece in pieces) >= _ROOMY * needed:
                break
        if whole:
            break
    room = sum(piece.seconds for piece in pieces)
    missing = sum(text.seconds(at) for at in run)
    if not pieces or (
        room < _TOO_FAST * needed and len(run) >= MISSING_WORDS and missing >= MISSING_SECONDS
    ):
        return
    passed = 0.0
    for at in inside:
        begins = passed * room / needed
        passed += text.seconds(at)
        text.times[at] = _moments(pieces, begins, passed * room / needed)


def _moments(pieces: Sequence[Piece], begins: float, ends: float) -> tuple[float, float]:
    """What `begins` and `ends` (s) are on the film where the pieces follow each other."""
    passed = 0.0
    found: list[float] = []
    for piece in pieces:
        after = passed + piece.seconds
        if not found and begins < after:
            found.append(piece.start + begins - passed)
        if found and ends <= after + 1e-6:
            return found[0], min(piece.end, piece.start + ends - passed)
        passed = after
    last = pieces[-1].end
    return (found[0] if found else last), last
