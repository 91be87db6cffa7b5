"""What a transcript knows of cues, for who reviews them."""

from __future__ import annotations

from collections.abc import Sequence

from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.formats.model import CueNote
from chalchitra.transcript.model import Transcript


def cue_notes(cues: Sequence[Cue], transcript: Transcript) -> dict[int, CueNote]:
    """What a transcript knows of its cues: a word belongs to the cue that shows at its middle.

    The speaker is whoever speaks longest in the cue.
    """
    words = sorted(
        (
            ((word.start + word.end) / 2, word, word.speaker or segment.speaker)
            for segment in transcript.segments
            for word in segment.words
        ),
        key=lambda item: item[0],
    )
    notes: dict[int, CueNote] = {}
    first = 0
    for cue in cues:
        while first < len(words) and words[first][0] < cue.start / 1000:
            first += 1
        seconds: dict[str, float] = {}
        probabilities: list[float] = []
        while first < len(words) and words[first][0] < cue.end / 1000:
            _, word, speaker = words[first]
            first += 1
            if speaker is not None:
                seconds[speaker] = seconds.get(speaker, 0.0) + word.end - word.start
            if word.probability is not None:
                probabilities.append(word.probability)
        notes[cue.index] = CueNote(
            speaker=max(seconds, key=lambda who: seconds[who], default=None),
            confidence=sum(probabilities) / len(probabilities) if probabilities else None,
        )
    return notes
