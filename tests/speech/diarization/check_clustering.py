"""What the clustering must do, on voices made here: run in the whisperx environment."""

import numpy as np

from chalchitra.speech.diarization import clustering
from chalchitra.speech.diarization.clustering import group


def voices(people, noise, size=192, seed=0):
    """An embedding for each number in `people`, of length 1; `noise` 1 is as loud as the voice."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(max(people) + 1, size))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    made = centres[people] + noise * random.normal(size=(len(people), size)) / np.sqrt(size)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def same(first, second):
    """Whether two labellings are one partition."""
    pairs = set(zip(first, second, strict=True))
    return len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


def grouped(people, *, noise=0.7, seconds=None, windows=None, **options):
    people = np.array(people)
    seconds = np.full(len(people), 3.0) if seconds is None else np.array(seconds)
    windows = np.arange(len(people)) if windows is None else np.array(windows)
    return group(voices(people, noise), seconds, windows, **options)


for count in range(1, 7):
    people = np.arange(12 * count) % count
    assert same(grouped(people), people), count
    assert same(grouped(people, count=count), people), count

# A number that is given is kept, whether it parts or joins.
people = np.arange(40) % 4
for count in (1, 2, 3, 5, 7):
    assert len(set(grouped(people, count=count))) == count, count
joined = grouped(people, count=3)
assert all(len(set(joined[people == person])) == 1 for person in range(4))

# Fewer voices than people: each is one.
assert sorted(grouped([0, 1], count=5)) == [0, 1]
assert len(group(np.zeros((0, 192)), np.zeros(0), np.zeros(0, dtype=int))) == 0

# A cluster that hardly speaks is no person, unless it is asked for.
people = np.array([0] * 10 + [1] * 10 + [2])
assert len(set(grouped(people, seconds=[3.0] * 20 + [1.0]))) == 2
assert len(set(grouped(people, seconds=[3.0] * 20 + [1.0], count=3))) == 3

# Scraps of sound make no cluster, and join the nearest.
labels = grouped([0] * 10 + [1] * 10 + [0, 1], seconds=[3.0] * 20 + [0.3] * 2)
assert labels[-2] == labels[0]
assert labels[-1] == labels[10]

# Two voices of one window are two people, however alike they are.
labels = grouped([0] * 10 + [1] * 10 + [0, 0], windows=[*range(20), 20, 20])
assert labels[-1] != labels[-2]

# The order of the voices changes nothing.
people = np.arange(30) % 3
order = np.random.default_rng(1).permutation(30)
made, seconds = voices(people, 0.9), np.linspace(1, 5, 30)
assert same(
    group(made, seconds, np.arange(30))[order],
    group(made[order], seconds[order], np.arange(30)),
)

# Of many voices, those with most sound make the clusters; all find their place.
clustering.MOST = 40
people = np.arange(900) % 3
assert same(grouped(people, seconds=np.linspace(1, 5, 900)), people)
print("all held")
