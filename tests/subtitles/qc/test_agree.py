"""The job's report and `chalchitra qc FILE --film FILM` find the same in the same cues."""

from __future__ import annotations

import os
import sys

import pytest

from chalchitra.cli import main
from chalchitra.media import probe as probing

from .agreeing import SAID, cut, found

FORMATS = ("srt", "vtt", "ass")
OF_TEXT = {"empty", "lines", "characters"}
FAST, FULL = 13, 200


@pytest.fixture
def judged(monkeypatch, capsys):
    """What `chalchitra qc` prints of a file; its film is as it was given, not looked at."""

    monkeypatch.setattr(os, "fsync", lambda fd: None)  # nobody cuts the power

    def run(file, style, film):
        monkeypatch.setattr(probing, "probe", lambda _: film)
        options = ["--film", film.path, "--profile", style, "--json"]
        monkeypatch.setattr(sys, "argv", ["chalchitra", "qc", *map(str, [file, *options])])
        capsys.readouterr()
        with pytest.raises(SystemExit):
            main()
        out, err = capsys.readouterr()
        assert out, err
        return out

    return run


def disagreements(judged, rate, with_shots, seeds, folder):
    """How often a violation was found, and the films on which the two differ."""
    total, differ = 0, []
    for seed in seeds:
        report, files, style, film = cut(seed, rate, with_shots=with_shots, folder=folder)
        total += len(report.violations)
        for name in FORMATS:
            ours, theirs = found(report), found(judged(files[name], style, film))
            if name == "ass" and rate is None:
                ours, theirs = beyond_hundredths(ours, theirs)
            if theirs != ours:
                differ.append((seed, name, set(theirs) ^ set(ours)))
    return total, differ


def beyond_hundredths(ours, theirs):
    """What must be alike of milliseconds and of hundredths: all but what their rounding excuses.

    No frame says what the milliseconds were, so values differ, and less is found, but never more.
    A few milliseconds are too short, and in hundredths nothing.
    """
    names = {"no_duration": "too_short"}
    theirs = [(names.get(kind, kind), *rest) for kind, *rest in theirs]
    of_theirs = {(*one[:2], *one[4:]) for one in theirs}
    return (
        [one[:2] for one in ours if one[0] in OF_TEXT or (*one[:2], *one[4:]) in of_theirs],
        [one[:2] for one in theirs],
    )


@pytest.mark.parametrize("with_shots", [False, True])
@pytest.mark.parametrize("rate", [*SAID, None])
def test_job_and_qc_find_the_same(judged, tmp_path, rate, with_shots):
    total, differ = disagreements(judged, rate, with_shots, range(FAST), tmp_path)
    assert not differ
    assert total > 0


@pytest.mark.slow
@pytest.mark.parametrize("with_shots", [False, True])
@pytest.mark.parametrize("rate", [*SAID, None])
def test_job_and_qc_find_the_same_on_hundreds_of_films(judged, tmp_path, rate, with_shots):
    first = int(os.environ.get("CHALCHITRA_SEED", "1000"))
    total, differ = disagreements(judged, rate, with_shots, range(first, first + FULL), tmp_path)
    print(f"{rate} frames/s, shots {with_shots}: {total} violations on {FULL} films")
    assert not differ
