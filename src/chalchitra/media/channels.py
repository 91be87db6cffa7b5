"""One channel out of many: the mix, one that was asked for, or one where the mix cancels out.

Where one side of a recording is the other turned over (a cable soldered wrong, a bad conversion),
the mean of the two is silence. The mix is therefore held against its parts, a second at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chalchitra.errors import UsageError
from chalchitra.media.film import Shortfall, Stream
from chalchitra.media.layout import SAMPLE_RATE

# Dialogue is in the centre. With `<`, ffmpeg divides by the sum of the gains of the channels that
# are there and skips the others, so that nothing clips and one line serves every layout, even one
# that changes: mono, stereo (the mean), 5.1, 7.1.
_GROUPS = {
    "centre": {"FC": 1.0, "BC": 0.1},
    "left": {"FL": 0.4, "FLC": 0.4, "DL": 0.4, "SL": 0.1, "BL": 0.1},
    "right": {"FR": 0.4, "FRC": 0.4, "DR": 0.4, "SR": 0.1, "BR": 0.1},
}
_GUESSED = {1: ["FC"], 2: ["FL", "FR"], 6: ["FL", "FR", "FC", "LFE", "BL", "BR"]}
_GUESSED[8] = [*_GUESSED[6], "SL", "SR"]
"""Where a file does not name its channels, so many are taken for mono, stereo, 5.1 and 7.1."""

_MOST = 8
"""More channels without names are mixed without a look at each: ffmpeg counts no further."""
_CANCELLED = 0.15
"""The mix has less than this of the power that its parts would give it if they were unrelated
(-8 dB): they cancel out."""
_QUIET = 1e-7
"""Mean square (-70 dB) of what is no sound worth choosing."""
_FADE = SAMPLE_RATE // 200
_TOLD_S = 3.0
"""Less cancelled sound than this is not told, and less than _TOLD_PART of all sound is not either:
effects of a film's surround sound are turned over too."""
_TOLD_PART = 0.02

_COMPARED_RATE = SAMPLE_RATE // 4
"""Hz at which two channels are held against each other: voices have their vowels below 2 kHz."""
_LONG = 4 * _COMPARED_RATE
"""So much sound is looked at together for whether its two channels have to do with each other."""
_FRAME = _COMPARED_RATE // 50
_VOICED = 10 ** (-50 / 20)
_ALIKE = 0.4
"""A correlation from which two channels, or how loud they are, are the same thing."""
_APART_S = 8.0
_APART_PART = 0.4
"""So many seconds, and so much of the time that both channels speak, are two different voices."""

_SIDES = {"left": ("FL", "FLC", "DL"), "right": ("FR", "FRC", "DR")}


def channel_names(stream: Stream) -> list[str]:
    """The names of a stream's channels in order: ffmpeg's where they are known, else numbers."""
    layout = stream.channel_layout
    if layout is not None and not layout.startswith(("ambisonic", "binaural")):
        import av

        return [channel.name for channel in av.AudioLayout(layout).channels]
    count = stream.channels or 1
    return _GUESSED.get(count, [f"c{number}" for number in range(count)])


def find_channel(stream: Stream, wanted: str) -> int:
    """The number (from 0) of the channel that `--audio-channel` asks for: left, right, a number.

    Raises UsageError where the track has none such; it lists those there are.
    """
    names = channel_names(stream)
    asked = wanted.strip().casefold()
    if asked in _SIDES:
        for name in _SIDES[asked]:
            if name in names:
                return names.index(name)
        if len(names) == 2:
            return list(_SIDES).index(asked)
    elif asked.isdecimal() and len(asked) < 4 and int(asked) < len(names):
        return int(asked)
    listed = ", ".join(f"{number} ({_spoken(name)})" for number, name in enumerate(names))
    raise UsageError(
        f"Audio track {stream.position} has no channel {wanted!r}.",
        cause=f"It has {'one channel' if len(names) == 1 else 'the channels'} {listed}.",
        fix="Give --audio-channel one of these numbers, or left or right."
        if len(names) > 1
        else "Leave --audio-channel out.",
    )


def _spoken(name: str) -> str:
    return {
        "FL": "front left", "FR": "front right", "FC": "centre", "LFE": "low effects",
        "BL": "back left", "BR": "back right", "SL": "side left", "SR": "side right",
        "BC": "back centre", "DL": "left", "DR": "right",
    }.get(name, name)  # fmt: skip


@dataclass(frozen=True)
class Channels:
    """What is taken of a stream: `filter` is the `pan` filter's argument that makes it.

    Its outputs are the `parts` of the mix, which are mixed with their `gains` (1 in all); a single
    one has no part's name.
    """

    filter: str
    parts: tuple[str, ...] = ()
    gains: tuple[float, ...] = ()

    @classmethod
    def of(cls, stream: Stream, channel: int | None = None) -> Channels:
        """All of a stream's channels mixed, or one of them by its number."""
        names = channel_names(stream)
        named = not names[0].startswith("c")
        if channel is not None and len(names) > 1:
            if channel >= len(names):
                find_channel(stream, str(channel))
            # Where a broadcast becomes mono for a while, its one channel is the centre.
            mono = "+FC" if named and "FC" not in names else ""
            return cls(f"pan=mono|c0={names[channel]}{mono}")
        groups = _GROUPS if named else {name: {name: 1.0} for name in names}
        gains = {
            group: sum(gain for name, gain in members.items() if name in names)
            for group, members in groups.items()
        }
        parts = [group for group, gain in gains.items() if gain]
        if not 1 < len(parts) <= _MOST:
            return cls(f"pan=mono|c0<{_sum(*groups.values())}")
        # Where a broadcast becomes mono, or surround, its centre is on every side.
        centre = [groups["centre"]] if named and "centre" not in parts else []
        outputs = [f"|c{number}<{_sum(groups[part], *centre)}" for number, part in enumerate(parts)]
        return cls(
            f"pan={len(parts)}c{''.join(outputs)}",
            tuple(parts),
            tuple(gains[part] / sum(gains.values()) for part in parts),
        )


def _sum(*gains: dict[str, float]) -> str:
    return "+".join(f"{gain}*{name}" for each in gains for name, gain in each.items())


@dataclass
class Mixer:
    """Makes one channel of blocks that `Channels` describes; all counts are samples.

    `cancelled` of the `heard` ones had a mix that cancels out, and `taken` says which channel was
    taken there. `apart` of those in which `both` of two channels speak are unrelated.
    """

    channels: Channels
    heard: int = 0
    cancelled: int = 0
    taken: dict[str, int] = field(default_factory=dict)
    both: int = 0
    apart: int = 0
    _chosen: int = 0
    _pair: list[Any] = field(default_factory=list)

    def mix(self, block: Any) -> Any:
        """One channel (16 bit) of a block, an array of samples by channels."""
        import numpy as np

        if block.shape[1] == 1:
            return block[:, 0]
        channels = np.ascontiguousarray(block.T, dtype=np.float32)
        mix = sum(gain * each for gain, each in zip(self.channels.gains, channels, strict=True))
        power = [_square(each) / (len(mix) * 32768.0**2) for each in (mix, *channels)]
        before, self._chosen = self._chosen, self._choice(power)
        if len(channels) == 2:
            self._compare(channels)
        if self._chosen == before == 0:
            return _whole(mix)
        sources = (mix, *channels)
        found = sources[self._chosen].copy()
        if before != self._chosen:
            count = min(_FADE, len(mix))
            rise = np.linspace(0, 1, count, dtype=np.float32)
            found[:count] = sources[before][:count] * (1 - rise) + found[:count] * rise
        return _whole(found)

    def _choice(self, power: Any) -> int:
        """The number of the channel to take of a block with these mean squares: 0 is the mix."""
        parts = [
            gain**2 * float(each) for gain, each in zip(self.channels.gains, power[1:], strict=True)
        ]
        if sum(parts) < _QUIET * max(self.channels.gains) ** 2:
            return self._chosen if power[0] < _QUIET else 0
        count = SAMPLE_RATE
        self.heard += count
        if power[0] >= _CANCELLED * sum(parts):
            return 0
        loudest = max(range(len(parts)), key=parts.__getitem__)
        if self._chosen and parts[self._chosen - 1] > parts[loudest] / 4:
            loudest = self._chosen - 1
        self.cancelled += count
        name = self.channels.parts[loudest]
        self.taken[name] = self.taken.get(name, 0) + count
        return loudest + 1

    def _compare(self, pair: Any) -> None:
        import numpy as np

        self._pair.append(_thinned(pair))
        if sum(each.shape[1] for each in self._pair) < _LONG:
            return
        stretch = np.concatenate(self._pair, axis=1) / 32768
        self._pair = []
        if speak_at_once(stretch):
            count = stretch.shape[1] * SAMPLE_RATE // _COMPARED_RATE
            self.both += count
            if unrelated(stretch):
                self.apart += count

    def shortfalls(self) -> list[Shortfall]:
        """What a person is told of the channels."""
        told = []
        if self.cancelled > max(_TOLD_S * SAMPLE_RATE, _TOLD_PART * self.heard):
            names = sorted(self.taken, key=lambda name: -self.taken[name])
            part = (
                ""
                if self.cancelled > 0.9 * self.heard
                else (f" in {self.cancelled / SAMPLE_RATE:.0f} s of the audio")
            )
            told.append(
                Shortfall(
                    f"The channels cancel each other out{part}; only {_called(names[0])} was used "
                    "there.",
                    "One side of the recording is the other with its polarity inverted.",
                    "Choose another channel with --audio-channel if words are missing.",
                )
            )
        if self.apart >= max(_APART_S * SAMPLE_RATE, _APART_PART * self.both):
            told.append(
                Shortfall(
                    "The left and right channels seem to carry different voices, which were mixed "
                    "together.",
                    "Some discs have one language on each side.",
                    "Prepare the job again with --audio-channel left, or right.",
                )
            )
        return told


def _square(samples: Any) -> Any:
    """The sum of squares; BLAS's would start threads for it, which cost more than they save."""
    import numpy as np

    return np.einsum("s,s->", samples, samples)


def _whole(samples: Any) -> Any:
    import numpy as np

    return np.clip(np.rint(samples), -32768, 32767).astype(np.int16)


def _called(part: str) -> str:
    return f"channel {part[1:]}" if part not in _GROUPS else f"the {part}"


def _thinned(pair: Any) -> Any:
    """Two channels at _COMPARED_RATE: the means of each four samples."""
    whole = pair[:, : pair.shape[1] // 4 * 4]
    # Much faster than a mean along a short axis.
    return (whole[:, 0::4] + whole[:, 1::4] + whole[:, 2::4] + whole[:, 3::4]) / 4


def speak_at_once(pair: Any) -> bool:
    """Whether both of two channels (2 by samples, thinned) speak at once and not in turns."""
    import numpy as np

    levels = _levels(pair)
    loud = levels > np.maximum(_VOICED, levels.max(axis=1, keepdims=True) / 10)
    counts = loud.sum(axis=1)
    together = (loud[0] & loud[1]).sum()
    # Speech comes in syllables and words: it is never loud for seconds, as music is.
    broken = (levels < np.median(levels, axis=1, keepdims=True) / 4).mean(axis=1)
    return bool(
        counts.min() > 0.25 * levels.shape[1]
        and together > 0.4 * counts.min()
        and broken.min() > 0.05
    )


def unrelated(pair: Any) -> bool:
    """Whether two channels (thinned) have nothing in common, not even a delay or a room apart."""
    import numpy as np

    if np.corrcoef(_levels(pair))[0, 1] >= _ALIKE:
        return False
    thin = pair - pair.mean(axis=1, keepdims=True)
    alike = _ALIKE * np.sqrt(_square(thin[0]) * _square(thin[1]))
    if abs(np.einsum("s,s->", *thin)) >= alike:
        return False
    size = 1 << (2 * thin.shape[1] - 1).bit_length()
    left, right = np.fft.rfft(thin, size)
    across = np.abs(np.fft.irfft(left * np.conj(right), size)).max()
    return bool(across < alike)


def _levels(pair: Any) -> Any:
    """How loud each channel is, in frames of 20 ms."""
    import numpy as np

    frames = pair[:, : pair.shape[1] // _FRAME * _FRAME].reshape(2, -1, _FRAME)
    return np.sqrt(np.einsum("cfs,cfs->cf", frames, frames) / _FRAME)
