"""A copy of the film with one track drawn into its picture, for players that show no subtitles.

The picture is encoded anew (H.264, which every player plays); sound is copied where MP4 holds it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from chalchitra.errors import StageError
from chalchitra.hints import typed
from chalchitra.media.evidence import require_disk
from chalchitra.media.film import Film, Shortfall
from chalchitra.media.formats import file_url
from chalchitra.media.inputs import ONE_BY_ONE, film_input, selector, whole_film
from chalchitra.media.mux_check import ended_early, packets_end, require_other_file
from chalchitra.media.mux_plan import MP4_CODECS, Track
from chalchitra.media.pictures import LARGEST_DRAWN
from chalchitra.media.probe import probe
from chalchitra.media.tools import Ffmpeg, find_drawing_ffmpeg, run_ffmpeg

# x264's own scale: 18 is hardly told from the film, medium is its default speed.
_PICTURE = ["-c:v", "libx264", "-preset", "medium", "-crf", "18", "-pix_fmt", "yuv420p"]
_EVEN = "pad=ceil(iw/2)*2:ceil(ih/2)*2"
"""H.264 in 4:2:0 has no odd sizes."""
_SAME_BYTES = ["-fflags", "+bitexact", "-flags", "+bitexact"]

_SHORTER_S = 1.0
"""The result may end this much earlier than the film says it does."""

_LOOKED_AT = 3
"""Cues of which at least one must be seen in the result."""
_SIZE = (320, 180)
_INK = 40
"""Grey above which a pixel drawn on black belongs to a letter or its outline's edge."""
_CHANGE = 12.0
"""Levels of grey by which letters change the picture at least, beyond what encoding changes."""

CANNOT_DRAW = Shortfall(
    "No film with burned-in subtitles was made.",
    "No ffmpeg here can draw subtitles (libass) and write H.264 (libx264).",
    typed(
        "./bootstrap.sh --env common --force",
        first="Rebuild the environment, then run the job with --from mux; to rebuild it,",
    ),
)


def burn(
    film: Film, track: Track, out: Path, on_progress: Callable[[float], None] | None = None
) -> list[Shortfall]:
    """Write the film with a styled track drawn into it to `out`, an MP4.

    `on_progress` gets the seconds written. Returns what fell short; without a fitting ffmpeg that
    is CANNOT_DRAW alone, and nothing is written, nor where H.264 has no room for the pictures.
    Raises StageError when ffmpeg fails or the track
    is not seen in the result; nothing is left at `out` then. The film itself is only read.
    """
    ffmpeg = find_drawing_ffmpeg()
    if ffmpeg is None:
        return [CANNOT_DRAW]
    require_other_file(film.path, out)
    picture = next(stream for stream in film.streams if stream.is_picture)
    if (picture.width or 0) * (picture.height or 0) > LARGEST_DRAWN:
        return [
            Shortfall(
                "No film with burned-in subtitles was made.",
                f"Its pictures of {picture.width} x {picture.height} are larger than H.264 allows.",
                "Set mux.burn_in=none; the film with tracks has the subtitles.",
            )
        ]
    try:
        with tempfile.TemporaryDirectory(prefix=".burn-", dir=out.parent) as folder:
            drawing = _drawing(track, Path(folder))
            run = run_ffmpeg(
                [
                    *film_input(film, *ONE_BY_ONE, program=ffmpeg),
                    *("-map", selector(picture), *_sound(film)),
                    *("-vf", f"{_EVEN},{drawing}", *_PICTURE),
                    *("-map_metadata", "0", "-map_chapters", "0", *_SAME_BYTES),
                    *("-strict", "experimental", "-movflags", "+faststart"),
                    *("-f", "mp4", file_url(out), *whole_film(film)),
                ],
                on_progress=lambda done: on_progress(done.seconds) if on_progress else None,
                program=ffmpeg,
            )
            require_disk(film.path, run.errors)
            burned = _checked(film, out)
            if not any(
                _is_seen(film, burned, drawing, at + 0.1, ffmpeg)
                for at in track.cues[:: max(1, len(track.cues) // _LOOKED_AT)]
            ):
                raise _wrong("The subtitles are not visible in it")
    except BaseException:
        out.unlink(missing_ok=True)
        raise
    if not run.errors:
        return []
    return [
        Shortfall(
            "Parts of the film with burned-in subtitles may be damaged, as they are in the film.",
            f"ffmpeg says: {run.errors[0].rstrip('.')}.",
            "Look at it, or get an undamaged copy.",
        )
    ]


def _drawing(track: Track, folder: Path) -> str:
    """ffmpeg's filter that draws a track, with no other font than the track's at hand."""
    fonts = folder / "fonts"
    fonts.mkdir()
    if track.font:
        shutil.copy(track.font.path, fonts / track.font.filename)
    return f"ass=filename={_quoted(track.path)}:fontsdir={_quoted(fonts)}"


def _quoted(path: Path) -> str:
    """A path as ffmpeg's filters take it: escaped for the filter's options, then for the graph."""
    option = re.sub(r"([\\':])", r"\\\1", str(path.absolute()))
    return re.sub(r"([\\'\[\],;])", r"\\\1", option)


def _sound(film: Film) -> list[str]:
    options: list[str] = []
    for number, stream in enumerate(film.audio):
        codec = "copy" if stream.codec in MP4_CODECS else "aac"
        options += ["-map", selector(stream), f"-c:a:{number}", codec]
    return options


def _checked(film: Film, out: Path) -> Film:
    burned = probe(out)
    if not burned.has_picture or len(burned.audio) != len(film.audio):
        raise _wrong("Its picture or its sound is missing")
    said, there = film.duration or 0.0, burned.duration or 0.0
    if there < said - _SHORTER_S and there < (real := packets_end(film)) - _SHORTER_S:
        raise ended_early(f"It ends at {there:.1f} s, the film at {real:.1f} s")
    return burned


def _is_seen(film: Film, burned: Film, drawing: str, at: float, ffmpeg: Ffmpeg) -> bool:
    """Whether the picture changed where the letters are, and hardly elsewhere."""
    width, height = _SIZE
    black = f"color=c=black:s={width}x{height}:r=25,setpts=PTS+{at:.3f}/TB,{drawing}"
    letters = _frame(["-f", "lavfi", "-i", black], ffmpeg)
    before, after = (
        _frame(film_input(one, seek=at, program=ffmpeg), ffmpeg) for one in (film, burned)
    )
    if not len(letters) == len(before) == len(after) == width * height:
        return False
    changes = [abs(old - new) for old, new in zip(before, after, strict=True)]
    inked = [change for change, ink in zip(changes, letters, strict=True) if ink > _INK]
    others = [change for change, ink in zip(changes, letters, strict=True) if ink == 0]
    if not inked or not others:
        return False
    return sum(inked) / len(inked) > sum(others) / len(others) + _CHANGE


def _frame(source: list[str], ffmpeg: Ffmpeg) -> bytes:
    """The first frame of an input, small, as grey values; empty where there is none."""
    width, height = _SIZE
    command = [ffmpeg.path, "-v", "error", "-nostdin", *source, "-map", "0:V:0?", "-frames:v", "1"]
    command += ["-vf", f"scale={width}:{height}", "-pix_fmt", "gray", "-f", "rawvideo", "-"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return done.stdout


def _wrong(what: str) -> StageError:
    return StageError(
        "The film with burned-in subtitles did not come out as planned.",
        cause=f"{what}.",
        fix="Run it with --debug and report its log; --set mux.burn_in=none skips it.",
    )
