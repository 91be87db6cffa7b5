"""Which voices of which windows are one person: clusters of embeddings on the unit sphere.

Average linkage on cosine distances, cut at a threshold. A cluster that speaks little is no person
but a noise, a laugh or a bad cut: its voices go to the nearest that is one. Two voices of one
window are two people.

Work and memory grow with the square of the voices up to MOST, whose distances take 100 MB twice; of
more voices, so many spread over the film make the clusters and the others join them.
"""

from __future__ import annotations

from typing import Any

THRESHOLD = 0.45
"""Mean cosine distance between two clusters up to which they are one person.

Chosen on six conversations of one to six voices, mixed of Hindi readings that share
a channel as scripts/eval/parts/conversation.py mixes them: 0.40 finds too many people in two of
them, 0.50 too few in four, and 0.45 one too few in one.
"""
LEAST_SECONDS = 0.8
"""An embedding of less sound than this joins a cluster and makes none."""
LEAST_SPEECH = 2.0
"""Seconds of the film that a person speaks, where nobody said how many there are."""
MOST = 5000
"""Voices that make clusters: an hour of dense speech, every moment in several windows."""

Array = Any
"""A numpy array (numpy is not imported here)."""


def group(
    embeddings: Array, seconds: Array, windows: Array, *, count: int = 0, overlap: float = 1.0
) -> Array:
    """The person of every voice: numbers from 0.

    `embeddings` (voices, size) have length 1; `seconds` is how much sound each was made of;
    `windows` says which window a voice is of, `overlap` in how many windows each moment is.
    `count` is how many people there are, 0 for as many as are found; fewer come out where there
    are fewer voices.
    """
    import numpy as np

    if not len(embeddings):
        return np.zeros(0, dtype=int)
    makers = np.flatnonzero(seconds >= LEAST_SECONDS)
    if len(makers) < max(count, 1):
        makers = np.arange(len(embeddings))
    if len(makers) > MOST:
        overlap *= MOST / len(makers)
        makers = makers[np.linspace(0, len(makers) - 1, MOST).astype(int)]
    labels = _clusters(embeddings[makers], seconds[makers], count, LEAST_SPEECH * overlap)
    centres = _centres(embeddings[makers], seconds[makers], labels)
    return _assign(1.0 - embeddings @ centres.T, windows)


def _clusters(embeddings: Array, seconds: Array, count: int, least: float) -> Array:
    """The cluster of each embedding from 0, -1 for those of clusters under `least` seconds."""
    import numpy as np
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import pdist

    if len(embeddings) <= max(count, 1):
        return np.arange(len(embeddings))
    tree = linkage(np.clip(pdist(embeddings, "cosine"), 0.0, None), "average")
    if not count:
        return _large(fcluster(tree, THRESHOLD, "distance"), seconds, least)
    # The cut nearest to the threshold that leaves so many people.
    heights = np.unique(tree[:, 2])
    cuts = np.concatenate([heights[:1] / 2, (heights[1:] + heights[:-1]) / 2, heights[-1:] + 1])
    for enough in (least, 0.0):
        for cut in cuts[np.argsort(abs(cuts - THRESHOLD), kind="stable")]:
            labels = _large(fcluster(tree, cut, "distance"), seconds, enough)
            if labels.max() + 1 == count:
                return labels
    return _large(fcluster(tree, count, "maxclust"), seconds, 0.0)


def _large(labels: Array, seconds: Array, least: float) -> Array:
    """The labels renumbered from 0; clusters under `least` seconds are -1, but for the largest."""
    import numpy as np

    spoken = np.bincount(labels, weights=seconds)
    people = np.unique(labels)
    kept = people[spoken[people] >= least]
    if not len(kept):
        kept = spoken.argmax(keepdims=True)
    renumbered = np.full(len(spoken), -1)
    renumbered[kept] = np.arange(len(kept))
    return renumbered[labels]


def _centres(embeddings: Array, seconds: Array, labels: Array) -> Array:
    """The clusters' centres, of length 1; embeddings count by their seconds."""
    import numpy as np

    sums = np.zeros((labels.max() + 1, embeddings.shape[1]))
    made = labels >= 0
    np.add.at(sums, labels[made], (embeddings * seconds[:, None])[made])
    return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)


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
