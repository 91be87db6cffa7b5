"""`--transcript` with the true text of a film: placed whole, and with lines taken out and put in.

The lines are the truth's sentences; where it has a dialogue whose lines are known
(known_lines.tsv), also these. An edit takes two lines out of the text and puts one in that nobody
says. It is reported exactly when the line that was put in, and no other, is said to have no sound;
when all speech that is said to have no line is in lines that were taken out; and when each of these
has some.
"""

from __future__ import annotations

import csv
import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus import Corpus, Item, Sentence
from measures.folding import words_of
from measures.scripts import LATIN
from measures.spans import Span
from score import Figures, score
from systems import Run, Setting
from systems.jobs import Made, folder_of, prepare, run_sharing
from systems.ours import options_for
from targets import ONSET_FAR, ONSET_MEDIAN, Check

from chalchitra.files import write_text
from chalchitra.speech.script_alignment.report import ScriptReport
from parts import Part, table

KNOWN = Path(__file__).parents[1] / "known_lines.tsv"
ADDED = {
    "en": "Nobody in this house has seen the gardener since last Thursday.",
    "hi": "पिछले गुरुवार से इस घर में किसी ने माली को नहीं देखा।",
}
"""A line that nobody says, by language."""
EDITS = 6
"""At most so many of a text; of four lines these are all pairs."""
SEED = 8
SENTENCES = "sentences"
"""The lines that something is wanted of; a dialogue's own are shown beside them."""


@dataclass(frozen=True)
class Line:
    """A line of the text and when it is said (its sentence, or its turn of a dialogue)."""

    text: str
    span: Span


@dataclass(frozen=True)
class Edit:
    """Which lines are left out, and before which of the lines that stay one is put in."""

    out: tuple[int, int]
    put: int


@dataclass(frozen=True)
class Text:
    """A text of a film: what its lines are."""

    film: Item
    corpus: Corpus
    kind: str
    lines: tuple[Line, ...]

    @property
    def name(self) -> str:
        return f"{self.corpus.name}, {self.kind}"


@dataclass(frozen=True)
class Fault:
    """A change that was not reported, or a report of what was not changed."""

    what: str
    unreported: bool


@dataclass(frozen=True)
class Outcome:
    """What came of a text: the whole one's report and figures, and of its edits each one's faults.

    `faults` is empty where exactly what was changed was reported.
    """

    text: Text
    report: ScriptReport
    figures: Figures
    faults: tuple[tuple[Edit, tuple[Fault, ...]], ...]

    @property
    def placed(self) -> int:
        return len(self.report.lines) - len(self.report.no_sound)

    @property
    def wholly(self) -> bool:
        """Every line was placed, wholly, and no speech was left without a line."""
        report = self.report
        return not report.no_sound and not report.partly and not report.no_line

    @property
    def exact(self) -> int:
        return sum(not faults for _, faults in self.faults)

    @property
    def changes(self) -> int:
        """Lines taken out and put in, over all edits."""
        return 3 * len(self.faults)

    @property
    def unreported(self) -> int:
        return sum(fault.unreported for _, faults in self.faults for fault in faults)

    @property
    def false(self) -> int:
        """Reports of what was not changed."""
        return sum(not fault.unreported for _, faults in self.faults for fault in faults)

    def to_dict(self) -> dict[str, Any]:
        report, lines = self.report, self.text.lines
        return {
            "film": self.text.corpus.name,
            "lines_are": self.text.kind,
            "lines": len(lines),
            "placed": self.placed,
            "without_sound": [line.text for line in report.no_sound],
            "partly": [line.missing for line in report.partly],
            "speech_without_line": [[one.start, one.end, one.text] for one in report.no_line],
            "confidence": report.confidence,
            "figures": self.figures.to_dict(),
            "edits": [
                {
                    "taken_out": [lines[number].text for number in edit.out],
                    "put_in_at": edit.put,
                    "faults": [fault.what for fault in faults],
                }
                for edit, faults in self.faults
            ],
        }


def measure(corpora: Sequence[Corpus], setting: Setting) -> Part | None:
    """Every film whose sentences are known."""
    outcomes = [
        _outcome(text, setting)
        for corpus in corpora
        for item in corpus.items
        if item.sentences
        for text in texts_of(corpus, item)
    ]
    if not outcomes:
        return None
    return Part(
        "A script in hand",
        _text(outcomes),
        {"texts": [one.to_dict() for one in outcomes]},
        [check for one in outcomes for check in _checks(one)],
    )


def texts_of(corpus: Corpus, film: Item) -> Iterator[Text]:
    """The film's sentences as lines, and with a dialogue's own lines where these are known."""
    sentences = film.sentences or ()
    yield Text(film, corpus, SENTENCES, tuple(map(_line, sentences)))
    with open(KNOWN, encoding="utf-8", newline="") as handle:
        known = [(int(row["turn"]), row["text"]) for row in csv.DictReader(handle, delimiter="\t")]
    said = words_of(" ".join(text for _, text in known))
    lines: list[Line] = []
    for one in sentences:
        if one.turns and words_of(one.text) == said:
            lines += [
                Line(text, Span(one.turns[turn - 1].start, one.turns[turn - 1].end))
                for turn, text in known
            ]
        else:
            lines.append(_line(one))
    if len(lines) > len(sentences):
        yield Text(film, corpus, "lines of the dialogue", tuple(lines))


def _line(sentence: Sentence) -> Line:
    return Line(" ".join(sentence.text.split()), sentence.span)


def edits_of(count: int, seed: int = SEED) -> list[Edit]:
    """Some edits of so many lines, always the same; none of fewer than three."""
    if count < 3:
        return []
    chance = random.Random(seed)
    pairs = list(itertools.combinations(range(count), 2))
    chosen = sorted(chance.sample(pairs, min(EDITS, len(pairs))))
    return [Edit(pair, chance.randint(0, count - 2)) for pair in chosen]


def faults_of(
    report: ScriptReport, added: str, out: Sequence[Line], stay: Sequence[Line]
) -> list[Fault]:
    """What the report of an edited text has too much or too little.

    Speech without a line counts to the line over which most of it lies.
    """
    false = [f"“{line.text}” has no sound" for line in report.no_sound if line.text != added]
    false += [f"“{line.missing}” is missing" for line in report.partly if line.text != added]
    found = set()
    for one in report.no_line:
        here = Span(one.start, one.end)
        line = max([*out, *stay], key=lambda line: _together(here, line.span))
        if line in out and _together(here, line.span) > 0:
            found.add(line)
        else:
            false.append(f"speech at {one.start:.1f} s (“{one.text}”) has no line")
    faults = [Fault(what, unreported=False) for what in false]
    if all(line.text != added for line in report.no_sound):
        faults.append(Fault("the line that was put in was placed", unreported=True))
    faults += [
        Fault(f"“{line.text}” was not missed", unreported=True) for line in out if line not in found
    ]
    return faults


def _together(one: Span, other: Span) -> float:
    return min(one.end, other.end) - max(one.start, other.start)


def _outcome(text: Text, setting: Setting) -> Outcome:
    setting.say(f"chalchitra places the text of {text.name}")
    work = folder_of(text.corpus.name, setting.work)
    options = options_for(text.corpus, setting)
    lines = list(text.lines)
    added = ADDED.get(text.corpus.language)
    edits = edits_of(len(lines)) if added else []
    scripts = [[line.text for line in lines]]
    for edit in edits:
        left = [line.text for number, line in enumerate(lines) if number not in edit.out]
        scripts.append([*left[: edit.put], str(added), *left[edit.put :]])
    jobs: list[Made] = []
    for number, script in enumerate(scripts):
        path = work / f"{text.kind.replace(' ', '_')}-{number}.txt"
        write_text(path, "\n".join(script) + "\n")
        new, _ = prepare([text.film.path], [*options, "--transcript", str(path)], work)
        jobs += new
    run_sharing(jobs, work)
    reports = [ScriptReport.read(job.output("script", "report")) for job in jobs]
    heard = {item.name: jobs[0].heard() for item in text.corpus.items}
    faults = []
    for edit, report in zip(edits, reports[1:], strict=True):
        out = [lines[number] for number in edit.out]
        stay = [line for number, line in enumerate(lines) if number not in edit.out]
        faults.append((edit, tuple(faults_of(report, str(added), out, stay))))
    figures = score(text.corpus, "ours, --transcript", Run(heard, None))
    return Outcome(text, reports[0], figures, tuple(faults))


def _spread(figures: Figures) -> str:
    onset, wanted = figures.onset, len(figures.timed)
    found = sum(one.onset is not None for one in figures.timed)
    return "–" if onset is None else f"{onset[0]:.2f} / {onset[1]:.2f} ({found} of {wanted})"


def _text(outcomes: Sequence[Outcome]) -> str:
    about = (
        "The film's true text given with `--transcript`, as lines: onsets are those of the "
        "sentences marked sure and of the dialogue's turns, median / 95th percentile in seconds "
        f"(so many of them found). Up to {EDITS} times two lines were taken out of it and one put "
        "in that nobody says: **exact** where just these three were reported."
    )
    headings = [
        "text", "lines", "placed", "without sound", "speech without line", "onset", "offset",
        "invented", "edits", "exact", "changes reported", "other reports",
    ]  # fmt: skip
    rows = []
    for one in outcomes:
        offset = one.figures.offset
        rows.append(
            [
                one.text.name,
                str(len(one.text.lines)),
                str(one.placed),
                str(len(one.report.no_sound) + len(one.report.partly)),
                str(len(one.report.no_line)),
                _spread(one.figures),
                "–" if offset is None else f"{offset[0]:.2f} / {offset[1]:.2f}",
                str(len(one.figures.invented)),
                str(len(one.faults)),
                str(one.exact),
                f"{one.changes - one.unreported} of {one.changes}",
                str(one.false),
            ]
        )
    text = f"{about}\n\n{table(headings, rows)}"
    wrong = [
        f"- {one.text.name}, without {' and '.join(_short(one, n) for n in edit.out)}: "
        f"{'; '.join(fault.what for fault in faults)}."
        for one in outcomes
        for edit, faults in one.faults
        if faults
    ]
    return text + ("\nNot exact:\n\n" + "\n".join(wrong) + "\n" if wrong else "")


def _short(outcome: Outcome, number: int) -> str:
    words = outcome.text.lines[number].text.split()
    return f"“{' '.join(words[:5])}{' …' if len(words) > 5 else ''}”"


def _checks(outcome: Outcome) -> Iterator[Check]:
    """Of sentences; that all is placed and told only where these weights hear the language well."""
    if outcome.text.kind != SENTENCES:
        return
    name, onset = outcome.text.name, outcome.figures.onset
    heard_well = outcome.text.corpus.script == LATIN
    lines = len(outcome.text.lines)
    if heard_well:
        yield Check(
            name,
            "with `--transcript`: every line placed, and no speech without a line",
            f"{outcome.placed} of {lines}, {len(outcome.report.no_line)}",
            outcome.wholly,
        )
    if onset is not None:
        yield Check(
            name,
            f"with `--transcript`: onsets {ONSET_MEDIAN:.2f} s and {ONSET_FAR:.2f} s or better",
            f"{onset[0]:.2f} and {onset[1]:.2f}",
            onset[0] <= ONSET_MEDIAN and onset[1] <= ONSET_FAR,
        )
    if heard_well and outcome.faults:
        yield Check(
            name,
            "two lines taken out and one put in: exactly these reported",
            f"{outcome.exact} of {len(outcome.faults)} times",
            outcome.exact == len(outcome.faults),
        )
