"""Writing the film with its subtitle tracks, and looking at it before it is accepted."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from chalchitra.errors import StageError
from chalchitra.media.film import Film, Shortfall, Stream
from chalchitra.media.formats import file_url
from chalchitra.media.inputs import film_input, held_input
from chalchitra.media.mux_check import check
from chalchitra.media.mux_plan import COVER_TYPES, MuxPlan, Track
from chalchitra.media.probe import open_container
from chalchitra.media.tools import run_ffmpeg

_WITHOUT_PTS = frozenset({"avi", "mpegts", "mpeg", "asf", "mpegvideo"})
"""Containers whose packets may lack timestamps that Matroska and MP4 need."""

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
    if out.absolute() == plan.film.path or (out.exists() and out.samefile(plan.film.path)):
        raise StageError(
            "The film itself would be overwritten.",
            cause=f"{out} is the film.",
            fix="Choose another --out folder.",
        )
    try:
        with tempfile.TemporaryDirectory(prefix=".covers-", dir=out.parent) as folder:
            covers = _save_covers(plan.film, plan.covers, Path(folder))
            run = run_ffmpeg(arguments(plan, covers, out), on_progress=on_progress)
        return check(plan, out, run.errors)
    except BaseException:
        out.unlink(missing_ok=True)
        raise


def arguments(plan: MuxPlan, covers: list[Path], out: Path) -> list[str]:
    """The ffmpeg command line of a plan; `covers` are the saved files of `plan.covers`."""
    genpts = ["-fflags", "+genpts"] if plan.film.container in _WITHOUT_PTS else []
    args = film_input(plan.film, *genpts)
    for track in plan.tracks:
        args += ["-f", "srt", *held_input(track.path, demuxers="srt")]
    # Everything below is said for each stream, so that ffmpeg chooses nothing by itself.
    per_stream: list[str] = []
    inputs = 0
    for number, planned in enumerate(plan.streams):
        origin = planned.origin
        if isinstance(origin, Track):
            inputs += 1
            args += ["-map", f"{inputs}:0"]
            per_stream += [f"-metadata:s:{number}", f"language={planned.language or 'und'}"]
            if plan.container == "mp4":
                # Some versions lose an MP4's track titles; the handler's name survives.
                per_stream += [f"-metadata:s:{number}", f"handler_name={planned.title}"]
        else:
            args += ["-map", f"0:{origin.index}"]
            if plan.film.container == "avi" and origin.codec == "mpeg4":
                per_stream += [f"-bsf:{number}", "mpeg4_unpack_bframes"]
        if planned.title:
            per_stream += [f"-metadata:s:{number}", f"title={planned.title}"]
        flags = [name for name in planned.dispositions if name in _DISPOSITIONS]
        per_stream += [f"-disposition:{number}", "+".join(flags) or "0"]
        per_stream += [f"-c:{number}", planned.encoder]
    for number, (cover, path) in enumerate(
        zip(plan.covers, covers, strict=True), start=len(plan.streams)
    ):
        suffix, mimetype = COVER_TYPES[cover.codec]
        per_stream += ["-attach", file_url(path)]
        per_stream += [f"-metadata:s:{number}", f"mimetype={mimetype}"]
        name = cover.filename or f"cover.{suffix}"
        per_stream += [f"-metadata:s:{number}", f"filename={name}"]
    args += ["-map_metadata", "0", "-map_chapters", "0", *per_stream]
    # No dates, versions or random identifiers; and codecs that MP4 has had for a short time only.
    args += ["-fflags", "+bitexact", "-flags", "+bitexact", "-strict", "experimental"]
    if plan.container == "matroska":
        args += ["-default_mode", "passthrough"]
    return [*args, "-f", plan.container, file_url(out)]


def _save_covers(film: Film, covers: tuple[Stream, ...], folder: Path) -> list[Path]:
    """Write the cover pictures to files; ffmpeg attaches files only."""
    saved: list[Path] = []
    for cover in covers:
        path = folder / f"{cover.index}.{COVER_TYPES[cover.codec][0]}"
        with open_container(film.path) as container:
            packet = next(container.demux(container.streams[cover.index]))
            path.write_bytes(bytes(packet))
        saved.append(path)
    return saved
