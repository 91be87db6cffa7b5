"""Shared stores as strangers leave them, by seed (scripts/fuzz/store.py)."""

from __future__ import annotations

import signal

import pytest

from chalchitra.artifacts import ArtifactStore

from .fuzzing import program

fuzz = program("store")


@pytest.fixture(autouse=True)
def _alarms(monkeypatch):
    """A call that hangs is ended; and no file waits for the disk."""
    monkeypatch.setattr("os.fsync", lambda fd: None)
    before = signal.signal(signal.SIGALRM, fuzz.hang)
    yield
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("first", range(0, 1000, 50))
def test_no_store_makes_anything_fail_or_reach_outside(tmp_path, first):
    found = [
        f"seed {seed}: {problem}"
        for seed in range(first, first + 50)
        for problem in fuzz.problems(seed, tmp_path)
    ]
    assert not found


def test_the_fuzz_sees_what_it_looks_for(tmp_path, monkeypatch):
    """A store that crashes, hangs, reads or writes outside, or prints what it found, is found."""

    taken = []

    def follow(store, name, into):
        taken.append(name)
        if len(taken) > 2:
            raise ZeroDivisionError
        secret = store.root.parent.parent / "outside" / "secret"
        (into / "text").write_bytes(secret.read_bytes())
        secret.chmod(0o444)

    monkeypatch.setattr(ArtifactStore, "take", follow)
    monkeypatch.setattr(ArtifactStore, "entries", lambda store: signal.pause())
    monkeypatch.setattr(fuzz, "LIMIT", 1)
    said = " ".join(fuzz.problems(1, tmp_path))
    for words in ("ZeroDivisionError", "more than 1 s", "own words", "secret'] changed"):
        assert words in said
    assert list(fuzz.printed("a\x1b[0m")) == ["'\\x1b' is printed"]
