"""Decoding given stretches of a film, each by itself: nothing is packed, judged or corrected."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chalchitra.speech.engines.base import DecodingOptions, Engine, Task
from chalchitra.speech.raw import RawSegment
from chalchitra.speech.recognition.blocks import Block, BlockSamples, Piece
from chalchitra.speech.sound import Sound


def decode_each(
    engine: Engine,
    stretches: Sequence[tuple[float, float]],
    sound: Sound,
    language: str,
    task: Task,
    options: DecodingOptions,
    on_done: Callable[[int], None] = lambda index: None,
) -> list[list[RawSegment]]:
    """What is said in each stretch of the film (s), decoded by itself, in order.

    Times are seconds of the stretch. `on_done` is told the index of each that is done. Raises
    UsageError when the model cannot do this.
    """
    engine.check(language, task)
    blocks = [Block((Piece(start, end, 0.0),), ()) for start, end in stretches]
    decoded = []
    samples = BlockSamples(blocks, sound)
    for index, raw in enumerate(engine.decode(samples, language, task, options, on_done)):
        decoded.append(raw)
        on_done(index)
    return decoded
