"""What is scored: recordings with what is known of them, found in a folder.

- a folder with `transcripts.tsv` (columns file and text; language if the folder is not named by
  one) is a set of clips;
- `<film>.truth.json` is a film: {"file", "sections": [{"start", "kind"}], "speech": [{"start",
  "end", "text", "language", "sure", "turns"?: [{"start", "end", "speaker"}]}],
  "audio_stream_start", "duration"}, in seconds of the film; a section lasts until the next;
- `<recording>.rttm` beside a recording says who spoke when in it;
- clips whose words are known by their names (known_texts.tsv) are a set too.
"""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from formats import read_rttm
from measures.diarization import Turn
from measures.spans import Span

from chalchitra.errors import UsageError
from chalchitra.languages import all_languages, find
from chalchitra.media.probe import probe

AUDIO = (".flac", ".wav", ".mp3", ".m4a", ".ogg", ".opus")
KNOWN = Path(__file__).with_name("known_texts.tsv")


@dataclass(frozen=True)
class Sentence:
    """A sentence of a truth file; `sure`: its times are (the voice's onset and offset)."""

    span: Span
    text: str
    sure: bool
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True)
class Item:
    """One recording. What is None is not known of it."""

    path: Path
    duration: float
    text: str | None = None
    sections: tuple[tuple[float, str], ...] | None = None
    sentences: tuple[Sentence, ...] | None = None
    turns: tuple[Turn, ...] | None = None
    turns_within: Span | None = None
    """Where the turns are known; None: everywhere."""
    audio_start: float = 0.0
    """Seconds by which the sound starts after the film, which some tools do not add."""

    @property
    def name(self) -> str:
        return self.path.name


@dataclass(frozen=True)
class Corpus:
    """Recordings of one language that get one row of figures; `script` is an ISO 15924 code."""

    name: str
    language: str
    script: str
    items: tuple[Item, ...]

    @property
    def duration(self) -> float:
        """Seconds in all."""
        return sum(item.duration for item in self.items)

    @property
    def has_turns(self) -> bool:
        return any(item.turns for item in self.items)


def discover(folders: Sequence[Path], language: str | None = None) -> list[Corpus]:
    """Everything that can be scored in these folders and in those below, in order of their names.

    `language` is for clips whose folder is not named by one, and for recordings without a text.
    Raises UsageError where there is nothing, or something is not as described above.
    """
    folders = [folder.resolve() for folder in folders]
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(
                f"{folder} is no folder.",
                cause="What is scored is looked for in folders.",
                fix="Give the folder that the clips or films are in.",
            )
    within = sorted({path for folder in folders for path in [folder, *folder.rglob("*")]})
    films = [_film(path) for path in within if path.name.endswith(".truth.json")]
    found = [_clips(path, language) for path in within if path.name == "transcripts.tsv"]
    found += films
    found += _known([path for path in within if path.suffix in AUDIO], found)
    found += [
        _recording(path, films, language)
        for path in within
        if path.suffix == ".rttm" and _audio_of(path) is not None
    ]
    if not found:
        raise UsageError(
            f"There is nothing to score in {', '.join(map(str, folders))}.",
            cause="It holds no transcripts.tsv, no .truth.json of a film, no .rttm of a recording.",
            fix="See scripts/eval/corpus.py for what is looked for.",
        )
    names = [name for name, times in Counter(corpus.name for corpus in found).items() if times > 1]
    if names:
        raise UsageError(
            f"Several things to score are called {', '.join(names)}.",
            cause="They are named after their folder or file.",
            fix="Rename some, or score the folders one after another.",
        )
    return found


def _corpus(name: str, language: str, items: Iterable[Item]) -> Corpus:
    row = find(language)
    return Corpus(name, row.id, row.script, tuple(items))


def _clips(table: Path, language: str | None) -> Corpus:
    rows = _rows(table, ("file", "text"))
    folder = table.parent
    spoken = {row["language"] for row in rows if row.get("language")}
    if len(spoken) > 1:
        raise UsageError(
            f"{table} has clips in {', '.join(sorted(spoken))}.",
            cause="The clips of one table are scored together, in one language.",
            fix="Split it into a folder for each language.",
        )
    named = folder.name if folder.name in {row.id for row in all_languages()} else None
    spoken_in = next(iter(spoken), None) or named or language
    if spoken_in is None:
        raise _no_language(table)
    items = []
    for row in rows:
        path = folder / row["file"]
        if not path.is_file():
            raise UsageError(
                f"{path} is not there.",
                cause=f"{table} names it.",
                fix="Put it there, or take its line out.",
            )
        items.append(Item(path, _duration(path), row["text"]))
    return _corpus(folder.name, spoken_in, items)


def _film(truth: Path) -> Corpus:
    try:
        data: dict[str, Any] = json.loads(truth.read_text(encoding="utf-8"))
        sentences = tuple(_sentence(one) for one in data["speech"])
        languages = Counter(one["language"] for one in data["speech"])
        item = Item(
            truth.parent / data["file"],
            float(data["duration"]),
            " ".join(one.text for one in sentences),
            tuple((float(one["start"]), str(one["kind"])) for one in data["sections"]),
            sentences,
            audio_start=float(data.get("audio_stream_start", 0.0)),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{truth} is no truth file: {type(error).__name__}: {error}.",
            cause="scripts/eval/corpus.py says what it holds.",
            fix="Mend it.",
        ) from None
    if not item.path.is_file():
        raise UsageError(
            f"{item.path} is not there.",
            cause=f"{truth} tells of it.",
            fix="Put the film beside it.",
        )
    dialogue = [one for one in sentences if one.turns]
    if len(dialogue) == 1:  # The other sentences have no speaker's name.
        item = replace(item, turns=dialogue[0].turns, turns_within=dialogue[0].span)
    return _corpus(item.path.stem, languages.most_common(1)[0][0], [item])


def _sentence(data: dict[str, Any]) -> Sentence:
    turns = tuple(
        Turn(float(turn["start"]), float(turn["end"]), str(turn["speaker"]))
        for turn in data.get("turns", ())
    )
    span = Span(float(data["start"]), float(data["end"]))
    return Sentence(span, data.get("text") or "", bool(data.get("sure")), turns)


def _known(audio: Sequence[Path], found: Sequence[Corpus]) -> list[Corpus]:
    """A corpus a folder and language of clips known by name, but for those in a table already."""
    known = {row["file"]: row for row in _rows(KNOWN, ("file", "language", "text"))}
    taken = {item.path for corpus in found for item in corpus.items}
    sets: dict[tuple[Path, str], list[Item]] = defaultdict(list)
    for path in audio:
        row = known.get(path.name)
        if row is not None and path not in taken and not path.with_suffix(".rttm").is_file():
            item = Item(path, _duration(path), row["text"])
            sets[path.parent, row["language"]].append(item)
    return [_corpus(folder.name, language, items) for (folder, language), items in sets.items()]


def _recording(rttm: Path, films: Sequence[Corpus], language: str | None) -> Corpus:
    """A recording whose turns are known; its words too where a film has the same dialogue."""
    audio = _audio_of(rttm)
    assert audio is not None
    turns = tuple(read_rttm(rttm))
    text = None
    for film in films:
        for sentence in film.items[0].sentences or ():
            if turns and _pattern(sentence.turns) == _pattern(turns):
                text, language = sentence.text, film.language
    if language is None:
        raise _no_language(rttm)
    return _corpus(rttm.stem, language, [Item(audio, _duration(audio), text, turns=turns)])


def _pattern(turns: Sequence[Turn]) -> list[tuple[float, float, str]]:
    """Turns without where they begin on the time line, to the hundredth of a second."""
    first = min((turn.start for turn in turns), default=0.0)
    return [
        (round(turn.start - first, 2), round(turn.end - turn.start, 2), turn.speaker)
        for turn in turns
    ]


def _audio_of(rttm: Path) -> Path | None:
    beside = (rttm.with_suffix(suffix) for suffix in AUDIO)
    return next((path for path in beside if path.is_file()), None)


def _rows(table: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    with open(table, encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))
    if not rows or any(row.get(column) is None for row in rows for column in columns):
        raise UsageError(
            f"{table} is no table of clips.",
            cause=f"Its first line must name the columns {' and '.join(columns)}, tabs between.",
            fix="Mend it.",
        )
    return rows


def _duration(path: Path) -> float:
    return probe(path).duration or 0.0


def _no_language(path: Path) -> UsageError:
    return UsageError(
        f"What language is spoken in {path} is not known.",
        cause="Neither the table nor the folder's name says so.",
        fix="Give it: --language hi",
    )
