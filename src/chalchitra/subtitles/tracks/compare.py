"""How the cues of a track differ from what they were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from chalchitra.subtitles.cues.cue import Cue

_SAME = 0.5
"""Two cues are one that was changed where they overlap by so much of the shorter one."""
_MOST = 0.5
"""The share of its cues whose loss a person is asked about."""


@dataclass(frozen=True)
class Changes:
    """Of the cues that were `read` so many are `changed` or `new`; so many of before are `gone`."""

    before: int
    read: int
    changed: int
    new: int
    gone: int

    @property
    def loses_most(self) -> bool:
        """Whether more than half of what there was is gone."""
        return self.gone > _MOST * self.before

    def to_dict(self) -> dict[str, int]:
        """As --json has it."""
        return {name: getattr(self, name) for name in ("read", "changed", "new", "gone")}

    def __str__(self) -> str:
        cues = "1 cue" if self.read == 1 else f"{self.read} cues"
        return f"{cues} read: {self.changed} changed, {self.new} new, {self.gone} gone."


def compare(before: Sequence[Cue], after: Sequence[Cue]) -> Changes:
    """Count what changed; both are in the order of their times.

    A cue is one of before by all that it is, by its time, or by its text.
    """
    old, new, _ = _alike(before, after, _key)
    old, new, at_its_time = _overlapping(old, new)
    old, new, elsewhere = _alike(old, new, lambda cue: cue.lines)
    return Changes(len(before), len(after), at_its_time + elsewhere, len(new), len(old))


def _key(cue: Cue) -> Hashable:
    return cue.start, cue.end, tuple(cue.lines)


def _alike(
    old: Sequence[Cue], new: Sequence[Cue], key: Callable[[Cue], Hashable]
) -> tuple[list[Cue], list[Cue], int]:
    """What is left of both without those that have one key, and how many these are."""
    counts = Counter(map(key, old)) & Counter(map(key, new))
    return _without(old, counts, key), _without(new, counts, key), counts.total()


def _without(
    cues: Sequence[Cue], counts: Counter[Hashable], key: Callable[[Cue], Hashable]
) -> list[Cue]:
    left, taken = [], Counter(counts)
    for cue in cues:
        if taken[key(cue)] > 0:
            taken[key(cue)] -= 1
        else:
            left.append(cue)
    return left


def _overlapping(old: list[Cue], new: list[Cue]) -> tuple[list[Cue], list[Cue], int]:
    """What is left of both without those that show at one time, and how many these are."""
    left_old, left_new, count = [], [], 0
    at = 0
    for cue in new:
        while at < len(old) and old[at].end <= cue.start:
            left_old.append(old[at])
            at += 1
        if at < len(old) and _overlap(old[at], cue):
            at += 1
            count += 1
        else:
            left_new.append(cue)
    return left_old + old[at:], left_new, count


def _overlap(one: Cue, other: Cue) -> bool:
    common = min(one.end, other.end) - max(one.start, other.start)
    return common >= _SAME * min(one.end - one.start, other.end - other.start)
