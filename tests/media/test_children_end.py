"""How the programs end that copy a film and draw into it: half of a film never counts as one."""

from __future__ import annotations

import errno
from itertools import islice

import pytest

from chalchitra.errors import PassingError
from chalchitra.media import burn as burning
from chalchitra.media import shots, tools
from chalchitra.media.burn import burn
from chalchitra.media.mux import mux
from chalchitra.media.mux_plan import Track, plan
from chalchitra.media.probe import probe
from chalchitra.media.styled import styled_track
from chalchitra.media.tools import Ffmpeg, find_drawing_ffmpeg, find_ffmpeg
from chalchitra.stagekit.failures import as_error
from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.formats.ass import to_ass
from chalchitra.subtitles.formats.srt import to_srt

ROW = {"id": "en", "native": "English", "container": "eng", "script": "Latn"}
CUES = [Cue(1, 1000, 3000, ("How are you?",))]

ENDS = {
    "killed": ('$REAL "$@" >/dev/null 2>&1; kill -9 $$', "killed"),
    "disk": (
        "$REAL \"$@\"; echo '[error] film.mkv: Input/output error' >&2",
        "could not be read to its end",
    ),
    "early": ('exec $REAL -t 4 "$@"', "stopped early"),
}


@pytest.fixture
def copier(tmp_path, monkeypatch):
    """Put a program in ffmpeg's place where films are written: a shell's lines; $REAL is ffmpeg."""

    def use(lines, real, only=""):
        program = tmp_path / "copier"
        program.write_text(
            f'#!/bin/sh\nREAL={real.path}\ncase "$*" in *-progress*{only}*) ;; '
            f'*) exec $REAL "$@";; esac\n{lines}\n'
        )
        program.chmod(0o755)
        fake = Ffmpeg(str(program), real.version)
        monkeypatch.setattr(tools, "find_ffmpeg", lambda: fake)
        monkeypatch.setattr(burning, "find_drawing_ffmpeg", lambda: fake)

    return use


@pytest.fixture
def track(tmp_path):
    (tmp_path / "en.srt").write_text(to_srt(CUES))
    return Track.of(tmp_path / "en.srt", ROW)


@pytest.fixture
def styled(tmp_path):
    (tmp_path / "en.ass").write_text(
        to_ass(CUES, language="en", script="Latn", right_to_left=False)
    )
    return styled_track(tmp_path / "en.ass", ROW, tmp_path)


@pytest.mark.parametrize("end", ENDS)
def test_a_copy_whose_program_did_not_end_well_is_none(rich_film, track, copier, tmp_path, end):
    lines, said = ENDS[end]
    copier(lines, find_ffmpeg())
    with pytest.raises(PassingError) as failed:
        mux(plan(probe(rich_film), [track]), tmp_path / "out.mkv")
    assert said in f"{failed.value.what} {failed.value.cause}"
    assert not (tmp_path / "out.mkv").exists()


@pytest.mark.parametrize("end", ["killed", "disk"])
def test_subtitles_that_were_saved_in_part_are_none(rich_film, track, copier, tmp_path, end):
    lines, said = ENDS[end]
    copier(lines, find_ffmpeg(), only=".mks")
    with pytest.raises(PassingError) as failed:
        mux(plan(probe(rich_film), [track]), tmp_path / "out.mkv")
    assert said in f"{failed.value.what} {failed.value.cause}"


@pytest.mark.skipif(find_drawing_ffmpeg() is None, reason="no ffmpeg here draws subtitles")
@pytest.mark.parametrize("end", ENDS)
def test_a_drawn_film_whose_program_did_not_end_well_is_none(
    make_film, styled, copier, tmp_path, end
):
    lines, said = ENDS[end]
    film = probe(make_film("drawn.mkv", "-c:v libx264 -c:a aac"))
    copier(lines, find_drawing_ffmpeg())
    with pytest.raises(PassingError) as failed:
        burn(film, styled, tmp_path / "out.mp4")
    assert said in f"{failed.value.what} {failed.value.cause}"
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.skipif(find_drawing_ffmpeg() is None, reason="no ffmpeg here draws subtitles")
def test_a_partial_copy_is_drawn_into_as_far_as_it_goes(make_film, styled, tmp_path):
    whole = make_film("drawn.mkv", "-c:v libx264 -c:a aac").read_bytes()
    (tmp_path / "part.mkv").write_bytes(whole[: len(whole) * 3 // 4])
    film = probe(tmp_path / "part.mkv")
    assert film.duration == pytest.approx(10, abs=0.1)  # as its header says
    burn(film, styled, tmp_path / "out.mp4")
    assert 5 < (probe(tmp_path / "out.mp4").duration or 0) < 9


def test_pictures_whose_disk_fails_are_looked_at_again(make_film, monkeypatch):
    """What reading raises goes through as it is, and the stage's error is one that is passing."""
    film = probe(make_film("aac.mkv", "-c:v libx264 -bf 2 -c:a aac"))
    read = shots.packets

    def failing(container, *streams):
        yield from islice(read(container, *streams), 20)
        raise OSError(errno.EIO, "Input/output error", str(film.path))

    monkeypatch.setattr(shots, "packets", failing)
    with pytest.raises(OSError, match="Input/output error") as failed:
        list(shots._Picture(film, film.streams[0], 0.0, None, 1).frames())
    assert isinstance(as_error("shots", failed.value, film.path.parent), PassingError)
