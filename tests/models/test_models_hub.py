"""Fetching from a hub, against a server on this machine that speaks the hub's few endpoints."""

from __future__ import annotations

import dataclasses
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalchitra.errors import CancelledError, MissingError, SeveralErrors
from chalchitra.models import manifest
from chalchitra.models.catalogue import FolderSource, HubPartsSource, HubSource, ModelEntry, Source
from chalchitra.models.fetch import FetchError, fetch, fetch_all
from chalchitra.models.verify import check

REPOSITORY = "tests/tiny-model"
COMMIT = "a" * 40
FILE = f"/{REPOSITORY}/resolve/{COMMIT}"


def failure(error: pytest.ExceptionInfo[FetchError]) -> str:
    [(_, reason)] = error.value.failures
    return f"{reason.what}. {reason.fix}"


def nothing_left(models: Path) -> bool:
    return [path.name for path in models.iterdir() if not path.name.startswith(".lock-")] == []


def test_a_model_arrives_whole_with_only_its_own_files(
    fake_hub: Any, entry: ModelEntry, models: Path
) -> None:
    steps: list[tuple[int, int]] = []
    done = fetch(entry, progress=lambda *step: steps.append(step))
    assert done.path == models / "whisper-tiny-ctranslate2"
    assert sorted(path.name for path in done.path.iterdir()) == [
        "config.json",
        "manifest.json",
        "model.bin",
        "tokenizer.json",
    ]
    for name in ("config.json", "model.bin", "tokenizer.json"):
        assert (done.path / name).read_bytes() == fake_hub.files[name]
    total = sum(len(fake_hub.files[n]) for n in ("config.json", "model.bin", "tokenizer.json"))
    assert steps[-1] == (total, total)
    assert [step for step, _ in steps] == sorted(step for step, _ in steps)
    assert check(entry).ok


def test_the_manifest_records_the_hash_that_the_table_does_not_know(
    fake_hub: Any, entry: ModelEntry
) -> None:
    written = manifest.read(fetch(entry).path)
    assert written is not None
    assert written.source == {"hub": REPOSITORY, "revision": COMMIT}
    assert written.files["tokenizer.json"].sha256 == (
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    )


def test_the_second_fetch_asks_nobody(fake_hub: Any, entry: ModelEntry) -> None:
    fetch(entry)
    asked = fake_hub.requests.copy()
    assert fetch(entry).source is None
    assert fake_hub.requests == asked


def test_without_a_revision_later_fetches_take_the_recorded_commit(
    fake_hub: Any, entry: ModelEntry
) -> None:
    unpinned = dataclasses.replace(entry, sources=(HubSource(REPOSITORY),))
    folder = fetch(unpinned).path
    fake_hub.commits = {COMMIT}
    fake_hub.commit = "c" * 40
    (folder / "model.bin").unlink()
    fetch(unpinned)
    written = manifest.read(folder)
    assert written is not None
    assert written.revision == COMMIT


def test_a_recorded_hash_binds_later_fetches(fake_hub: Any, entry: ModelEntry) -> None:
    fetch(entry)
    fake_hub.files["tokenizer.json"] = b"[]"
    with pytest.raises(FetchError) as error:
        fetch(entry, force=True)
    assert "tokenizer.json is not the expected file" in failure(error)
    assert check(entry).ok


PARTS = HubPartsSource(
    (HubSource(REPOSITORY), HubSource("tests/other-model")),
    {
        "config.json": (0, "config.json"),
        "tokenizer.json": (0, "tokenizer.json"),
        "model.bin": (1, "weights.bin"),
    },
)


def test_a_model_is_put_together_out_of_several_repositories(
    fake_hub: Any, entry: ModelEntry, models: Path
) -> None:
    weights = fake_hub.files.pop("model.bin")
    fake_hub.others["tests/other-model"] = {"weights.bin": weights, "config.json": b"another's"}
    parted = dataclasses.replace(entry, sources=(PARTS,))
    folder = fetch(parted).path
    assert (folder / "model.bin").read_bytes() == weights
    assert (folder / "config.json").read_bytes() == b'{"model": "tiny"}'
    assert sorted(path.name for path in folder.iterdir()) == [
        *("config.json", "manifest.json", "model.bin", "tokenizer.json")
    ]
    written = manifest.read(folder)
    assert written is not None
    assert written.source["parts"] == [
        {"hub": REPOSITORY, "revision": COMMIT},
        {"hub": "tests/other-model", "revision": COMMIT},
    ]
    fake_hub.commits, fake_hub.commit = {COMMIT}, "c" * 40
    (folder / "model.bin").unlink()
    assert manifest.read(fetch(parted).path).source == written.source  # type: ignore[union-attr]


def test_a_part_that_is_missing_leaves_nothing(
    fake_hub: Any, entry: ModelEntry, models: Path
) -> None:
    fake_hub.others["tests/other-model"] = {"config.json": b"{}"}
    with pytest.raises(FetchError) as error:
        fetch(dataclasses.replace(entry, sources=(PARTS,)))
    assert "tests/other-model" in failure(error)
    assert nothing_left(models)


def test_a_gated_part_says_where_the_terms_are(fake_hub: Any, entry: ModelEntry) -> None:
    fake_hub.gated = True
    with pytest.raises(FetchError) as error:
        fetch_all([dataclasses.replace(entry, sources=(PARTS,), gated=True)])
    assert f"Accept its terms at https://huggingface.co/{REPOSITORY}" in error.value.fix


@pytest.mark.parametrize("token", [None, "someone"])
def test_a_gated_model_says_where_its_terms_are(
    fake_hub: Any, entry: ModelEntry, models: Path, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    fake_hub.gated = True
    if token:
        monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises(FetchError) as error:
        fetch(entry)
    said = failure(error)
    assert ("no token on this machine" in said) == (token is None)
    assert f"huggingface.co/{REPOSITORY}" in said
    assert "hf auth login" in said
    assert nothing_left(models)


def test_a_gated_model_is_fetched_with_the_right_token(
    fake_hub: Any, entry: ModelEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_hub.gated, fake_hub.good_token = True, "let-in"
    monkeypatch.setenv("HF_TOKEN", "let-in")
    assert fetch_all([dataclasses.replace(entry, gated=True)])[0].path.is_dir()


def test_everything_missing_is_said_at_once_and_before_any_download(
    fake_hub: Any, entry: ModelEntry, models: Path
) -> None:
    fake_hub.gated = True
    gated = [
        dataclasses.replace(entry, name=name, kind="seq2seq", format="hf", gated=True)
        for name in ("indic-en", "en-indic")
    ]
    with pytest.raises(SeveralErrors) as error:
        fetch_all(gated)
    assert error.value.exit_code == 3
    assert ["indic-en" in str(one) for one in error.value.errors] == [True, False]
    assert all(isinstance(one, MissingError) for one in error.value.errors)
    assert not [request for request in fake_hub.requests if "resolve" in request]


@pytest.mark.parametrize("unverified", [True, False])
def test_an_unknown_repository(fake_hub: Any, entry: ModelEntry, unverified: bool) -> None:
    fake_hub.repository_there = False
    with pytest.raises(FetchError) as error:
        fetch(dataclasses.replace(entry, unverified=unverified))
    assert "no such repository" in failure(error)
    assert ("never been confirmed" in failure(error)) == unverified


def test_an_unknown_revision(fake_hub: Any, entry: ModelEntry) -> None:
    gone = HubSource(REPOSITORY, "d" * 40)
    with pytest.raises(FetchError) as error:
        fetch(entry, sources=[gone])
    assert f"no revision {'d' * 40}" in failure(error)


def test_a_repository_without_the_weights(fake_hub: Any, entry: ModelEntry, models: Path) -> None:
    del fake_hub.files["model.bin"]
    with pytest.raises(FetchError) as error:
        fetch(entry)
    assert "has no model.bin" in failure(error)
    assert nothing_left(models)


def test_a_file_with_another_hash_never_becomes_the_model(
    fake_hub: Any, entry: ModelEntry, models: Path
) -> None:
    fake_hub.files["model.bin"] = b"x" * (1 << 20)
    with pytest.raises(FetchError) as error:
        fetch(entry)
    assert "model.bin is not the expected file" in failure(error)
    assert nothing_left(models)


def test_nobody_listens(
    fake_hub: Any, entry: ModelEntry, monkeypatch: pytest.MonkeyPatch, models: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{port}")
    with pytest.raises(FetchError) as error:
        fetch(entry)
    assert "cannot be reached" in failure(error)
    last = error.value.fix.splitlines()[-1]
    folder = f"{entry.path()}-copied"
    assert "copy config.json, model.bin, tokenizer.json from" in last
    assert last.endswith(f"chalchitra models fetch tiny --format ctranslate2 --from {folder}")
    assert nothing_left(models)


def test_what_lies_on_the_disk_already_is_named(
    entry: ModelEntry, monkeypatch: pytest.MonkeyPatch, models: Path, tmp_path: Path
) -> None:
    """A hub's own cache with all files, a broken download, and a model that would do."""
    from chalchitra.models import advice

    cached = tmp_path / "hub" / "models--tests--tiny-model" / "snapshots" / ("a" * 40)
    cached.mkdir(parents=True)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(advice, "_others", lambda *_: ["base", "small"])
    broken = entry.path().with_name(f".fetching-0-{entry.path().name}")
    broken.mkdir(parents=True)
    (broken / "model.bin").write_bytes(bytes(3_000_000))

    def told(resumable: bool) -> str:
        return "\n".join(advice.advice(entry, entry.sources, resumable=resumable))

    assert str(cached) not in told(True)
    for name in ("config.json", "model.bin", "tokenizer.json"):
        (cached / name).touch()
    assert f"--format ctranslate2 --from {cached}\n" in told(True)
    assert "base, small are already on this disk: with --model base" in told(True)
    assert "3 MB of it are already here" in told(True)
    assert "MB of it" not in told(False)


def test_a_model_with_code_of_its_own_is_copied_with_what_says_where_it_is_from(
    entry: ModelEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalchitra.models import advice

    monkeypatch.setattr(advice, "_others", lambda *_: [])
    with_code = replace(entry, trust_remote_code=True)
    [line] = advice.advice(with_code, with_code.sources, resumable=False)
    assert "--from" not in line  # such a folder's code would never run
    assert line.endswith(f"to {entry.path().absolute()}.")


def test_offline_is_said_as_such(
    fake_hub: Any, entry: ModelEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(FetchError) as error:
        fetch(entry)
    assert "HF_HUB_OFFLINE forbids the network" in failure(error)
    assert not fake_hub.requests


def test_a_broken_connection_is_resumed_where_it_broke(fake_hub: Any, entry: ModelEntry) -> None:
    fake_hub.break_after = 300_000
    assert (fetch(entry).path / "model.bin").read_bytes() == fake_hub.files["model.bin"]
    [asked] = fake_hub.ranges
    assert int(asked.removeprefix("bytes=").rstrip("-")) > 0


def test_an_interrupted_fetch_does_not_count_and_keeps_what_it_finished(
    fake_hub: Any, entry: ModelEntry
) -> None:
    fake_hub.failing = {"tokenizer.json"}
    with pytest.raises(FetchError) as error:
        fetch(entry)
    assert "status 500" in failure(error)
    assert check(entry).state == "not fetched"
    fake_hub.failing = set()
    fetch(entry)
    assert check(entry, full=True).ok
    assert fake_hub.requests[f"GET {FILE}/model.bin"] == 1


def test_ctrl_c_during_a_fetch(fake_hub: Any, entry: ModelEntry, models: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done > 100:
            raise KeyboardInterrupt

    with pytest.raises(CancelledError):
        fetch(entry, progress=stop)
    assert check(entry).state == "not fetched"
    fetch(entry)
    assert check(entry, full=True).ok
    assert not list(models.glob(".fetching-*"))


def test_sources_are_tried_in_order_and_each_failure_is_reported(
    fake_hub: Any, entry: ModelEntry, tmp_path: Path
) -> None:
    missing = FolderSource(tmp_path / "missing")
    both: list[Source] = [missing, HubSource(REPOSITORY, COMMIT)]
    assert fetch(entry, sources=both).source == both[1]
    fake_hub.repository_there = False
    with pytest.raises(FetchError) as error:
        fetch(entry, sources=both, force=True)
    assert [source for source, _ in error.value.failures] == both
    assert "no such folder" in error.value.cause
    assert "no such repository" in error.value.cause
    assert check(entry).ok
