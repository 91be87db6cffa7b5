"""CTranslate2's random numbers: a film samples the same, by itself or after others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalchitra.stagekit.warm import count_load


class SeededNetwork:
    """CTranslate2's model in the place that faster-whisper keeps it, loaded again where it must be.

    CTranslate2 seeds the random numbers of a thread when the thread first samples, and never again.
    So before a film samples on threads that sampled for another one, the model is loaded anew,
    which makes new threads; a film that samples nothing (most do not) loads nothing. What is in
    memory goes before the new one comes.
    """

    def __init__(self, network: Any, workers: int, load: Callable[[int], Any]) -> None:
        self._network = network
        self._workers = workers
        self._load = load
        self._sampled = False
        """On these threads, for this film or an earlier one."""
        self._for_this_film = False

    def begin(self, seed: int) -> None:
        """Another film begins."""
        import ctranslate2

        ctranslate2.set_random_seed(seed)
        self._for_this_film = False

    def use(self, workers: int) -> None:
        """Have this many workers."""
        if self._workers != workers:
            self._workers = workers
            self._load_again()

    def _load_again(self) -> None:
        self._network = None
        self._network = self._load(self._workers)
        self._sampled = False
        count_load()

    def generate(self, *inputs: Any, **options: Any) -> Any:
        if options.get("sampling_temperature", 0) > 0:  # faster-whisper gives it only above 0
            if self._sampled and not self._for_this_film:
                self._load_again()
            self._sampled = self._for_this_film = True
        return self._network.generate(*inputs, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._network, name)
