"""The cache of loaded models: the same one for the same key, never two at a time."""

from __future__ import annotations

import gc
import random
import weakref

import pytest

from chalchitra.stagekit import warm


class Model:
    """Something that is loaded; part of a cycle, as networks are."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def cold():
    warm.forget()
    warm.begin(0)
    yield
    warm.forget()


def test_the_same_key_gives_the_same_model_without_loading_it():
    first = warm.kept("aligner", ("a", 1), Model)
    assert warm.models_loaded() == 1
    warm.begin(0)
    assert warm.kept("aligner", ("a", 1), Model) is first
    assert warm.models_loaded() == 0


def test_the_old_model_is_gone_before_another_is_made():
    gc.disable()
    try:
        old = weakref.ref(warm.kept("aligner", "a", Model))
        there: list[object] = []

        def make() -> Model:
            there.append(old())
            return Model()

        new = warm.kept("aligner", "b", make)
        assert there == [None]
        assert warm.kept("aligner", "b", Model) is new
    finally:
        gc.enable()


def test_a_model_that_failed_to_load_is_not_kept():
    def make() -> Model:
        raise RuntimeError("broken")

    warm.kept("aligner", "a", Model)
    with pytest.raises(RuntimeError):
        warm.kept("aligner", "b", make)
    assert isinstance(warm.kept("aligner", "b", Model), Model)


def test_kinds_do_not_touch_each_other():
    aligner = warm.kept("aligner", "a", Model)
    warm.kept("translator", "b", Model)
    assert warm.kept("aligner", "a", Model) is aligner
    assert warm.models_loaded() == 2


def test_without_a_key_nothing_is_reused():
    first = warm.kept("aligner", None, Model)
    assert warm.kept("aligner", None, Model) is not first
    assert warm.models_loaded() == 2


def test_a_request_that_needs_no_model_says_nothing():
    warm.kept("aligner", "a", Model)
    warm.begin(0)
    assert warm.models_loaded() is None


def test_random_numbers_after_loading_do_not_depend_on_whether_it_loaded():
    def make() -> Model:
        random.random()
        return Model()

    drawn = []
    for _ in range(2):
        warm.begin(7)
        warm.kept("aligner", "a", make)
        drawn.append(random.random())
    assert drawn[0] == drawn[1] == random.Random(7).random()


@pytest.mark.parametrize("seed", [-1, 2**40])
def test_any_seed_will_do(seed):
    warm.begin(seed)
    assert 0 <= random.random() < 1


def test_what_is_forgotten_is_loaded_again():
    first = weakref.ref(warm.kept("aligner", "a", Model))
    warm.forget()
    assert first() is None
    warm.kept("aligner", "a", Model)
    assert warm.models_loaded() == 2
