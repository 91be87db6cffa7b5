"""CTC forced alignment: torchaudio's forced_align, and its token spans as word times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalchitra.speech.alignment.vocabulary import frames_needed, targets_of


def align_words(
    log_probabilities: Any, words: Sequence[Sequence[int]], *, blank: int, separator: int | None
) -> list[tuple[int, int] | None] | None:
    """The frames (first, after the last) of each spelled word; None for one that spells nothing.

    `log_probabilities` is a torch tensor of shape (frames, tokens). None for all of it when no
    path exists: nothing to align, or more tokens than frames.
    """
    targets = targets_of(words, separator)
    if not targets or frames_needed(targets) > len(log_probabilities):
        return None
    spans = token_spans(log_probabilities, targets, blank=blank)
    found: list[tuple[int, int] | None] = []
    at = 0
    for word in words:
        if not word:
            found.append(None)
            continue
        at += bool(at and separator is not None)
        of_word = spans[at : at + len(word)]
        at += len(word)
        found.append((of_word[0][0], of_word[-1][1]))
    return found


def token_spans(
    log_probabilities: Any, targets: Sequence[int], *, blank: int
) -> list[tuple[int, int]]:
    """The frames (first, after the last) of every target token, on the likeliest CTC path."""
    import torch
    from torchaudio.functional import forced_align, merge_tokens

    path, scores = forced_align(
        log_probabilities.unsqueeze(0).float().contiguous(),
        torch.tensor([list(targets)], dtype=torch.int32),
        blank=blank,
    )
    spans = merge_tokens(path[0], scores[0], blank=blank)
    return [(span.start, span.end) for span in spans]
