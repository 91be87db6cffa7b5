"""Which voices of which windows are one person: clusters of embeddings on the unit sphere.

First clusters of what is surely one voice (average linkage on cosine distances, cut low). Then the
two clusters whose centres are nearest become one, again and again, as long as the cosine of their
centres is above ALIKE: a centre has far less noise than an embedding of a few seconds. A cluster
that speaks little is no person but a noise, a laugh or a bad cut: its voices go to the nearest that
is one. Two voices of one window are two people.

Work and memory grow with the square of the voices up to MOST, whose distances take 100 MB; of more
voices, MOST with the most sound make the clusters and the others join them.
"""

from __future__ import annotations

from typing import Any

SURE = 0.35
"""Mean cosine distance between clusters up to which they are surely one voice."""
ALIKE = 0.70
"""Cosine of two clusters' centres above which they are one person."""
LEAST_SECONDS = 0.8
"""An embedding of less sound than this joins a cluster and makes none."""
LEAST_SPEECH = 2.0
"""Seconds of the film that a person speaks, where nobody said how many there are."""
MOST = 5000

Array = Any
"""A numpy array (numpy is not imported here)."""


def group(
    embeddings: Array, seconds: Array, windows: Array, *, count: int = 0, heard: float = 1.0
) -> Array:
    """The person of every voice: numbers from 0.

    `embeddings` (voices, size) have length 1; `seconds` is how much sound each was made of;
    `windows` says which window a voice is of, `heard` how many windows hear each moment. `count` is
    how many people there are, 0 for as many as are found; fewer come out where there are fewer
    voices.
    """
    import numpy as np

    if not len(embeddings):
        return np.zeros(0, dtype=int)
    makers = np.flatnonzero(seconds >= LEAST_SECONDS)
    if len(makers) < max(count, 1):
        makers = np.arange(len(embeddings))
    if len(makers) > MOST:
        makers = np.sort(makers[np.argsort(-seconds[makers], kind="stable")[:MOST]])
    centres = _people(*_sure(embeddings[makers], seconds[makers]), count, LEAST_SPEECH * heard)
    return _assign(1.0 - embeddings @ centres.T, windows)


def _sure(embeddings: Array, seconds: Array) -> tuple[Array, Array]:
    """Clusters of surely one voice: the sums of their embeddings times seconds, and the seconds."""
    import numpy as np
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import pdist

    labels = np.zeros(1, dtype=int)
    if len(embeddings) > 1:
        distances = np.clip(pdist(embeddings, "cosine"), 0.0, None)
        labels = fcluster(linkage(distances, "average"), SURE, "distance") - 1
    sums = np.zeros((labels.max() + 1, embeddings.shape[1]))
    np.add.at(sums, labels, embeddings * seconds[:, None])
    return sums, np.bincount(labels, weights=seconds)


def _people(sums: Array, seconds: Array, count: int, least: float) -> Array:
    """The centres (length 1) of the people that these clusters are."""
    import numpy as np

    while len(sums) > 1:
        centres = _unit(sums)
        alike = centres @ centres.T
        np.fill_diagonal(alike, -1.0)
        large = seconds >= least
        if enough := bool(count) and large.sum() <= count:
            alike[np.ix_(large, large)] = -1.0  # these are the people
        first, second = sorted(np.unravel_index(alike.argmax(), alike.shape))
        if alike[first, second] <= ALIKE and (enough or not count):
            break
        sums[first] += sums[second]
        seconds[first] += seconds[second]
        sums, seconds = np.delete(sums, second, 0), np.delete(seconds, second)
    order = np.argsort(-seconds, kind="stable")
    wanted = count or max(1, int((seconds >= least).sum()))
    return _unit(sums[order[:wanted]])


def _unit(vectors: Array) -> Array:
    import numpy as np

    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def _assign(distances: Array, windows: Array) -> Array:
    """The nearest centre of every voice, different ones for the voices of one window.

    Where a window has more voices than there are centres, those that are left take the nearest.
    """
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    labels = distances.argmin(axis=1)
    by_window: dict[int, list[int]] = {}
    for voice, window in enumerate(windows):
        by_window.setdefault(int(window), []).append(voice)
    for voices in by_window.values():
        if len({int(labels[voice]) for voice in voices}) < len(voices):
            rows, columns = linear_sum_assignment(distances[voices])
            labels[np.array(voices)[rows]] = columns
    return labels
