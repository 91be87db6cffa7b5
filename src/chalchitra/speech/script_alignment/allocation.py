"""Words that were not recognised, and the voice between those that were: which word goes where.

The voice between two anchors is a row of pieces (speech regions, or what anchors leave of them).
Words fill them in order. The best filling has words as long as their pieces, lets lines begin
with pieces, and leaves out a line that would have to be squeezed in; it is found by a dynamic
program over words and pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log

_TOO_LONG, _TOO_SHORT = 1.5, 3.0
"""Times the squared logarithm of (seconds there / seconds needed): people pause more easily than
they speak twice as fast."""
_SMALL = 0.6
"""What takes less (s) than this cannot misfit as much."""
_PARTLY = 2.0
"""A piece that is longer than so many times its words is used in part."""
_UNUSED, _UNUSED_SECOND = 0.8, 0.2
_LEFT_OUT, _LEFT_OUT_SECOND = 1.0, 0.3
_CUT_INSIDE, _CUT_SECOND, _CUT_MOST = 0.4, 0.3, 3.0
"""A pause that is not at the end of a line or sentence, and each second of it."""
_CLING, _CLING_SECOND = 1.0, 0.5
"""Words that take their time from the anchor beside them in their line."""
_RUN_ON = 0.3
"""A line that begins without a pause."""
_BREATH = 1.3
"""Words that have more room than they need take so many times what they need."""
_OTHER_TEXT, _TELLING = 6.0, 1.0
"""From one to two of the latter (s) of other words say that a line is not what is said there."""
ON_TIME = 0.7
_LONGEST_LINE = 7.0
"""So near (s) to its expected time a subtitle is on time, and so long it may last."""
_TOO_MANY = 4.0
"""No piece is filled with words that need so many times what there is."""


@dataclass(frozen=True)
class Piece:
    """A stretch of voice with no anchor in it (s). `first`, `last`: no pause before or after it.

    `said` is how much else was clearly recognised there (s).
    """

    start: float
    end: float
    first: bool = False
    last: bool = False
    said: float = 0.0

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True)
class Unit:
    """A word to be placed: the seconds it needs, and where it stands in its line.

    A line that `may_stay_out` is placed whole or not at all. `clings`: its line has anchors.
    `begins`, `ends`: the first and the last of its line. `rests`: a sentence or line ends with it.
    `expected`: when its line may begin (s), by a subtitle file.
    """

    seconds: float
    line: int
    may_stay_out: bool = False
    clings: bool = False
    begins: bool = False
    ends: bool = False
    rests: bool = False
    expected: tuple[float, ...] = ()


def allocate(
    units: Sequence[Unit], pieces: Sequence[Piece], low: float, high: float
) -> list[int | None]:
    """For each unit the piece it goes into, rising; None for a line that stays out, and for words
    that had better take their time from the anchors that they cling to.

    `low` and `high` are the end of the anchor before and the start of the one after (s), infinite
    at the film's edges.
    """
    if not pieces:
        return [None] * len(units)
    after_line = _ends_of_lines(units)
    sums = [0.0]
    for unit in units:
        sums.append(sums[-1] + unit.seconds)
    # States: how many units are dealt with -> cost; `steps` tells how each was reached.
    tail, head = _clinging(units)
    costs: dict[int, float] = {0: 0.0}
    steps: list[dict[int, tuple[int, bool]]] = []
    _leave_out(costs, units, after_line, sums, steps, (0, tail))
    for number, piece in enumerate(pieces):
        reached: dict[int, float] = {}
        step: dict[int, tuple[int, bool]] = {}

        def reach(
            state: int,
            cost: float,
            by: tuple[int, bool],
            reached: dict[int, float] = reached,
            step: dict[int, tuple[int, bool]] = step,
        ) -> None:
            if cost < reached.get(state, inf):
                reached[state] = cost
                step[state] = by

        unused = _cost_unused(piece.seconds)
        after_it = pieces[number + 1].start if number + 1 < len(pieces) else high
        cut, cut_at_end = _cost_cut(after_it - piece.end), _cost_cut(high - piece.end)
        for state, cost in costs.items():
            reach(state, cost + unused, (state, False))
            begins = 0.0 if state or units[0].begins else _cost_cut(piece.start - low)
            other = 0.0
            for after in range(state + 1, len(units) + 1):
                unit = units[after - 1]
                needed = sums[after] - sums[state]
                if needed > _TOO_MANY * piece.seconds + 1.0:
                    break
                where = piece.start + needed - unit.seconds
                other = max(other, _cost_of_text(unit, piece, where))
                if unit.begins:
                    begins += _cost_of_time(unit, where)
                    if piece.first or after - 1 > state:
                        begins += _RUN_ON
                total = cost + begins + other + _cost_of_fit(needed, piece.seconds)
                if not unit.rests:
                    total += cut if after < len(units) else cut_at_end
                reach(after, total, (state, True))
        costs = reached
        steps.append(step)
        clinging = (len(units) - head, len(units)) if number + 1 == len(pieces) else (0, 0)
        _leave_out(costs, units, after_line, sums, steps, clinging)
    if len(units) in costs:
        return _read_back(len(units), steps)
    # Far too many words for these pieces: those that must be somewhere crowd the longest.
    longest = max(range(len(pieces)), key=lambda number: pieces[number].seconds)
    return [None if unit.may_stay_out else longest for unit in units]


def _clinging(units: Sequence[Unit]) -> tuple[int, int]:
    """How many units cling to the anchor before them, and how many to the one after them."""
    tail = 0
    while tail < len(units) and units[tail].clings and units[tail].line == units[0].line:
        tail += 1
    if tail and units[0].begins:  # a line that begins here has no anchor before it
        tail = 0
    head = 0
    while head < len(units) and units[-1 - head].clings and units[-1 - head].line == units[-1].line:
        head += 1
    if head and units[-1].ends:
        head = 0
    return tail, head


def _ends_of_lines(units: Sequence[Unit]) -> list[int]:
    """For each unit the number of the first one after its line."""
    ends = [0] * len(units)
    for at in reversed(range(len(units))):
        same = at + 1 < len(units) and units[at + 1].line == units[at].line
        ends[at] = ends[at + 1] if same else at + 1
    return ends


def _leave_out(
    costs: dict[int, float],
    units: Sequence[Unit],
    after_line: Sequence[int],
    sums: Sequence[float],
    steps: list[dict[int, tuple[int, bool]]],
    clinging: tuple[int, int],
) -> None:
    """Let whole lines stay out, from every state that stands before one, and the units from
    `clinging` to `clinging` (two states) cling. A step of its own."""
    step: dict[int, tuple[int, bool]] = {state: (state, False) for state in costs}
    for state in range(len(units)):
        if state not in costs or not (units[state].may_stay_out and units[state].begins):
            continue
        after = after_line[state]
        cost = costs[state] + _LEFT_OUT + _LEFT_OUT_SECOND * (sums[after] - sums[state])
        if cost < costs.get(after, inf):
            costs[after] = cost
            step[after] = step[state]  # from where this step began
    state, after = clinging
    if after > state and state in costs:
        cost = costs[state] + _CLING + _CLING_SECOND * (sums[after] - sums[state])
        if cost < costs.get(after, inf):
            costs[after] = cost
            step[after] = step[state]  # from where this step began
    steps.append(step)


def _read_back(count: int, steps: Sequence[dict[int, tuple[int, bool]]]) -> list[int | None]:
    found: list[int | None] = [None] * count
    state = count
    for index in reversed(range(len(steps))):
        before, taken = steps[index][state]
        if taken:
            # Steps alternate: leaving lines out, then one piece.
            found[before:state] = [index // 2] * (state - before)
        state = before
    return found


def _cost_of_fit(needed: float, there: float) -> float:
    spare = 0.0
    if there > _PARTLY * needed:
        spare = _cost_unused(there - _PARTLY * needed)
        there = _PARTLY * needed
    small = min(1.0, max(needed, there) / _SMALL)
    weight = _TOO_LONG if there >= needed else _TOO_SHORT
    return weight * small * log(max(there, 0.02) / max(needed, 0.02)) ** 2 + spare


def _cost_cut(pause: float) -> float:
    """A pause (s) inside a sentence; where the film begins or ends there is none."""
    if pause <= 0 or pause == inf:
        return 0.0
    return min(_CUT_MOST, _CUT_INSIDE + _CUT_SECOND * pause)


def _cost_unused(seconds: float) -> float:
    return _UNUSED * min(1.0, seconds / 0.5) + _UNUSED_SECOND * seconds


def _cost_of_time(unit: Unit, where: float) -> float:
    """A line that begins far from where a subtitle file expects it."""
    if not unit.expected:
        return 0.0
    return 0.5 * min(8.0, max(0.0, min(abs(where - time) for time in unit.expected) - 0.5))


def _cost_of_text(unit: Unit, piece: Piece, where: float) -> float:
    """A line where something else was clearly recognised.

    Of a short one little can be told, and a subtitle that lies where its file expects it may well
    say the same in other words.
    """
    if not unit.may_stay_out:
        return 0.0
    late = [where - time for time in unit.expected]
    if any(abs(one) <= ON_TIME if unit.begins else 0 <= one <= _LONGEST_LINE for one in late):
        return 0.0
    return _OTHER_TEXT * min(1.0, max(0.0, (piece.said - _TELLING) / _TELLING))


def spread_over(units: Sequence[Unit], piece: Piece) -> list[tuple[float, float]]:
    """The times of the units that fill one piece: in proportion to what they need.

    Where there is much more room than they need they stay near the words that they belong to,
    or begin with the piece.
    """
    needed = sum(unit.seconds for unit in units)
    low, high = piece.start, piece.end
    if piece.seconds > _PARTLY * needed:
        if piece.last and not piece.first:
            low = high - _BREATH * needed
        else:
            high = low + _BREATH * needed
    times: list[tuple[float, float]] = []
    passed = 0.0
    for unit in units:
        begins = low + (high - low) * passed / needed
        passed += unit.seconds
        times.append((begins, low + (high - low) * min(1.0, passed / needed)))
    return times
