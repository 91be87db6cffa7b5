"""docs/quality.md: the figures and how to read them."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Callable, Mapping, Sequence

from corpus import Corpus
from parts import Part
from score import Figures
from systems.transliterated import WANTED as TRANSLITERATOR
from table import markdown
from targets import Check

from chalchitra.paths import requirements_dir

_PINS = re.compile(r"^(?:faster-whisper|ctranslate2|whisperx|pyannote-audio)==[^\s;]+", re.M)
_TRANSLITERATOR = re.compile(r"^indo-arabic-transliteration==\S+", re.M)

_HEAD = """# Quality: what is measured, and the figures

Made by one command, where `MEDIA` is the folder of clips and films:

```
venv/common/bin/python scripts/eval MEDIA{given} --page docs/quality.md --json FIGURES.json
```

Nothing here is edited by hand; a part that says so was measured by itself later, and put in its
place (`--part NAME --into docs/quality.md`). All systems use the same Whisper weights (`{model}`,
int8, on a CPU: {machine}). WER alone proves nothing where the weights hardly know
the language: the same few frequent words for every clip score 0.93 on the Hindi ones.

Foreign tools: {versions}.

| system | what it is |
|---|---|
| ours | `prepare-job --transcribe` and `run-pipeline`, a corpus as one batch{options} |
| faster-whisper | `WhisperModel.transcribe` with `word_timestamps`, all else as it comes |
| faster-whisper-vad | the same with `vad_filter` |
| batched | `BatchedInferencePipeline.transcribe`, all else as it comes |
| whisperx | the `whisperx` command with `--no_align` (its aligners are not on the package index) |
| transliterated | faster-whisper's words, what is in Arabic script put into Devanagari by \
`indo-arabic-transliteration` |

"""

_FOOT = """
## How it is measured

- **WER, CER**: edits against the reference after folding (`scripts/eval/measures/folding.py`):
  composed and decomposed letters, ZWJ and ZWNJ, chillu letters, digits, case and punctuation do not
  count; nukta, anusvara and numbers in words do. CER counts code points and single spaces. A film
  is one text; clips are added up before dividing.
- **words**: words found over words in the reference.
- **right script**: segments in which every letter is in the language's script. Digits, punctuation
  and symbols are of no script; a Latin letter makes a segment wrong (the JSON file also counts with
  Latin words allowed). **foreign letters**: the share of letters in any other script. Both are
  counted apart, and a word in the wrong script is of course also a wrong word.
- **repeats**: copies of an n-gram of words, one right after another, beyond what the reference has
  of that or a similar n-gram (`measures/repeats.py`): refrains and reduplication are not errors.
- **invented/min**: words whose middle lies in silence or music, a minute of these; in a recording
  of which only the turns are known, in a pause of at least {window:g} s between them.
- **missed**: sentences over which no word has its middle.
- **onset, offset**: how far the first word's start is from the voice's onset and the last word's
  end from its offset, in seconds, median / 95th percentile, over the sentences whose times are sure
  and the dialogue's turns. A word belongs to the sentence or turn that its middle lies in, else to
  the nearest within {window:g} s; where turns overlap, to both, since whose it is is not in the
  truth. A sentence or turn without any word is counted ("12 of 13"), not averaged.
- **DER**: diarization error rate with overlapping speech / without it (speakers found), no collar:
  of the RTTM file where a system writes one, else of the words' speakers.
- **CPU seconds**: the processor time of all processes of the whole command, start and loading with
  it. (Wall time is in the JSON file. What other tools heard is kept from earlier runs, in which the
  machine did other things too, so it would compare nothing.) Ours also tells the speakers apart
  where there is a DER.

faster-whisper and whisperX do not add the time by which a film's sound starts late, so on films all
their times are early; that is what their users get. A row with `+… s` has that time added, to show
what remains. whisperX's segments have no words without its aligner: their words' times are spread
over the segment by length, which says where its cues are, not how it would align.

What aligning costs is not measured here, since no aligner's real weights were to be had:
`scripts/bench/alignment.py` runs the stage with networks of real size and random weights.
"""


def page(
    corpora: Sequence[Corpus],
    rows: Mapping[str, Sequence[Figures]],
    parts: Sequence[Part] = (),
    answers: Sequence[Check] = (),
    *,
    model: str,
    options: Sequence[str],
    window: float,
    given: str = "",
) -> str:
    """The whole page, with the rows of each corpus by its name.

    `options` are those of prepare-job, `given` those of the command that made the figures.
    """
    text = _HEAD.format(
        model=model,
        machine=f"{os.cpu_count()} processors, {platform.machine()}, {platform.system()}",
        options=f", with `{' '.join(options)}`" if options else "",
        given=f" {given}" if given else "",
        versions=", ".join(versions()),
    )
    if answers:
        text += "## What is wanted, and whether it is met\n\n"
        text += "| measured on | wanted of ours | measured | met |\n|---|---|---:|---|\n"
        text += "".join(map(_answer, answers)) + "\n"
    for corpus in corpora:
        figures = rows[corpus.name]
        if not figures:
            continue
        text += f"## {corpus.name}\n\n{_about(corpus)}\n\n{markdown(figures)}\n"
        notes = [note for row in figures if row.system == "ours" for note in row.notes]
        if notes:
            text += f"Less than asked, as our summary says: {' '.join(notes)}\n\n"
    for part in parts:
        text += f"## {part.heading}\n\n{part.text}\n"
    return text.rstrip("\n") + "\n" + _FOOT.format(window=window)


def with_parts(text: str, parts: Mapping[str, Part]) -> str:
    """An existing page with parts, by the names of `--part`, measured anew in their places.

    Their answers take the places of those to the same question, or follow the last.
    """
    for name, part in parts.items():
        note = f"\nThis part was measured by itself (`--part {name}`), after the others.\n"
        section = f"## {part.heading}\n\n{part.text}{note}\n"
        place = re.compile(rf"^## {re.escape(part.heading)}\n.*?(?=^## )", re.M | re.S)
        if not place.search(text):
            place = re.compile(rf"(?=^{re.escape(_FOOT.split(chr(10))[1])}\n)", re.M)
        text = place.sub(_as_it_is(section), text, count=1)
        for one in part.checks:
            row = _answer(one)
            place = re.compile(rf"^{re.escape(f'| {one.corpus} | {one.wanted} | ')}.*\n", re.M)
            before = 0
            if not place.search(text):  # below the last row of their table
                place, before = re.compile(r"(?<= \|\n)(?=\n)"), text.index("| measured on |")
            text = text[:before] + place.sub(_as_it_is(row), text[before:], count=1)
    return text


def _as_it_is(text: str) -> Callable[[re.Match[str]], str]:
    """What re.sub puts in without looking for its own signs in it."""
    return lambda _: text


def _answer(one: Check) -> str:
    met = "yes" if one.met else "**no**"
    return f"| {one.corpus} | {one.wanted} | {one.measured} | {met} |\n"


def versions() -> list[str]:
    """The foreign tools' versions, as they are locked."""
    hearing = (requirements_dir() / "whisperx.txt").read_text(encoding="utf-8")
    return _PINS.findall(hearing) + _TRANSLITERATOR.findall(TRANSLITERATOR.read_text("utf-8"))


def _about(corpus: Corpus) -> str:
    count, words = len(corpus.items), sum(len((item.text or "").split()) for item in corpus.items)
    what = f"{count} recordings" if count > 1 else "One recording"
    said = f", {words} words" if words else ""
    return f"{what}, {corpus.duration:.0f} s{said}, language `{corpus.language}`."
