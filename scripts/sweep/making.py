"""Making a film out of its recipe: ffmpeg writes it, then bytes are changed where it is damaged."""

from __future__ import annotations

import random
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import imageio_ffmpeg
from forms import CODECS, CONTAINERS, LAYOUTS
from harm import CannotError, change, drop_packets, vcd
from recipes import Recipe
from tones import FILM_S, write_words

HOLE = (3.9, 5.2)
"""Seconds of sound that are missing: the fourth word."""
EDIT_S = 1.6
"""Where a copy begins that leaves the rest to an edit list: after the first word."""
_LIMIT_S = 60
_WRAP_S = 2**33 / 90000
_KEY, _KEY_ID = "76a6c65c5ea762046bd749a2e632ccbb", "a7e61c373e219033c21091fa607bf3b8"


class NotMadeError(Exception):
    """ffmpeg does not write this film."""


@dataclass(frozen=True)
class Tools:
    """The ffmpegs that write: the machine's own, and the wheel's."""

    own: str
    wheel: str

    @classmethod
    def found(cls, own: str | None = None) -> Tools:
        wheel = str(imageio_ffmpeg.get_ffmpeg_exe())
        return cls(own or shutil.which("ffmpeg") or wheel, wheel)

    def of(self, recipe: Recipe) -> str:
        return self.wheel if recipe.writer == "wheel" else self.own


def make(recipe: Recipe, folder: Path, sources: Path, tools: Tools) -> Path:
    """Write the film into `folder`; what films share lies in `sources`. Raises NotMadeError."""
    program = tools.of(recipe)
    random_ = random.Random(recipe.id)
    path = folder / recipe.file_name
    try:
        if recipe.event in ("joined", "joined_id3", "ahead5", "ahead_hour", "back"):
            begins = 1.0 if recipe.container == "mpg" else 0.0  # before that, it adds half a second
            offsets = {
                "ahead5": (begins, begins + FILM_S + 5.0),
                "ahead_hour": (begins, begins + FILM_S + 3600.0),
                "back": (1000.0, 20.0),
            }.get(recipe.event, (0.0, 0.0))
            parts = []
            for number, offset in enumerate(offsets):
                _write(recipe, folder / "part", sources, program, offset)
                parts.append((folder / "part").read_bytes())
                (folder / "part").unlink()
                if recipe.event == "joined_id3" and number == 0:
                    parts.append(_id3(random_))
            data = b"".join(parts)
        else:
            _write(recipe, folder / "part", sources, program, 0.0)
            data = (folder / "part").read_bytes()
            (folder / "part").unlink()
        if recipe.event == "lost":
            data = drop_packets(data, recipe.container, random_)
        if recipe.container == "dat":
            data = vcd(data)
        data = change(data, recipe, random_)
    except CannotError as error:
        raise NotMadeError(str(error)) from None
    path.write_bytes(data)
    return path


def length(recipe: Recipe) -> float:
    """How long the picture is: to the end of the sound (seconds)."""
    late = float(recipe.start[4:]) if recipe.start.startswith("late") else 0.0
    return FILM_S + late


def source(sources: Path, *, other: bool) -> Path:
    """The words as a sound file; made once."""
    path = sources / f"words-{other}.wav"
    if not path.exists():
        sources.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(f".{id(path)}")
        write_words(half, other=other)
        half.rename(path)
    return path


def _write(recipe: Recipe, out: Path, sources: Path, program: str, offset: float) -> None:
    box, codec = CONTAINERS[recipe.container], CODECS[recipe.codec]
    layout = LAYOUTS[recipe.layout]
    args: list[str] = []
    if recipe.picture != "no":
        if recipe.start == "picture2":
            args += ["-itsoffset", "2"]
        args += ["-f", "lavfi", "-i", f"testsrc2=s={box.size}:r=25:d={length(recipe)}"]
    if recipe.start.startswith("late"):
        args += ["-itsoffset", recipe.start[4:]]
    args += ["-i", str(source(sources, other=False))]
    sound = 1 if recipe.picture != "no" else 0
    graph = f"[{sound}:a]"
    if recipe.layout == "two_languages":
        args += ["-itsoffset", recipe.start[4:]] if recipe.start.startswith("late") else []
        args += ["-i", str(source(sources, other=True))]
        graph += f"[{sound + 1}:a]amerge=inputs=2,"
    if layout.pan:
        graph += f"pan={layout.pan},"
    graph += f"aresample={recipe.rate}[a]"
    empty = recipe.damage == "empty_track"
    args += ["-filter_complex", graph.replace("[a]", "[x];[x]asplit=2[a][b]") if empty else graph]
    if recipe.picture != "no":
        args += ["-map", "0:v", *box.picture.split()]
        if recipe.picture == "vfr":
            args += ["-vf", "select='lt(mod(n*n\\,7)\\,4)'"]
    args += ["-map", "[a]"]
    if empty:
        args += [
            "-map",
            "[b]",
            "-metadata:s:a:0",
            "language=eng",
            "-metadata:s:a:1",
            "language=hin",
        ]
        args += ["-bsf:a:1", "noise=drop=1"]
    args += ["-c:a", codec.encoder, *codec.options.split()]
    filters = []
    if recipe.waver != "steady":
        by = int(recipe.waver[:-2]) / 1000
        filters.append(f"setts=ts=TS+round(sin(N/3)*{by}/TB)")
    if recipe.event == "hole":
        filters.append(f"noise=drop=between(pts*tb\\,{HOLE[0]}\\,{HOLE[1]})")
    if filters:
        args += ["-bsf:a:0", ",".join(filters)]
    shift = offset + {
        "at5000": 5000.0,
        "wrap_tiny": 0.0,
        "below0": -0.5,
    }.get(recipe.start, 0.0) + {
        "wrap_tiny": _WRAP_S - 1.42,
        "wrap_start": _WRAP_S - 1.9,
        "wrap_mid": _WRAP_S - 5.9,
    }.get(recipe.event, 0.0)  # fmt: skip
    if shift:
        args += ["-output_ts_offset", f"{shift:.3f}"]
    if recipe.start == "below0":
        args += ["-avoid_negative_ts", "disabled"]
    args += box.options.split()
    if recipe.damage == "encrypted":
        args += ["-encryption_scheme", "cenc-aes-ctr", "-encryption_key", _KEY]
        args += ["-encryption_kid", _KEY_ID]
    if recipe.damage == "piped":
        if box.muxer in ("mp4", "mov", "ipod", "f4v", "3gp"):
            args += ["-movflags", "frag_keyframe+empty_moov+default_base_moof"]
        _run(program, [*args, "-f", box.muxer, "pipe:1"], out)
        return
    if recipe.start == "editlist":
        whole = out.with_name("whole")
        _run(program, [*args, "-g", "250", "-f", box.muxer, str(whole)])
        cut = ["-ss", str(EDIT_S), "-i", str(whole), "-map", "0", "-c", "copy"]
        _run(program, [*cut, "-f", box.muxer, str(out)])
        whole.unlink()
        return
    _run(program, [*args, "-f", box.muxer, str(out)])


def _run(program: str, args: list[str], out: Path | None = None) -> None:
    command = [program, "-v", "error", "-nostdin", "-y", *args]
    try:
        if out is None:
            done = subprocess.run(command, capture_output=True, timeout=_LIMIT_S, check=False)
        else:
            with (
                open(out, "wb") as pipe_end,
                subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run,
            ):  # a pipe, and no file: nothing can be written back into the header
                stdout, stderr = run.communicate(timeout=_LIMIT_S)
                pipe_end.write(stdout)
                done = subprocess.CompletedProcess(command, run.returncode, b"", stderr)
    except subprocess.TimeoutExpired:
        raise NotMadeError("ffmpeg did not end") from None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise NotMadeError(said[0] if said else f"ffmpeg ended with {done.returncode}")


@cache
def _title() -> bytes:
    return b"TIT2" + (6).to_bytes(4, "big") + b"\0\0\0other"


def _id3(random_: random.Random) -> bytes:
    """A tag as a second file begins with it, a picture's bytes in it."""
    picture = b"\0image/png\0\x03\0" + random_.randbytes(3000)
    body = _title() + b"APIC" + len(picture).to_bytes(4, "big") + b"\0\0" + picture
    size = len(body)
    sync_safe = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + sync_safe + body
