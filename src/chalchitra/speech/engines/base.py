"""What every recognition engine offers: `Recogniser.transcribe`.

An engine hears blocks of sound and gives words with times in the block. Packing the speech into
blocks, mapping times onto the film and keeping words on the voice is the same for all, and is here.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar, Literal

from chalchitra.errors import MissingError, UsageError
from chalchitra.speech.recognition.blocks import (
    LONGEST,
    Block,
    BlockSamples,
    Piece,
    fitted,
    halves,
    pack_for,
)
from chalchitra.speech.recognition.hallucinations import is_scrap, letters_of
from chalchitra.speech.recognition.hotwords import MOST_TOKENS, GlossaryUse, use_glossary
from chalchitra.speech.recognition.progress import Progress
from chalchitra.speech.recognition.quality import Reading, Written
from chalchitra.speech.recognition.redecoding import Healed, Way, heal, ways_of
from chalchitra.speech.recognition.script_filter import characters_of, foreign_tokens, is_foreign
from chalchitra.speech.recognition.term_correction import Term
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.sound import Samples, Sound
from chalchitra.speech.words import RawSegment, RawWord, join_pieces, place, says_something
from chalchitra.text.marks import without_doubled_marks
from chalchitra.transcript.model import Segment

Task = Literal["transcribe", "translate"]

UNSPACED = frozenset({"zh", "yue", "ja", "th", "lo", "my", "km", "bo"})
"""Whisper's codes of languages that put no spaces between words: every piece is a word there."""

APPENDED = "\"'.。,，!！?？:：”)]}、।॥۔؟،"
"""Punctuation that belongs to the word before it: Whisper's, and the dandas and Arabic marks that
the libraries' own lists leave out."""
PREPENDED = "\"'“¿([{-"


@dataclass(frozen=True)
class RecogniserOptions:
    """How to recognise. `model` is a folder in the engine's own format.

    model_sha256        what the folder holds; empty: not known
    device, compute_type, threads   what the hardware gives; 0 threads: the library's choice
    beam_size           hypotheses kept while decoding (mlx has no beam search and ignores it)
    temperatures        tried in turn while a window fails one of the next two thresholds
    compression_ratio_threshold, log_prob_threshold, no_speech_threshold
                        Whisper's own; `whisperx` ignores them and the temperatures
    batch_size          windows decoded together (`whisperx` only)
    seed                sampling at a temperature above 0 repeats itself
    script, latin       the script (ISO 15924) that is written, and whether Latin words may be in
                        it. Empty: any script
    guard               whether tokens that can only spell others are never chosen; what is heard
                        again is heard so anyway
    prompt              what the recogniser believes was said before; it writes on in that script
    repetition_penalty  above 1, tokens that were said are less likely to be said again
    heal                whether suspicious stretches are heard again (redecoding.py)
    invented            phrases that are believed only where the sound supports them
    undoubled           words that nobody says twice in a row (repetitions.py)
    terms               a glossary's terms: heard again with these where they may be (hotwords.py)
    hotwords            what the recogniser is told may be said; before the prompt, whose room it
                        shares
    window              the longest block in seconds, so that its text fits a window's tokens
    """

    model: Path
    device: str = "cpu"
    compute_type: str = "int8"
    threads: int = 0
    beam_size: int = 5
    temperatures: tuple[float, ...] = (0.0, 0.4, 0.8)
    compression_ratio_threshold: float | None = 2.4
    log_prob_threshold: float | None = -1.0
    no_speech_threshold: float | None = 0.6
    batch_size: int = 4
    seed: int = 0
    model_sha256: str = ""
    script: str = ""
    latin: bool = True
    guard: bool = True
    prompt: str = ""
    repetition_penalty: float = 1.0
    window: float = LONGEST
    heal: bool = True
    invented: tuple[str, ...] = ()
    undoubled: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    hotwords: str = ""

    def load_key(self, engine: str) -> tuple[object, ...] | None:
        """What a loaded model depends on, for warm.kept; all else may differ between requests."""
        if not self.model_sha256:
            return None
        machine = (self.device, self.compute_type, self.threads)
        return (engine, self.model, self.model_sha256, *machine)

    def __post_init__(self) -> None:
        """Raises UsageError for settings that mean nothing, MissingError without a model."""
        if self.beam_size < 1 or self.batch_size < 1 or not self.temperatures:
            raise UsageError(
                "asr.beam_size and asr.batch_size must be at least 1, and asr.temperatures must "
                "not be empty.",
                cause=f"They are {self.beam_size}, {self.batch_size} and {self.temperatures}.",
                fix="Correct the section [asr] of config/pipeline.toml or the --set option.",
            )
        if not self.model.is_dir():
            raise MissingError(
                f"There is no model folder {self.model}.",
                cause="The model was not fetched, or its folder was removed.",
                fix="Run the job with run-pipeline, which fetches what is missing.",
            )


@dataclass(frozen=True)
class Note:
    """Less was done than asked: what, why, and what would give the whole."""

    what: str
    why: str = ""
    fix: str = ""


@dataclass
class Heard:
    """What a recogniser made of the speech. Times are seconds of the film."""

    segments: list[Segment] = field(default_factory=list)
    dropped: list[RawWord] = field(default_factory=list)
    """Words that were written where nobody speaks."""
    notes: list[Note] = field(default_factory=list)
    healed: list[Healed] = field(default_factory=list)
    """What was heard again, and what came of it."""
    glossary: GlossaryUse | None = None
    """What came of the glossary, where there is one."""


def _nobody_listens(index: int) -> None:
    pass


class Recogniser(ABC):
    """A loaded recognition model. It may hear one film after another, each with its own options:
    of those, only what load_key names belongs to the loaded model.
    """

    engine: ClassVar[str]
    penalises: ClassVar[bool] = True
    """Whether the engine has a repetition penalty."""
    workers: int = 1
    """How many blocks are decoded side by side."""

    def __init__(self, options: RecogniserOptions) -> None:
        self.options = options
        self._foreign: dict[tuple[str, bool], list[int]] = {}
        self.notes: list[Note] = []
        self.on_block: Callable[[int], None] = _nobody_listens

    @abstractmethod
    def hear(
        self, blocks: Sequence[Samples], language: str, task: Task
    ) -> Iterator[list[RawSegment]]:
        """Each block's segments, in order; times are seconds of the block.

        A block is read from the sound each time it is asked for. An engine that hears blocks long
        before it gives them calls `self.on_block` with the index of each that is done.
        """

    @abstractmethod
    def text_tokens(self) -> dict[int, bytes]:
        """The bytes of every token of the model that is text."""

    def suppressed(self, task: Task) -> list[int]:
        """Tokens that are never chosen: -1, Whisper's own list, and those of other scripts."""
        options = self.options
        if task == "translate" or not (options.script and options.guard):
            return [-1]
        key = (options.script, options.latin)
        if key not in self._foreign:
            characters = characters_of(options.script, latin=options.latin)
            self._foreign[key] = foreign_tokens(self.text_tokens(), characters)
        return [-1, *self._foreign[key]]

    def prompt(self, task: Task) -> str | None:
        """What is believed to have been said before: nothing when the text is to be English."""
        return None if task == "translate" else self.options.prompt or None

    def hotwords(self, task: Task) -> str | None:
        """What is believed to be spoken of: nothing when the text is to be English."""
        return None if task == "translate" else self.options.hotwords or None

    @abstractmethod
    def count_tokens(self, text: str) -> int:
        """How many of the model's tokens a prompt has."""

    @property
    @abstractmethod
    def multilingual(self) -> bool:
        """Whether the model hears more than English."""

    @abstractmethod
    def knows(self, language: str) -> bool:
        """Whether a multilingual model has a token for the language (Whisper's code)."""

    def transcribe(
        self,
        sound: Sound,
        speech: SpeechRegions,
        language: str,
        task: Task = "transcribe",
        on_progress: Callable[[float, float], None] = lambda done, total: None,
    ) -> Heard:
        """Everything that is said in the regions, in `language` or, translated, in English.

        `language` is Whisper's code of what is spoken; `on_progress` is told seconds of speech
        done and in all. Every word lies in a region; words are in order and do not overlap.
        Raises UsageError when the model cannot do this.
        """
        self._check(language, task)
        spaced = task == "translate" or language not in UNSPACED
        heard = Heard(notes=list(self.notes))
        window = self.options.window
        blocks = pack_for(self.workers, fitted(speech, sound, window), sound, longest=window)
        heals = self.options.heal and task == "transcribe"
        progress = Progress([block.seconds for block in blocks], on_progress, again=heals)

        def read(blocks: Sequence[Block], way: Way) -> Iterator[Reading]:
            """A reading of each block, with these settings changed."""
            asked, self.options = self.options, replace(self.options, **way.changes)
            try:
                texts = self.hear(BlockSamples(blocks, sound), language, task)
                for block, raw in zip(blocks, texts, strict=True):
                    on_film = [_on_film(segment, block, spaced) for segment in raw]
                    scraps = [segment for segment in on_film if is_scrap(segment)]
                    placed = place([one for one in on_film if one not in scraps], block.regions)
                    placed.dropped += [word for segment in scraps for word in segment.words]
                    capped = block.seconds if any(segment.capped for segment in raw) else 0.0
                    prompted = bool(self.prompt(task))
                    yield Reading.of(placed, way.name, capped=capped, prompted=prompted)
            finally:
                self.options = asked

        def read_again(some: Sequence[Block], way: Way) -> list[Reading]:
            self.on_block = finished = progress.again([block.seconds for block in some])
            found: list[Reading] = []
            try:
                for index, reading in enumerate(read(some, way)):
                    found.append(reading)
                    finished(index)
                return found
            finally:
                self.on_block = _nobody_listens

        self.on_block = progress.finished
        readings: list[Reading] = []
        first = Way("", {"temperatures": self.options.temperatures[:1]} if heals else {})
        try:
            for index, reading in enumerate(read(blocks, first)):
                readings.append(reading)
                progress.finished(index)
        finally:
            self.on_block = _nobody_listens
        if heals:
            ways = ways_of(
                self.options.temperatures,
                prompted=bool(self.options.prompt),
                penalises=self.penalises,
            )
            written = Written(
                characters_of(self.options.script, latin=self.options.latin),
                self.options.invented,
                frozenset(map(letters_of, self.options.prompt.split())),
                spaced,
                frozenset(self.options.undoubled),
            )
            readings, heard.healed = heal(
                blocks,
                readings,
                read_again,
                ways,
                lambda block: halves(block, sound),
                written,
            )
        if self.options.terms and task == "transcribe":
            terms, unwritable = self._terms()
            room = MOST_TOKENS - self.count_tokens(self.prompt(task) or "")

            def told(some: Sequence[Block], hotwords: str) -> list[Reading]:
                still = self.options.temperatures[:1]
                return read_again(some, Way("", {"temperatures": still, "hotwords": hotwords}))

            readings, heard.glossary = use_glossary(
                blocks, readings, terms, told, self.count_tokens, room=room, spaced=spaced
            )
            heard.glossary.unwritable = unwritable
        progress.end()
        for reading in readings:
            for segment in reading.segments:
                heard.segments.append(_finished(segment, len(heard.segments)))
            heard.dropped += reading.dropped
        return heard

    def hear_each(
        self,
        stretches: Sequence[tuple[float, float]],
        sound: Sound,
        language: str,
        task: Task,
        way: Way,
        on_done: Callable[[int], None] = _nobody_listens,
    ) -> list[list[RawSegment]]:
        """What is said in each stretch of the film (s), heard by itself, in order.

        Times are seconds of the stretch. `way` changes settings for this hearing; `on_done` is told
        the index of each that is done. Raises UsageError when the model cannot do this.
        """
        self._check(language, task)
        blocks = [Block((Piece(start, end, 0.0),), ()) for start, end in stretches]
        asked, self.options = self.options, replace(self.options, **way.changes)
        self.on_block = on_done
        heard = []
        try:
            for index, raw in enumerate(self.hear(BlockSamples(blocks, sound), language, task)):
                heard.append(raw)
                on_done(index)
        finally:
            self.options, self.on_block = asked, _nobody_listens
        return heard

    def _terms(self) -> tuple[list[Term], list[str]]:
        """The glossary's terms that may be written, and those that are in another script."""
        characters = characters_of(self.options.script, latin=self.options.latin)
        foreign = [
            text
            for text in self.options.terms
            if any(is_foreign(character, characters) for character in text)
        ]
        return [Term.of(text) for text in self.options.terms if text not in foreign], foreign

    def _check(self, language: str, task: Task) -> None:
        if language != "en" and not (self.multilingual and self.knows(language)):
            raise UsageError(
                f"The model {self.options.model.name} does not recognise the language {language}.",
                cause="It is older than Whisper's support for that language."
                if self.multilingual
                else "It is one of Whisper's .en models, which recognise only English.",
                fix="Choose another model with --model, for example large-v3.",
            )
        if task == "translate" and not self.can_translate:
            raise UsageError(
                f"The model {self.options.model.name} cannot translate.",
                cause="Turbo, distilled and .en models were not trained to translate.",
                fix="Choose another with --model, for example large-v3 or base.",
            )

    @property
    def can_translate(self) -> bool:
        """Whether the model was trained to translate, judged by its files."""
        return self.multilingual and not looks_untranslating(self.options.model)


def _finished(segment: Segment, number: int) -> Segment:
    """A segment as it is given on: numbered, and with one mark where two scripts' stand."""
    words = [
        word.model_copy(update={"text": without_doubled_marks(word.text)}) for word in segment.words
    ]
    text = without_doubled_marks(segment.text)
    return segment.model_copy(update={"id": number, "text": text, "words": words})


def full_windows(segments: Iterable[tuple[int, int]], cap: int) -> set[int]:
    """The windows that have as many tokens as they may; segments are (window, tokens).

    Such a window was ended by that. Where its last sentence was finished before, the rest is in the
    next window and its tokens are not counted here: then nothing is lost.
    """
    counted: Counter[int] = Counter()
    for window, tokens in segments:
        counted[window] += tokens
    return {window for window, tokens in counted.items() if tokens >= cap}


def _on_film(segment: RawSegment, block: Block, spaced: bool) -> RawSegment:
    words = []
    for word in join_pieces(segment.words, spaced=spaced):
        if not says_something(word.text):
            continue
        start, end = block.to_film(word.start, max(word.start, word.end))
        words.append(RawWord(word.text, start, end, word.probability))
    return RawSegment(
        tuple(words), segment.avg_logprob, segment.no_speech_prob, segment.compression_ratio
    )


def looks_untranslating(model: Path) -> bool:
    """Whether a model folder is a turbo or distilled Whisper, by its name and its files.

    Turbo has large-v3's vocabulary (51866 entries) and 4 decoder layers in place of 32. MLX says
    so in config.json; CTranslate2's config only names the heads that align words, as layer and
    head.
    """
    name = model.resolve().name.lower()
    if "turbo" in name or "distil" in name:
        return True
    try:
        config = json.loads((model / "config.json").read_bytes())
    except (OSError, ValueError):
        return False
    layers = config.get("n_text_layer")
    if layers is not None:
        return bool(layers < 4 or (config.get("n_vocab") == 51866 and layers < 32))
    heads = config.get("alignment_heads") or []
    languages = config.get("lang_ids") or []
    return len(languages) == 100 and bool(heads) and max(layer for layer, _ in heads) < 4
