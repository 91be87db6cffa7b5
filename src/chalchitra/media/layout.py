"""Laying decoded sound out on the film's time line, whose time stamps are only roughly right.

Time stamps waver (milliseconds rounded, stamps taken from a network's clock), drift (a recorder's
clock that is not the sound card's), and jump (packets that were lost, a cut). The samples know
better what follows what: they stay continuous while the stamps come back to where they were. What
stays away is believed: a jump becomes silence where sound is missing, or drops what was there
already, and a drift is followed in small steps in the quietest moments.

All counts are samples at SAMPLE_RATE.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

SAMPLE_RATE = 16_000

_TOLERANCE = round(0.015 * SAMPLE_RATE)
"""Stamps that stay this far away are followed: a lost packet is 20 ms or more, and the rounding of
stamps is much less."""
_AROUND = 2 * SAMPLE_RATE
"""The sound before and after a packet whose stamps tell together where it belongs."""
_FAR = round(0.3 * SAMPLE_RATE)
"""No wavering comes from one packet to the next like this: it is a jump."""
_STEADY = round(0.002 * SAMPLE_RATE)
"""Stamps that follow each other this exactly do not waver: only their rounding is left."""
_STEADY_PACKETS = 6
"""So many of them in a row are no chance, and believed at once."""

_STILL = 1 / 8
"""Of a packet's length: stamps that come on by less stand still, and are none (RealMedia's, where
every packet has the same one): their sound follows what was before it."""

_APART = 2.0
"""Of a packet's length: where most stamps of a second come on by more, they count in another unit
than they say (AVI's, made of chunks' sizes): no sound has a hole after every packet."""

_EVERY = 8
"""Packets for which one median does, since it moves slowly."""

STORED_GAP = 10 * SAMPLE_RATE
"""Silence up to this long is written, so that the file can be listened to along with the film."""
_STORED_GAPS = 60 * SAMPLE_RATE
"""In all, at most this much more silence than sound is written: a hostile film has many gaps."""


class Piece(NamedTuple):
    """A stretch of the WAV: `length` samples from its sample `first` on, which begin at `at`.

    `at` counts from the WAV's offset on the film's time line. Between pieces nothing was there.
    """

    at: int
    first: int
    length: int


@dataclass
class Layout:
    """Takes packets of sound with their stamps and passes on what is to be written, in order.

    `write` gets 16-bit samples. `skip` samples at the beginning are dropped: what lies before a
    clip. With `counted` the stamps are ffmpeg's own sums of packets' lengths: where they stand
    still they miss what follows, for good. Read after `finish`: `pieces`, `length` (the time
    line's, with every gap), `silent` and `dropped` (sound that was missing, or there twice, after
    the first sound), and `gaps`, where the longest silences lie.
    """

    write: Callable[[Any], None]
    skip: int = 0
    counted: bool = False
    pieces: list[Piece] = field(default_factory=list)
    length: int = 0
    sound: int = 0
    silent: int = 0
    dropped: int = 0
    gaps: list[tuple[int, int]] = field(default_factory=list)
    _stored: int = 0
    _silence: int = 0
    _decoded: int = 0
    _offset: int | None = None
    _stamped: int = 0
    _missed: int = 0
    _blocks: list[_Block] = field(default_factory=list)
    _last: _Last | None = None

    def add(self, stamps: Any, counts: Any, samples: Any) -> None:
        """A block of packets (about a second): a stamp and a count each, and all their samples."""
        import numpy as np

        starts = self._decoded + np.concatenate([[0], np.cumsum(counts)])
        self._decoded = int(starts[-1])
        stamps = np.asarray(stamps)
        steps = np.diff(stamps, prepend=stamps[0] if self._last is None else self._last.stamp)
        before = np.concatenate([[0 if self._last is None else self._last.length], counts[:-1]])
        moves = np.abs(steps) >= before * _STILL
        if len(steps) > _STEADY_PACKETS and np.median(steps[1:] / before[1:]) > _APART:
            moves[:] = False
            moves[0] = self._last is None
        offsets = stamps - starts[:-1]
        if self.counted:
            missed = self._missed + np.cumsum(np.where(moves, 0, before - steps))
            self._missed = int(missed[-1])
            offsets = offsets + missed
        else:
            offsets = np.concatenate([[0 if self._last is None else self._last.offset], offsets])
            offsets = offsets[np.maximum.accumulate(np.where(moves, np.arange(1, len(offsets)), 0))]
        self._last = _Last(int(stamps[-1]), int(counts[-1]), int(offsets[-1]))
        self._blocks.append(_Block(starts, offsets, samples))
        while len(self._blocks) > 1 and self._decoded - self._next().starts[-1] >= _AROUND:
            self._lay()

    def finish(self) -> None:
        while any(not block.laid for block in self._blocks):
            self._lay()
        self.gaps = sorted(self.gaps, key=lambda gap: gap[0] - gap[1])[:3]

    def _next(self) -> _Block:
        return next(block for block in self._blocks if not block.laid)

    def _lay(self) -> None:
        """Write the first block that is not; those around it are what its stamps are held against.

        A block is a second or so, and what lies within _AROUND of it is there already.
        """
        block = self._next()
        block.laid = True
        if self._offset is None:
            self._offset = int(self._targets(block)[0][0])
            self._stamped = self._offset
            self._put(max(0, self._offset), None)
            self.skip += max(0, -self._offset)
        if abs(block.offsets - self._offset).max() <= _TOLERANCE:
            self._put(0, block.samples)
        else:
            self._correct(block, self._targets(block))
        self._stamped = int(block.offsets[-1])
        while self._blocks[0].laid and self._blocks[0].starts[-1] <= block.starts[0] - _AROUND:
            del self._blocks[0]

    def _correct(self, block: _Block, targets: Any) -> None:
        """Write a block whose stamps go away from where its sound is laid."""
        cuts = block.starts - block.starts[0]
        done = 0
        for number, (target, spread) in enumerate(zip(*targets, strict=True)):
            assert self._offset is not None
            away = int(target) - self._offset
            if abs(away) <= max(_TOLERANCE, spread):
                continue
            at = max(done, int(cuts[number]))
            before = block.offsets[number - 1] if number else self._stamped
            step = abs(int(block.offsets[number]) - int(before))
            drifts = abs(away) < _FAR and (step < abs(away) / 2 or spread > _STEADY)
            if drifts:  # there is no hurry
                at += _quietest(block.samples[at:])
            self._put(0, block.samples[done:at])
            done = at
            self._offset = int(target)
            if away > 0:
                self._put(away, None, lost=not drifts)
            else:
                done = self._drop(block, at, -away, twice=not drifts)
        self._put(0, block.samples[done:])

    def _drop(self, block: _Block, at: int, count: int, *, twice: bool) -> int:
        """Leave `count` samples out from `at` of a block on; what it lacks, of those to come."""
        end = min(len(block.samples), at + count)
        self.skip += count - (end - at)
        self.dropped += count if twice and self.sound else 0
        return end

    def _targets(self, block: _Block) -> tuple[Any, Any]:
        """Each packet's offset (its stamp less the samples before it) as it is without wavering.

        And by how much the offsets around it waver, in the median.
        """
        import numpy as np

        offsets = np.concatenate([each.offsets for each in self._blocks])
        starts = np.concatenate([each.starts[:-1] for each in self._blocks])
        first = int(np.searchsorted(starts, block.starts[0]))
        steps = np.diff(offsets)
        # What wavers comes back; where packets are lost, what follows only goes ahead.
        backs = np.concatenate([[0], np.cumsum(steps < -_STEADY)])
        steps = np.abs(steps)
        # Stretches of packets whose stamps agree to their rounding.
        edges = np.flatnonzero(steps > _STEADY) + 1
        begins = np.concatenate([[0], edges])
        ends = np.concatenate([edges, [len(offsets)]])
        steady = np.repeat(ends - begins >= _STEADY_PACKETS, ends - begins)
        lengths = np.append(starts, self._blocks[-1].starts[-1])
        long = np.repeat(lengths[ends] - lengths[begins] >= _AROUND, ends - begins)
        run = np.repeat(np.arange(len(begins)), ends - begins)
        # Without such a stretch, all packets around, but none beyond a jump that is one.
        side = np.concatenate([[0], np.cumsum(steps > _FAR)])
        # A few stamps gone wrong, there and back, are no jump: they go with those before them.
        few = (np.bincount(side) < _STEADY_PACKETS) & (np.bincount(side, weights=steady) == 0)
        good = np.flatnonzero(~few[side])
        if len(good):
            side = side[
                good[np.maximum(0, np.searchsorted(good, np.arange(len(side)), "right") - 1)]
            ]
        found = np.zeros((2, len(block.offsets)), dtype=np.int64)
        last = None
        here = starts[first : first + found.shape[1]]
        low = np.searchsorted(starts, here - _AROUND)
        high = np.searchsorted(starts, here + _AROUND, side="right")
        for number in range(found.shape[1]):
            window = slice(int(low[number]), int(high[number]))
            wavers = backs[window.stop - 1] > backs[window.start]
            believed = steady[first + number] and long[first + number] if wavers else True
            group = run if believed else side
            mine = group[first + number]
            if number % _EVERY and (group is run, mine) == last:
                found[:, number] = found[:, number - 1]
                continue
            last = (group is run, mine)
            near = offsets[window][group[window] == mine]
            found[0, number] = np.median(near)
            if group is side:
                found[1, number] = np.median(abs(near - found[0, number]))
        return found[0], found[1]

    def _put(self, silence: int, samples: Any, *, lost: bool = True) -> None:
        """Silence, then sound; what is to be skipped is taken off their front."""
        import numpy as np

        if samples is not None and self.skip:
            samples, self.skip = samples[self.skip :], max(0, self.skip - len(samples))
        if silence and self.skip:
            silence, self.skip = max(0, silence - self.skip), max(0, self.skip - silence)
        if silence:
            if lost:
                self._gap(silence)
            few = self._silence + silence <= self.sound + _STORED_GAPS
            if silence <= STORED_GAP and few:
                self._silence += silence
                self._append(np.zeros(silence, dtype=np.int16))
            else:
                self.length += silence
        if samples is not None and len(samples):
            self.sound += len(samples)
            self._append(samples)

    def _gap(self, silence: int) -> None:
        if self.sound:
            self.silent += silence
        self.gaps.append((self.length, self.length + silence))
        if len(self.gaps) > 1000:
            self.gaps = sorted(self.gaps, key=lambda gap: gap[0] - gap[1])[:3]

    def _append(self, samples: Any) -> None:
        last = self.pieces[-1] if self.pieces else None
        if last and last.at + last.length == self.length:
            self.pieces[-1] = last._replace(length=last.length + len(samples))
        else:
            self.pieces.append(Piece(self.length, self._stored, len(samples)))
        self._stored += len(samples)
        self.length += len(samples)
        self.write(samples)


class _Last(NamedTuple):
    """The packet before: its stamp as it is, its length, and the offset that it was given."""

    stamp: int
    length: int
    offset: int


@dataclass
class _Block:
    """Packets: `starts` of each among all decoded samples, and the end; `offsets` as stamped."""

    starts: Any
    offsets: Any
    samples: Any
    laid: bool = False


def _quietest(samples: Any) -> int:
    """Where, in frames of 10 ms, the sound is quietest."""
    import numpy as np

    frame = SAMPLE_RATE // 100
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame)
    if not len(frames):
        return 0
    return int(np.abs(frames.astype(np.int32)).sum(axis=1).argmin()) * frame
