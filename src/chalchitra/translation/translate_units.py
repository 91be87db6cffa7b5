"""Sentence units through a translation engine: batched, checked, retried, and none of them lost.

A sentence whose translation fails a check is tried again alone and with care against loops, then
without placeholders, then without its final mark, then in smaller pieces. What still fails keeps
its source text and says why.
An exception of the model costs the sentences that raise it, not the stage; where everything raises,
the stage fails with it.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Protocol

from chalchitra.errors import ChalchitraError
from chalchitra.stagekit.protocol import Degraded
from chalchitra.text.marks import without_doubled_marks
from chalchitra.text.sentence_ends import is_punctuation
from chalchitra.transcript.translation import TranslationUnit
from chalchitra.translation.agreement import doubts
from chalchitra.translation.batches import BatchTooLarge, run_batches
from chalchitra.translation.checks import left_over, problem
from chalchitra.translation.edges import final_mark
from chalchitra.translation.latin import UNREADABLE, is_all_latin, is_english, may_be_sent
from chalchitra.translation.memory import TranslationMemory
from chalchitra.translation.protect import Protected, protect, restore
from chalchitra.translation.terms import TermFinder, TermUse
from chalchitra.translation.units import CLAUSE_ENDS, SentenceUnit, translated

PIECE_DEPTH = 2
"""How often a failed sentence is halved (2: into 4 pieces); one that is too long, until it fits."""
RAISE_IN_A_ROW = 20
"""So many sentences of the first round that raise one after another are no matter of sentences: the
model or its device is gone, and a new process may have another."""
_MARKS = " .?!।॥؟۔᱾꯫…\"'”’"
_TELLING = 20
"""So many sentences, hardly one with a final mark, come from a recogniser that writes none."""
LOGGED = 5
"""Exceptions that are printed whole, for the stage's log; the rest is more of the same."""


@dataclass(frozen=True)
class Generated:
    """One output of an engine; `finished` when the model itself came to an end.

    `error` is what was raised instead of an output. `unread` is what of the source the model has
    no token for; `unwritten`, whether the output had such a token, which no text can show.
    """

    text: str
    finished: bool = True
    error: Exception | None = None
    unread: tuple[str, ...] = ()
    unwritten: bool = False


class Engine(Protocol):
    """A sequence-to-sequence model with its tokeniser, for one pair of languages."""

    @property
    def max_tokens(self) -> int:
        """The longest source, in tokens, that the model was trained for."""

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """The tokens of each text, language tags and end mark included."""

    def generate(self, texts: Sequence[str], *, careful: bool = False) -> list[Generated]:
        """One output a text, in order; `careful` decodes against repetition.

        Raises batches.BatchTooLarge when the batch does not fit.
        """


class LateEngine:
    """An engine that is loaded when it is first asked: not at all where all is remembered."""

    def __init__(self, load: Callable[[], Engine]) -> None:
        self._load = cache(load)

    @property
    def max_tokens(self) -> int:
        return self._load().max_tokens

    def lengths(self, texts: Sequence[str]) -> list[int]:
        return self._load().lengths(texts) if texts else []

    def generate(self, texts: Sequence[str], *, careful: bool = False) -> list[Generated]:
        return self._load().generate(texts, careful=careful)


@dataclass(frozen=True)
class Outcome:
    """The units in order; `retried` were tried again, `in_pieces` were translated in pieces.

    `from_memory` cost nothing: the same sentence was translated before. `exceptions` counts what
    the model raised. `trouble` is what was wrong with the memory.
    """

    units: list[TranslationUnit]
    retried: int = 0
    in_pieces: int = 0
    from_memory: int = 0
    exceptions: int = 0
    trouble: str | None = None
    terms: TermUse = field(default_factory=TermUse)

    @property
    def degraded(self) -> list[Degraded]:
        """What was less than asked, besides the units themselves."""
        found = self.terms.degraded
        if self.trouble is not None:
            found.append(
                Degraded(
                    what="This translation was not saved for reuse.",
                    why=f"{self.trouble}.",
                    fix="Move that file away, or set translation.memory=false.",
                )
            )
        return found


@dataclass(frozen=True)
class _Verdict:
    """A translation and what speaks against it: `problem` rules it out, `doubt` is reported."""

    text: str
    problem: str | None = None
    doubt: str | None = None
    error: Exception | None = None
    mangled: bool = False
    """Whether placeholders were lost or doubled: what is left of one may be in the text."""
    incurable: bool = False
    """Whether the doubt is of a kind that no other try takes away."""

    @property
    def rank(self) -> int:
        """0 is faultless, 1 doubtful, 2 doubtful with placeholders lost, 3 ruled out."""
        return 3 if self.problem else 2 if self.mangled else 1 if self.doubt else 0

    @property
    def clean(self) -> bool:
        return self.rank == 0


def translate_units(
    units: Sequence[SentenceUnit],
    engine: Engine,
    source_tag: str,
    target_tag: str,
    *,
    batch_size: int,
    memory: TranslationMemory | None = None,
    terms: TermFinder | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Outcome:
    """Every unit translated, or untranslated with a reason. Tags are IndicTrans2's (`hin_Deva`).

    Equal sentences are translated once, and those in `memory` not at all. A glossary's `terms` come
    back as their renderings.
    `on_progress` gets the number of units done and of all. Raises OutOfMemoryError when memory
    does not hold a single sentence, and the engine's own exception where every sentence raises
    one, or RAISE_IN_A_ROW do.
    """
    run = _Run(engine, source_tag, target_tag, memory, terms)
    return run.over(units, batch_size, on_progress)


class _Run:
    def __init__(
        self,
        engine: Engine,
        source_tag: str,
        target_tag: str,
        memory: TranslationMemory | None = None,
        terms: TermFinder | None = None,
    ) -> None:
        self._memory = memory
        self._terms = terms or TermFinder(())
        self._engine = engine
        self._source_tag, self._target_tag = source_tag, target_tag
        self._source_script = source_tag.rpartition("_")[2]
        self._target_script = target_tag.rpartition("_")[2]
        self._mirrors = True
        self._in_pieces = 0
        self._exceptions = 0
        self._in_a_row = 0

    def over(
        self,
        units: Sequence[SentenceUnit],
        batch_size: int,
        on_progress: Callable[[int, int], None],
    ) -> Outcome:
        texts = list(dict.fromkeys(u.text for u in units if not is_punctuation(u.text)))
        self._mirrors = is_punctuated(texts)
        unsent = {text: one for text in texts if (one := self._unsent(text)) is not None}
        texts = [text for text in texts if text not in unsent]
        keys = {text: self._key(text) for text in texts}
        stored = self._memory.find(list(keys.values())) if self._memory else {}
        known = {text for text, key in keys.items() if key in stored}
        verdicts = {text: _Verdict(stored[keys[text]]) for text in known}
        new = [text for text in texts if text not in verdicts]
        protected = [self._protect(text) for text in new]
        lengths = self._lengths([one.text for one in protected])
        most = self._engine.max_tokens if new else 0
        fits = [i for i, length in enumerate(lengths) if length <= most]
        others = len(units) - len(fits)

        def run(batch: list[int]) -> list[_Verdict]:
            whole = [protected[fits[i]] for i in batch]
            outputs = self._generate([one.text for one in whole])
            self._check_alive(outputs)
            found = [self._verdict(*pair) for pair in zip(whole, outputs, strict=True)]
            self._keep(dict(zip((one.source for one in whole), found, strict=True)))
            return found

        first = run_batches(
            [lengths[i] for i in fits],
            batch_size,
            run,
            lambda done: on_progress(done + others, len(units)),
        )
        verdicts |= dict(zip((new[i] for i in fits), first, strict=True))
        again = [text for text in new if _may_be_better(verdicts.get(text))]
        for text in again:
            verdicts[text] = self._again(text, verdicts.get(text))
            self._keep({text: verdicts[text]})
        errors = [verdicts[text].error for text in new]
        if errors and not known and (error := errors[0]) and all(errors):
            raise error
        verdicts |= unsent
        done = []
        for unit in units:
            verdict = verdicts.get(unit.text) or _Verdict(unit.text)  # marks alone stay
            done.append(translated(unit, verdict.text, verdict.problem, verdict.doubt))
        return Outcome(
            done,
            retried=len(again),
            in_pieces=self._in_pieces,
            from_memory=sum(unit.text in known for unit in units),
            exceptions=self._exceptions,
            trouble=self._memory.trouble if self._memory else None,
            terms=TermUse.of(self._terms, done),
        )

    def _generate(self, texts: Sequence[str], *, careful: bool = False) -> list[Generated]:
        """One output a text; those of a batch that raises one by one, and then its error."""
        try:
            return self._engine.generate(texts, careful=careful)
        except (BatchTooLarge, ChalchitraError):
            raise
        except Exception as error:
            self._exceptions += 1
            if len(texts) == 1:
                if self._exceptions <= LOGGED:
                    traceback.print_exception(error, file=sys.stderr)
                # Without its frames, which hold what the model had in memory.
                return [Generated("", error=error.with_traceback(None))]
        return [one for text in texts for one in self._generate([text], careful=careful)]

    def _check_alive(self, outputs: Sequence[Generated]) -> None:
        for one in outputs:
            self._in_a_row = self._in_a_row + 1 if one.error else 0
            if one.error and self._in_a_row >= RAISE_IN_A_ROW:
                raise one.error

    def _lengths(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text; 0 for one that the tokeniser raises on, so that it is generated,
        raises there and is told."""
        try:
            return self._engine.lengths(texts)
        except ChalchitraError:
            raise
        except Exception:
            if len(texts) == 1:
                return [0]
            return [self._lengths([text])[0] for text in texts]

    def _keep(self, verdicts: Mapping[str, _Verdict]) -> None:
        """Remember what is faultless, at once: a run that is stopped has not worked for nothing."""
        if self._memory is not None:
            clean = {text: one.text for text, one in verdicts.items() if one.clean}
            self._memory.keep({self._key(text): found for text, found in clean.items()})

    def _key(self, text: str) -> str:
        """What a sentence is remembered by: with other renderings of its terms it is another."""
        terms = self._terms.find(text)
        mirrors = [] if self._mirrors else ["without marks"]
        return "\n".join([text, *(f"{one.term} = {one.rendering}" for one in terms), *mirrors])

    def _unsent(self, text: str) -> _Verdict | None:
        """What becomes of a text that the model cannot read; None for any other."""
        if self._source_script in ("", "Latn") or not is_all_latin(text):
            return None
        if self._target_tag == "eng_Latn" and is_english(text):
            return _Verdict(text)
        return None if may_be_sent(text) else _Verdict("", UNREADABLE)

    def _protect(self, text: str, *, placeholders: bool = True) -> Protected:
        terms = self._terms.find(text)
        return protect(text, self._source_tag, placeholders=placeholders, terms=terms)

    def _verdict(self, protected: Protected, generated: Generated) -> _Verdict:
        if (error := generated.error) is not None:
            said = str(error).strip().partition("\n")[0]
            why = f"the model failed on it ({type(error).__name__}: {said})"
            return _Verdict("", why, error=error)
        target = self._target_tag if self._mirrors else ""
        restored = restore(generated.text, protected, target)
        found = self._terms.find(protected.source)
        given = {one.rendering for one in found}
        wrong = problem(
            protected.source,
            restored.text,
            self._target_script,
            given,
            source_script=self._source_script,
        )
        if wrong is None and not generated.finished:
            wrong = "the translation does not end"
        if wrong is None and restored.strays:
            wrong = f"the placeholder {restored.strays[0]} is not in the source"
        doubted = [f"{', '.join(restored.lost)} is missing"] if restored.lost else []
        doubted += [f"{one} appears more than once" for one in restored.doubled]
        doubted += self._doubts(protected, restored.text, restored.lost)
        if generated.unwritten:
            doubted.append("the model produced an unknown character")
        curable = bool(doubted)
        if generated.unread:
            doubted.append(f"the model does not know “{'”, “'.join(generated.unread)}”")
        return _Verdict(
            restored.text,
            wrong,
            "; ".join(doubted) or None,
            mangled=protected.hidden and bool(restored.lost or restored.doubled),
            incurable=bool(doubted) and not curable,
        )

    def _doubts(self, protected: Protected, text: str, lost: Sequence[str]) -> list[str]:
        """What the two texts do not share, without what is said to be lost already."""
        source = protected.source
        for one in self._terms.find(source):
            text = text.replace(one.rendering, " ")
            source = source.replace(one.term, " ")
        found = doubts(source, text, self._source_tag, self._target_tag)
        found = [one for one in found if not any(one.split(" ")[0] in each for each in lost)]
        left = left_over(source, text, self._source_script, self._target_script)
        return [*found, *([left] if left else [])]

    def _again(self, text: str, before: _Verdict | None) -> _Verdict:
        """The best that can be had for a sentence that failed (None: it was too long)."""
        best = self._alone(text, before) if before is not None else None
        if best is not None and not best.problem:
            return best
        pieces = self._pieces(text, PIECE_DEPTH)
        if pieces is not None:
            self._in_pieces += 1
            doubts = [piece.doubt for piece in pieces if piece.doubt]
            joined = without_doubled_marks(" ".join(piece.text for piece in pieces))
            return _Verdict(joined, doubt="; ".join(doubts) or None)
        return best or _Verdict("", "it is too long for the model, and its pieces failed too")

    def _alone(self, text: str, best: _Verdict | None = None) -> _Verdict:
        """One sentence by itself, with placeholders and without, and without its final mark; `best`
        is what there is so far."""
        hidden = self._protect(text)
        tries = [hidden]
        if hidden.entities:
            tries.append(self._protect(text, placeholders=False))
        for protected in tries:
            verdict = self._verdict(protected, self._generate_one(protected.text))
            if best is None or verdict.rank < best.rank:
                best = verdict
            if best.clean:
                return best
        assert best is not None
        if best.problem and (unmarked := _unmarked(tries[-1])) is not None:
            verdict = self._verdict(unmarked, self._generate_one(unmarked.text))
            best = verdict if verdict.rank < best.rank else best
        return best

    def _generate_one(self, text: str) -> Generated:
        def run(batch: list[int]) -> list[Generated]:
            return self._generate([text], careful=True)

        return run_batches([1], 1, run)[0]

    def _pieces(self, text: str, depth: int) -> list[_Verdict] | None:
        """Translations of two halves, halved again where they fail; None where that fails too."""
        halves = halved(text)
        if halves is None:
            return None
        pieces: list[_Verdict] = []
        for half in halves:
            if is_punctuation(half):
                pieces.append(_Verdict(half))
                continue
            fits = self._lengths([self._protect(half).text])[0] <= self._engine.max_tokens
            verdict = self._alone(half) if fits else None
            if verdict is not None and not verdict.problem:
                pieces.append(verdict)
                continue
            if fits and depth <= 1:
                return None
            smaller = self._pieces(half, depth - 1 if fits else depth)
            if smaller is None:
                return None
            pieces += smaller
        return pieces


def _may_be_better(verdict: _Verdict | None) -> bool:
    return verdict is None or not (verdict.clean or verdict.incurable)


def _unmarked(protected: Protected) -> Protected | None:
    """The text without the mark at its end, which now and then is what spoils it; None without."""
    if not final_mark(protected.text):
        return None
    text = protected.text.rstrip(_MARKS)
    return replace(protected, text=text) if text.strip() else None


def is_punctuated(texts: Sequence[str]) -> bool:
    """Whether these sentences have final marks, as far as can be told: a recogniser that writes
    none leaves it to the translation."""
    marked = sum(bool(final_mark(text)) for text in texts)
    return len(texts) < _TELLING or marked >= len(texts) / 10


def halved(text: str) -> tuple[str, str] | None:
    """A text in two at a word near its middle, rather after a comma; None for a single word."""
    words = text.split()
    if len(words) < 2:
        return None

    def cost(cut: int) -> float:
        clause = words[cut - 1][-1] in CLAUSE_ENDS
        return abs(2 * cut - len(words)) / len(words) - (0.4 if clause else 0.0)

    cut = min(range(1, len(words)), key=cost)
    return " ".join(words[:cut]), " ".join(words[cut:])
