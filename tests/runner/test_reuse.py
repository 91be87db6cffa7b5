"""What one job made, another on the same film does not make again; and nobody's edit reaches it."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from chalchitra.artifacts import ArtifactStore
from chalchitra.errors import CancelledError, ExitCode, HeldError
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import Machine
from chalchitra.jobs.record import read_record
from chalchitra.jobs.state import read_state
from chalchitra.jobs.store import write_job
from chalchitra.runner import film_hash

from .quick import MUXING, Quick, echo, leftovers, output_of

HEARING = ["demux", "vad", "asr", "alignment", "export"]
SRT = "srt.hi.txt"


@pytest.fixture
def quick(project):
    return Quick(project)


@pytest.fixture
def first(quick):
    """A finished job that translates into English."""
    job, layout = quick.job(None, ("en",))
    quick.run(layout)
    return job, layout


def prune(quick, **limits):
    return quick.store.prune(**{"keep_seconds": 0, "keep_bytes": 0, "now": 1e12, **limits})


# --- a second job ---------------------------------------------------------------------------------


def test_another_target_hears_nothing_again_and_says_why(quick, first):
    job, layout = quick.job(None, ("ta",))
    ran = quick.run(layout)
    assert ran.outcome.exit_code == ExitCode.DONE
    assert ran.names("stage_reused") == [*HEARING, "subtitle_gen@hi"]
    assert ran.served == ["translation@ta", "subtitle_gen@ta", "qc", "mux"]
    assert ran.reasons("asr") == ["it has not run yet", f"{first[0].job_id} made the same result"]
    record = read_record(layout, "asr")
    assert (record.reused, record.made_by) == (True, first[0].job_id)
    assert [row["state"] for row in ran.outcome.summary["stages"][:5]] == ["reused"] * 5
    assert quick.run(layout).names("stage_skipped") == job.stages
    assert leftovers(layout) == []


def test_a_job_that_is_stopped_while_it_reuses_is_cancelled_and_goes_on(quick, first, monkeypatch):
    """Copies and hashes ask whether to stop: an answer may come before the stage has begun."""
    _, layout = quick.job(None, ("en",))
    take = ArtifactStore.take

    def stopped(store, fingerprint, into):
        if into.parent.name == "asr":
            raise CancelledError("Told to stop.", cause="A test.", fix="Go on.")
        return take(store, fingerprint, into)

    with monkeypatch.context() as patch:
        patch.setattr(ArtifactStore, "take", stopped)
        ran = quick.run(layout)
    assert ran.outcome.exit_code == ExitCode.CANCELLED
    assert read_state(layout).state == ran.outcome.summary["state"] == "cancelled"
    assert [row["stage"] for row in ran.outcome.summary["stages"]] == ["demux", "vad"]
    assert quick.run(layout).outcome.exit_code == ExitCode.DONE
    assert leftovers(layout) == []


def test_another_style_cuts_cues_and_muxes_and_no_more(quick, first):
    settings = {"subtitle_gen": {"word": "wide"}}
    job, layout = quick.job(None, ("en",), settings=settings)
    assert quick.run(layout).served == ["subtitle_gen@hi", "subtitle_gen@en", "qc", "mux"]
    assert read_record(layout, "translation@en").made_by == first[0].job_id


def test_what_is_reused_is_the_same_to_the_byte_and_delivered(quick, first):
    _, layout = quick.job(None, ("en",))
    assert quick.run(layout).served == ["mux"]
    for key in first[0].stages:
        for name in read_record(layout, key).outputs:
            mine, other = output_of(layout, key, name), output_of(first[1], key, name)
            assert mine.read_bytes() == other.read_bytes()
            assert mine.is_relative_to(layout.root)
    names = sorted(path.name for path in layout.output.iterdir())
    assert names == sorted(path.name for path in first[1].output.iterdir())
    assert SRT in names


def test_who_made_it_first_is_named_whoever_asks(quick, first):
    for _ in range(2):
        _, layout = quick.job(None, ("en",))
        quick.run(layout)
        assert read_record(layout, "asr").made_by == first[0].job_id


@pytest.mark.parametrize("difference", ["film", "code", "settings", "number format"])
def test_what_would_come_out_otherwise_is_not_reused(quick, first, difference):
    job, layout = quick.job(None, ("en",))
    if difference == "film":
        job.film.path.write_text("another film")
    elif difference == "code":
        quick.project.stage("demux", "better = True")
    elif difference == "settings":
        quick.changed(job, layout, settings={"demux": {"word": "x"}})
    else:
        machine = Machine(device="cpu", compute_type="float32", threads=1)
        quick.changed(job, layout, machines=job.machines | {"asr": machine})
    served = quick.run(layout).served
    assert served[0] == ("asr" if difference == "number format" else "demux")


def test_more_or_fewer_threads_are_no_difference(quick, first):
    job, layout = quick.job(None, ("en",))
    machine = Machine(device="cpu", compute_type="int8", threads=7)
    quick.changed(job, layout, machines=job.machines | {"asr": machine})
    assert quick.run(layout).served == ["mux"]


def test_what_was_less_than_asked_is_said_by_whoever_reuses_it(quick):
    def without_aligner(stage):
        stage.degraded("No aligner.", "Not fetched.", "Fetch it.")
        echo(stage)

    quick.instead["vad"] = without_aligner
    quick.run(quick.job()[1])
    ran = quick.run(quick.job()[1])
    assert ran.served == []
    (degraded,) = ran.outcome.summary["stages"][1]["degraded"]
    assert degraded["what"] == "No aligner."


def test_a_job_that_lost_its_result_takes_it_back(quick, first):
    job, layout = first
    shutil.rmtree(layout.stage("asr"))
    ran = quick.run(layout)
    assert ran.served == []
    assert ran.reasons("asr") == ["it has not run yet", f"{job.job_id} made the same result"]
    assert "alignment" in ran.names("stage_skipped")


def test_a_muxed_film_is_not_stored(quick, first):
    assert {entry.stage for entry, _ in quick.store.entries()} == set(first[0].stages) - {"mux"}


# --- edits ----------------------------------------------------------------------------------------


def test_an_edit_in_output_reaches_nobody_and_survives(quick, first):
    _, layout = first
    edited = layout.output / SRT
    made = edited.read_text()
    with open(edited, "r+") as file:  # in place, as some editors do
        file.write("my own words")
    mine = edited.read_text()
    assert mine != made
    _, second = quick.job(None, ("en",))
    assert "subtitle_gen@hi" in quick.run(second).names("stage_reused")
    assert (second.output / SRT).read_text() == made
    ran = quick.run(layout, force=True)
    assert edited.read_text() == mine
    assert any("edited by hand" in text for text in ran.warnings)
    assert (layout.output / "srt.hi.new.txt").read_text() == made
    assert (second.output / SRT).read_text() == made
    _, third = quick.job(None, ("en",))
    assert quick.run(third).served == ["mux"]
    assert (third.output / SRT).read_text() == made


def test_an_edit_of_a_reused_deliverable_reaches_nobody_either(quick, first):
    _, second = quick.job(None, ("en",))
    quick.run(second)
    made = (first[1].output / SRT).read_text()
    (second.output / SRT).write_text("mine")
    assert (first[1].output / SRT).read_text() == made
    assert quick.run(first[1]).served == []
    assert quick.run(second).served == []
    assert (second.output / SRT).read_text() == "mine"


def edit_in_place(path):
    path.chmod(0o644)
    text = path.read_text()
    path.write_text(text.replace("asr", "ASR"))
    assert path.stat().st_size == len(text)


def test_an_edit_of_a_stored_file_in_place_is_noticed_and_the_stage_runs(quick, first):
    job, layout = first
    made = output_of(layout, "asr").read_text()
    fingerprint = read_record(layout, "asr").fingerprint
    edit_in_place(output_of(layout, "asr"))
    _, second = quick.job(None, ("en",))
    ran = quick.run(second)
    assert ran.served == ["asr", "mux"]
    assert ran.reasons("asr") == ["it has not run yet"]
    assert output_of(second, "asr").read_text() == made
    assert leftovers(second) == []
    assert quick.store.find(fingerprint).job_id == read_record(second, "asr").made_by
    ran = quick.run(layout)
    assert ran.served == []
    assert ran.reasons("asr")[0] == "its output transcript was changed"
    assert output_of(layout, "asr").read_text() == made


def test_an_edited_stage_folder_is_mended_by_its_own_job(quick, first):
    job, layout = first
    made = output_of(layout, "asr").read_text()
    edit_in_place(output_of(layout, "asr"))
    ran = quick.run(layout)
    assert ran.served == ["asr"]
    assert output_of(layout, "asr").read_text() == made


def test_what_is_stored_may_not_be_written_and_what_is_delivered_may(quick, first):
    _, layout = first
    for key in set(first[0].stages) - {"mux"}:
        for name in read_record(layout, key).outputs:
            assert output_of(layout, key, name).stat().st_mode & 0o222 == 0
    for path in layout.output.iterdir():
        assert path.stat().st_mode & 0o200


# --- the store itself -----------------------------------------------------------------------------


def test_the_store_is_not_pruned_under_a_running_job(quick):
    refused = []

    def prunes(stage):
        with pytest.raises(HeldError) as caught:
            prune(quick)
        refused.append(caught.value.exit_code)
        echo(stage)

    quick.instead["vad"] = prunes
    _, layout = quick.job()
    assert quick.run(layout).outcome.exit_code == ExitCode.DONE
    assert refused == [ExitCode.HELD]
    assert len(quick.store.entries()) == 3
    assert len(prune(quick)) == 3


def test_pruning_costs_no_job_anything_it_has(quick, first):
    prune(quick)
    assert quick.store.entries() == []
    assert quick.run(first[1]).served == []
    _, second = quick.job(None, ("en",))
    assert quick.run(second).served == second_stages(second)


def second_stages(layout):
    return json.loads(layout.job_file.read_bytes())["stages"]


def test_what_was_reused_lately_is_pruned_last(quick, first):
    for folder in quick.store.root.glob("??/*"):
        os.utime(folder / "entry.json", (1000, 1000))
    quick.run(quick.job(MUXING[:3], ("ta",))[1])
    removed = prune(quick, keep_seconds=500, keep_bytes=1e12, now=2000)
    left = {entry.stage for entry, _ in quick.store.entries()}
    assert left == {"demux", "vad", "asr"}
    assert len(removed) + len(left) == len(first[0].stages) - 1


def test_a_job_that_lies_elsewhere_works_without_a_store(quick, first, tmp_path):
    layout = JobLayout(tmp_path / "alone")
    write_job(first[0], layout.root)
    before = sorted(quick.store.root.rglob("*"))
    ran = quick.run(layout)
    assert (ran.outcome.exit_code, ran.served) == (ExitCode.DONE, first[0].stages)
    assert quick.run(layout).served == []
    assert sorted(quick.store.root.rglob("*")) == before
    assert not list(tmp_path.rglob("alone/**/.store"))


@pytest.mark.parametrize("named", ["by a link", "with dots"])
def test_a_job_uses_the_store_however_it_is_named(quick, first, tmp_path, named):
    _, layout = quick.job()
    place = layout.root / ".." / layout.root.name
    if named == "by a link":
        place = tmp_path / "link"
        place.symlink_to(layout.root)
    assert quick.run(JobLayout(place)).names("stage_reused") == ["demux", "vad", "asr"]


@pytest.mark.parametrize("what", ["a file", "no lock", "a link to nowhere"])
def test_a_store_that_cannot_be_used_costs_work_and_no_job(quick, first, what):
    store = quick.store.root
    if what == "no lock":
        (store / ".lock").unlink()
        (store / ".lock").mkdir()
    else:
        shutil.rmtree(store)
        store.write_text("") if what == "a file" else store.symlink_to(store.parent / "gone")
    job, layout = quick.job()
    ran = quick.run(layout)
    assert (ran.outcome.exit_code, ran.served) == (ExitCode.DONE, job.stages)


def test_a_broken_entry_is_replaced(quick, first):
    fingerprint = read_record(first[1], "asr").fingerprint
    entry = quick.store.folder(fingerprint) / "entry.json"
    entry.write_text(entry.read_text()[:20])
    assert "asr" in quick.run(quick.job(None, ("en",))[1]).served
    assert quick.run(quick.job(None, ("en",))[1]).served == ["mux"]


def test_without_the_store_folder_it_is_made_again(quick, first):
    shutil.rmtree(quick.store.root)
    quick.run(quick.job()[1])
    assert ArtifactStore(quick.out / ".store").entries()


# --- the film -------------------------------------------------------------------------------------


@pytest.fixture
def hashed(monkeypatch):
    """Every reading of a film."""
    found = []
    real = film_hash.sha256_file
    monkeypatch.setattr(film_hash, "sha256_file", lambda path: found.append(path) or real(path))
    return found


def test_a_touched_film_costs_one_hash_and_no_stage(quick, hashed):
    job, layout = quick.job(MUXING)
    quick.run(layout)
    assert hashed == [job.film.path]
    quick.run(layout)
    assert len(hashed) == 1
    os.utime(job.film.path, ns=(1, 1))
    for _ in range(2):
        assert quick.run(layout).served == []
        assert len(hashed) == 2


def test_a_film_that_was_moved_there_and_back_costs_no_stage(quick):
    job, layout = quick.job()
    quick.run(layout)
    job.film.path.rename(job.film.path.with_suffix(".away"))
    ran = quick.run(layout)
    assert ran.outcome.exit_code == ExitCode.USAGE
    assert "film is missing" in ran.outcome.error.what
    job.film.path.with_suffix(".away").rename(job.film.path)
    assert quick.run(layout).served == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"sha256": 5}', "null", "[" * 100_000, "\xff"])
def test_a_broken_memory_of_the_film_costs_one_hash(quick, hashed, text):
    job, layout = quick.job()
    quick.run(layout)
    layout.film_hash.write_text(text, encoding="latin-1")
    assert quick.run(layout).served == []
    assert len(hashed) == 2


def test_a_memory_that_cannot_be_kept_is_not_blamed_on_the_film(quick):
    job, layout = quick.job()
    layout.film_hash.mkdir()
    ran = quick.run(layout)
    assert ran.served == []
    assert "The film" not in ran.outcome.error.what
