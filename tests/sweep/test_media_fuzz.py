"""A thousand films with changed headers by seed: a film or a sentence, and never a crash."""

import random

import pytest

from media import DISK_LIMIT, MEMORY_LIMIT, changed, film, run, seeds

FILMS, SEED = 1000, 11


@pytest.mark.smoke
def test_no_header_crashes_hangs_or_eats_the_machine(tmp_path):
    found = run(FILMS, SEED, tmp_path, demux_every=40, mux_every=80)
    assert [f"{one.film}: {one.wrong}" for one in found.findings] == []
    assert found.largest < MEMORY_LIMIT
    assert sum(found.answers[answer] for answer in ("prepared", "refused")) == FILMS
    assert found.answers["prepared"] > FILMS / 4  # not every film is ruined
    assert found.answers["refused"] > FILMS / 20  # and some are
    assert found.answers["demux done"] > 5


def test_a_film_is_the_same_by_its_seed(tmp_path):
    made = {"a": bytes(range(256)) * 8, "b": b"other" * 99}
    assert film("a", 5, made) == film("a", 5, made)
    assert len({film("a", seed, made) for seed in range(50)}) > 45


def test_every_change_leaves_something():
    chance = random.Random(1)
    for _ in range(2000):
        assert changed(b"ab", b"cd", chance)
    assert DISK_LIMIT < 1 << 30


def test_there_is_a_film_for_nearly_every_container(tmp_path):
    from forms import CONTAINERS

    assert len(seeds(tmp_path)) >= len(CONTAINERS) - 3
