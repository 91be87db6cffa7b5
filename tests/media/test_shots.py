"""The stage shots, run as the runner runs it, on films whose cuts are known to the frame."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from chalchitra.media.probe import probe
from chalchitra.paths import venv_dir
from chalchitra.subtitles.cues.shot_changes import ShotChanges

pytestmark = pytest.mark.smoke

RATE = Fraction(24000, 1001)
SHOTS = (
    ("testsrc2", 50),
    ("smptehdbars", 41),
    ("mandelbrot=end_scale=0.2", 37),
    ("rgbtestsrc", 60),
)
"""A source of ffmpeg's and how many pictures of it."""
CUTS = (50, 91, 128)
"""Numbers of the first pictures of all shots but the first."""


def pictures(*, dark: float = 1.0) -> str:
    """A filter graph that shows the shots one after another, as [v]."""
    parts = [
        f"{source}{':' if '=' in source else '='}s=320x180:r=24000/1001,trim=end_frame={count},"
        f"format=yuv420p,colorlevels=romax={dark}:gomax={dark}:bomax={dark},setsar=1,"
        f"format=yuv420p[v{number}]"
        for number, (source, count) in enumerate(SHOTS)
    ]
    joined = "".join(f"[v{number}]" for number in range(len(SHOTS)))
    return ";".join(parts) + f";{joined}concat=n={len(SHOTS)}[v]"


def times(*numbers: int, late: float = 0.0) -> list[float]:
    return [float(number / RATE) + late for number in numbers]


@pytest.fixture
def find(run_stage):
    """Run the stage on a film: its result and what it wrote."""

    def run(film, clip=None):
        python = venv_dir() / "whisperx" / "bin" / "python"
        result, folder = run_stage("shots", {"film": film}, {"clip": clip}, python)
        assert result.status == "done", result.error
        return result, ShotChanges.read(folder / "shots.json")

    return run


@pytest.mark.parametrize(
    "encoder", ["film.mkv -c:v libx264 -bf 3", "film.mp4 -c:v libx264", "film.avi -c:v mpeg4"]
)
def test_cuts_are_found_to_the_frame(ffmpeg, find, tmp_path, encoder):
    name, options = encoder.split(" ", 1)
    ffmpeg("-filter_complex", [pictures()], "-map [v]", options, tmp_path / name)
    result, shots = find(tmp_path / name)
    assert shots.cuts == pytest.approx(times(*CUTS), abs=0.002)
    assert shots.frame_rate == pytest.approx(float(RATE))
    assert result.degraded == []
    assert result.metrics["shot_changes"] == 3
    assert re.fullmatch(r"PySceneDetect \d+\.\d.* AdaptiveDetector", shots.detector)


def test_cuts_of_a_dark_film_are_found(ffmpeg, find, tmp_path):
    ffmpeg("-filter_complex", [pictures(dark=0.25)], "-map [v] -c:v libx264", tmp_path / "film.mkv")
    assert find(tmp_path / "film.mkv")[1].cuts == pytest.approx(times(*CUTS), abs=0.002)


def test_times_count_from_the_films_start_and_not_the_pictures(ffmpeg, find, tmp_path):
    """A broadcast starts anywhere, here with the sound, 0.7 s before the picture."""
    graph = pictures().replace("[v]", ",setpts=PTS+0.7/TB[v]")
    ffmpeg(
        "-f lavfi -i sine=d=9 -filter_complex", [graph],
        "-map [v] -map 0:a -c:v libx264 -c:a mp2 -output_ts_offset 100", tmp_path / "film.ts",
    )  # fmt: skip
    film = probe(tmp_path / "film.ts")
    picture = film.of_kind("video")[0]
    assert film.start_time > 90
    assert picture.start == pytest.approx(0.7, abs=0.1)
    _, shots = find(tmp_path / "film.ts")
    assert shots.cuts == pytest.approx(times(*CUTS, late=picture.start), abs=0.002)


def test_cuts_of_a_varying_frame_rate_are_the_pictures_own_times(ffmpeg, find, tmp_path):
    """From picture 60 on, each is shown twice as long."""
    graph = pictures().replace("concat=n=4", "concat=n=4,setpts=PTS+max(0\\,N-60)/(24000/1001)/TB")
    ffmpeg("-filter_complex", [graph], "-map [v] -fps_mode vfr -c:v libx264", tmp_path / "film.mkv")
    wanted = [float((cut + max(0, cut - 60)) / RATE) for cut in CUTS]
    assert find(tmp_path / "film.mkv")[1].cuts == pytest.approx(wanted, abs=0.002)


def test_what_changes_slowly_is_no_cut(ffmpeg, find, tmp_path):
    """A picture that zooms dissolves into another, which fades to black."""
    graph = (
        "mandelbrot=s=320x180:r=24:end_scale=0.2,trim=duration=4,format=gray,settb=1/24[a];"
        "mandelbrot=s=320x180:r=24:start_x=0.3:start_y=0.1:start_scale=1,trim=duration=4,"
        "format=gray,settb=1/24[b];"
        "[a][b]xfade=duration=1.5:offset=2,fade=t=out:st=4:d=1.5,format=yuv420p[v]"
    )
    ffmpeg("-filter_complex", [graph], "-map [v] -c:v libx264", tmp_path / "film.mkv")
    assert find(tmp_path / "film.mkv")[1].cuts == []


def test_of_a_clip_only_its_own_cuts_are_found(ffmpeg, find, tmp_path):
    ffmpeg("-filter_complex", [pictures()], "-map [v] -c:v libx264 -g 12", tmp_path / "film.mkv")
    _, shots = find(tmp_path / "film.mkv", {"start": 3.2, "end": 4.5})
    assert shots.cuts == pytest.approx(times(91), abs=0.002)


@pytest.mark.parametrize("second", [4000.0, 2.0])
@pytest.mark.parametrize("begin", [None, 8.0])
def test_where_a_broadcast_is_joined_cuts_are_on_the_time_line_of_its_sound(
    ffmpeg, find, tmp_path, second, begin
):
    parts = []
    for number, offset in enumerate((1000.0, second)):
        ffmpeg(
            "-f lavfi -i sine=d=7.84 -filter_complex", [pictures()],
            "-map [v] -map 0:a -c:v mpeg2video -g 12 -c:a mp2",
            f"-output_ts_offset {offset}", tmp_path / f"{number}.ts",
        )  # fmt: skip
        parts.append((tmp_path / f"{number}.ts").read_bytes())
    (tmp_path / "film.ts").write_bytes(b"".join(parts))
    one = 188 / float(RATE)  # all pictures of a part
    wanted = [*times(*CUTS), one, *times(*CUTS, late=one)]
    clip = None if begin is None else {"start": begin, "end": None}
    _, shots = find(tmp_path / "film.ts", clip)
    assert shots.cuts == pytest.approx([cut for cut in wanted if cut > (begin or 0) - 1], abs=0.1)


def test_half_a_film_gives_its_cuts_and_says_so(ffmpeg, find, tmp_path):
    ffmpeg("-filter_complex", [pictures()], "-map [v] -c:v libx264 -g 12", tmp_path / "film.mkv")
    whole = (tmp_path / "film.mkv").read_bytes()
    (tmp_path / "half.mkv").write_bytes(whole[: len(whole) // 2])
    result, shots = find(tmp_path / "half.mkv")
    assert shots.cuts == pytest.approx(times(*CUTS)[: len(shots.cuts)], abs=0.002)
    assert "The picture ends at" in result.degraded[0].what


def test_a_picture_that_cannot_be_decoded_fails_with_what_to_type(ffmpeg, run_stage, tmp_path):
    ffmpeg("-f lavfi -i testsrc2=d=1:s=320x180 -c:v libx264 -g 1", tmp_path / "film.mkv")
    whole = bytearray((tmp_path / "film.mkv").read_bytes())
    at = whole.index(b"\x1f\x43\xb6\x75") + 40  # the first cluster
    whole[at:-200] = bytes(len(whole) - at - 200)
    (tmp_path / "film.mkv").write_bytes(whole)
    python = venv_dir() / "whisperx" / "bin" / "python"
    result, _ = run_stage("shots", {"film": tmp_path / "film.mkv"}, {"clip": None}, python)
    assert result.status == "failed"
    assert "--shots" in result.error.fix
