"""`chalchitra qc` on files that others made."""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction
from math import floor
from pathlib import Path

import imageio_ffmpeg
import pytest

from chalchitra.cli import main
from chalchitra.errors import ExitCode

GOOD = """1
00:00:00,200 --> 00:00:01,200
नमस्ते दोस्तो।

2
00:00:01,280 --> 00:00:02,280
आप कैसे हैं?
"""


@pytest.fixture
def chalchitra(capsys, monkeypatch):
    """Type a command in this process."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["chalchitra", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), *capsys.readouterr()

    return run


@pytest.fixture
def srt(tmp_path) -> Path:
    path = tmp_path / "film.hi.srt"
    path.write_text(GOOD, encoding="utf-8")
    return path


@pytest.fixture
def film(tmp_path) -> Path:
    """Three seconds of picture at 25 frames a second."""
    path = tmp_path / "film.mkv"
    picture = "color=size=16x16:rate=25:duration=3"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", picture, path]
    subprocess.run(command, check=True)
    return path


def kinds(out: str) -> list[tuple[str, int | None]]:
    return [(one["kind"], one.get("cue")) for one in json.loads(out)["violations"]]


def test_two_frames_are_two_frames_of_the_film(chalchitra, srt, film):
    """80 ms are less than two frames at 23.976 a second, and two at 25."""
    code, out, _ = chalchitra("qc", srt, "--json")
    assert (code, kinds(out)) == (ExitCode.VIOLATIONS, [("gap_too_short", 2)])
    code, out, _ = chalchitra("qc", srt, "--film", film, "--json")
    assert (code, kinds(out)) == (ExitCode.DONE, [])
    report = json.loads(out)
    assert (report["frame_rate"], report["film_duration"]) == (25.0, 3.0)


def test_what_goes_on_after_the_film(chalchitra, srt, film):
    srt.write_text(GOOD.replace("02,280", "03,280"), encoding="utf-8")
    code, out, _ = chalchitra("qc", srt, "--film", film, "--json")
    assert (code, kinds(out)) == (ExitCode.VIOLATIONS, [("outside_film", 2)])


def test_a_person_reads_a_table(chalchitra, srt):
    code, out, err = chalchitra("qc", srt)
    assert (code, err) == (5, "")
    head, row, *rest = out.splitlines()
    assert head.split() == ["cue", "time", "violation", "value", "limit", "text"]
    assert row.split()[:7] == ["2", "0:00:01.280", "gap", "too", "short", "0.08", "s"]
    assert "आप" in row
    assert "film.hi.srt: Hindi, 2 cues, style netflix, 1 violation: gap too short 1." in out
    assert "(limit 22)" in out
    assert "graphemes" in out


def test_what_is_wrong_with_the_file_is_told_by_its_line(chalchitra, srt):
    srt.write_bytes("Tombé\n\n1\n00:00:01,000 --> 00:00:03,000\nÀ côté.\n".encode("cp1252"))
    _, out, _ = chalchitra("qc", srt, "-s", "fr")
    rows = [" ".join(line.split()) for line in out.splitlines()]
    assert "line 1 encoding cp1252 utf-8" in rows
    assert "line 1 text outside a cue Tombé" in rows


def test_a_long_text_is_whole_in_a_pipe(chalchitra, srt):
    srt.write_text(GOOD.replace("दोस्तो", "दोस्तो " * 40), encoding="utf-8")
    _, out, _ = chalchitra("qc", srt)
    row = next(line for line in out.splitlines() if "line too long" in line)
    assert row.split()[0] == "1"
    assert "42" in row
    assert row.count("दोस्तो") == 40


def test_so_many_may_be(chalchitra, srt):
    assert chalchitra("qc", srt, "--max", "1")[0] == 0
    assert chalchitra("qc", srt, "--max", "0")[0] == 5
    assert chalchitra("qc", srt, "--max", "-1")[0] == 2


def test_the_profile_and_the_language_decide(chalchitra, srt, tmp_path):
    _, out, _ = chalchitra("qc", srt, "--json", "--profile", "sdh")
    assert json.loads(out)["reading_speed"]["limit"] == 25
    _, out, _ = chalchitra("qc", srt, "--json", "-s", "en")
    assert (json.loads(out)["language"], json.loads(out)["reading_speed"]["limit"]) == ("en", 20)
    own = tmp_path / "own.toml"
    own.write_text('extends = "netflix"\nmin_gap = 0.08\nmax_chars_per_line = 13\n')
    code, out, _ = chalchitra("qc", srt, "--json", "--profile", own)
    assert (code, kinds(out)) == (5, [("characters", 1)])


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("Film.2020.ta.sdh.srt", "ta"),
        ("film.urdu.srt", "ur"),
        ("film.srt", None),
        ("a.b.c.d.srt", None),
    ],
)
def test_the_name_says_the_language(chalchitra, tmp_path, name, language):
    path = tmp_path / name
    path.write_text(GOOD, encoding="utf-8")
    assert json.loads(chalchitra("qc", path, "--json")[1]).get("language") == language
    told = chalchitra("qc", path)[1]
    assert ("Its language is not known" in told) == (language is None)


def test_a_good_file_is_done_without_a_table(chalchitra, srt):
    srt.write_text(GOOD.replace("01,280", "01,284"), encoding="utf-8")
    code, out, _ = chalchitra("qc", srt)
    assert code == 0
    assert "no violations" in out
    assert "violation  " not in out


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        (b"", [], "It is empty"),
        (b"\x89PNG\0\0\0\rIHDR", [], "not belong in text"),
        (b"nothing of the kind\n", [], "times of a cue"),
        (GOOD.encode(), ["--profile", "netflx"], "netflix"),
        (GOOD.encode(), ["-s", "klingon"], "klingon"),
        (GOOD.encode(), ["--film", "gone.mkv"], "gone.mkv"),
    ],
)
def test_what_cannot_be_judged_is_an_error(chalchitra, srt, content, options, said):
    srt.write_bytes(content)
    code, out, err = chalchitra("qc", srt, *options)
    assert (code, out) == (2, "")
    assert err.startswith("Error: ")
    assert said in err
    assert "Traceback" not in err


def test_what_would_steer_the_terminal_is_not_printed(chalchitra, srt):
    srt.write_text(GOOD.replace("आप", "\x1b[31m[red]"), encoding="utf-8")
    _, out, _ = chalchitra("qc", srt)
    assert "\x1b" not in out
    assert "[red]" in out


ASS = (
    "[Script Info]\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
)


def ass(path: Path, *times: tuple[str, str], text: str = "हाँ") -> Path:
    rows = (f"Dialogue: 0,0:00:{a},0:00:{b},D,,0,0,0,,{text}" for a, b in times)
    path.write_text(ASS + "\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("second", "wanted"),
    [
        # The style wants 833 ms and gaps of 80 ms: 5/6 s and 2 frames, which no hundredth is.
        (("01.92", "02.75"), []),
        (("01.91", "02.74"), []),
        (("01.92", "02.73"), [("too_short", 2)]),
        (("01.89", "02.75"), [("gap_too_short", 2)]),
    ],
)
def test_hundredths_are_not_held_against_a_file_that_has_no_more(
    chalchitra, tmp_path, second, wanted
):
    file = ass(tmp_path / "film.hi.ass", ("01.00", "01.83"), second)
    _, out, _ = chalchitra("qc", file, "--json")
    assert kinds(out) == wanted


@pytest.mark.parametrize("off", [0, Fraction(1, 2)])
def test_hundredths_are_the_frames_that_they_were_rounded_from(chalchitra, tmp_path, off):
    """Cut or rounded. At 59.94 frames a second a hundredth is more than half a frame: cut, these 54
    frames are 0.91 s, which is nearer to 55, in which 20 characters can be read."""
    film, rate = tmp_path / "film.mkv", Fraction(60000, 1001)
    picture = f"color=size=16x16:rate={rate}:duration=4"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", picture, film]
    subprocess.run(command, check=True)
    start, end = (f"{floor(frame / rate * 100 + off) / 100:05.2f}" for frame in (148, 202))
    file = ass(tmp_path / "film.hi.ass", (start, end), text="क" * 20)
    _, out, _ = chalchitra("qc", file, "--film", film, "--json")
    assert kinds(out) == [("reading_speed", 1)]
    assert json.loads(out)["violations"][0]["start"] == float(start)


@pytest.mark.parametrize(("end", "wanted"), [(18, []), (16, [("too_short", 1)])])
def test_neither_are_tenths(chalchitra, tmp_path, film, end, wanted):
    """0.8 s may have been 0.833 s, 0.6 s may not; with the film's frames as without."""
    file = tmp_path / "film.hi.mpl"
    file.write_text(f"[10][{end}]हाँ\n", encoding="utf-8")
    for options in ([], ["--film", film]):
        _, out, _ = chalchitra("qc", file, *options, "--json")
        assert kinds(out) == wanted
