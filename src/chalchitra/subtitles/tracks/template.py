"""Template mode: the text of one language put into the cues of another, whose times are locked.

What is spoken says which text belongs where: every sentence unit goes into the cues that show it
in the template, and units that share a cue there share it here. Within these cues a dynamic program
chooses the breaks: at the places that the guides like, near the share of each cue, with as few
lines and characters too many as can be. Times of words are milliseconds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate, pairwise

from chalchitra.subtitles.cues.breaks import MISPRINT, Piece
from chalchitra.subtitles.cues.build import Track, lines_of
from chalchitra.subtitles.cues.clock import Clock
from chalchitra.subtitles.cues.cue import Cue, CueSettings, milliseconds, reading_speed
from chalchitra.subtitles.cues.graphemes import UNSPACED_SCRIPTS
from chalchitra.subtitles.cues.pieces import pieces_of
from chalchitra.subtitles.cues.typeset import Typesetter
from chalchitra.subtitles.cues.words import TimedWord, in_order
from chalchitra.subtitles.tracks.template_track import TemplateTrack
from chalchitra.text.matching import match, tokens

_MISPRINT = 10_000.0
_EMPTY = 500.0
"""A cue of the template with nothing in it, where there are words enough."""
_OVERFULL = 100.0
_TOO_FAST = 5.0
_CHARACTERS = 12.0
"""So many characters away from its share a break costs as much as one between any two words."""
_REACH = 12
"""Pieces on either side of a break's share among which it is chosen."""


@dataclass(frozen=True)
class Filled:
    """A track in the times of another.

    `places` are the positions in the template of its cues, those left out where the template has
    more cues than the text has words; `astray` counts units that the template does not show, whose
    text stands in the cue nearest to them.
    """

    track: Track = field(default_factory=Track)
    places: list[int] = field(default_factory=list)
    astray: int = 0


@dataclass(slots=True)
class _Group:
    """Pieces first..after that belong to the cues first_cue..last_cue of the template.

    `share` says how many words of what is spoken lie in each cue, where that is known.
    """

    first: int
    after: int
    first_cue: int | None = None
    last_cue: int | None = None
    share: dict[int, int] = field(default_factory=dict)


def fill_template(
    words: Sequence[TimedWord],
    spoken: Mapping[int, str] | None,
    template: TemplateTrack,
    settings: CueSettings,
    *,
    language: str,
    script: str,
    source_script: str,
) -> Filled:
    """The words in the cues of `template`, in order, none lost and none doubled.

    `spoken` is by the words' segment (a unit's id) what they translate; None where they are what is
    spoken themselves. `language` is an id of languages.toml, `script` its ISO 15924 code and
    `source_script` that of the spoken language. The template has cues.
    """
    unspaced = script in UNSPACED_SCRIPTS
    cues = template.cues
    longest = max(1, milliseconds(settings.max_duration))
    pieces = pieces_of(in_order(words, longest), settings, unspaced)
    if not pieces:
        return Filled()
    groups = _groups(pieces, by_segment=spoken is not None)
    of_source = source_script in UNSPACED_SCRIPTS
    texts = (
        [group_text(pieces, group) for group in groups]
        if spoken is None
        else [spoken.get(pieces[group.first].segment, "") for group in groups]
    )
    _place(groups, [tokens(text, unspaced=of_source) for text in texts], template, of_source)
    astray = _place_the_rest(groups, pieces, cues)
    typesetter = Typesetter(pieces, settings, Clock(settings), language, unspaced)
    filler = _Filler(typesetter, cues, settings, reading_speed(settings, language))
    filled = Filled(astray=astray)
    for first, after in _blocks(groups):
        block = groups[first:after]
        begin = block[0].first_cue or 0
        edges = filler.edges(block)
        for n, (q, p) in enumerate(pairwise(edges)):
            if q < p:
                _show(filled, typesetter, settings, cues[begin + n], begin + n, (q, p))
    for cue in filled.track.cues:
        filled.track.unavoidable[cue.index] = (
            f"its times come from the {template.language} template"
        )
    return filled


def group_text(pieces: Sequence[Piece], group: _Group) -> str:
    """What a group says, in the words of its pieces."""
    return "".join(piece.text for piece in pieces[group.first : group.after])


def _show(
    filled: Filled,
    typesetter: Typesetter,
    settings: CueSettings,
    cue: Cue,
    place: int,
    text: tuple[int, int],
) -> None:
    _, layout = typesetter.layout(*text)
    if not layout.lines:
        layout = typesetter.overfull(*text)
    lines = lines_of(typesetter, layout, settings)
    shown = typesetter.pieces[text[0] : text[1]]
    units = tuple(dict.fromkeys(piece.segment for piece in shown))
    index = len(filled.track.cues) + 1
    filled.track.cues.append(Cue(index, cue.start, cue.end, lines, units))
    filled.places.append(place)


def _groups(pieces: Sequence[Piece], *, by_segment: bool) -> list[_Group]:
    """The pieces of each unit; each piece by itself where they are what is spoken."""
    groups: list[_Group] = []
    for n, piece in enumerate(pieces):
        if by_segment and groups and piece.segment == pieces[n - 1].segment:
            groups[-1].after = n + 1
        else:
            groups.append(_Group(n, n + 1))
    return groups


def _place(
    groups: Sequence[_Group], texts: Sequence[list[str]], template: TemplateTrack, unspaced: bool
) -> None:
    """Find the cues of each group by the words that are spoken in them."""
    theirs = [
        (token, entry)
        for entry in template.spoken
        for token in tokens(entry.text, unspaced=unspaced)
    ]
    ours = [(token, group) for text, group in zip(texts, groups, strict=True) for token in text]
    found = match([token for token, _ in ours], [token for token, _ in theirs])
    for (_, group), at in zip(ours, found, strict=True):
        if at is None:
            continue
        entry = theirs[at][1]
        group.first_cue = entry.first if group.first_cue is None else group.first_cue
        group.last_cue = max(entry.last, group.last_cue or 0)
        if entry.first == entry.last:
            group.share[entry.first] = group.share.get(entry.first, 0) + 1


def _place_the_rest(groups: Sequence[_Group], pieces: Sequence[Piece], cues: Sequence[Cue]) -> int:
    """Groups that share no word with the template go by their times; returns how many units."""
    starts = [cue.start for cue in cues]
    following: list[tuple[int, int] | None] = []
    ahead: tuple[int, int] | None = None
    for group in reversed(groups):
        if group.first_cue is not None and group.last_cue is not None:
            ahead = (group.first_cue, group.last_cue)
        following.append(ahead)
    following.reverse()
    before: tuple[int, int] | None = None
    astray: set[int] = set()
    for group, after in zip(groups, following, strict=True):
        if group.first_cue is None or group.last_cue is None:
            if before is not None and before == after:
                place = before
            else:
                middle = (pieces[group.first].start + pieces[group.after - 1].end) // 2
                at = max(0, bisect_right(starts, middle) - 1)
                at = max(at, before[1] if before else 0)
                at = min(at, max(after[0], before[1] if before else 0) if after else len(cues) - 1)
                place = (at, at)
                astray.add(pieces[group.first].segment)
            group.first_cue, group.last_cue = place
        if before is not None:  # in any case never backwards
            group.first_cue = max(group.first_cue, before[0])
            group.last_cue = max(group.last_cue, before[1], group.first_cue)
        before = (group.first_cue, group.last_cue)
    return len(astray)


def _blocks(groups: Sequence[_Group]) -> list[tuple[int, int]]:
    """Ranges of groups that share no cue with another."""
    edges, last = [0], groups[0].last_cue or 0
    for n, group in enumerate(groups):
        if n and (group.first_cue or 0) > last:
            edges.append(n)
        last = max(last, group.last_cue or 0)
    return list(zip(edges, [*edges[1:], len(groups)], strict=True))


class _Filler:
    """Chooses where the pieces of a block are parted between its cues."""

    def __init__(
        self, typesetter: Typesetter, cues: Sequence[Cue], settings: CueSettings, speed: float
    ) -> None:
        self._typesetter = typesetter
        self._cues = cues
        self._speed = speed
        widths = (settings.length(piece.text) + 1 for piece in typesetter.pieces)
        self._width = list(accumulate(widths, initial=0))
        self._cost_of_text = cache(self._text_cost)

    def edges(self, block: Sequence[_Group]) -> list[int]:
        """The first piece of each cue of the block, and the piece after the last.

        No unit leaves the cues that show it.
        """
        begin, last = block[0].first_cue or 0, max(group.last_cue or 0 for group in block)
        count, first, after = last - begin + 1, block[0].first, block[-1].after
        least = [first] * (count + 1)
        most = [after] * (count + 1)
        for group in block:
            for k in range((group.last_cue or 0) - begin + 1, count + 1):
                least[k] = max(least[k], group.after)
            for k in range((group.first_cue or 0) - begin + 1):
                most[k] = min(most[k], group.first)
        shares = self._shares(block, begin, count)
        reach = max(_REACH, count)
        ways: list[dict[int, tuple[float, int]]] = [{first: (0.0, first)}]
        for k in range(1, count + 1):
            low, high = least[k], most[k]
            if k < count:
                at = bisect_right(self._width, self._width[first] + shares[k]) - 1
                at = min(max(at, first + k), after - (count - k)) if after - first >= count else at
                at = min(max(at, low), high)
                low, high = max(low, at - reach), min(high, at + reach)
            ways.append({})
            for p in range(low, high + 1):
                off = abs(self._width[p] - self._width[first] - shares[k]) if k < count else 0.0
                found = [
                    (cost + self._cost(begin + k - 1, q, p, after) + off / _CHARACTERS, q)
                    for q, (cost, _) in ways[-2].items()
                    if q <= p
                ]
                if found:
                    ways[-1][p] = min(found)
        edges = [after]
        for k in range(count, 0, -1):
            edges.append(ways[k][edges[-1]][1])
        return edges[::-1]

    def _shares(self, block: Sequence[_Group], begin: int, count: int) -> list[float]:
        """How many characters should stand before each cue: by what is spoken, else by time."""
        shares = [0.0] * count
        for group in block:
            own = range(group.first_cue or 0, (group.last_cue or 0) + 1)
            weights: dict[int, float] = {k: group.share.get(k, 0) for k in own}
            if not sum(weights.values()):
                weights = {k: self._cues[k].seconds for k in own}
            whole = sum(weights.values())
            width = self._width[group.after] - self._width[group.first]
            for k, weight in weights.items():
                shares[k - begin] += width * (weight / whole if whole else 1 / len(own))
        return list(accumulate(shares, initial=0.0))

    def _cost(self, place: int, q: int, p: int, after: int) -> float:
        """What it costs that a cue of the template shows the pieces from q to p."""
        if q == p:
            return _EMPTY
        cost, characters = self._cost_of_text(q, p)
        if p < after:
            at = self._typesetter.break_cost(p)
            cost += _MISPRINT if at >= MISPRINT else at
        seconds = max(self._cues[place].seconds, 0.001)
        speed = characters / seconds / self._speed
        return cost + (_TOO_FAST * speed if speed > 1 else 0.0)

    def _text_cost(self, q: int, p: int) -> tuple[float, int]:
        """What the lines of these pieces cost, and how many characters they have."""
        length = self._typesetter.length(q, p)
        cost, layout = self._typesetter.layout(q, p)
        if not layout.lines or cost >= _OVERFULL:
            return _OVERFULL + length, length
        return cost, length
