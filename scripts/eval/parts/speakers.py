"""Diarization: `--speakers` without any gated model, on recordings and on made conversations.

The conversations are mixed of the clips found (parts/conversation.py), from a fixed seed. Each
sound is heard twice: the number of speakers found out, and given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus import Corpus, Item
from formats import read_rttm
from measures.diarization import DiarizationErrors, Turn, diarization_errors
from systems import Setting
from systems.jobs import Made, folder_of, prepare, run_sharing
from systems.ours import options_for
from systems.programs import hearing_bin, timed
from targets import DIARIZATION, Check
from voices import voice_of

from chalchitra.media.probe import probe
from parts import Part, table

_MIXER = Path(__file__).with_name("conversation.py")
SEED = 4
OVERLAP = 0.5
"""The share of a mix's turns that cut in: with it, some 4 % of the speech is of two voices."""


@dataclass(frozen=True)
class Mix:
    """A conversation of these voices, each of which says all that its clips have so often."""

    name: str
    voices: tuple[str, ...]
    rounds: int
    about: str


MIXES = (
    Mix("four voices", ("003", "029", "librivox", "jfk"), 3, "every clip said three times"),
    Mix("four voices, once", ("003", "029", "librivox", "jfk"), 1, "nothing said twice"),
    Mix("four Hindi voices", ("003", "029", "086", "098"), 1, "nothing said twice"),
)
"""Of the first four voices none was used in choosing the clustering's threshold."""


@dataclass(frozen=True)
class Sound:
    """A sound whose turns are known."""

    name: str
    path: Path
    turns: tuple[Turn, ...]
    corpus: Corpus
    """Whose language and options are used."""
    work: Path
    about: str = ""

    @property
    def speakers(self) -> int:
        return len({turn.speaker for turn in self.turns})


@dataclass(frozen=True)
class Row:
    """A sound, as heard with this many speakers asked for (0: found out)."""

    sound: str
    seconds: float
    speakers: int
    overlapped: float
    """The share of the time with speech in which several speak."""
    asked: int
    found: int
    errors: DiarizationErrors
    without_overlaps: DiarizationErrors
    took: float
    """Wall seconds of the stage, the loading of its networks with it."""

    def to_dict(self) -> dict[str, Any]:
        total = self.errors.total or 1.0
        return {
            "sound": self.sound,
            "seconds": round(self.seconds, 2),
            "speakers": self.speakers,
            "overlapped": round(self.overlapped, 4),
            "asked": self.asked,
            "found": self.found,
            "diarization_error": round(self.errors.rate or 0.0, 4),
            "without_overlaps": round(self.without_overlaps.rate or 0.0, 4),
            "missed": round(self.errors.missed / total, 4),
            "false": round(self.errors.false / total, 4),
            "confused": round(self.errors.confused / total, 4),
            "stage_seconds": round(self.took, 1),
        }


def measure(corpora: Sequence[Corpus], setting: Setting) -> Part | None:
    """Every recording whose turns are all known, and every mix whose voices are there."""
    sounds = [*_recordings(corpora, setting), *_mixes(corpora, setting)]
    if not sounds:
        return None
    rows = [row for sound in sounds for row in _rows(sound, setting)]
    return Part(
        "Who speaks",
        _text(sounds, rows),
        {"rows": [row.to_dict() for row in rows]},
        [_check(row) for row in rows],
    )


def _recordings(corpora: Sequence[Corpus], setting: Setting) -> Iterator[Sound]:
    for corpus in corpora:
        for item in corpus.items:
            if item.turns and item.turns_within is None:
                work = folder_of(corpus.name, setting.work)
                yield Sound(item.path.stem, item.path, item.turns, corpus, work)


def _mixes(corpora: Sequence[Corpus], setting: Setting) -> Iterator[Sound]:
    clips: dict[str, list[Item]] = {}
    spoken: dict[str, Corpus] = {}
    for corpus in corpora:
        for item in corpus.items:
            if item.sections is None and item.turns is None:
                clips.setdefault(voice_of(item.path), []).append(item)
                spoken[voice_of(item.path)] = corpus
    for mix in MIXES:
        if not all(voice in clips for voice in mix.voices):
            continue
        work = setting.work / "mixes" / mix.name.replace(",", "").replace(" ", "_")
        work.mkdir(parents=True)
        path = work / f"{work.name}.flac"
        command: list[str | Path] = [
            hearing_bin() / "python", _MIXER, path, "--rounds", str(mix.rounds),
            "--seed", str(SEED), "--overlap", str(OVERLAP),
        ]  # fmt: skip
        for voice in mix.voices:
            command += ["--voice", voice, *(item.path for item in clips[voice])]
        timed(command, work, in_hearing=True)
        turns = tuple(read_rttm(path.with_suffix(".rttm")))
        yield Sound(mix.name, path, turns, spoken[mix.voices[0]], work, mix.about)


def _rows(sound: Sound, setting: Setting) -> Iterator[Row]:
    """The words do not matter here, so a mix's are heard in the quickest way."""
    setting.say(f"chalchitra tells apart who speaks in {sound.name}")
    options = [*options_for(sound.corpus, setting), "--set", "speakers.model=campplus"]
    if sound.about:
        for setting_of_asr in ("heal=false", "temperatures=[0.0]", "beam_size=1"):
            options += ["--set", f"asr.{setting_of_asr}"]
    jobs: list[Made] = []
    for count in (0, sound.speakers):
        asked = ["--speakers", str(count)] if count else ["--speakers"]
        new, _ = prepare([sound.path], [*options, *asked], sound.work)
        jobs += new
    run_sharing(jobs, sound.work)
    for count, job in zip((0, sound.speakers), jobs, strict=True):
        yield _row(sound, count, job)


def _row(sound: Sound, asked: int, job: Made) -> Row:
    found = read_rttm(job.output("speakers", "rttm"))
    errors = diarization_errors(sound.turns, found)
    alone = diarization_errors(sound.turns, found, overlaps=False)
    spoken = diarization_errors(_without_names(sound.turns), ()).total
    return Row(
        sound.name,
        probe(sound.path).duration or 0.0,
        sound.speakers,
        1 - alone.total / spoken,
        asked,
        len({turn.speaker for turn in found}),
        errors,
        alone,
        float(job.record("speakers")["seconds"]),
    )


def _without_names(turns: Sequence[Turn]) -> list[Turn]:
    """When anyone speaks, as the turns of one."""
    return [Turn(turn.start, turn.end, "someone") for turn in turns]


def _text(sounds: Sequence[Sound], rows: Sequence[Row]) -> str:
    mixed = "; ".join(f"{sound.name}: {sound.about}" for sound in sounds if sound.about)
    about = (
        "`--speakers` by the method without a token, the number of speakers found out or given; "
        "no collar. Parts are shares of the reference's speech, with overlaps."
    )
    if mixed:
        about += (
            " The conversations are mixed of the clips from a fixed seed, half of the turns "
            f"cutting in ({mixed})."
        )
    headings = [
        "sound", "seconds", "speakers", "overlapped", "asked", "found", "DER", "without overlaps",
        "missed", "false", "confused", "stage, s",
    ]  # fmt: skip
    cells = []
    for row in rows:
        errors = row.errors
        parts = (errors.missed, errors.false, errors.confused)
        cells.append(
            [
                row.sound,
                f"{row.seconds:.0f}",
                str(row.speakers),
                f"{100 * row.overlapped:.0f} %",
                str(row.asked) if row.asked else "–",
                str(row.found),
                f"{errors.rate or 0.0:.3f}",
                f"{row.without_overlaps.rate or 0.0:.3f}",
                *(f"{part / (errors.total or 1.0):.3f}" for part in parts),
                f"{row.took:.0f}",
            ]
        )
    return f"{about}\n\n{table(headings, cells)}"


def _check(row: Row) -> Check:
    how = f"{row.asked} speakers asked for" if row.asked else "the number found out"
    rate, alone = row.errors.rate or 0.0, row.without_overlaps.rate or 0.0
    return Check(
        row.sound,
        f"diarization error at most {DIARIZATION}, {how}",
        f"{rate:.3f} ({alone:.3f} without overlaps)",
        rate <= DIARIZATION,
    )
