"""Sentence units through a translation engine: batched, checked, retried, and none of them lost.

A sentence whose translation fails a check is tried again alone and with care against loops, then
without placeholders, then in smaller pieces. What still fails keeps its source text and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from chalchitra.jobs.record import Degraded
from chalchitra.text.sentence_ends import is_punctuation
from chalchitra.translation.batches import run_batches
from chalchitra.translation.checks import problem
from chalchitra.translation.memory import TranslationMemory
from chalchitra.translation.model import TranslationUnit
from chalchitra.translation.protect import Protected, protect, restore
from chalchitra.translation.units import CLAUSE_ENDS, SentenceUnit

PIECE_DEPTH = 2
"""How often a failed sentence is halved (2: into 4 pieces); one that is too long, until it fits."""


@dataclass(frozen=True)
class Generated:
    """One output of an engine; `finished` when the model itself came to an end."""

    text: str
    finished: bool = True


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

    `from_memory` cost nothing: the same sentence was translated before. `trouble` is what was wrong
    with the memory.
    """

    units: list[TranslationUnit]
    retried: int = 0
    in_pieces: int = 0
    from_memory: int = 0
    trouble: str | None = None

    @property
    def degraded(self) -> list[Degraded]:
        """What was less than asked, besides the units themselves."""
        if self.trouble is None:
            return []
        return [
            Degraded(
                what="This translation was not remembered for the next time.",
                why=f"{self.trouble}.",
                fix="Free that place, or set translation.memory=false.",
            )
        ]


@dataclass(frozen=True)
class _Verdict:
    """A translation and what speaks against it: `problem` rules it out, `doubt` is reported."""

    text: str
    problem: str | None = None
    doubt: str | None = None

    @property
    def rank(self) -> int:
        """0 is faultless, 1 doubtful, 2 ruled out."""
        return 2 if self.problem else 1 if self.doubt else 0

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
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Outcome:
    """Every unit translated, or untranslated with a reason. Tags are IndicTrans2's (`hin_Deva`).

    Equal sentences are translated once, and those in `memory` not at all.
    `on_progress` gets the number of units done and of all. Raises OutOfMemoryError when memory
    does not hold a single sentence.
    """
    run = _Run(engine, source_tag, target_tag, memory)
    return run.over(units, batch_size, on_progress)


class _Run:
    def __init__(
        self,
        engine: Engine,
        source_tag: str,
        target_tag: str,
        memory: TranslationMemory | None = None,
    ) -> None:
        self._memory = memory
        self._engine = engine
        self._source_tag = source_tag
        self._target_script = target_tag.rpartition("_")[2]
        self._in_pieces = 0

    def over(
        self,
        units: Sequence[SentenceUnit],
        batch_size: int,
        on_progress: Callable[[int, int], None],
    ) -> Outcome:
        texts = list(dict.fromkeys(u.text for u in units if not is_punctuation(u.text)))
        known = self._memory.find(texts) if self._memory else {}
        verdicts = {text: _Verdict(found) for text, found in known.items()}
        new = [text for text in texts if text not in verdicts]
        protected = [self._protect(text) for text in new]
        lengths = self._engine.lengths([one.text for one in protected])
        most = self._engine.max_tokens if new else 0
        fits = [i for i, length in enumerate(lengths) if length <= most]
        others = len(units) - len(fits)

        def run(batch: list[int]) -> list[_Verdict]:
            whole = [protected[fits[i]] for i in batch]
            outputs = self._engine.generate([one.text for one in whole])
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
        again = [text for text in new if text not in verdicts or not verdicts[text].clean]
        for text in again:
            verdicts[text] = self._again(text, verdicts.get(text))
            self._keep({text: verdicts[text]})
        done = []
        for unit in units:
            verdict = verdicts.get(unit.text) or _Verdict(unit.text)  # marks alone stay
            done.append(TranslationUnit.of(unit, verdict.text, verdict.problem, verdict.doubt))
        return Outcome(
            done,
            retried=len(again),
            in_pieces=self._in_pieces,
            from_memory=sum(unit.text in known for unit in units),
            trouble=self._memory.trouble if self._memory else None,
        )

    def _keep(self, verdicts: Mapping[str, _Verdict]) -> None:
        """Remember what is faultless, at once: a run that is stopped has not worked for nothing."""
        if self._memory is not None:
            self._memory.keep({text: one.text for text, one in verdicts.items() if one.clean})

    def _protect(self, text: str, *, placeholders: bool = True) -> Protected:
        return protect(text, self._source_tag, placeholders=placeholders)

    def _verdict(self, protected: Protected, generated: Generated) -> _Verdict:
        restored = restore(generated.text, protected)
        wrong = problem(protected.source, restored.text, self._target_script)
        if wrong is None and not generated.finished:
            wrong = "the translation does not come to an end"
        if wrong is None and restored.strays:
            wrong = f"the placeholder {restored.strays[0]} stands for nothing"
        doubt = f"{', '.join(restored.lost)} is missing" if restored.lost else None
        return _Verdict(restored.text, wrong, doubt)

    def _again(self, text: str, before: _Verdict | None) -> _Verdict:
        """The best that can be had for a sentence that failed (None: it was too long)."""
        best = self._alone(text, before) if before is not None else None
        if best is not None and not best.problem:
            return best
        pieces = self._pieces(text, PIECE_DEPTH)
        if pieces is not None:
            self._in_pieces += 1
            doubts = [piece.doubt for piece in pieces if piece.doubt]
            return _Verdict(
                " ".join(piece.text for piece in pieces), doubt="; ".join(doubts) or None
            )
        return best or _Verdict("", "it is too long for the model, and its pieces failed too")

    def _alone(self, text: str, best: _Verdict | None = None) -> _Verdict:
        """One sentence by itself, with placeholders and without; `best` is what there is so far."""
        for placeholders in (True, False):
            protected = self._protect(text, placeholders=placeholders)
            if not placeholders and best is not None and not self._protect(text).entities:
                break
            found = self._generate_one(protected.text)
            verdict = self._verdict(protected, found)
            if best is None or verdict.rank < best.rank:
                best = verdict
            if best.clean:
                break
        assert best is not None
        return best

    def _generate_one(self, text: str) -> Generated:
        def run(batch: list[int]) -> list[Generated]:
            return self._engine.generate([text], careful=True)

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
            fits = self._engine.lengths([self._protect(half).text])[0] <= self._engine.max_tokens
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
