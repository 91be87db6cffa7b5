"""Jobs' folders as strangers may leave them (scripts/fuzz/jobs.py), through all that reads them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from .fuzzing import program

pytestmark = pytest.mark.damages_documents
fuzz = program("jobs")


@pytest.fixture
def place(tmp_path):
    found = fuzz.Place(tmp_path)
    yield found
    found.close()


@pytest.mark.parametrize("first", range(0, 1000, 50))
def test_no_folder_makes_the_program_fail_or_reach_out_of_it(place, first):
    found = [
        f"seed {seed}: {problem}"
        for seed in range(first, first + 50)
        for problem in fuzz.problems(place, seed)
    ]
    assert not found


def sees(place, monkeypatch, call):
    """What the fuzz says of a program that does this."""
    monkeypatch.setattr(fuzz, "calls", lambda *_: iter([("call", call)]))
    return " ".join(fuzz.problems(place, 0))


def test_the_fuzz_sees_what_is_read_outside(place, monkeypatch):
    said = sees(place, monkeypatch, (place.others / "secret").read_text)
    assert "call: open" in said

    def through_a_link():
        link = place.out / "link"
        link.symlink_to(place.others)
        os.close(os.open("secret", os.O_RDONLY, dir_fd=os.open(link, os.O_RDONLY)))

    assert "call: open" in sees(place, monkeypatch, through_a_link)


def test_the_fuzz_sees_what_is_removed_or_copied(place, monkeypatch):
    def copy():
        (place.job / "output" / "x").write_bytes((place.others / "secret").read_bytes())

    assert "a secret is copied" in sees(place, monkeypatch, copy)
    with pytest.raises(RuntimeError, match="spoilt"):
        sees(place, monkeypatch, (place.others / "secret").unlink)


def test_the_fuzz_sees_signals_hanging_and_what_nobody_foresaw(place, monkeypatch):
    monkeypatch.setattr(fuzz, "HANGS", 0.2)
    assert "a signal" in sees(place, monkeypatch, lambda: os.killpg(place.bystander.pid, 9))
    assert place.bystander.poll() is None
    assert "ZeroDivisionError" in sees(place, monkeypatch, lambda: 1 / 0)

    def wait():
        os.mkfifo(place.out / "fifo")
        (place.out / "fifo").read_text()

    assert "hangs" in sees(place, monkeypatch, wait)


@pytest.fixture
def shared():
    """A place of two accounts, where root's own temporary folders would not let them in."""
    if os.geteuid() != 0:
        pytest.skip("only root can be two people")
    fuzz.read_all_modules()
    with fuzz.acting_as(fuzz.ACCOUNTS[0]):
        readable = os.access(fuzz.__file__, os.R_OK, effective_ids=True)
    if not readable:
        pytest.skip("only root can read this checkout")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        found = fuzz.Place(Path(folder), fuzz.ACCOUNTS)
        yield found
        found.close()


def test_nothing_crosses_from_one_account_to_another(shared):
    found = [
        f"seed {seed}: {problem}" for seed in range(100) for problem in fuzz.problems(shared, seed)
    ]
    assert not found


def test_the_two_accounts_are_two(shared):
    """Else the test before shows nothing: one works with the job, the other changes it, alone."""
    owner, stranger = fuzz.ACCOUNTS
    shared.copy()
    with fuzz.acting_as(owner), fuzz.quickly():
        options = fuzz.RunOptions(force=True)
        outcome = fuzz.run_job(shared.job, fuzz.Silent(), options, fuzz.Services(fuzz.echo))
    assert outcome.error is None
    assert {path.stat().st_uid for path in shared.job.rglob("*")} == {owner}
    with fuzz.acting_as(stranger):
        (shared.job / "job.json").unlink()
        (shared.job / "job.json").write_text("{}")
        with pytest.raises(PermissionError):
            (shared.others / "secret").read_text()
    assert (shared.job / "job.json").stat().st_uid == stranger
