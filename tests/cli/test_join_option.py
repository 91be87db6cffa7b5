"""`--join` as it is typed, and what is said of it where it might be wanted."""

from __future__ import annotations

import wave

import pytest


@pytest.fixture
def silence(tmp_path):
    def make(*names):
        for name in names:
            path = tmp_path / "in" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with wave.open(str(path), "wb") as file:
                file.setparams((1, 2, 16000, 0, "NONE", ""))
                file.writeframes(bytes(32000))
        return tmp_path / "in"

    return make


@pytest.fixture
def typed(capsys, monkeypatch, tmp_path):
    from chalchitra.cli import prepare

    monkeypatch.setattr(prepare, "build_missing", lambda **_: None)

    def prepare_them(*media, **options):
        from inspect import signature

        known = dict.fromkeys(signature(prepare.prepare_job).parameters)
        flags = ("no_glossary", "shots", "romanised", "debug", "as_json", "yes", "join")
        given = known | dict.fromkeys(flags, False) | {"media": list(media), "source": "en"}
        given |= {"model": "base", "out": tmp_path / "out"} | options
        made = prepare.make("transcribe", given)
        prepare.show(made, debug=False)
        return made, capsys.readouterr()

    return prepare_them


def test_a_folder_becomes_one_job(silence, typed):
    made, printed = typed(silence("Deewar part10.wav", "Deewar part9.wav"), join=True)
    ((job, _),) = made.jobs
    assert [part.path.name for part in job.parts] == ["Deewar part9.wav", "Deewar part10.wav"]
    assert "Joined: Deewar part9.wav at 0:00:00, Deewar part10.wav at 0:00:01." in printed.out
    assert "add --join" not in printed.out


def test_without_it_parts_stay_films_and_it_is_named_once(silence, typed):
    made, printed = typed(silence("a part1.wav", "a part2.wav", "a part3.wav"))
    assert len(made.jobs) == 3
    assert printed.out.count("--join") == 1
    assert "'a part1.wav', 'a part2.wav' and 1 more look like parts of one film" in printed.out
    assert "--join" not in typed(silence() / "a part1.wav")[1].out


def test_the_title_and_the_text_of_the_whole_film_are_taken(silence, typed, tmp_path):
    text = tmp_path / "said.txt"
    text.write_text("Hello there.\n")
    made, _ = typed(silence("1.wav", "2.wav"), join=True, title="Deewar", transcript=text)
    assert made.jobs[0][0].title == "Deewar"


def test_a_program_reads_the_parts(silence, typed):
    from chalchitra.cli import prepare

    made, printed = typed(silence("1.wav", "2.wav"), join=True, as_json=True)
    row = prepare._row(*made.jobs[0], made)
    assert [part.rpartition("/")[2] for part in row["parts"]] == ["1.wav", "2.wav"]
    assert "Joining" in printed.err
