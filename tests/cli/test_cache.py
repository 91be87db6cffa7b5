"""`cache` and `cache prune`, as a person and a program use them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import datetime

import pytest

from chalchitra.artifacts import ENTRY_FILE, ArtifactStore, Entry

DAY = 86_400


@pytest.fixture
def store(project):
    (project.root / "out").mkdir()
    return ArtifactStore(project.root / "out" / ".store")


@pytest.fixture
def stored(store):
    """Put an entry into the store, used so many days ago; `shared` when a job has its file too."""
    made = 0

    def add(stage="asr", size=1000, days=1.0, *, shared=False):
        nonlocal made
        made += 1
        name = f"{made:064x}"
        folder = store.folder(name)
        folder.mkdir(parents=True)
        (folder / "output.json").write_bytes(bytes(size))
        if shared:
            os.link(folder / "output.json", store.root.parent / f"job-{made}")
        entry = Entry(
            stage=stage, fingerprint=name, job_id="job_20260102_001", title="film", seconds=1,
            bytes=size,
        )  # fmt: skip
        (folder / ENTRY_FILE).write_text(entry.model_dump_json())
        os.utime(folder / ENTRY_FILE, (time.time() - days * DAY,) * 2)
        return name

    return add


def left(store):
    return {entry.fingerprint for entry, _ in store.entries()}


def test_an_empty_store(chalchitra, store):
    found = chalchitra("cache")
    assert (found.code, found.out) == (0, f"The store {store.root} is empty.\n")
    assert chalchitra("cache", "--json").data == {
        "store": str(store.root),
        "memory": {"sentences": 0, "bytes": 0},
        "entries": 0,
        "bytes": 0,
        "only_here": 0,
        "oldest_use": None,
        "stages": [],
    }
    assert chalchitra("cache", "prune").out == "Nothing to remove; the store has 0 entries, 0 B.\n"
    assert not store.root.exists(), "looking makes nothing"


def test_the_size_by_stage_and_what_pruning_would_free(chalchitra, stored):
    stored("translation@en", 3_000)
    stored("translation@ta", 500, shared=True)
    stored("demux", 2_000_000, days=40, shared=True)
    found = chalchitra("cache")
    lines = [line.split() for line in found.out.splitlines()]
    assert lines[:4] == [
        ["stage", "entries", "size", "prunable"],
        ["demux", "1", "2.0", "MB", "0", "B"],
        ["translation", "2", "3.5", "kB", "3.0", "kB"],
        ["all", "3", "2.0", "MB", "3.0", "kB"],
    ]
    assert "40 days ago" in found.out
    assert "would free 3.0 kB" in found.out


def test_the_same_for_programs(chalchitra, store, stored):
    stored("asr", 10, days=3)
    stored("vad", 7, shared=True)
    data = chalchitra("cache", "--json").data
    assert (
        abs(datetime.fromisoformat(data.pop("oldest_use")).timestamp() + 3 * DAY - time.time()) < 60
    )
    assert data == {
        "store": str(store.root),
        "memory": {"sentences": 0, "bytes": 0},
        "entries": 2,
        "bytes": 17,
        "only_here": 10,
        "stages": [
            {"stage": "vad", "entries": 1, "bytes": 7, "only_here": 0},
            {"stage": "asr", "entries": 1, "bytes": 10, "only_here": 10},
        ],
    }


def test_what_is_pruned_and_what_that_freed(chalchitra, store, stored):
    stored("asr", 4_000, days=31)
    stored("vad", 500, days=31, shared=True)
    young = stored("demux", 100, days=29)
    found = chalchitra("cache", "prune", "--older-than", "30")
    assert (found.code, found.out) == (
        0,
        "Removed 2 entries and freed 4.0 kB; the store now has 1 entry, 100 B.\n",
    )
    assert left(store) == {young}


def test_the_oldest_goes_until_it_is_small_enough(chalchitra, store, stored):
    names = [stored(size=2_000_000, days=9 - age) for age in range(4)]
    data = chalchitra("cache", "prune", "--max-size", "0.0045", "--json").data
    assert [item["fingerprint"] for item in data.pop("removed")] == names[:2]
    assert data == {
        "store": str(store.root),
        "freed": 4_000_000,
        "entries": 2,
        "bytes": 4_000_000,
    }
    assert left(store) == set(names[2:])


def test_what_was_removed_is_named(chalchitra, stored):
    name = stored("translation@en", 12, shared=True)
    (item,) = chalchitra("cache", "prune", "--all", "--json").data["removed"]
    assert item == {
        "stage": "translation@en",
        "fingerprint": name,
        "job_id": "job_20260102_001",
        "title": "film",
        "bytes": 12,
        "only_here": 0,
    }


def test_without_options_the_rules_decide(chalchitra, project, store, stored):
    stored(days=91)
    kept = stored(days=89)
    chalchitra("cache", "prune")
    assert left(store) == {kept}
    rules = project.root / "config" / "runner.toml"
    text = rules.read_text()
    assert "keep_gb = 50.0" in text
    rules.write_text(text.replace("keep_gb = 50.0", "keep_gb = 0.0"))
    os.utime(rules, ns=(1, 1))
    chalchitra("cache", "prune", "--older-than", "300", "--max-size", "1")
    assert left(store) == {kept}
    chalchitra("cache", "prune", "--older-than", "300")
    assert left(store) == set()


def test_all_of_it(chalchitra, store, stored):
    stored(days=0)
    stored(size=0, days=-5)
    assert "Removed 2 entries" in chalchitra("cache", "prune", "--all").out
    assert left(store) == set()


@pytest.mark.parametrize(
    "options",
    [
        ("--all", "--older-than", "3"),
        ("--all", "--max-size", "0"),
        ("--older-than", "-1"),
        ("--older-than", "nan"),
        ("--max-size", "many"),
    ],
)
def test_what_makes_no_sense_removes_nothing(chalchitra, store, stored, options):
    kept = stored(days=500)
    found = chalchitra("cache", "prune", *options)
    assert found.code == 2
    assert found.err
    assert left(store) == {kept}


def test_it_is_not_pruned_under_a_running_job(chalchitra, store, stored):
    kept = stored(days=500)
    with store.in_use():
        assert chalchitra("cache").code == 0
        found = chalchitra("cache", "prune", "--all")
    assert found.code == 4
    assert "in use" in found.err
    assert len(found.err.splitlines()) == 3
    assert left(store) == {kept}
    assert chalchitra("cache", "prune", "--all").code == 0


@pytest.mark.parametrize("before", [True, False])
def test_another_out(chalchitra, store, stored, tmp_path, before):
    kept = stored(days=500)
    other = tmp_path / "other"
    (other / ".store").mkdir(parents=True)
    named = ("--out", other, "--json")
    words = ("cache", *named, "prune") if before else ("cache", "prune", *named)
    assert chalchitra(*words, "--all" if not before else "--max-size=0").data["removed"] == []
    assert left(store) == {kept}
    assert chalchitra("cache", "--out", other).out.endswith("is empty.\n")
    for words in (("cache",), ("cache", "prune")):
        gone = chalchitra(*words, "--out", tmp_path / "gone")
        assert gone.code == 2
        assert "no folder" in gone.err


def test_a_real_run_keeps_whoever_prunes_out(project, chalchitra, store):
    """The very lock that run-pipeline holds: no job of the same folder is robbed."""
    job, layout = project.job("transcribe", ())
    (layout.root.parents[1] / ".ids" / layout.root.name).mkdir(parents=True)
    prune = [sys.executable, "-m", "chalchitra", "cache", "prune", "--all"]
    code = f"import subprocess; given['pruned'] = subprocess.run({prune!r}).returncode"
    project.stage("vad", code)
    ended = chalchitra("run-pipeline", "--job-dir", layout.root)
    assert ended.code == 0
    (regions,) = layout.done("vad", 1).glob("regions*")
    assert json.loads(regions.read_text())["pruned"] == 4
    assert "5 entries" in chalchitra("cache", "prune", "--all").out


def test_showing_loads_no_rich_and_no_runner(project, stored):
    stored()
    code = "import sys; from chalchitra.cli import main; sys.argv = ['c', 'cache']\n"
    code += "try: main()\nexcept SystemExit: print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "chalchitra.artifacts" in loaded
    assert not loaded & {"rich", "av", "chalchitra.runner.run"}
