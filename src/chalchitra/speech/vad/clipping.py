"""Speech that was recorded, or made, too loud: its waves have flat tops, and words are lost in it.

Told by the shape alone, since a copy may be quieter again: of ordinary speech hardly any samples
are near the loudest of their half-second (none of 14 clips and 2 films has SHARE of them there);
where speech was clipped by 20 dB most half-seconds have, in most clips after AAC of 64 kbit/s too.
Making the tops round again (ffmpeg's adeclip) or the sound quieter did not help base reliably.
"""

from __future__ import annotations

from collections.abc import Sequence

from chalchitra.speech.sound import SAMPLE_RATE, Sound
from chalchitra.transcript.model import Region

NEAR = 0.9
"""Of the loudest sample of a half-second: samples from here on are at its top."""
SHARE = 0.03
"""A half-second with more than this share of its samples at the top is clipped."""
MUCH = 0.3
"""From this share of clipped speech on it is worth telling."""
_QUIET = 0.01
"""The level (RMS, of 1) below which a half-second is no speech worth judging."""
_WINDOW = SAMPLE_RATE // 2


def clipped_share(sound: Sound, speech: Sequence[Region]) -> float:
    """Which share of the speech (by its half-seconds) is clipped; 0 where there is none."""
    import numpy as np

    clipped = counted = 0
    for region in speech:
        samples = np.asarray(sound.read(region.start, region.end))
        windows = samples[: len(samples) // _WINDOW * _WINDOW].reshape(-1, _WINDOW)
        if not len(windows):
            continue
        windows = windows[np.sqrt(np.square(windows).mean(axis=1)) > _QUIET]
        sizes = np.abs(windows)
        top = (sizes >= NEAR * sizes.max(axis=1, keepdims=True)).mean(axis=1)
        clipped += int((top > SHARE).sum())
        counted += len(windows)
    return clipped / counted if counted else 0.0
