"""The store of stage outputs: whole entries only, read-only, compared when taken, pruned."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra import artifacts
from chalchitra.artifacts import ENTRY_FILE, ArtifactStore, Entry, days_ago
from chalchitra.errors import HeldError, UsageError
from chalchitra.files import sha256_file
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.record import Output, StageRecord
from chalchitra.stagekit.protocol import OutputFile, Result

PRINT = "ab" + "0" * 62
TEXTS = {"transcript": "words", "text": "more"}


@pytest.fixture
def out(tmp_path):
    (tmp_path / "2026/01/02/.ids").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def store(out):
    return ArtifactStore(out / ".store")


class Done:
    """A job that has published one stage."""

    def __init__(self, out, number=1, texts=TEXTS, **fields):
        self.job = SimpleNamespace(job_id=f"job_20260102_{number:03d}", title="film")
        self.layout = JobLayout(out / f"2026/01/02/asha/{number:03d}")
        (out / f"2026/01/02/.ids/{number:03d}").mkdir()
        key = fields.pop("stage", "asr")
        self.folder = self.layout.done(key, 1)
        self.folder.mkdir(parents=True)
        outputs, files = {}, {}
        for name, text in texts.items():
            path = self.folder / "sub" / f"{name}.json"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
            stat, sha256 = path.stat(), sha256_file(path)
            outputs[name] = Output(
                path=path.relative_to(self.layout.root).as_posix(),
                bytes=stat.st_size,
                mtime_ns=stat.st_mtime_ns,
                sha256=sha256,
            )
            files[name] = OutputFile(path=f"sub/{name}.json", bytes=stat.st_size, sha256=sha256)
        Result(
            stage="asr", status="done", outputs=files, python="p", python_version="3", seconds=1
        ).write(self.folder / "result.json")
        self.record = StageRecord(
            stage=key,
            fingerprint=fields.pop("fingerprint", PRINT),
            fingerprint_parts={},
            attempt=1,
            environment="one",
            python="p",
            python_version="3",
            started="2026-01-02T00:00:00+00:00",
            seconds=7.5,
            outputs=outputs,
            **fields,
        )

    def put(self, store):
        store.put(self.job, self.layout, self.record)
        assert not list(self.layout.stage(self.record.stage).glob(".tmp-*"))


def take(store, out, fingerprint=PRINT):
    """What the store has, put into a new folder: (entry, the files there)."""
    into = out / "into"
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir()
    entry = store.take(fingerprint, into)
    return entry, {p.name: p.read_text() for p in into.rglob("*") if p.is_file()}


def whole(files):
    return {
        name.removesuffix(".json"): text for name, text in files.items() if "result" not in name
    }


# --- putting and taking ---------------------------------------------------------------------------


def test_what_is_put_can_be_taken(store, out):
    assert store.find(PRINT) is None
    assert take(store, out) == (None, {})
    Done(out).put(store)
    entry, files = take(store, out)
    assert entry == store.find(PRINT)
    assert (entry.job_id, entry.stage, entry.seconds, entry.bytes) == (
        "job_20260102_001",
        "asr",
        7.5,
        9,
    )
    assert whole(files) == TEXTS
    assert Result.model_validate_json((out / "into" / "result.json").read_bytes()).seconds == 1


def test_bytes_are_shared_and_may_not_be_written(store, out):
    done = Done(out)
    done.put(store)
    take(store, out)
    names = [f"sub/{name}.json" for name in TEXTS]
    for name in names:
        stats = [(f / name).stat() for f in (done.folder, store.folder(PRINT), out / "into")]
        assert len({stat.st_ino for stat in stats}) == 1
        assert stats[0].st_mode & 0o777 == 0o444


def test_where_there_are_no_links_files_are_copied(store, out, monkeypatch):
    def refuse(*arguments, **options):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(artifacts.os, "link", refuse)
    done = Done(out)
    done.put(store)
    (done.folder / "sub/text.json").write_text("edited")
    entry, files = take(store, out)
    assert whole(files) == TEXTS
    assert (store.folder(PRINT) / "sub/text.json").stat().st_mode & 0o777 == 0o444
    assert store.shared_bytes(entry) == 0


@pytest.mark.parametrize(
    "fields",
    [{"stage": "mux"}, {"reduced": {"batch_size": 1}}, {"reused": True}],
    ids=lambda fields: next(iter(fields)),
)
def test_what_must_not_be_stored_is_not(store, out, fields):
    Done(out, **fields).put(store)
    assert store.entries() == []


def test_the_first_stays(store, out):
    Done(out).put(store)
    Done(out, 2, {"transcript": "other"}).put(store)
    entry, files = take(store, out)
    assert (entry.job_id, whole(files)) == ("job_20260102_001", TEXTS)


@pytest.mark.parametrize("damage", ["no entry", "broken entry", "another version", "empty"])
def test_half_an_entry_is_none_and_is_replaced(store, out, damage):
    Done(out).put(store)
    entry = store.folder(PRINT) / ENTRY_FILE
    if damage == "no entry":
        entry.unlink()
    elif damage == "empty":
        shutil.rmtree(store.folder(PRINT))
        store.folder(PRINT).mkdir()
    else:
        entry.write_text("{" if damage == "broken entry" else '{"version": 2}')
    assert store.find(PRINT) is None
    assert store.entries() == []
    assert take(store, out) == (None, {})
    Done(out, 2).put(store)
    assert take(store, out)[0].job_id == "job_20260102_002"


@pytest.mark.parametrize("damage", ["changed", "longer", "gone", "no result", "broken result"])
def test_an_entry_that_is_not_whole_is_dropped(store, out, damage):
    Done(out).put(store)
    folder = store.folder(PRINT)
    path = folder / ("result.json" if "result" in damage else "sub/transcript.json")
    path.chmod(0o644)
    if damage in ("gone", "no result"):
        path.unlink()
    else:
        path.write_text({"changed": "sword", "longer": "words and more"}.get(damage, "{"))
    assert take(store, out) == (None, {})
    assert not folder.exists()
    Done(out, 2).put(store)
    assert whole(take(store, out)[1]) == TEXTS


def test_a_full_disk_drops_no_entry(store, out, monkeypatch):
    Done(out).put(store)

    def full(source, copy):
        raise OSError(errno.ENOSPC, "No space left on device", str(copy))

    with monkeypatch.context() as patch:
        patch.setattr(artifacts, "copy_bytes", full)
        assert take(store, out) == (None, {})
    assert whole(take(store, out)[1]) == TEXTS


def test_a_full_disk_stores_nothing_and_leaves_nothing(store, out, monkeypatch):
    done = Done(out)

    def full(path, text):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(artifacts, "write_text", full)
        with pytest.raises(OSError, match="No space"):
            done.put(store)
    assert store.entries() == []
    assert not list(done.layout.root.rglob(".tmp-*"))
    done.put(store)
    assert store.find(PRINT)


def test_of_many_that_put_at_once_one_is_kept_whole(store, out):
    jobs = [Done(out, number) for number in range(1, 9)]
    for _ in range(5):
        barrier, errors = threading.Barrier(len(jobs)), []

        def put(done, barrier=barrier, errors=errors):
            barrier.wait()
            try:
                store.put(done.job, done.layout, done.record)
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=put, args=(done,)) for done in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert len(store.entries()) == 1
        assert whole(take(store, out)[1]) == TEXTS
        assert not list(out.rglob(".tmp-*"))
        shutil.rmtree(store.root)


def test_who_takes_while_it_is_put_gets_all_or_nothing(store, out):
    done, ended, found = Done(out), threading.Event(), []

    def take_again_and_again():
        number = 0
        while not ended.is_set():
            number += 1
            into = out / f"into-{number}"
            into.mkdir()
            entry = store.take(PRINT, into)
            found.append((entry is not None, len(list(into.rglob("*.json")))))
            shutil.rmtree(into)

    thread = threading.Thread(target=take_again_and_again)
    thread.start()
    try:
        for _ in range(50):
            done.put(store)
            shutil.rmtree(store.root, ignore_errors=True)  # who takes removes what is not whole too
    finally:
        ended.set()
        thread.join()
    assert set(found) <= {(True, 3), (False, 0)}


# --- whose store ----------------------------------------------------------------------------------


def test_a_job_has_the_store_of_the_folder_it_lies_in(store, out):
    layout = Done(out).layout
    assert ArtifactStore.of_job(layout).root == store.root
    assert ArtifactStore.of_job(JobLayout(layout.root / ".." / "001")).root == store.root


@pytest.mark.parametrize("place", ["job", "2026/01/02/asha/009", "2026/01/02/asha/001/stages/a/b"])
def test_a_folder_that_was_never_claimed_has_none(out, place):
    Done(out)
    (out / place).mkdir(parents=True)
    assert ArtifactStore.of_job(JobLayout(out / place)) is None
    assert ArtifactStore.of_job(JobLayout(Path("/"))) is None


# --- pruning --------------------------------------------------------------------------------------

NOW = 1e9


def fill(store, entries):
    """Write entries of these ages and sizes; returns their fingerprints."""
    names = []
    for number, (age, size) in enumerate(entries):
        name = f"{number % 3:02x}{number:062x}"
        names.append(name)
        folder = store.folder(name)
        folder.mkdir(parents=True)
        entry = Entry(stage="asr", fingerprint=name, job_id="j", title="t", seconds=1, bytes=size)
        (folder / ENTRY_FILE).write_text(entry.model_dump_json())
        (folder / "transcript.json").write_text("x")
        os.utime(folder / ENTRY_FILE, (NOW - age, NOW - age))
    return names


SIZED = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 50)), max_size=8)


@settings(deadline=None)  # a disk may be busy
@given(SIZED, st.integers(0, 110), st.integers(0, 300))
def test_the_unused_goes_then_the_oldest_above_the_size(tmp_path_factory, entries, age, size):
    store = ArtifactStore(tmp_path_factory.mktemp("out") / ".store")
    names = fill(store, entries)
    used = dict(zip(names, entries, strict=True))
    removed = [e.fingerprint for e in store.prune(keep_seconds=age, keep_bytes=size, now=NOW)]
    left = [entry.fingerprint for entry, _ in store.entries()]
    assert sorted(removed + left) == sorted(names)
    assert not any(store.folder(name).exists() for name in removed)
    # Nothing that is left is too old, and together it is not too large.
    assert all(used[name][0] <= age for name in left)
    assert sum(used[name][1] for name in left) <= size
    # What was removed though young had to go: the one removed last, with all that is left, is too
    # much; and nothing that is left is older.
    young = [name for name in removed if used[name][0] <= age]
    if young:
        assert sum(used[name][1] for name in [young[-1], *left]) > size
        assert all(used[name][0] <= used[young[-1]][0] for name in left)
    assert store.prune(keep_seconds=age, keep_bytes=size, now=NOW) == []


def test_all_means_what_a_clock_that_jumped_back_left_too(store, out):
    store.root.mkdir()
    fill(store, [(-1000, 0), (5, 10)])
    assert len(store.prune(keep_seconds=0, keep_bytes=100, now=NOW)) == 1
    assert len(store.prune(keep_seconds=float("-inf"), keep_bytes=0, now=NOW)) == 1
    assert store.entries() == []


def test_use_makes_an_entry_young(store, out):
    Done(out).put(store)
    Done(out, 2, fingerprint="cd" + PRINT[2:]).put(store)
    for entry, _ in store.entries():
        os.utime(store.folder(entry.fingerprint) / ENTRY_FILE, (1000, 1000))
    take(store, out)
    (first, used), (second, _) = store.entries()
    assert (first.fingerprint[:2], used, second.fingerprint) == ("cd", 1000, PRINT)


def test_half_entries_are_removed_whatever_their_age(store, out):
    Done(out).put(store)
    half = store.folder("cd" + "1" * 62)
    half.mkdir(parents=True)
    (half / "transcript.json").write_text("x")
    assert store.prune(keep_seconds=1e12, keep_bytes=1e12, now=NOW) == []
    assert not half.exists()
    assert whole(take(store, out)[1]) == TEXTS


def test_nothing_is_pruned_under_a_running_job_nor_run_under_a_prune(store, out):
    Done(out).put(store)
    store.root.joinpath("x").mkdir()
    with ArtifactStore(store.root).in_use(), ArtifactStore(store.root).in_use():
        with pytest.raises(HeldError) as caught:
            store.prune(keep_seconds=0, keep_bytes=0, now=1e12)
        assert "jobs" in caught.value.fix
        assert store.find(PRINT)
    entered = threading.Event()

    def use():
        with ArtifactStore(store.root).in_use():
            entered.set()

    thread = threading.Thread(target=use)
    with store.alone():
        thread.start()
        assert not entered.wait(0.2)
    thread.join(10)
    assert entered.is_set()


def test_a_store_that_is_not_there_has_nothing_to_prune(store):
    assert store.prune(keep_seconds=0, keep_bytes=0, now=NOW) == []
    assert store.entries() == []
    assert not store.root.exists()


def test_what_cannot_be_removed_is_an_error_of_ours(store, out, monkeypatch):
    Done(out).put(store)

    def refuse(path, **options):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(artifacts.shutil, "rmtree", refuse)
    with pytest.raises(UsageError, match="cannot be removed") as caught:
        store.prune(keep_seconds=0, keep_bytes=0, now=1e12)
    assert caught.value.cause
    assert caught.value.fix


def test_what_only_the_store_holds_is_what_a_prune_frees(store, out):
    done = Done(out)
    done.put(store)
    entry = store.find(PRINT)
    assert store.shared_bytes(entry) == entry.bytes == 9
    shutil.rmtree(done.layout.root)
    assert store.shared_bytes(entry) == 0


def test_days(monkeypatch):
    monkeypatch.setattr(artifacts.time, "time", lambda: NOW)
    assert days_ago(NOW - 86_400 * 3) == 3
    assert days_ago(NOW + 5) == 0
