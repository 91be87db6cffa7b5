"""When an environment counts as whole."""

from __future__ import annotations

import json
import sys

import pytest

from chalchitra.environments import state as state_
from chalchitra.errors import MissingError, UsageError


@pytest.fixture
def built(checkout):
    checkout.bootstrap("--env", "main")
    assert state_.state("main", checkout.root).whole
    return checkout


def change_stamp(checkout, **fields):
    path = checkout.environment("main") / state_.STAMP_FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def reason(checkout):
    seen = state_.state("main", checkout.root)
    assert not seen.whole
    assert seen.fix == "Type: ./bootstrap.sh --env main"
    return seen.reason


def test_without_a_stamp_it_was_not_finished(built):
    (built.environment("main") / state_.STAMP_FILE).unlink()
    assert "not finished" in reason(built)


def test_a_broken_stamp_is_none(built):
    (built.environment("main") / state_.STAMP_FILE).write_text('{"environment": "ma')
    assert "not finished" in reason(built)


def test_another_machines_environment_does_not_count(built):
    change_stamp(built, platform="macos-arm64")
    assert "built for macos-arm64" in reason(built)


def test_the_stamp_of_another_environment_does_not_count(built):
    change_stamp(built, environment="heavy")
    assert "not finished" in reason(built)


def test_a_python_that_is_gone_is_noticed(built):
    python = built.environment("main") / "bin" / "python"
    python.unlink()
    assert "Python is missing" in reason(built)
    python.symlink_to("/nonexistent/python3.11")
    assert "Python is missing (/nonexistent/python3.11)" in reason(built)


def test_a_python_that_became_another_is_noticed(built, tmp_path):
    other = tmp_path / "python3.99"
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    python = built.environment("main") / "bin" / "python"
    python.unlink()
    python.symlink_to(other)
    assert "is now 3.99" in reason(built)


def test_a_missing_lock_is_an_error(built):
    (built.root / "requirements" / "main.txt").unlink()
    with pytest.raises(MissingError, match=r"main\.txt is missing"):
        state_.state("main", built.root)


def test_the_thorough_look_finds_a_package_that_went(built):
    info = next(built.environment("main").glob("lib/*/site-packages/shared-*.dist-info"))
    (info / "METADATA").unlink()
    info.rmdir()
    assert state_.state("main", built.root).whole
    assert state_.verify("main", built.root).reason == "shared is not installed but should be 2.0"


def test_leading_zeros_make_no_other_version(built):
    """As PEP 440 has it: a wheel's own metadata may say 2.007 where the index says 2.7."""
    info = next(built.environment("main").glob("lib/*/site-packages/shared-*.dist-info"))
    metadata = (info / "METADATA").read_text()
    (info / "METADATA").write_text(metadata.replace("Version: 2.0", "Version: 002.0"))
    assert state_.verify("main", built.root).whole
    (info / "METADATA").write_text(metadata.replace("Version: 2.0", "Version: 2.01"))
    assert "shared is 2.01 but should be 2.0" in state_.verify("main", built.root).reason


def test_the_thorough_look_finds_a_python_that_does_not_run(built, tmp_path):
    broken = tmp_path / f"python3.{sys.version_info.minor}"
    broken.write_text("#!/bin/sh\necho 'cannot load libpython' >&2\nexit 1\n")
    broken.chmod(0o755)
    python = built.environment("main") / "bin" / "python"
    python.unlink()
    python.symlink_to(broken)
    assert "does not run (cannot load libpython)" in state_.verify("main", built.root).reason


def test_locked_versions_need_a_build(checkout):
    with pytest.raises(MissingError, match="heavy"):
        state_.locked_versions("heavy", checkout.root)
    with pytest.raises(UsageError, match="nope"):
        state_.locked_versions("nope", checkout.root)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("IndicTransToolkit", "indictranstoolkit"),
        ("pyannote.audio", "pyannote-audio"),
        ("a_-.b", "a-b"),
    ],
)
def test_names_as_the_index_spells_them(name, expected):
    assert state_.normalised(name) == expected
