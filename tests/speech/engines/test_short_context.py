"""Hearing without the silence that fills a window: as good as the same, by a shorter encoding."""

from __future__ import annotations

import json

import pytest

from ..conftest import word_errors, words_of

pytestmark = pytest.mark.smoke

SHAPES = """
import json, numpy as np
from chalchitra.speech.engines.short_context import MARGIN, without_silence
shapes = []
for heard in (0, 1, 2, 1000, 2699, 2700, 2701, 3000):
    features = np.zeros((80, 3000), dtype=np.float32)
    features[5, :heard] = 0.1
    short = without_silence(features)
    assert (short == features[:, : short.shape[1]]).all() and short.flags["C_CONTIGUOUS"]
    batch = without_silence(features[None])
    assert batch.shape == (1, *short.shape)
    shapes.append([heard, short.shape[1]])
print(json.dumps([MARGIN, shapes]))
"""


def test_the_margin_stays_and_never_more_than_there_is(in_whisperx):
    margin, shapes = json.loads(in_whisperx(SHAPES))
    for heard, kept in shapes:
        assert kept % 2 == 0
        assert min(heard + margin, 3000) <= kept <= min(heard + margin + 1, 3000)


HEAR = """
import json, sys, wave
import numpy as np
from chalchitra.speech.engines.short_context import whisper_model_class
with wave.open(sys.argv[2]) as sound:
    samples = np.frombuffer(sound.readframes(int(16000 * 7.3)), "<i2").astype(np.float32) / 32768
model = whisper_model_class()(sys.argv[1], device="cpu", compute_type="int8")
lengths = []
encode = model.model.encode
class Counting:
    def __getattr__(self, name):
        return getattr(network, name)
    def encode(self, features, *rest, **options):
        lengths.append(features.shape[-1])
        return encode(features, *rest, **options)
network, model.model = model.model, Counting()
texts = []
for model.short in (False, True):
    segments, _ = model.transcribe(samples, language="en", temperature=0.0)
    texts.append("".join(segment.text for segment in segments))
print(json.dumps([texts, lengths]))
"""


def test_the_words_are_hardly_others_and_less_is_encoded(in_whisperx, base_model, demo_audio):
    texts, lengths = json.loads(in_whisperx(HEAR, base_model, demo_audio["audio"]))
    assert len(words_of(texts[0])) > 15
    # 0 where it was measured; the last bits of a number differ from one processor to another.
    assert word_errors(*map(words_of, texts)) <= 2
    assert lengths[0] == 3000
    assert lengths[-1] < 1300


TAIL = """
import json, sys, wave
import numpy as np
from chalchitra.speech.engines.short_context import LEAST, NothingLeftError, whisper_model_class
model = whisper_model_class()(sys.argv[1], device="cpu", compute_type="int8")
told = []
for frames in (LEAST - 1, LEAST + 1):
    features = np.zeros((80, 3000), dtype=np.float32)
    features[5, :frames] = 0.1
    model.begin()
    model.encode(features)  # a short block is heard, whatever its length
    try:
        model.encode(features)
        told.append("heard")
    except NothingLeftError:
        told.append("left out")
print(json.dumps(told))
"""


def test_the_last_bit_of_a_block_is_not_decoded_in_a_window_of_its_own(in_whisperx, base_model):
    assert json.loads(in_whisperx(TAIL, base_model)) == ["left out", "heard"]
