"""`transcribe`, `translate`, `subtitle`: what `prepare-job` and `run-pipeline` do, in one."""

from __future__ import annotations

import json

import pytest

from chalchitra.cli import in_one, prepare, run
from chalchitra.errors import CancelledError, UsageError
from chalchitra.runner.hand_over import Target


@pytest.fixture
def world(chalchitra, monkeypatch, tmp_path):
    """Type a command whose films become jobs of these folders; says what was wished and run."""

    class World:
        made = prepare.Made([], [], None, {})
        code = 0
        wished: tuple[str, dict] | None = None
        ran: tuple[list, object, dict] | None = None

        def type(self, *arguments):
            return chalchitra(*arguments)

        def jobs(self, *names, errors=(), stopped=None):
            self.made = prepare.Made(
                [(None, tmp_path / name) for name in names], errors, stopped, {}
            )

    world = World()

    def make(workflow, given):
        world.wished = (workflow, given)
        return world.made

    def go(folders, options, **more):
        world.ran = (folders, options, more)
        return world.code

    monkeypatch.setattr(prepare, "make", make)
    monkeypatch.setattr(prepare, "_show_jobs", lambda jobs, earlier: None)
    monkeypatch.setattr(prepare, "_advised", lambda jobs: None)
    monkeypatch.setattr(run, "run", go)
    return world


def given_to_prepare_job(chalchitra, monkeypatch, *arguments):
    found = []
    monkeypatch.setattr(prepare, "make", lambda workflow, given: found.append((workflow, given)))
    monkeypatch.setattr(prepare, "show", lambda made, debug: None)
    chalchitra("prepare-job", *arguments)
    return found[0]


OPTIONS = [
    "-s", "hi", "-t", "en,ta", "--start-time", "1:30", "--audio-track", "1", "--model", "small",
    "--engine", "whisperx", "--translator", "nllb", "--device", "cpu", "--transcript", "a.srt",
    "--style", "bbc", "--formats", "srt", "--romanised", "--bilingual", "hi+en", "--shots",
    "--title", "Deewar", "--set", "asr.beam_size=2", "--speakers", "film.mp4",
]  # fmt: skip


@pytest.mark.parametrize("workflow", ["transcribe", "translate", "subtitle"])
def test_it_takes_what_prepare_job_takes(world, chalchitra, monkeypatch, workflow):
    options = OPTIONS if workflow != "transcribe" else [*OPTIONS[:2], *OPTIONS[4:]]
    world.type(workflow, *options)
    asked, given = world.wished
    same, wanted = given_to_prepare_job(chalchitra, monkeypatch, f"--{workflow}", *options)
    assert asked == same == workflow
    assert given == {name: value for name, value in wanted.items() if name not in in_one.COMMANDS}
    assert given["speakers"] == prepare.ANY_NUMBER
    assert [path.name for path in given["media"]] == ["film.mp4"]


def test_what_only_transcribes_has_no_languages_to_translate_into(world, chalchitra):
    printed = world.type("transcribe", "film.mp4", "-s", "hi", "-t", "en")
    assert printed.code == 2
    assert "No such option: -t" in printed.err
    assert "transcribe --help" in printed.err
    assert "--target" not in chalchitra("transcribe", "-h").out


def test_the_jobs_run_and_their_end_is_its_own(world, tmp_path):
    world.jobs("001")
    world.code = 1
    assert world.type("subtitle", "film.mp4", "-s", "hi", "--to", tmp_path / "tv").code == 1
    folders, options, more = world.ran
    assert folders == [tmp_path / "001"]
    assert options.hand_over == Target(tmp_path / "tv")
    assert more["many"] is False


def test_several_films_are_a_batch(world):
    world.jobs("001", "002")
    assert world.type("transcribe", "in", "-s", "hi", "--why").code == 0
    _, options, more = world.ran
    assert more["many"]
    assert more["why"]
    assert options.hand_over is None


def test_a_film_that_cannot_be_prepared_does_not_keep_the_others(world):
    world.jobs("001", errors=[UsageError("No film.", cause="", fix="")])
    printed = world.type("subtitle", "film.mp4", "notes.txt", "-s", "hi")
    assert printed.code == 2
    assert "No film." in printed.err
    assert len(world.ran[0]) == 1


def test_its_errors_are_events_where_events_were_asked_for(world):
    world.jobs(errors=[UsageError("No film.", cause="", fix="")])
    printed = world.type("subtitle", "notes.txt", "-s", "hi", "--json")
    assert (printed.code, world.ran) == (2, None)
    assert json.loads(printed.out)["event"] == "error"


def test_who_stops_it_while_films_are_looked_at_runs_nothing(world):
    world.jobs("001", stopped=CancelledError("Stopped."))
    assert world.type("subtitle", "in", "-s", "hi").code == 130
    assert world.ran is None


def test_where_the_copies_go_is_said_once(world):
    printed = world.type("subtitle", "film.mp4", "-s", "hi", "--beside", "--to", "tv")
    assert printed.code == 2
    assert world.wished is None, "nothing is prepared"
