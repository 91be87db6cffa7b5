"""Writing the film with its subtitle tracks, and looking at it before it is accepted.

ffmpeg holds an input back until every stream of the others has sent a packet. So a film's own
subtitles, which may start an hour into it, go to files of their own first: left in the film, they
would hold our tracks back for that hour, and players would not find the cues where they belong.
(An MP4 has an index and every track of it a packet at 0.)
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from chalchitra.errors import StageError, UsageError
from chalchitra.media.evidence import require_disk
from chalchitra.media.film import Shortfall, Stream
from chalchitra.media.formats import file_url
from chalchitra.media.inputs import film_input, held_input, selector, timed_input, whole_film
from chalchitra.media.looks import Look, look
from chalchitra.media.mux_check import check, require_other_file
from chalchitra.media.mux_plan import COVER_TYPES, MuxPlan, PlannedStream, Track, described
from chalchitra.media.packets import packets
from chalchitra.media.probe import open_container
from chalchitra.media.tools import (
    Ffmpeg,
    FfmpegError,
    FfmpegRun,
    find_ffmpeg_since,
    run_ffmpeg,
)

WITHOUT_PTS = frozenset({"avi", "mpegts", "mpeg", "asf", "mpegvideo", "gxf"})
"""Containers whose packets may lack timestamps that Matroska and MP4 need."""

TURNING_FFMPEG = (6, 1)
"""The first that writes into a Matroska how its picture is turned."""

SAME_BYTES = ["-fflags", "+bitexact", "-flags", "+bitexact"]
"""No versions, dates or random identifiers are written."""

# Disposition names that every ffmpeg since the oldest that is used knows.
_DISPOSITIONS = frozenset(
    "default dub original comment lyrics karaoke forced hearing_impaired visual_impaired "
    "clean_effects attached_pic captions descriptions dependent metadata".split()
)


def mux(
    plan: MuxPlan, out: Path, on_progress: Callable[[float], None] | None = None
) -> list[Shortfall]:
    """Write the planned film to `out`; two runs write the same bytes.

    `on_progress` gets the seconds written. Returns what fell short while copying (the plan's own
    shortfalls are not repeated). Raises StageError when ffmpeg fails or the result is not what was
    planned; nothing is left at `out` then. The film itself is only read.
    """
    require_other_file(plan.film.path, out)
    try:
        with tempfile.TemporaryDirectory(prefix=".mux-", dir=out.parent) as folder:
            plan, covers, no_covers = _save_covers(plan, Path(folder))
            subtitles = _save_subtitles(plan, Path(folder))
            plan, shortfalls = _without_empty(plan, subtitles)
            shortfalls += no_covers
            looks = _looks(plan)
            program = _writer(plan, looks)
            try:
                run = _write(plan, covers, subtitles, out, on_progress, program)
            except FfmpegError:
                plan, left_out = _without_refused(plan, Path(folder))
                if not left_out:
                    raise
                shortfalls += left_out
                run = _write(plan, covers, subtitles, out, on_progress, program)
        require_disk(plan.film.path, run.errors)
        return shortfalls + check(plan, out, run.errors, looks)
    except BaseException:
        out.unlink(missing_ok=True)
        raise


def _write(
    plan: MuxPlan,
    covers: list[Path],
    subtitles: dict[int, Path],
    out: Path,
    on_progress: Callable[[float], None] | None,
    program: Ffmpeg | None,
) -> FfmpegRun:
    return run_ffmpeg(
        arguments(plan, covers, subtitles, out, program),
        on_progress=lambda done: on_progress(done.seconds) if on_progress else None,
        program=program,
    )


def _looks(plan: MuxPlan) -> dict[int, Look]:
    """How the film's pictures are shown, by the index of their streams."""
    pictures = [
        item.origin
        for item in plan.streams
        if isinstance(item.origin, Stream) and item.origin.is_picture
    ]
    found = {stream.index: look(plan.film.path, stream) for stream in pictures}
    return {index: one for index, one in found.items() if one is not None}


def _writer(plan: MuxPlan, looks: dict[int, Look]) -> Ffmpeg | None:
    """The ffmpeg that writes this film, where the usual one might not do."""
    if plan.container == "matroska" and any(one.is_turned for one in looks.values()):
        return find_ffmpeg_since(TURNING_FFMPEG)
    return None


def arguments(
    plan: MuxPlan,
    covers: list[Path],
    subtitles: dict[int, Path],
    out: Path,
    program: Ffmpeg | None = None,
) -> list[str]:
    """The ffmpeg command line of a plan.

    `covers` are the saved files of `plan.covers`, `subtitles` those of the film's own subtitle
    streams, by index; `program` will run it where that is not the usual one.
    """
    genpts = ["-fflags", "+genpts"] if plan.film.container in WITHOUT_PTS else []
    inputs = film_input(plan.film, *genpts, program=program)
    maps: list[str] = []
    # Everything is said for each stream, so that ffmpeg chooses nothing by itself.
    options: list[str] = []
    opened = 1
    for number, planned in enumerate(plan.streams):
        origin, encoder = planned.origin, planned.encoder
        if isinstance(origin, Track):
            inputs += ["-f", origin.format, *held_input(origin.path, demuxers=origin.format)]
            source = f"{opened}:0"
            options += [f"-metadata:s:{number}", f"language={planned.language or 'und'}"]
            if plan.container == "mp4":
                # Some versions lose an MP4's track titles; the handler's name survives.
                options += [f"-metadata:s:{number}", f"handler_name={planned.title}"]
        elif origin.index in subtitles:
            inputs += timed_input(subtitles[origin.index], program)
            source, encoder = f"{opened}:0", "copy"
        else:
            source = selector(origin)
            if plan.film.container == "avi" and origin.codec == "mpeg4":
                options += [f"-bsf:{number}", "mpeg4_unpack_bframes"]
        opened += not source.startswith("0:")
        maps += ["-map", source]
        options += [f"-c:{number}", encoder]
        flags = [name for name in planned.dispositions if name in _DISPOSITIONS]
        options += [f"-disposition:{number}", "+".join(flags) or "0"]
        if planned.title:
            options += [f"-metadata:s:{number}", f"title={planned.title}"]
        if planned.filename:
            options += [f"-metadata:s:{number}", f"filename={planned.filename}"]
        if planned.kind == "attachment" and isinstance(origin, Stream) and not origin.mimetype:
            options += [f"-metadata:s:{number}", "mimetype=application/octet-stream"]
    for number, (cover, name, path) in enumerate(
        zip(plan.covers, plan.cover_names, covers, strict=True), start=len(plan.streams)
    ):
        _, mimetype = COVER_TYPES[cover.codec]
        options += ["-attach", file_url(path)]
        options += [f"-metadata:s:{number}", f"mimetype={mimetype}"]
        options += [f"-metadata:s:{number}", f"filename={name}"]
    for number, font in enumerate(plan.fonts, start=len(plan.streams) + len(covers)):
        options += ["-attach", file_url(font.path)]
        options += [f"-metadata:s:{number}", f"mimetype={font.mimetype}"]
        options += [f"-metadata:s:{number}", f"filename={font.filename}"]
    # Codecs that MP4 has had for a short time only are "experimental".
    options += ["-map_metadata", "0", "-map_chapters", "0", *SAME_BYTES, "-strict", "experimental"]
    if plan.container == "matroska":
        options += ["-default_mode", "passthrough"]
    output = ["-f", plan.container, file_url(out), *whole_film(plan.film)]
    return [*inputs, *maps, *options, *output]


def _save_subtitles(plan: MuxPlan, folder: Path) -> dict[int, Path]:
    """Copy (or convert) the film's own subtitle streams to a file each; Matroska needs it."""
    own = [
        (item.origin, item.encoder)
        for item in plan.streams
        if isinstance(item.origin, Stream) and item.kind == "subtitle"
    ]
    if plan.container != "matroska" or not own:
        return {}
    saved: dict[int, Path] = {}
    outputs: list[str] = []
    for stream, encoder in own:
        path = saved[stream.index] = folder / f"{stream.index}.mks"
        outputs += ["-map", selector(stream), "-c", encoder, *SAME_BYTES]
        outputs += ["-f", "matroska", file_url(path)]
    run = run_ffmpeg([*film_input(plan.film), *outputs, *whole_film(plan.film)])
    require_disk(plan.film.path, run.errors)
    return saved


def _without_empty(plan: MuxPlan, subtitles: dict[int, Path]) -> tuple[MuxPlan, list[Shortfall]]:
    """The plan without those of the film's own subtitle streams that turned out to be empty."""
    empty = {index for index, path in subtitles.items() if not _has_packets(path)}
    kept = tuple(item for item in plan.streams if _index(item) not in empty)
    shortfalls = [
        Shortfall(f"Subtitle stream {index} is left out.", "It is empty.") for index in empty
    ]
    return replace(plan, streams=kept), shortfalls


def _without_refused(plan: MuxPlan, folder: Path) -> tuple[MuxPlan, list[Shortfall]]:
    """The plan without the streams that ffmpeg cannot copy into this container, each tried alone.

    Where it takes none at all, something else is wrong, and nothing is left out. Raises StageError
    where that would leave no picture, or no sound of a film that has some.
    """
    kept: list[PlannedStream] = []
    refused: list[Stream] = []
    for item in plan.streams:
        origin = item.origin
        if isinstance(origin, Track) or item.kind not in ("video", "audio"):
            kept.append(item)
            continue
        alone = [*film_input(plan.film), "-map", selector(origin), "-c", "copy", "-t", "0"]
        alone += ["-strict", "experimental"]
        try:
            run_ffmpeg([*alone, "-f", plan.container, file_url(folder / "alone")])
            kept.append(item)
        except FfmpegError:
            refused.append(origin)
    if not any(item.kind in ("video", "audio") for item in kept):
        return plan, []
    for stream in refused:
        if not any(item.kind == stream.kind for item in kept):
            raise StageError(
                f"The film cannot be copied into {plan.label}.",
                cause=f"ffmpeg cannot copy {described(stream)} into it, and there is no other "
                "stream of that kind.",
                fix="Use the .srt files with the film as it is.",
            )
    shortfalls = [
        Shortfall(
            f"{described(stream)} is left out of the film with tracks.",
            f"ffmpeg cannot copy it into {plan.label}.",
        )
        for stream in refused
    ]
    return replace(plan, streams=tuple(kept)), shortfalls


def _index(item: PlannedStream) -> int | None:
    return item.origin.index if isinstance(item.origin, Stream) else None


def _has_packets(path: Path) -> bool:
    try:
        with open_container(path) as container:
            return any(packet.size for packet in packets(container))
    except UsageError:  # a header without packets does not even open
        return False


def _save_covers(plan: MuxPlan, folder: Path) -> tuple[MuxPlan, list[Path], list[Shortfall]]:
    """Write the cover pictures to files, since ffmpeg attaches files only; leave empty ones out."""
    kept: list[tuple[Stream, str]] = []
    saved: list[Path] = []
    shortfalls: list[Shortfall] = []
    for cover, name in zip(plan.covers, plan.cover_names, strict=True):
        with open_container(plan.film.path) as container:
            there = packets(container, container.streams[cover.index])
            picture = next((bytes(packet) for packet in there if packet.size), b"")
        if not picture:
            shortfalls.append(
                Shortfall(f"Cover picture {cover.index} is left out.", "It is empty.")
            )
            continue
        kept.append((cover, name))
        saved.append(folder / f"{cover.index}.{COVER_TYPES[cover.codec][0]}")
        saved[-1].write_bytes(picture)
    covers, names = tuple(cover for cover, _ in kept), tuple(name for _, name in kept)
    return replace(plan, covers=covers, cover_names=names), saved, shortfalls
