"""Films made at test time, with clicks at known times, and the means to find the clicks again."""

from __future__ import annotations

import array
import math
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import pytest

from chalchitra.media.film import Film, Stream
from chalchitra.paths import source_dir, stages_dir
from chalchitra.stagekit.protocol import Request, Result

CLICKS = (1.0, 2.5, 6.25, 9.0)
DURATION = 10

ASS = """[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour
Style: Default,Arial,20,&H00FFFFFF

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:04.00,0:00:05.00,Default,,0,0,0,,An old {\\i1}line{\\i0}
"""

CHAPTERS = """;FFMETADATA1
title=My film
[CHAPTER]
TIMEBASE=1/1000
START=0
END=5000
title=One
[CHAPTER]
TIMEBASE=1/1000
START=5000
END=10000
title=Two
"""


@pytest.fixture(scope="session")
def ffmpeg() -> Callable[..., None]:
    """Run ffmpeg with these words (a string is split at spaces; a Path or a list's are whole).

    The wheel's, so that the films are the same on every machine; the code under test runs the
    machine's own where there is one.
    """

    def run(*words: str | Path | list[str]) -> None:
        args: list[str] = []
        for word in words:
            if isinstance(word, Path):
                args.append(str(word))
            else:
                args += word.split() if isinstance(word, str) else word
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y", *args]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    return run


@pytest.fixture(scope="session")
def clicks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds of silence with a 10 ms tone burst at each of CLICKS; 48 kHz mono."""
    rate = 48000
    samples = array.array("h", bytes(2 * rate * DURATION))
    for click in CLICKS:
        for i in range(rate // 100):
            samples[int(click * rate) + i] = int(20000 * math.sin(2 * math.pi * 2000 * i / rate))
    path = tmp_path_factory.mktemp("clicks") / "clicks.wav"
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.tobytes())
    return path


@pytest.fixture(scope="session")
def make_film(
    ffmpeg: Callable[..., None], clicks: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Path]:
    """A film of ten seconds with a moving picture and the clicks, encoded as told."""
    folder = tmp_path_factory.mktemp("films")
    picture = "-f lavfi -i testsrc2=size=64x36:rate=24:duration=10"

    def make(name: str, codecs: str, *, picture_at: float = 0, sound_at: float = 0) -> Path:
        path = folder / name
        if not path.exists():
            ffmpeg(
                f"-itsoffset {picture_at} {picture} -itsoffset {sound_at} -i",
                clicks,
                f"-map 0:v -map 1:a -g 24 {codecs}",
                path,
            )
        return path

    return make


@pytest.fixture(scope="session")
def rich_film(
    ffmpeg: Callable[..., None], clicks: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A Matroska with all there is: two audio tracks, styled subtitles, chapters, font, cover."""
    folder = tmp_path_factory.mktemp("rich")
    (folder / "old.ass").write_text(ASS)
    (folder / "chapters.txt").write_text(CHAPTERS)
    (folder / "font.ttf").write_bytes(bytes(range(256)) * 8)
    ffmpeg("-f lavfi -i color=red:size=32x32 -frames:v 1 -update 1", folder / "cover.jpg")
    ffmpeg(
        "-f lavfi -i testsrc2=size=64x36:rate=24:duration=10 -itsoffset 0.5 -i",
        clicks,
        "-i",
        folder / "old.ass",
        "-i",
        folder / "chapters.txt",
        "-map 0 -map 1 -map 1 -map 2 -map_metadata 3 -c:v libx264 -bf 2 -c:a aac -c:s ass",
        "-metadata:s:a:0 language=eng -metadata:s:a:0 title=Commentary -disposition:a:0 comment",
        "-metadata:s:a:1 language=hin -disposition:a:1 default",
        "-metadata:s:s:0 language=eng -metadata:s:s:0 title=Signs -disposition:s:0 default+forced",
        "-attach",
        folder / "font.ttf",
        "-metadata:s:t:0 mimetype=application/x-truetype-font -attach",
        folder / "cover.jpg",
        "-metadata:s:t:1 mimetype=image/jpeg -metadata:s:t:1 filename=cover.jpg",
        folder / "rich.mkv",
    )
    return folder / "rich.mkv"


@pytest.fixture(scope="session")
def onsets() -> Callable[[Path], list[float]]:
    """When the clicks of a WAV file begin, in seconds."""

    def find(path: Path) -> list[float]:
        with wave.open(str(path), "rb") as sound:
            rate = sound.getframerate()
            samples = array.array("h", sound.readframes(sound.getnframes()))
        found: list[float] = []
        last = -rate
        for index, value in enumerate(samples):
            if abs(value) > 4000:
                if index - last > rate * 0.3:
                    found.append(index / rate)
                last = index
        return found

    return find


@pytest.fixture
def a_film() -> Callable[..., Film]:
    """A Film that exists on paper only."""

    def make(*streams: Stream, container: str = "matroska", duration: float | None = 60.0) -> Film:
        for index, stream in enumerate(streams):
            stream.index = index
            stream.position = sum(other.kind == stream.kind for other in streams[:index])
        return Film(
            path=Path("/films/a film.mkv"),
            size=1,
            mtime_ns=1,
            container=container,
            start_time=0.0,
            duration=duration,
            streams=list(streams),
        )

    return make


@pytest.fixture
def a_stream() -> Callable[..., Stream]:
    def make(kind: str, codec: str, **more: object) -> Stream:
        return Stream.model_validate(
            {"index": 0, "position": 0, "kind": kind, "codec": codec, **more}
        )

    return make


@pytest.fixture
def run_stage(tmp_path):
    """Run a stage script; returns its result and the folder it wrote to."""

    def run(stage, inputs, params, python: str | Path = sys.executable):
        folder = tmp_path / stage
        folder.mkdir()
        request = Request(
            job_id="job_20260102_001", stage=stage, environment="common", inputs=inputs,
            params=params, output_dir=folder, device="cpu", compute_type="int8", threads=1,
        )  # fmt: skip
        request.write(folder / "request.json")
        subprocess.run(
            [python, stages_dir() / f"{stage}.py", "--job-dir", tmp_path],
            env={
                "CHALCHITRA_REQUEST": str(folder / "request.json"),
                "PYTHONPATH": str(source_dir()),
                "PATH": "/usr/bin:/bin",
            },
            check=False,
        )
        return Result.model_validate_json((folder / "result.json").read_bytes()), folder

    return run
