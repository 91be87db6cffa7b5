"""A store that others can write to: whose entries are taken, and where links lead."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from chalchitra import artifacts
from chalchitra.artifacts import ENTRY_FILE, ArtifactStore
from chalchitra.errors import UsageError

from .test_artifacts import PRINT, Done, out, store, take  # noqa: F401

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root acts as several users")
NOTHING = (None, {})


@pytest.fixture
def entry(store, out):  # noqa: F811
    """The folder of an entry."""
    Done(out).put(store)
    return store.folder(PRINT)


@pytest.fixture
def secret(out):  # noqa: F811
    path = out / "secret"
    path.write_text("words")  # what is stored: its hash holds
    path.chmod(0o600)
    return path


def poison(entry, **fields):
    """Change one output in result.json."""
    path = entry / "result.json"
    result = json.loads(path.read_text())
    result["outputs"]["transcript"] |= fields
    path.chmod(0o644)
    path.write_text(json.dumps(result))


@pytest.mark.parametrize("path", ["../../../secret", "sub/../../../../secret", "{out}/secret"])
def test_a_path_that_leads_out_is_refused(store, out, entry, secret, path):  # noqa: F811
    poison(entry, path=path.format(out=out))
    assert take(store, out) == NOTHING
    assert secret.read_text() == "words"


@pytest.mark.parametrize("field", ["path", "deliver_as"])
@pytest.mark.parametrize("name", ["", "/", "..", "a/../b", "a\0b"])
def test_a_name_that_is_none_is_refused(store, out, entry, field, name):  # noqa: F811
    poison(entry, **{field: name})
    assert take(store, out) == NOTHING


@pytest.mark.parametrize("kind", ["link", "hard link", "linked folder"])
def test_a_link_gives_no_file_to_anybody(store, out, entry, secret, kind):  # noqa: F811
    place = entry / "sub" / "transcript.json"
    if kind == "linked folder":
        shutil.rmtree(entry / "sub")
        (entry / "sub").symlink_to(out)
        poison(entry, path="sub/secret")
    else:
        place.unlink()
        place.symlink_to(secret) if kind == "link" else os.link(secret, place)
    found, _ = take(store, out)
    assert found is None or kind == "hard link"
    assert secret.stat().st_mode & 0o777 == 0o600
    if kind == "hard link":
        assert not secret.samefile(out / "into" / "sub" / "transcript.json")


def test_what_was_private_stays_private_in_the_store(store, out):  # noqa: F811
    done = Done(out)
    for path in done.folder.rglob("*.json"):
        path.chmod(0o600)
    done.put(store)
    files = [path for path in store.folder(PRINT).rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o377 for path in files if path.name != ENTRY_FILE} == {0}


@pytest.mark.parametrize("which", ["entry.json", "result.json", "sub/text.json", "."])
def test_what_others_may_write_is_not_taken(store, out, entry, which):  # noqa: F811
    path = entry / which
    path.chmod(path.stat().st_mode | 0o020)
    assert take(store, out) == NOTHING


def test_others_cannot_change_what_is_put_whatever_the_umask(store, out):  # noqa: F811
    before = os.umask(0o000)
    try:
        Done(out).put(store)
    finally:
        os.umask(before)
    assert take(store, out)[0] is not None


def test_an_entry_in_the_place_of_another_is_none(store, out, entry):  # noqa: F811
    other = PRINT[:-1] + "1"
    entry.rename(store.folder(other))
    assert store.find(other) is None
    assert take(store, out, other) == NOTHING
    assert store.entries() == []


@pytest.mark.parametrize("what", ["shelf", "entry", "store"])
def test_pruning_follows_no_link(store, out, entry, what):  # noqa: F811
    precious = out / "precious"
    path = {"shelf": entry.parent, "entry": entry, "store": store.root}[what]
    path.rename(precious)
    path.symlink_to(precious)
    before = sorted(precious.rglob("*"))
    if what == "store":
        with pytest.raises(UsageError, match="cannot be locked"):
            store.prune(keep_seconds=0, keep_bytes=0, now=1e12)
        with pytest.raises(OSError, match=r"symbolic|Not a directory"):
            Done(out, 2, fingerprint="cd" + PRINT[2:]).put(store)
        with ArtifactStore(store.root).in_use() as trouble:
            assert "cannot be used" in trouble
    else:
        store.prune(keep_seconds=0, keep_bytes=0, now=1e12)
    assert sorted(precious.rglob("*")) == before


def test_pruning_goes_by_where_an_entry_lies_not_by_what_it_says(store, out, entry):  # noqa: F811
    precious = out / "precious"
    precious.mkdir()
    (precious / ENTRY_FILE).write_text("mine")
    written = json.loads((entry / ENTRY_FILE).read_text())
    (entry / ENTRY_FILE).chmod(0o644)
    (entry / ENTRY_FILE).write_text(json.dumps(written | {"fingerprint": "../../precious"}))
    store.prune(keep_seconds=0, keep_bytes=0, now=1e12)
    assert (precious / ENTRY_FILE).read_text() == "mine"


def test_one_that_cannot_be_removed_keeps_no_other(store, out, monkeypatch):  # noqa: F811
    Done(out).put(store)
    Done(out, 2, fingerprint="cd" + PRINT[2:]).put(store)
    remove = shutil.rmtree

    def refuse(path, **options):
        if str(path).startswith("ab"):
            raise PermissionError(1, "Operation not permitted", str(path))
        remove(path, **options)

    monkeypatch.setattr(artifacts.shutil, "rmtree", refuse)
    with pytest.raises(UsageError, match="cannot be removed: Operation not permitted"):
        store.prune(keep_seconds=0, keep_bytes=0, now=1e12)
    assert not store.folder("cd" + PRINT[2:]).exists()


# --- locks ----------------------------------------------------------------------------------------


def test_it_is_locked_as_nfs_wants_it(store, monkeypatch):  # noqa: F811
    """There a shared lock needs a file that is open for reading, the other one for writing."""
    flock = fcntl.flock

    def on_nfs(fd, kind):
        mode = fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE
        without = os.O_WRONLY if kind & fcntl.LOCK_SH else os.O_RDONLY
        if mode == without:
            raise OSError(9, "Bad file descriptor")
        flock(fd, kind)

    monkeypatch.setattr(artifacts.fcntl, "flock", on_nfs)
    with store.in_use() as trouble:
        assert trouble is None
    with store.alone():
        pass


def test_a_store_that_cannot_be_locked_says_so(store, monkeypatch):  # noqa: F811
    def refuse(fd, kind):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(artifacts.fcntl, "flock", refuse)
    with store.in_use() as trouble:
        assert "No locks available" in trouble
        assert str(store.root) in trouble
        assert store.find(PRINT) is None
    with pytest.raises(UsageError, match="No locks available"), store.alone():
        pass


def test_who_never_gives_the_lock_back_holds_nobody_up(store, monkeypatch):  # noqa: F811
    monkeypatch.setattr(artifacts, "_WAIT_SECONDS", 0.1)
    asked = []
    with store.alone(), ArtifactStore(store.root).in_use(lambda: asked.append(1)) as trouble:
        assert "another process" in trouble
    assert asked


@pytest.mark.parametrize("kind", ["link", "fifo", "folder"])
def test_a_lock_that_is_no_file_is_refused(store, out, kind):  # noqa: F811
    store.root.mkdir()
    lock = store.root / ".lock"
    if kind == "link":
        lock.symlink_to(out / "made")
    else:
        os.mkfifo(lock) if kind == "fifo" else lock.mkdir()
    with store.in_use() as trouble:
        assert "cannot be used" in trouble
    assert not (out / "made").exists()


# --- several accounts -----------------------------------------------------------------------------


@pytest.fixture
def shared():
    """A folder of jobs, root's, that everybody may write to."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    out = folder / "out"  # noqa: F811
    (out / "2026/01/02/.ids").mkdir(parents=True)
    for path in (out, *out.rglob("*")):
        path.chmod(0o777)
    yield out
    shutil.rmtree(folder)


def as_user(uid, action):
    """What an action gives (a number below 100) where another user does it."""
    child = os.fork()
    if not child:
        code = 99
        try:
            os.umask(0o000)
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
            code = action()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


ASHA, MALLORY = 2001, 2002


@needs_root
@pytest.mark.parametrize(("maker", "owner", "taken"), [
    (ASHA, 0, True), (MALLORY, 0, False), (MALLORY, MALLORY, True), (0, MALLORY, True),
])  # fmt: skip
def test_an_entry_is_taken_from_oneself_root_and_whose_the_folder_is(shared, maker, owner, taken):
    os.chown(shared, owner, owner)
    store = ArtifactStore(shared / ".store")  # noqa: F811

    def put():
        Done(shared).put(store)
        return 0

    def taking():
        into = shared / f"into-{os.getuid()}"
        into.mkdir()
        return int(store.take(PRINT, into) is not None and any(into.iterdir()))

    assert as_user(maker, put) == 0
    assert as_user(ASHA, taking) == taken
    # A copy where it is another's: its owner may change it later.
    for path in (shared / f"into-{ASHA}").rglob("*.json"):
        assert path.stat().st_uid == ASHA


@needs_root
def test_both_use_one_store_and_only_prune_their_own(shared):
    store = ArtifactStore(shared / ".store")  # noqa: F811

    def use():
        with store.in_use() as trouble:
            return int(trouble is not None)

    def put(number, fingerprint):
        def action():
            with store.in_use():
                Done(shared, number, fingerprint=fingerprint).put(store)
            return len(store.entries())

        return action

    def prune():
        try:
            return len(store.prune(keep_seconds=0, keep_bytes=0, now=1e12))
        except UsageError:
            return 50

    assert as_user(MALLORY, use) == 0
    (store.root / ".lock").chmod(0o644)  # as mallory's umask would have made it
    assert as_user(ASHA, use) == 0
    assert as_user(MALLORY, put(1, PRINT)) == 1
    assert as_user(ASHA, put(2, "cd" + PRINT[2:])) == 2
    assert as_user(ASHA, prune) == 50
    assert [entry.fingerprint for entry, _ in store.entries()] == [PRINT]
