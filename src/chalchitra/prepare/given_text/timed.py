"""Subtitles and other timed texts as the lines of a script, whatever format they come in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from chalchitra.prepare.given_text.clean import (
    Said,
    has_dash,
    is_said,
    is_turn,
    said,
    turns,
    untagged,
    without_dash,
    without_turn,
)
from chalchitra.prepare.given_text.names import head_of, names_in
from chalchitra.subtitles.formats import registry as formats
from chalchitra.subtitles.formats.markup import without_unseen
from chalchitra.subtitles.formats.model import Format, RawCue, Reading, Row
from chalchitra.subtitles.formats.rolling import Shown, unrolled
from chalchitra.text.listing import listed
from chalchitra.transcript.script import Kind, Script, ScriptLabel, ScriptLine

_CLOSING = {"[": "]", "(": ")", "（": "）", "【": "】"}
_LABELS_BEFORE = 3
"""So many labels before a name are looked behind."""
_NAMED = 3
"""So many cues or lines are named in a note."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one person says in a cue: times are seconds, None where the file has none."""

    number: int
    speaker: str | None
    said: Said
    start: float | None
    end: float | None


@dataclass
class TimedScript:
    """The script that a timed text is, None where nothing in it can be spoken; `notes` say what
    was put right in it, or left out."""

    script: Script | None
    notes: list[str] = field(default_factory=list)


def read_timed(
    text: str, format_: Format, rate: float | None = None, *, kind: Kind = "subtitles"
) -> TimedScript:
    """The cues of a text in this format. `rate`: the film's frames a second, if known."""
    reading = formats.read(format_, text, rate)
    cues = [_shown(number, cue, format_) for number, cue in enumerate(reading.cues, 1)]
    notes = list(_notes(reading, format_))
    if format_.id == "ass":
        cues = _without_layers(cues)
    if (once := unrolled(cues)) is not None:
        cues = once
        notes.append("It has roll-up captions: each line is used once.")
    pieces = list(_pieces(cues))
    return TimedScript(_script(_in_order(pieces), kind), notes)


def _shown(number: int, cue: RawCue, format_: Format) -> Shown:
    """A cue as it is shown; what stands below a blank line in SubRip belongs to it, as players
    have it."""
    if format_.id == "srt" and cue.stray:
        cue = replace(cue, rows=(*cue.rows, *_strayed(cue)))
    rows = tuple(format_.rows(cue))
    start, end = cue.start, cue.end
    if start is not None and end is not None:
        end = max(start, end)
    return Shown(number, start, end, rows, cue.speaker)


def _strayed(cue: RawCue) -> Iterator[str]:
    """Stray rows without the number of a cue that is not there: what follows the cue's own."""
    own = int(cue.identifier) if cue.identifier.isdecimal() else 0
    for row in cue.stray:
        bare = row.strip("\ufeff \t")
        if not (bare.isdecimal() and len(bare) < 10 and int(bare) == own + 1):
            yield row


def _without_layers(cues: Sequence[Shown]) -> list[Shown]:
    """ASS draws a text several times over itself, for borders and karaoke: it is said once."""
    kept: list[Shown] = []
    latest: dict[str, int] = {}
    for cue in cues:
        text = " ".join(row.text for row in cue.rows)
        if cue.start is not None and cue.end is not None:
            if (end := latest.get(text)) is not None and cue.start < end:
                continue
            latest[text] = cue.end
        kept.append(cue)
    return kept


def _pieces(cues: Sequence[Shown]) -> Iterator[_Piece]:
    """What is said in each cue: one piece a speaker, the time shared out by their lengths."""
    parted = [(cue, [_clean(row) for row in cue.rows]) for cue in cues]
    rows = [
        bare
        for _, own in parted
        for row in own
        for part in turns(row.text)
        if (bare := _bare(part))
    ]
    heads = [head for row in rows if (head := head_of(row)) is not None]
    names = names_in(heads, min(len(rows), len(cues)))
    for cue, own in parted:
        groups = _groups([row for row in own if row.text], names)
        found = [_who(group, names, cue.speaker) for group in groups]
        total = sum(len(words.text) for _, words in found)
        passed = 0
        for who, words in found:
            begins: float | None = cue.start
            ends: float | None = cue.end
            if begins is not None and ends is not None and total:
                whole = ends - begins
                passed, before = passed + len(words.text), passed
                begins, ends = begins + whole * before / total, begins + whole * passed / total
            if is_said(words.text) or words.labels:
                yield _Piece(cue.number, who, words, _seconds(begins), _seconds(ends))


def _seconds(ms: float | None) -> float | None:
    return None if ms is None else round(ms / 1000, 3)


def _clean(row: Row) -> Row:
    return replace(row, text=untagged(row.text))


def _bare(text: str) -> str:
    """A row without the labels before it: [DOOR SLAMS] RAM: what?"""
    if head_of(text) is not None:
        return text
    bare = text.lstrip(" ♪♫♬♩🎵🎶🎼")
    for _ in range(_LABELS_BEFORE):
        if bare[:1] not in _CLOSING:
            break
        closing = bare.find(_CLOSING[bare[0]])
        if closing < 0 or bare[closing + 1 :].lstrip()[:1] in (":", "："):
            break
        bare = bare[closing + 1 :].lstrip()
    return bare


def _groups(rows: Sequence[Row], names: frozenset[str]) -> list[list[Row]]:
    """The rows of each person: another begins with a voice, a dash, >> or a name."""
    rows = [replace(row, text=part) for row in rows for part in turns(row.text)]
    dashes = sum(has_dash(row.text) for row in rows) >= 2
    groups: list[list[Row]] = []
    for row in rows:
        head = head_of(_bare(row.text))
        begins = (
            not groups
            or (dashes and has_dash(row.text))
            or is_turn(row.text)
            or (head is not None and head.name in names)
            or row.speaker != groups[-1][-1].speaker
        )
        if begins:
            groups.append([row])
        else:
            groups[-1].append(row)
    return [_undashed(group) if dashes else group for group in groups]


def _undashed(group: list[Row]) -> list[Row]:
    return [replace(group[0], text=without_dash(group[0].text)), *group[1:]]


def _who(
    group: Sequence[Row], names: frozenset[str], speaker: str | None
) -> tuple[str | None, Said]:
    """Who speaks, by the format, a voice, or a name before a colon; and what."""
    joined = " ".join(row.text for row in group)
    who = group[0].speaker or (" ".join(speaker.split()) if speaker else None) or None
    plain = without_turn(joined)
    bare = _bare(plain)
    head = head_of(bare)
    before = plain[: len(plain) - len(bare)]
    if head is not None and head.name in names:
        who, text = head.name, f"{before} {head.note} {head.text}"
    else:
        text = plain
    who = without_unseen(who) or None if who is not None else None
    return who, said(text, round_too=True)


def _in_order(pieces: list[_Piece]) -> list[_Piece]:
    """The pieces by their times where those fall by more than a second; without one where it is."""
    latest, unordered = 0.0, False
    keys: list[float] = []
    for piece in pieces:
        keys.append(piece.start if piece.start is not None else (keys[-1] if keys else 0.0))
        unordered = unordered or keys[-1] < latest - 1.0
        latest = max(latest, keys[-1])
    if not unordered:
        return pieces
    order = sorted(range(len(pieces)), key=keys.__getitem__)
    return [pieces[at] for at in order]


def _script(pieces: Sequence[_Piece], kind: Kind) -> Script | None:
    """The lines; a label that stands alone goes with the line after it, or with the last."""
    lines: list[ScriptLine] = []
    waiting: list[ScriptLabel] = []
    for piece in pieces:
        if not is_said(piece.said.text):
            waiting += [
                ScriptLabel(text=text, start=piece.start, end=piece.end)
                for _, text in piece.said.labels
            ]
            continue
        own = [ScriptLabel(text=text, at=at) for at, text in piece.said.labels]
        lines.append(
            ScriptLine(
                number=piece.number,
                text=piece.said.text,
                speaker=piece.speaker,
                start=piece.start,
                end=piece.end,
                song=piece.said.song,
                labels=[*waiting, *own],
            )
        )
        waiting = []
    if not lines:
        return None
    end = len(lines[-1].text)
    lines[-1].labels.extend(label.model_copy(update={"at": end}) for label in waiting)
    return Script(kind=kind, lines=lines)


def _notes(reading: Reading, format_: Format) -> Iterator[str]:
    """What is wrong with the cues, said once each."""
    backwards = [
        f"cue {number}"
        for number, cue in enumerate(reading.cues, 1)
        if cue.start is not None and cue.end is not None and cue.end < cue.start
    ]
    if backwards:
        yield f"Cues that end before they begin: {_some(backwards)}; their ends are not used."
    early = [f"cue {n}" for n, cue in enumerate(reading.cues, 1) if (cue.start or 0) < 0]
    if early:
        yield f"Cues that begin before 0:00: {_some(early)}."
    unreadable = [f"line {one.line}" for one in reading.faults if one.kind == "time_unreadable"]
    if unreadable:
        yield (
            f"Times that cannot be read: {_some(unreadable)}; their text is aligned without them."
        )
    stray = [
        f"line {one.line} ({one.found})"
        for one in reading.faults
        if one.kind == "stray_text" and (one.cue is None or format_.id != "srt")
    ]
    if stray:
        yield f"Text outside any cue is left out: {_some(stray)}."


def _some(things: Sequence[str]) -> str:
    return listed(list(things), _NAMED)
