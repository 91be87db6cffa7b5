"""What every reader of timed texts gives: cues as they stand in the file, and the file's faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.formats.faults import Fault


@dataclass(frozen=True, slots=True)
class RawCue:
    """A cue as the file has it: nothing put right, its rows with their markup.

    `start` and `end` are whole milliseconds; both None where the times are none. `line` is the
    file's line that has them, from 1. `speaker`, `style`, `position` and `identifier` are what the
    format says beside the text. `stray` are rows that stand below the blank line after it, and
    belong to no cue by the format's rules.
    """

    start: int | None
    end: int | None
    rows: tuple[str, ...]
    line: int
    identifier: str = ""
    speaker: str | None = None
    style: str = ""
    position: str = ""
    stray: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a cue as it is shown, without markup.

    `speaker` is who says it, where the markup does; `times` are (position in the text, ms) of words
    that have times of their own.
    """

    text: str
    speaker: str | None = None
    times: tuple[tuple[int, int], ...] = ()


@dataclass
class Reading:
    """A file's cues, in the file's order, and its faults."""

    cues: list[RawCue] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TrackLanguage:
    """A language of a track: its id and name in languages.toml, its script (ISO 15924), its BCP-47
    tag, and whether it is written from right to left."""

    id: str
    name: str
    script: str
    tag: str
    right_to_left: bool = False

    @classmethod
    def of(cls, id_: str, row: Mapping[str, str]) -> TrackLanguage:
        """By the row of languages.toml."""
        rtl = row.get("direction") == "rtl"
        return cls(id_, row["name"], row["script"], row.get("bcp47", id_), rtl)


@dataclass(frozen=True, slots=True)
class CueNote:
    """What else is known of a cue: who speaks, and the mean probability of its words (0 to 1)."""

    speaker: str | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class TrackText:
    """What a writer is given: the cues, and their languages, the upper one of two first.

    `notes` are by the cues' index; `length` counts characters as the track's style does.
    """

    cues: Sequence[Cue]
    languages: Sequence[TrackLanguage]
    notes: Mapping[int, CueNote] = field(default_factory=dict)
    length: Callable[[str], int] = len

    @property
    def main(self) -> TrackLanguage:
        """The language whose script decides: one with letters of its own, since fonts for it are
        drawn with Latin ones besides."""
        return next((one for one in self.languages if one.script != "Latn"), self.languages[0])

    @property
    def tag(self) -> str:
        """The BCP-47 tag of the whole."""
        return "mul" if len(self.languages) > 1 else self.main.tag

    @property
    def right_to_left(self) -> bool:
        """Whether any line may be written from right to left."""
        return any(one.right_to_left for one in self.languages)

    @property
    def all_right_to_left(self) -> bool:
        return all(one.right_to_left for one in self.languages)


@dataclass(frozen=True)
class Format:
    """One format of timed texts.

    `recognises` says by the text whether it is this; `read` reads the text's rows, and is given the
    film's frames a second, or None; `rows` are a cue's rows as they are shown. `needs_rate` says
    whether the text has times that only the film's rate makes times. `step` is what its times are
    rounded to, in milliseconds. `write` is the file of a track, in formats that are written too;
    its name then ends in the id.
    """

    id: str
    title: str
    suffixes: tuple[str, ...]
    recognises: Callable[[str], bool]
    read: Callable[[Sequence[str], float | None], Reading]
    rows: Callable[[RawCue], list[Row]]
    needs_rate: Callable[[str], bool] = lambda text: False
    step: int = 1
    write: Callable[[TrackText], str] | None = None
