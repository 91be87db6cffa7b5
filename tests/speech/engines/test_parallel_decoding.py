"""How the ctranslate2 engine shares blocks among workers: on libraries that only pretend."""

from __future__ import annotations

import random
import sys
import threading
import time
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from chalchitra.speech.engines.base import DecodingOptions, ModelOptions
from chalchitra.speech.engines.load import load_engine
from chalchitra.speech.recognition.options import RecognitionOptions
from chalchitra.speech.recognition.recognise import recognise
from chalchitra.speech.regions import SpeechRegions
from chalchitra.stagekit import warm
from chalchitra.transcript.model import Region

MUMBLED = {3.0, 5.0}
"""What begins with these samples comes out badly at temperature 0."""
CLIPPED = {6.0}
"""And these without the silence of a whole window."""


@dataclass
class Library:
    """CTranslate2 and faster-whisper as the engine sees them, and what was asked of them.

    As in the real one, each model has threads of its own, and a thread's random numbers start at
    the seed when it first samples and never again.
    """

    seed: int = -1
    loaded: list[int] = field(default_factory=list)
    alive: int = 0
    most_alive: int = 0
    decoded: list[tuple[float, tuple[float, ...]]] = field(default_factory=list)
    together: int = 0
    most_together: int = 0
    breaks: Exception | None = None


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    """The modules ctranslate2 and faster_whisper, replaced."""
    made = Library()

    class Whisper:
        is_multilingual = True

        def __init__(self, path: str, *, inter_threads: int, **_: Any) -> None:
            made.loaded.append(inter_threads)
            made.alive += 1
            made.most_alive = max(made.most_alive, made.alive)
            self.workers = inter_threads
            self.generator: random.Random | None = None

        def __del__(self) -> None:
            made.alive -= 1

        def generate(self, *, sampling_temperature: float = 0.0) -> float:
            if not sampling_temperature:
                return 0.0
            assert self.workers == 1, "which thread samples would be left to chance"
            self.generator = self.generator or random.Random(made.seed)
            return self.generator.random()

    class WhisperModel:
        def __init__(self, path: str, *, num_workers: int, **_: Any) -> None:
            self.model = Whisper(path, inter_threads=num_workers)
            self.hf_tokenizer = SimpleNamespace(
                token_to_id=lambda token: 1, get_vocab=lambda with_added_tokens: {}
            )
            self.lock = threading.Lock()

        def transcribe(self, samples: Any, *, temperature: list[float], **_: Any) -> Any:
            with self.lock:
                made.together += 1
                made.most_together = max(made.most_together, made.together)
                made.decoded.append((samples[0], tuple(temperature)))
            time.sleep(0.02 / samples[0])  # the first ones take longest
            if made.breaks:
                raise made.breaks
            for one in temperature:
                drawn = self.model.generate(**({"sampling_temperature": one} if one else {}))
                bad = not one and (samples[0] in MUMBLED or (samples[0] in CLIPPED and self.short))
                if not bad:
                    break
            with self.lock:
                made.together -= 1
            word = SimpleNamespace(
                word=f" {samples[0]:.0f}:{drawn:.6f}", start=0.4, end=27.5, probability=0.5
            )
            segment = SimpleNamespace(
                words=[word],
                avg_logprob=-2.0 if bad else -0.2,
                no_speech_prob=0.0,
                compression_ratio=1.0,
                seek=0,
                tokens=[1, 2],
            )
            return [segment], None

    ctranslate2 = ModuleType("ctranslate2")
    ctranslate2.models = SimpleNamespace(Whisper=Whisper)
    ctranslate2.get_supported_compute_types = lambda device: {"int8"}
    ctranslate2.set_random_seed = lambda seed: setattr(made, "seed", seed)
    faster_whisper = ModuleType("faster_whisper")
    faster_whisper.WhisperModel = WhisperModel
    monkeypatch.setitem(sys.modules, "ctranslate2", ctranslate2)
    monkeypatch.setitem(sys.modules, "faster_whisper", faster_whisper)
    warm.forget()
    warm.begin(0)
    yield made
    warm.forget()


class Numbered:
    """Eight regions' sound, 30 s each: the samples of the n-th are all n."""

    start = 0.0
    end = 240.0

    def read(self, start: float, end: float) -> list[float]:
        return [float(start // 30 + 1)] * 10


SPEECH = SpeechRegions(regions=[Region(start=30 * n, end=30 * n + 28) for n in range(8)])


@pytest.fixture
def decode(library: Library, tmp_path: Any) -> Any:
    """Decode the eight blocks; the words that came out."""
    for name in ("model.bin", "tokenizer.json"):
        (tmp_path / name).write_text("")

    def decoded(
        threads: int = 3,
        on_progress: Any = lambda done, total: None,
        redecode: bool = True,
        **options: Any,
    ) -> Any:
        engine = load_engine(
            "ctranslate2", ModelOptions(model=tmp_path, model_sha256="x", threads=threads)
        )
        how = RecognitionOptions(DecodingOptions(**options), redecode=redecode)
        found = recognise(engine, how, Numbered(), SPEECH, "en", on_progress)
        return [segment.text for segment in found.segments]

    return decoded


def test_blocks_are_decoded_side_by_side_and_come_out_in_order(decode, library):
    assert [text.partition(":")[0] for text in decode()] == [str(n) for n in range(1, 9)]
    assert 1 < library.most_together <= 3


def test_what_fails_is_decoded_again_with_the_whole_ladder_in_order_by_one_worker(decode, library):
    texts = decode()
    again = library.decoded[-2:]
    assert again == [(3.0, (0.0, 0.4, 0.8)), (5.0, (0.0, 0.4, 0.8))]
    assert {temperatures for _, temperatures in library.decoded[:-2]} == {(0.0,)}
    sampled = random.Random(0)
    for number, text in enumerate(texts, 1):
        drawn = sampled.random() if float(number) in MUMBLED else 0.0
        assert text == f"{number}:{drawn:.6f}"
    assert library.loaded == [3, 1]


def test_one_temperature_is_no_ladder(decode, library):
    decode(temperatures=(0.0,), redecode=False)
    assert len(library.decoded) == 8 + 3
    assert library.loaded == [3]


def test_what_fails_without_silence_is_first_decoded_with_it_which_loads_nothing(
    decode, library, monkeypatch
):
    monkeypatch.setattr(sys.modules[__name__], "MUMBLED", set())
    texts = decode()
    assert library.decoded[8:] == [(6.0, (0.0,))]
    assert texts[5] == "6:0.000000"
    assert library.loaded == [3]


@pytest.mark.parametrize("threads", [1, 3])
def test_sampling_from_the_start_is_never_shared(decode, library, threads):
    texts = decode(threads, temperatures=(0.8, 0.0))
    assert library.most_together == 1
    assert [number for number, _ in library.decoded] == [float(n) for n in range(1, 9)]
    assert len(set(texts)) == 8


def test_the_words_do_not_depend_on_the_workers_or_on_films_before(decode, library):
    alone = decode(1)
    warm.forget()
    first = decode(3)
    for options in ({}, {"temperatures": (0.0,)}, {"seed": 7}, {"temperatures": (0.5,)}, {}):
        last = decode(3, **options)
    assert alone == first == last
    assert decode(3, seed=7) != first
    assert library.most_alive == 1, "two models were in memory"


def test_a_film_that_samples_nothing_finds_its_model_loaded(decode, library, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "MUMBLED", set())
    decode()
    warm.begin(0)
    decode()
    assert library.loaded == [3]
    assert warm.models_loaded() == 0


def test_with_one_worker_only_a_second_film_that_samples_loads_again(decode, library):
    decode(1)
    assert library.loaded == [1]
    warm.begin(0)
    decode(1)
    assert library.loaded == [1, 1]
    assert warm.models_loaded() == 1


def test_progress_never_goes_back_and_comes_to_the_end(decode):
    told: list[tuple[float, float]] = []
    decode(on_progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1] == 8 * 28
    assert len({done for done, _ in told}) == 18, "each is told, and told when it is decoded again"


def test_an_error_of_one_block_is_the_films_and_the_next_film_is_not_told(decode, library):
    told: list[float] = []
    library.breaks = RuntimeError("CUDA failed with error out of memory")
    with pytest.raises(RuntimeError, match="out of memory"):
        decode(on_progress=lambda done, total: told.append(done))
    library.breaks = None
    before = len(told)
    decode()
    assert len(told) == before
