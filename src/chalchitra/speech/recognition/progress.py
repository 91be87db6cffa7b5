"""How far recognition is: the first pass, then what is decoded again.

Nobody knows how much that will be. Progress never goes back, moves with every block, and is whole
at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

AGAIN = 0.15
"""The share of the whole that is kept for decoding again. A guess: clear speech needs less, and
what the model hardly knows several times as much."""
_OF_WHAT_IS_LEFT = 0.5
"""How much of the share that is left each further round takes."""


class Progress:
    """Tells seconds of speech done and in all; `again` where some of it may be decoded again."""

    def __init__(
        self, seconds: Sequence[float], tell: Callable[[float, float], None], *, again: bool
    ) -> None:
        self._tell = tell
        self._total = sum(seconds)
        self._done = 0.0
        self._rest = AGAIN if again else 0.0
        self.finished = self._round(seconds, 1 - self._rest)
        """Is told the number of a block that the first pass has finished."""
        tell(0.0, self._total)

    def again(self, seconds: Sequence[float]) -> Callable[[int], None]:
        """Begin a round of blocks that take so many seconds; what is told each that is finished."""
        share = self._rest * _OF_WHAT_IS_LEFT
        self._rest -= share
        return self._round(seconds, share)

    def end(self) -> None:
        """Nothing is decoded any more."""
        if self._done < 1:
            self._done = 1.0
            self._tell(self._total, self._total)

    def _round(self, seconds: Sequence[float], share: float) -> Callable[[int], None]:
        """What counts the blocks of a round: those of one, together, are `share` of the whole."""
        before, whole = self._done, sum(seconds) or 1.0
        finished: set[int] = set()

        def finish(number: int) -> None:
            finished.add(number)
            part = sum(seconds[one] for one in finished) / whole
            self._done = max(self._done, before + share * part)
            self._tell(self._total * self._done, self._total)

        return finish
