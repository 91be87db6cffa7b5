"""Recognition: what is said in the speech of a film, by an engine that decodes blocks of it.

Speech is packed into blocks, what the engine makes of them is put onto the film's voice, and what
is doubtful is decoded again (redecoding.py); the glossary's terms come last (hotwords.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from chalchitra.speech.engines.base import Engine, Note
from chalchitra.speech.raw import RawSegment, RawWord
from chalchitra.speech.recognition.blocks import (
    Block,
    BlockSamples,
    fitted,
    halves,
    pack_for,
)
from chalchitra.speech.recognition.candidates import Term
from chalchitra.speech.recognition.hallucinations import is_scrap, letters_of
from chalchitra.speech.recognition.hotwords import MOST_TOKENS, GlossaryUse, use_glossary
from chalchitra.speech.recognition.hypothesis import Hypothesis
from chalchitra.speech.recognition.options import RecognitionOptions
from chalchitra.speech.recognition.progress import Progress
from chalchitra.speech.recognition.quality import LanguageRules
from chalchitra.speech.recognition.redecoding import Redecoded, redecode
from chalchitra.speech.recognition.script_filter import is_foreign
from chalchitra.speech.recognition.variants import DecodingVariant, variants_of
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.sound import Sound
from chalchitra.speech.words import join_pieces, place, says_something
from chalchitra.text.marks import without_doubled_marks
from chalchitra.text.spacing import UNSPACED
from chalchitra.transcript.model import Segment


@dataclass
class Recognition:
    """What was recognised. Times are seconds of the film."""

    segments: list[Segment] = field(default_factory=list)
    dropped: list[RawWord] = field(default_factory=list)
    """Words that were written where nobody speaks."""
    notes: list[Note] = field(default_factory=list)
    redecoded: list[Redecoded] = field(default_factory=list)
    """What was decoded again, and what came of it."""
    glossary: GlossaryUse | None = None
    """What came of the glossary, where there is one."""


def recognise(
    engine: Engine,
    options: RecognitionOptions,
    sound: Sound,
    speech: SpeechRegions,
    language: str,
    on_progress: Callable[[float, float], None] = lambda done, total: None,
) -> Recognition:
    """Everything that is said in the regions.

    `language` is Whisper's code of what is spoken; `on_progress` is told seconds of speech done and
    in all. Every word lies in a region; words are in order and do not overlap. Raises UsageError
    when the model does not know the language.
    """
    engine.check(language, "transcribe")
    decoding = options.decoding
    spaced = language not in UNSPACED
    found = Recognition(notes=list(engine.notes))
    speech = fitted(speech, sound, decoding.window)
    blocks = pack_for(engine.workers, speech, sound, longest=decoding.window)
    progress = Progress([block.seconds for block in blocks], on_progress, again=options.redecode)
    decoder = _Decoder(engine, options, sound, language, spaced)
    still = decoding.temperatures[:1]

    def decode_again(some: Sequence[Block], variant: DecodingVariant) -> list[Hypothesis]:
        return decoder.decode(some, variant, progress.again([block.seconds for block in some]))

    first = DecodingVariant("", temperatures=still if options.redecode else None)
    hypotheses = decoder.decode(blocks, first, progress.finished)
    if options.redecode:
        hypotheses, found.redecoded = redecode(
            blocks,
            hypotheses,
            decode_again,
            variants_of(
                decoding.temperatures,
                prompted=bool(decoding.prompt),
                penalises=engine.penalises,
            ),
            lambda block: halves(block, sound),
            LanguageRules(
                options.characters,
                options.hallucinations,
                frozenset(map(letters_of, decoding.prompt.split())),
                spaced,
                frozenset(options.undoubled),
            ),
        )
    if options.terms:
        terms, unwritable = _terms(options)
        hypotheses, found.glossary = use_glossary(
            blocks,
            hypotheses,
            terms,
            lambda some, hotwords: decode_again(
                some, DecodingVariant("", temperatures=still, hotwords=hotwords)
            ),
            engine.count_tokens,
            room=MOST_TOKENS - engine.count_tokens(decoding.prompt),
            spaced=spaced,
        )
        found.glossary.unwritable = unwritable
    progress.end()
    for hypothesis in hypotheses:
        for segment in hypothesis.segments:
            found.segments.append(_finished(segment, len(found.segments)))
        found.dropped += hypothesis.dropped
    return found


@dataclass(frozen=True)
class _Decoder:
    """Decodes blocks of one film, and puts what comes out onto its voice."""

    engine: Engine
    options: RecognitionOptions
    sound: Sound
    language: str
    spaced: bool

    def decode(
        self, blocks: Sequence[Block], variant: DecodingVariant, on_block: Callable[[int], None]
    ) -> list[Hypothesis]:
        """A hypothesis of each block; `on_block` is told the index of each that is done."""
        guarded = self.options.guard or variant.guarded
        decoding = replace(
            variant.applied_to(self.options.decoding),
            characters=self.options.characters if guarded else frozenset(),
        )
        decoded = self.engine.decode(
            BlockSamples(blocks, self.sound), self.language, "transcribe", decoding, on_block
        )
        hypotheses = []
        for index, (block, raw) in enumerate(zip(blocks, decoded, strict=True)):
            on_film = [_on_film(segment, block, self.spaced) for segment in raw]
            scraps = [segment for segment in on_film if is_scrap(segment)]
            placed = place([one for one in on_film if one not in scraps], block.regions)
            placed.dropped += [word for segment in scraps for word in segment.words]
            capped = block.seconds if any(segment.capped for segment in raw) else 0.0
            prompted = bool(decoding.prompt)
            hypotheses.append(Hypothesis.of(placed, variant.name, capped=capped, prompted=prompted))
            on_block(index)
        return hypotheses


def _terms(options: RecognitionOptions) -> tuple[list[Term], list[str]]:
    """The glossary's terms that may be written, and those that are in another script."""
    foreign = [
        text
        for text in options.terms
        if any(is_foreign(character, options.characters) for character in text)
    ]
    return [Term.of(text) for text in options.terms if text not in foreign], foreign


def _finished(segment: Segment, number: int) -> Segment:
    """A segment as it is given on: numbered, and with one mark where two scripts' stand."""
    words = [
        word.model_copy(update={"text": without_doubled_marks(word.text)}) for word in segment.words
    ]
    text = without_doubled_marks(segment.text)
    return segment.model_copy(update={"id": number, "text": text, "words": words})


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
