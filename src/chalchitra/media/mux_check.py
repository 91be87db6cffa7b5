"""Looking at a muxed film before it is accepted: is everything in it that was planned?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chalchitra.errors import PassingError, StageError, UsageError
from chalchitra.media.film import GET_COMPLETE, Film, Shortfall, Stream
from chalchitra.media.inputs import is_dolby_vision
from chalchitra.media.looks import Look, look, lost
from chalchitra.media.mux_plan import MuxPlan, PlannedStream, Track, described
from chalchitra.media.packets import Units, kind_of, packets
from chalchitra.media.probe import open_container, probe
from chalchitra.media.tools import find_ffmpeg

_TIME_S = 0.005
"""Timestamps may differ by their rounding: Matroska's are milliseconds."""

_PRIMING_S = 0.025
"""What an encoder puts before the sound; ffmpegs before 8.1 count it here and not there."""

_SHIFT_TOLD_S = 0.1
"""Less is such priming."""

_SHORTER_S = 1.0
"""The result may end this much earlier than the film says it does."""

_JUMPING = frozenset({"mpegts", "mpeg"})
"""Containers whose timestamps may jump, so that the length they show is not what they play."""

_FIRST_PACKETS = 5000

_TECHNICAL_TAGS = frozenset(
    "encoder major_brand minor_version compatible_brands duration software isft".split()
)


@dataclass
class _Packets:
    """A stream's packets: when the first one starts, when the last one ends (s), cues' starts."""

    first: float | None = None
    end: float = 0.0
    cues: list[float] = field(default_factory=list)


def check(
    plan: MuxPlan, out: Path, errors: list[str], looks: Mapping[int, Look] | None = None
) -> list[Shortfall]:
    """Compare the film that was written with its plan; `errors` are what ffmpeg complained of.

    `looks` are how the film's pictures are shown, by the index of their streams.
    Returns what fell short. Raises StageError when something that was planned is not there, and
    PassingError when the copy stops before the film does.
    """
    try:
        result = probe(out)
    except UsageError as error:
        raise _wrong(f"It cannot be read: {error.what}") from error
    found = [stream for stream in result.streams if stream.kind not in ("data", "attachment")]
    pairs = _pair(plan, [stream for stream in found if not stream.is_cover])
    _check_attached(plan, result)
    read = _read(out, result)
    shift = _check_cues(pairs, read)
    _check_starts(plan.film, pairs, read, shift)
    shortfalls = []
    if shift > _SHIFT_TOLD_S:
        shortfalls.append(
            Shortfall(
                f"The film with tracks starts {shift:.3f} s earlier than the film.",
                "An edit list hides that part, and Matroska has no edit lists; the tracks were "
                "shifted to match.",
                "Use the .srt files with the film as it is, or cut the film again.",
            )
        )
    shortfalls += _check_end(plan, pairs, read, shift, errors)
    shortfalls += _check_looks(plan, out, pairs, looks or {})
    shortfalls += _check_marks(plan, pairs)
    tags = _tags(plan.film.path) - _tags(out)
    if tags:
        shortfalls.append(
            Shortfall(
                f"Tags missing from the film with tracks: {', '.join(sorted(tags))}.",
                f"{plan.label} has no place for them, or ffmpeg does not write them.",
            )
        )
    return shortfalls


def _pair(plan: MuxPlan, found: list[Stream]) -> list[tuple[PlannedStream, Stream]]:
    planned = [item for item in plan.streams if not _is_attached(item)]
    wanted = [(item.kind, item.codec) for item in planned]
    there = [(stream.kind, stream.codec) for stream in found]
    if wanted != there:
        raise _wrong(f"It has {there}, but {wanted} was planned")
    for item, stream in zip(planned, found, strict=True):
        if not isinstance(item.origin, Track):
            if item.origin.readable and not stream.readable:
                raise _wrong(f"No player plays its copy of {described(item.origin)}")
            continue
        said = (stream.language, stream.title, stream.is_default, "forced" in stream.dispositions)
        flags = ("default" in item.dispositions, "forced" in item.dispositions)
        meant = (item.language, item.title, *flags)
        if said != meant:
            raise _wrong(f"The {item.origin.language} track says {said}, not {meant}")
    return list(zip(planned, found, strict=True))


def _check_looks(
    plan: MuxPlan,
    out: Path,
    pairs: list[tuple[PlannedStream, Stream]],
    looks: Mapping[int, Look],
) -> list[Shortfall]:
    """What the pictures' containers said of them and the copy does not."""
    told = []
    cause = f"This ffmpeg ({find_ffmpeg().version}) does not write it into {plan.label}."
    fix = "Install a newer ffmpeg, or use the .srt files with the film as it is."
    for planned, real in pairs:
        if not isinstance(planned.origin, Stream) or planned.origin.index not in looks:
            continue
        after = look(out, real)
        missing = lost(looks[planned.origin.index], after) if after is not None else []
        if missing:
            told.append(
                Shortfall(
                    "The film with tracks has lost information about its picture: "
                    f"{'; '.join(missing)}.",
                    cause,
                    fix,
                )
            )
    if looks and is_dolby_vision(plan.film.path) and not is_dolby_vision(out):
        told.append(
            Shortfall(
                "The film with tracks is not marked as Dolby Vision.",
                cause,
                fix,
            )
        )
    return told


def _check_marks(plan: MuxPlan, pairs: list[tuple[PlannedStream, Stream]]) -> list[Shortfall]:
    """The flags of the film's own streams (commentary, forced, ...) that the copy has not."""
    told = []
    for planned, real in pairs:
        missing = [flag for flag in planned.dispositions if flag not in real.dispositions]
        if isinstance(planned.origin, Stream) and missing:
            told.append(
                Shortfall(
                    f"{described(planned.origin)} is not marked as {', '.join(missing)} in the "
                    "film with tracks.",
                    f"{plan.label} has no place for it, or ffmpeg does not write it.",
                )
            )
    return told


def _is_attached(item: PlannedStream) -> bool:
    return item.kind == "attachment" or "attached_pic" in item.dispositions


def _check_attached(plan: MuxPlan, result: Film) -> None:
    planned = sum(map(_is_attached, plan.streams)) + len(plan.covers) + len(plan.fonts)
    there = sum(stream.kind == "attachment" or stream.is_cover for stream in result.streams)
    if planned != there:
        raise _wrong(f"It has {there} attachments and covers, but {planned} were planned")
    attached = {(stream.filename, stream.mimetype) for stream in result.of_kind("attachment")}
    for font in plan.fonts:
        if (font.filename, font.mimetype) not in attached:
            raise _wrong(f"The font {font.filename} is not attached to it")
    if result.chapters != plan.film.chapters:
        raise _wrong(f"It has {result.chapters} chapters, the film {plan.film.chapters}")


def _read(path: Path, film: Film, limit: int | None = None) -> dict[int, _Packets]:
    """What all packets say, or the first `limit`; in seconds of the film's time line."""
    found = {stream.index: _Packets() for stream in film.streams}
    units = Units()
    with open_container(path) as container:
        for count, packet in enumerate(packets(container)):
            if limit is not None and count >= limit:
                break
            time = units.seconds(packet, packet.dts if packet.pts is None else packet.pts)
            seen = found.get(packet.stream_index)
            if time is None or seen is None:
                continue
            start = time - film.start_time
            if seen.first is None:
                seen.first = start
            length = units.seconds(packet, packet.duration) or 0.0
            seen.end = max(seen.end, start + length)
            # An MP4 fills the time between its cues with empty ones: two bytes, the length 0.
            if kind_of(packet.stream) == "subtitle" and bytes(packet) not in (b"", b"\0\0"):
                seen.cues.append(start)
    return found


def packets_end(film: Film) -> float:
    """When the last packet of a film ends, in seconds: what it holds, whatever it says."""
    return max(seen.end for seen in _read(film.path, film).values())


def _check_cues(pairs: list[tuple[PlannedStream, Stream]], read: dict[int, _Packets]) -> float:
    """How much later all cues are than in their files, in seconds."""
    shift: float | None = None
    for planned, real in pairs:
        if not isinstance(planned.origin, Track):
            continue
        meant, there = planned.origin.cues, read[real.index].cues
        if len(meant) != len(there):
            raise _wrong(
                f"Its {planned.origin.language} track has {len(there)} cues, not {len(meant)}"
            )
        if shift is None:
            shift = there[0] - meant[0]
        if any(
            abs(is_ - should - shift) > _TIME_S
            for is_, should in zip(there, sorted(meant), strict=True)
        ):
            raise _wrong(f"The cues of its {planned.origin.language} track have moved")
    return shift or 0.0


def _check_starts(
    film: Film,
    pairs: list[tuple[PlannedStream, Stream]],
    read: dict[int, _Packets],
    shift: float,
) -> None:
    """Sound must start where it did; a picture may start later, at its first whole frame."""
    before = _read(film.path, film, _FIRST_PACKETS)
    for planned, real in pairs:
        if isinstance(planned.origin, Track) or planned.kind == "subtitle":
            continue
        then, now = before[planned.origin.index].first, read[real.index].first
        if then is None or now is None:
            continue
        moved = now - then - shift
        if moved < -_PRIMING_S or (planned.kind == "audio" and moved > _PRIMING_S):
            raise _wrong(f"Its {planned.kind} starts at {now:.3f} s, the film's at {then:.3f} s")


def _check_end(
    plan: MuxPlan,
    pairs: list[tuple[PlannedStream, Stream]],
    read: dict[int, _Packets],
    shift: float,
    errors: list[str],
) -> list[Shortfall]:
    """Picture and sound must go on as long as the film's do."""
    said = f"ffmpeg says: {errors[0].rstrip('.')}." if errors else ""
    length = max(read[real.index].end for planned, real in pairs if planned.kind != "subtitle")
    expected = _expected_end(plan.film) + shift
    if length < expected - _SHORTER_S:
        real = packets_end(plan.film) + shift
        if length < real - _SHORTER_S and plan.film.container not in _JUMPING:
            raise ended_early(f"It ends at {length:.1f} s, the film at {real:.1f} s")
        return [
            Shortfall(
                f"The film with tracks ends at {length:.1f} s, not at {expected:.1f} s.",
                said or "The film is shorter than its header says.",
                GET_COMPLETE,
            )
        ]
    if not errors:
        return []
    return [
        Shortfall(
            "Parts of the film with tracks may be damaged, as they are in the film.",
            said,
            "Look at it, or get an undamaged copy.",
        )
    ]


def _tags(path: Path) -> set[str]:
    """The names of the tags of the whole film, but for those that say how the file was made."""
    with open_container(path) as container:
        names = {str(name).lower() for name in container.metadata}
    return names - _TECHNICAL_TAGS


def _expected_end(film: Film) -> float:
    """When the film's picture and sound end, by what its headers say; 0 when they say nothing."""
    heard = [stream for stream in film.streams if stream.is_picture or stream.kind == "audio"]
    ends = [(s.start or 0.0) + s.duration for s in heard if s.duration is not None]
    return max(ends) if len(ends) == len(heard) else film.duration or 0.0


def require_other_file(film: Path, out: Path) -> None:
    """Raise StageError where `out` is the film, which is only read."""
    if out.absolute() == film or (out.exists() and out.samefile(film)):
        raise StageError(
            "The film itself would be overwritten.",
            cause=f"{out} is the film.",
            fix="Choose another --out folder.",
        )


def ended_early(what: str) -> PassingError:
    """The error of a copy that stops before its film does, though ffmpeg ended well."""
    return PassingError(
        "The film with subtitles is incomplete.",
        cause=f"{what.rstrip('.')}: ffmpeg stopped early without saying why.",
        fix="Run the job again; if it happens again, run it with --debug and report its log.",
    )


def _wrong(what: str) -> StageError:
    return StageError(
        "The film with tracks did not come out as planned.",
        cause=f"{what.rstrip('.')}.",
        fix="Run it with --debug and report its log; the .srt files can be used as they are.",
    )
