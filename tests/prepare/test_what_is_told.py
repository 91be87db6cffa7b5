"""What a job is made of besides its languages: settings, stages, notes, and what stops one film."""

from __future__ import annotations

import datetime
import errno
import getpass
import unicodedata
import wave
from types import SimpleNamespace

import pytest

from chalchitra.environments import supply
from chalchitra.errors import CancelledError, MissingError, UsageError
from chalchitra.hardware import Compute
from chalchitra.languages import find
from chalchitra.prepare import films, look
from chalchitra.prepare.films import collect, prepare_film
from chalchitra.prepare.options import PrepareOptions
from chalchitra.prepare.plan import make_plan
from chalchitra.prepare.resolve.machines import machine_for, require_whole
from chalchitra.prepare.write import writable, write


@pytest.fixture
def film(tmp_path):
    def make(name="film.wav", channels=2):
        path = tmp_path / name
        with wave.open(str(path), "wb") as file:
            file.setparams((channels, 2, 16000, 0, "NONE", ""))
            file.writeframes(bytes(2 * channels * 16000))
        return path

    return make


def asked(workflow="transcribe", source="en", targets=(), **more):
    more = {"model": "base", "no_glossary": True} | more
    return PrepareOptions(workflow, source, targets, **more)


def test_the_person_is_told_what_is_made_of_the_film(film, tmp_path):
    options = asked(audio_channel="left", debug=True, overrides=(("asr.model", "small"),))
    job, _ = prepare_film(film(), make_plan(options), tmp_path / "out")
    assert job.debug
    said = " ".join(job.notes)
    assert "Only its channel 0 is used." in said
    assert make_plan(options).notes
    assert all(note in job.notes for note in make_plan(options).notes)
    assert "no picture" not in said
    job, _ = prepare_film(film(), make_plan(asked("subtitle")), tmp_path / "out")
    assert "no picture" in " ".join(job.notes)
    assert not job.debug


def test_a_language_that_is_named_is_checked_by_ear_where_that_was_asked_for(film, tmp_path):
    for checked in ("true", "false"):
        options = asked(overrides=(("language.check", checked),))
        job, _ = prepare_film(film(), make_plan(options), tmp_path / "out")
        assert ("language" in job.stages) == (checked == "true")
        assert bool(job.language_names) == (checked == "true")


def test_who_speaks_and_shot_changes_are_looked_for_where_they_were_asked_for():
    for options, stages in [
        (asked(), ()),
        (asked(speakers=0), ("speakers",)),
        (asked(shots=True), ("shots",)),
    ]:
        assert options.optional_stages(options.settings()[0]) == stages


def test_a_track_that_the_film_will_not_have_is_refused_before_it_is_opened():
    named = (("mux.burn_in", "ta"),)
    with pytest.raises(UsageError, match="no such track"):
        make_plan(asked("subtitle", overrides=named))
    make_plan(asked("transcribe", overrides=named))


def test_a_text_needs_its_language_named(tmp_path):
    with pytest.raises(UsageError, match="needs to know the language"):
        make_plan(asked(source="auto", transcript=tmp_path / "text.txt"))


def test_what_nothing_can_hear_is_refused_before_a_film_is_opened():
    with pytest.raises(UsageError):
        make_plan(asked(source="brx"))


def test_the_spoken_language_is_no_target_and_that_is_said():
    plan = make_plan(asked("translate", "auto", ("en", "hi"), translator="whisper"))
    found = plan.spoken(find("hi"))
    assert [item.id for item in found.targets] == ["en"]
    assert "Hindi is the spoken language" in found.notes[0]
    with pytest.raises(UsageError, match="nothing to translate"):
        make_plan(asked("translate", "auto", ("en",), translator="whisper")).spoken(find("en"))


def test_a_user_is_the_name_of_a_folder(monkeypatch):
    assert asked(user=unicodedata.normalize("NFD", "josé")).owner() == "josé"
    assert asked(user="आशा").owner() == "आशा"
    for name in ("आशा/..", "a/b", "..", ""):
        with pytest.raises(UsageError, match="not a valid user name"):
            asked(user=name).owner()

    def nobody():
        raise KeyError("uid not found")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert asked().owner() == "user"


def test_a_defect_in_one_film_costs_no_other_and_what_is_whole_is_kept(film, tmp_path, monkeypatch):
    paths = [film(f"{n}.wav") for n in range(3)]
    real = films.look

    def odd(path, *rest):
        if path == paths[1]:
            raise RuntimeError("a defect of ours")
        return real(path, *rest)

    monkeypatch.setattr(films, "look", odd)
    jobs, errors, stopped = collect(paths, make_plan(asked()), tmp_path / "out")
    assert [job.title for job, _ in jobs] == ["0", "2"]
    assert len(errors) == 1
    assert "1.wav" in errors[0].what
    assert stopped is None

    def stops(path, *rest):
        if path == paths[1]:
            raise CancelledError("The run was cancelled.")
        return real(path, *rest)

    monkeypatch.setattr(films, "look", stops)
    jobs, errors, stopped = collect(paths, make_plan(asked()), tmp_path / "out")
    assert [job.title for job, _ in jobs] == ["0"]
    assert stopped is not None


def test_the_language_of_a_track_is_found_by_any_of_its_names():
    assert look._track_language("Hindi") == find("hi")
    assert look._track_language("2") is None
    assert look._track_language("zz-not-one") is None


def test_a_job_that_cannot_be_written_leaves_no_number_and_says_why(tmp_path):
    def build(job_id):
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(UsageError, match="cannot be written") as caught, writable(tmp_path):
        write(build, tmp_path, datetime.date(2026, 1, 2))
    assert "full" in caught.value.cause
    assert not [path for path in tmp_path.rglob("*") if "001" in path.name]


def test_settings_say_what_a_stage_computes_with():
    best = Compute("cpu", "int8", 4)
    chosen = machine_for(best, {"compute_type": "float32", "threads": 2})
    assert (chosen.compute_type, chosen.threads) == ("float32", 2)
    plain = machine_for(best, {"compute_type": "auto", "threads": 0})
    assert (plain.compute_type, plain.threads) == ("int8", 4)


def test_an_environment_that_is_not_whole_is_named(monkeypatch):
    broken = SimpleNamespace(name="nllb", reason="it has not been built", fix="x", whole=False)
    whole = SimpleNamespace(name="whisperx", reason="", fix="", whole=True)
    monkeypatch.setattr(supply, "states", lambda names: [whole, broken])
    with pytest.raises(MissingError, match="nllb is not usable"):
        require_whole(["whisperx", "nllb"])
    monkeypatch.setattr(supply, "states", lambda names: [whole])
    require_whole(["whisperx"])
