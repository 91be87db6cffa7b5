"""Commands in messages: what is shown can be pasted where the person is."""

from __future__ import annotations

import shlex

import pytest

from chalchitra import hints


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    root = tmp_path / "my checkout"
    (root / "in").mkdir(parents=True)
    monkeypatch.setenv("CHALCHITRA_ROOT", str(root))
    return root


MESSAGE = "Type ./run-pipeline.sh -j job_20260102_001, or chalchitra rm job_20260102_001."


def test_in_the_checkout_programs_are_named_as_the_readme_does(checkout, monkeypatch):
    monkeypatch.chdir(checkout)
    assert hints.pasteable(MESSAGE) == (
        "Type ./run-pipeline.sh -j job_20260102_001, "
        "or venv/common/bin/chalchitra rm job_20260102_001."
    )


@pytest.mark.parametrize("place", ["in", ".."])
def test_elsewhere_a_pasted_command_names_the_checkouts_own(checkout, monkeypatch, place):
    monkeypatch.chdir(checkout / place)
    shown = hints.pasteable("./run-pipeline.sh --demo")
    program, option = shlex.split(shown)
    assert (checkout / place / program).resolve() == (checkout / "run-pipeline.sh").resolve()
    assert option == "--demo"


@pytest.mark.parametrize(
    "text",
    [
        "chalchitra is a word",
        "/elsewhere/run-pipeline.sh",
        "in x/venv/common/bin/hf",
        "my-chalchitra rm",
    ],
)
def test_other_words_stay(checkout, monkeypatch, text):
    monkeypatch.chdir(checkout / "in")
    assert hints.pasteable(text) == text


def test_a_job_is_named_by_its_id_where_jobs_live_and_else_by_its_folder(checkout, monkeypatch):
    monkeypatch.chdir(checkout)
    ours = checkout / "out/2026/01/02/asha/001"
    assert hints.run_line(ours) == "Type: ./run-pipeline.sh -j job_20260102_001"
    other = checkout.parent / "all jobs/2026/01/02/asha/001"
    command = shlex.split(hints.run_line(other).removeprefix("Type: "))
    assert command == ["./run-pipeline.sh", "--job-dir", str(other)]
