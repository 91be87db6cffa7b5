"""Several films, one after the other, as one Matroska: nothing is encoded anew.

Each is copied onto its own time line first (film_input), whatever its clock does and its header
says; how long it lasts is then known, and the next one begins where it ends. ffmpeg's concat
demuxer takes these copies by names of ours, so that nothing of a stranger's is in its script.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from chalchitra.media.clock import JUMPING
from chalchitra.media.evidence import require_disk
from chalchitra.media.film import Film, Stream
from chalchitra.media.formats import DEMUXERS, file_url
from chalchitra.media.inputs import film_input, held_input, selector, whole_film
from chalchitra.media.mux import SAME_BYTES, TURNING_FFMPEG, WITHOUT_PTS
from chalchitra.media.mux_plan import MATROSKA_SUBTITLES, NOT_IN_MATROSKA, TEXT
from chalchitra.media.probe import probe
from chalchitra.media.tools import Ffmpeg, find_ffmpeg_since, reading_ffmpeg, run_ffmpeg

_SAME_RATE = 0.02
"""Frame rates that differ by less are one: those of phones are means that waver."""
_MOST_LEAD_S = 1.0
"""More than what a codec or an edit list hides."""
_GOES_ON_S = 1.0
"""A clock that is this near to where the part before it ends goes on from there."""
_CHAPTER = re.compile(
    r"^\[CHAPTER\]\nTIMEBASE=(\d+)/(\d+)\nSTART=(-?\d+)\nEND=(-?\d+)\n(.*?)(?=^\[|\Z)",
    re.MULTILINE | re.DOTALL,
)


def difference(first: Film, other: Film) -> str | None:
    """What keeps a film from being played on after another, as half a sentence; None: nothing."""
    for kind, ours, theirs in (
        ("picture", _pictures(first), _pictures(other)),
        ("audio track", _sounds(first), _sounds(other)),
    ):
        if len(ours) != len(theirs):
            return f"it has {_count(theirs, kind)}, and the first part has {_count(ours, kind)}"
        for one, two in zip(ours, theirs, strict=True):
            for what, own, others in _properties(one, two):
                if own != others:
                    return f"its {kind} {two.position} has {what} {others}, and not {own}"
    return None


def _properties(one: Stream, two: Stream) -> list[tuple[str, object, object]]:
    """What two streams must have in common, with its name."""
    if one.kind == "audio":
        return [
            ("the codec", one.codec, two.codec),
            ("the sample rate", one.sample_rate, two.sample_rate),
            ("the number of channels", one.channels, two.channels),
        ]
    found: list[tuple[str, object, object]] = [
        ("the codec", one.codec, two.codec),
        ("the size", f"{one.width} x {one.height}", f"{two.width} x {two.height}"),
    ]
    if one.frame_rate and two.frame_rate:
        own, other = float(Fraction(one.frame_rate)), float(Fraction(two.frame_rate))
        if abs(own - other) > _SAME_RATE * own:
            found.append(("the frame rate", f"{own:.3f}", f"{other:.3f}"))
    return found


def join(
    films: Sequence[Film], out: Path, on_progress: Callable[[], None]
) -> tuple[list[float], list[str]]:
    """Write the films into one; returns where each begins (s), and what was left out, in sentences.

    Twice their size is written beside `out`, half of which is removed again. `on_progress` is
    called twice a second and may stop it by raising. Raises as `run_ffmpeg` does, and UsageError
    where what was written is no film.
    """
    first = films[0]
    subtitles = _subtitles(films)
    notes = []
    if any(film.of_kind("subtitle") for film in films) and not subtitles:
        notes.append("The parts' own subtitles are not alike, so they were left out.")
    with tempfile.TemporaryDirectory(prefix=".parts-", dir=out.parent) as folder:
        parts = [Path(folder) / f"part{number:04d}.mkv" for number in range(len(films))]
        copies = []
        for film, part in zip(films, parts, strict=True):
            _copy(film, part, subtitles=bool(subtitles), on_progress=on_progress)
            copies.append(_Copy.of(film, part))
        starts = [copies[0].lead]
        for before, after in pairwise(copies):
            starts.append(starts[-1] + before.until(after))
        script, chapters = ["ffconcat version 1.0"], [";FFMETADATA1"]
        for number, (copy, start) in enumerate(zip(copies, starts, strict=True)):
            chapters += _chapters(copy.path, start - copy.lead)
            script.append(f"file {copy.path.name}")
            if number + 1 < len(copies):
                length = starts[number + 1] - copies[number + 1].lead - (start - copy.lead)
                script.append(f"duration {length:.6f}")
        names = Path(folder) / "parts.txt"
        names.write_text("\n".join(script) + "\n", encoding="utf-8")
        marks = Path(folder) / "chapters.txt"
        marks.write_text("\n".join(chapters) + "\n", encoding="utf-8")
        options: list[str] = []
        maps: list[str] = []
        for number, stream in enumerate(_played(first) + subtitles):
            maps += ["-map", f"0:{number}"]
            options += [f"-disposition:{number}", "default" if stream.is_default else "0"]
            for tag, value in (("language", stream.language), ("title", stream.title)):
                if value:
                    options += [f"-metadata:s:{number}", f"{tag}={value}"]
        run_ffmpeg(
            [
                *["-format_whitelist", f"concat,{DEMUXERS}", "-protocol_whitelist", "file"],
                *["-f", "concat", "-safe", "1", "-i", file_url(names)],
                *held_input(marks, demuxers="ffmetadata"),
                *held_input(parts[0]),
                *[*maps, "-map", "2:t?", "-c", "copy", *options],
                *["-map_metadata", "2", "-map_chapters", "1", *SAME_BYTES],
                *["-f", "matroska", file_url(out)],
            ],
            on_progress=lambda _: on_progress(),
            program=_writer(),
        )
    return [round(start, 3) for start in starts], notes


def _copy(film: Film, out: Path, *, subtitles: bool, on_progress: Callable[[], None]) -> None:
    """Copy what is played of a film, on its own time line."""
    genpts = ["-fflags", "+genpts"] if film.container in WITHOUT_PTS else []
    program = _writer()
    arguments: list[str] = [*film_input(film, *genpts, program=program)]
    taken = _played(film) + (film.of_kind("subtitle") if subtitles else [])
    for number, stream in enumerate(taken):
        encoder = "copy"
        if stream.codec in NOT_IN_MATROSKA and stream.codec.startswith("pcm_"):
            encoder = "pcm_s32le" if "32" in stream.codec else "pcm_s24le"
        if stream.codec in TEXT and stream.codec == "mov_text":
            encoder = "srt"
        # A part that was cut by its bytes begins amid pictures, which go on from the one before.
        arguments += ["-map", selector(stream), f"-c:{number}", encoder, f"-copyinkf:{number}"]
        if film.container == "avi" and stream.codec == "mpeg4":
            arguments += [f"-bsf:{number}", "mpeg4_unpack_bframes"]
    if film.container == "matroska":
        arguments += ["-map", "0:t?", "-c:t", "copy"]
    arguments += ["-map_chapters", "0", *SAME_BYTES, "-strict", "experimental"]
    run = run_ffmpeg(
        [*arguments, "-f", "matroska", file_url(out), *whole_film(film)],
        on_progress=lambda _: on_progress(),
        program=program,
    )
    require_disk(film.path, run.errors)


def _writer() -> Ffmpeg | None:
    """An ffmpeg that keeps how pictures are turned, and what HDR says; else the usual one."""
    return find_ffmpeg_since(TURNING_FFMPEG)


@dataclass(frozen=True)
class _Copy:
    """A film's copy: where the film's zero lies in it (`lead`), and its length from there (s)."""

    film: Film
    path: Path
    lead: float
    seconds: float

    @classmethod
    def of(cls, film: Film, path: Path) -> _Copy:
        there = _played(probe(path))
        leads = [
            (two.start or 0.0) - (one.start or 0.0)
            for one, two in zip(_played(film), there, strict=True)
        ]
        # A Matroska has no stamps below 0: what lay there (a codec's delay, sound that an edit
        # list hides) moves all the others.
        lead = min(max(0.0, max(leads, default=0.0)), _MOST_LEAD_S)
        ends = [(one.start or 0.0) + one.duration for one in there if one.duration is not None]
        return cls(film, path, lead, max(ends, default=film.duration or 0.0) - lead)

    def until(self, after: _Copy) -> float:
        """Seconds from the beginning of this film to that of the next one.

        Where a recording or a DVD was cut by its bytes, the clock goes on, and says it.
        """
        clocks = {self.film.container, after.film.container} <= JUMPING
        if clocks and self.film.set_back is None:
            apart = after.film.start_time - self.film.start_time
            if abs(apart - self.seconds) < _GOES_ON_S:
                return apart
        return self.seconds


def _chapters(part: Path, start: float) -> list[str]:
    """A part's chapters as ffmpeg reads them, on the time line of all parts."""
    with reading_ffmpeg([*held_input(part), "-f", "ffmetadata", "pipe:1"]) as running:
        said = running.output.read().decode("utf-8", "replace")
        running.end()
    found = []
    for over, under, begin, end, tags in _CHAPTER.findall(said):
        unit = int(over) / max(int(under), 1)
        times = [round((start + int(at) * unit) * 1000) for at in (begin, end)]
        found += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={times[0]}", f"END={times[1]}"]
        found.append(tags.rstrip("\n"))
    return found


def _subtitles(films: Sequence[Film]) -> list[Stream]:
    """The subtitle streams of the first film, where all have the like and Matroska takes them."""
    kinds = {tuple((s.codec, s.language) for s in film.of_kind("subtitle")) for film in films}
    if len(kinds) > 1 or any(codec not in (*MATROSKA_SUBTITLES, *TEXT) for codec, _ in kinds.pop()):
        return []
    return films[0].of_kind("subtitle")


def _played(film: Film) -> list[Stream]:
    return [*_pictures(film), *_sounds(film)]


def _pictures(film: Film) -> list[Stream]:
    return [stream for stream in film.streams if stream.is_picture and stream.readable]


def _sounds(film: Film) -> list[Stream]:
    return [stream for stream in film.audio if stream.readable]


def _count(streams: Sequence[Stream], kind: str) -> str:
    if not streams:
        return f"no {kind}"
    return f"{len(streams)} {kind}{'s' if len(streams) > 1 else ''}"
