"""An engine that only pretends, and a film's sound of which it decodes nothing."""

from __future__ import annotations

from chalchitra.speech.engines.base import Engine, ModelOptions
from chalchitra.speech.raw import RawSegment, RawWord
from chalchitra.speech.regions import SpeechRegions
from chalchitra.transcript.model import Region


class Film:
    """A minute of sound, one sample a second; it starts 100 s into the film."""

    start = 100.0
    end = 160.0

    def read(self, start, end):
        return [0.0] * round(end - start)


class Parrot(Engine):
    """An engine that says the same words in every block."""

    says = (RawWord(" so", 0.4, 0.6, 0.9), RawWord("-so", 0.6, 0.9, 0.7), RawWord(" la", 1.0, 1.3))
    multilingual = True

    def __init__(self, model):
        super().__init__(ModelOptions(model=model))
        self.decoded = []

    def count_tokens(self, text):
        return len(text.split())

    def text_tokens(self):
        return {}

    def knows(self, language):
        return language != "yue"

    def decode(self, blocks, language, task, options, on_block):
        for block in blocks:
            self.decoded.append(len(block))
            yield [RawSegment(self.says, avg_logprob=-0.25)]


def speech(*regions):
    return SpeechRegions(regions=[Region(start=a, end=b) for a, b in regions], pad=0.4)
