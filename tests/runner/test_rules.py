"""config/runner.toml: read, refused when wrong, and its arithmetic."""

from __future__ import annotations

import os
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalchitra import paths
from chalchitra.errors import MissingError, UsageError
from chalchitra.pipeline import STAGES
from chalchitra.runner.rules import RetryRules, StageRules, load

SECONDS = st.floats(min_value=0, max_value=1e6)


@pytest.fixture
def write(tmp_path):
    """Write the rules of a checkout, and read them."""
    file = tmp_path / "config" / "runner.toml"
    file.parent.mkdir()
    count = 0

    def write(text):
        nonlocal count
        count += 1
        file.write_text(text)
        os.utime(file, ns=(count, count))
        return load(tmp_path)

    return write


def test_the_projects_own_rules_name_every_stage_and_no_other():
    assert set(load(paths.config_dir().parent).stages) == set(STAGES)


def test_what_is_not_said_has_a_default(write):
    rules = write("[stages.asr]\ncpu = 'most'\ntimeout = [10, 60]\n")
    assert (rules.of("asr").cpu, rules.of("vad").cpu) == ("most", 1)
    assert rules.of("asr").timeout_seconds(90) == 100
    assert rules.of("asr").timeout_seconds(None) is None
    assert rules.retry == RetryRules()


def test_a_change_is_seen(write):
    assert write("[stages]\n[retry]\ncrashes = 1").retry.crashes == 1
    assert write("[stages]\n[retry]\ncrashes = 5").retry.crashes == 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "stages"),
        ("[stages.asr]\ncpus = 1", "stages.asr.cpus"),
        ("[stages.asr]\ncpu = 'all'", "stages.asr.cpu"),
        ("[stages.asr]\ncpu = -1", "stages.asr.cpu"),
        ("[stages.asr]\ntimeout = [-1, 0]", "stages.asr.timeout"),
        ("[stages.asr]\ntimeout = [1]", "stages.asr.timeout"),
        ("[stages.asr]\nmemory = nan", "stages.asr.memory"),
        ("[stages]\n[retry]\ncrashes = -1", "retry.crashes"),
        ("[stages]\n[store]\nkeep_gb = 'much'", "store.keep_gb"),
        ("[stages]\n[store]\nkeep_gb = -1.0", "store.keep_gb"),
        ("[stages]\n[store]\nkeep_days = -1", "store.keep_days"),
        ("[stages", "cannot be read"),
        ("\x00", "cannot be read"),
    ],
)
def test_what_cannot_be_is_refused_and_named(write, text, said):
    with pytest.raises(UsageError) as caught:
        write(text)
    assert said in caught.value.what
    assert "runner.toml" in caught.value.what
    assert caught.value.fix


def test_no_rules_at_all(tmp_path):
    with pytest.raises(MissingError, match="is missing"):
        load(tmp_path)


@given(
    st.builds(RetryRules, wait=SECONDS, longest_wait=SECONDS),
    st.integers(min_value=1, max_value=5000),
)
def test_pauses_grow_and_have_an_end(rules, retry):
    pauses = [rules.wait_seconds(retry), rules.wait_seconds(retry + 1)]
    assert 0 <= pauses[0] <= pauses[1] <= rules.longest_wait
    assert rules.wait_seconds(1) == min(rules.wait, rules.longest_wait)
    if pauses[1] < rules.longest_wait and retry < 100:
        assert pauses[1] == 2 * pauses[0]


@given(SECONDS, SECONDS, SECONDS, SECONDS)
def test_a_longer_film_has_more_time(fixed, a_minute, film, more):
    rules = StageRules(timeout=(fixed, a_minute))
    assert fixed <= rules.timeout_seconds(film) <= rules.timeout_seconds(film + more)


def test_the_file_says_what_it_is_read_as():
    with open(paths.config_dir() / "runner.toml", "rb") as file:
        said = tomllib.load(file)
    read = load(paths.config_dir().parent)
    assert {name: getattr(read.retry, name) for name in said["retry"]} == said["retry"]
    for stage, section in said["stages"].items():
        for name, value in section.items():
            got = getattr(read.of(stage), name)
            assert (list(got) if isinstance(got, tuple) else got) == value


def test_rules_do_not_change_while_a_job_runs():
    with pytest.raises(ValidationError):
        RetryRules().crashes = 3
