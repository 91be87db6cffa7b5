"""Recipes: which film is to be made, chosen by seed so that as many pairs as possible occur."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import combinations
from typing import Any

from forms import CODECS, CONTAINERS, LAYOUTS

PICTURES = ("no", "yes", "vfr")
STARTS = ("zero", "late0.3", "late3", "late12", "picture2", "at5000", "editlist", "below0")
EVENTS = (
    "none",
    "hole",
    "lost",
    "wrap_tiny",
    "wrap_start",
    "wrap_mid",
    "joined",
    "joined_id3",
    "ahead5",
    "ahead_hour",
    "back",
)
WAVERS = ("steady", "5ms", "20ms", "40ms")
DAMAGES = (
    "none",
    "zeros_mid",
    "zeros_tail",
    "cut",
    "random_mid",
    "piped",
    "too_short",
    "too_long",
    "size0",
    "sizemax",
    "empty_track",
    "encrypted",
)
NAMES = {
    "plain": "film",
    "devanagari": "चलचित्र हिन्दी",
    "emoji": "film 🎬👩‍👩‍👧",
    "nfd": "Cafe\u0301 fi\u0307lm",
    "newline": "first\nsecond",
    "quotes": 'it\'s "a" `film` $HOME',
    "percent": "film%03d%s%%",
    "dash": "-film -i x",
    "brackets": "[a],b;c=d:e\\f @#?*",
    "long": "",
}
"""Names without their suffix; `long` fills the 255 bytes that a file's name may have."""
WRITERS = ("own", "wheel")
"""The ffmpeg that writes it: the one on the PATH (or --own), or the wheel's."""

_SAMPLES = ("pcm16", "pcm16be", "pcm24be", "pcmfbe", "ulaw", "alaw", "adpcm_qt")

_TROUBLES = ("start", "event", "waver", "damage")


@dataclass(frozen=True)
class Recipe:
    """One film. Its id is all of it: `ts-ac3-5_1-48000-yes-late3-none-steady-cut-plain-own`."""

    container: str
    codec: str
    layout: str
    rate: int
    picture: str = "no"
    start: str = "zero"
    event: str = "none"
    waver: str = "steady"
    damage: str = "none"
    name: str = "plain"
    writer: str = "wheel"

    @property
    def id(self) -> str:
        return "-".join(str(getattr(self, field.name)) for field in fields(self))

    @classmethod
    def of(cls, text: str) -> Recipe:
        """The recipe with this id. Raises ValueError."""
        words = text.strip().split("-")
        if len(words) != len(fields(cls)):
            raise ValueError(f"{text!r} has {len(words)} parts, not {len(fields(cls))}")
        named = dict(zip((field.name for field in fields(cls)), words, strict=True))
        values: dict[str, Any] = {**named, "rate": int(named["rate"])}
        return cls(**values)

    @property
    def file_name(self) -> str:
        suffix = f".{CONTAINERS[self.container].suffix}"
        if self.name == "long":
            room = 255 - len(suffix)
            return "लं" * (room // 6) + "x" * (room % 6) + suffix
        return NAMES[self.name] + suffix


def possible(one: Recipe) -> bool:
    """Whether there is such a film, and it is known where its words are."""
    box, codec, layout = CONTAINERS[one.container], CODECS[one.codec], LAYOUTS[one.layout]
    can = box.can.split()
    if one.codec not in box.codecs.split() or one.rate not in codec.rates:
        return False
    if box.rates and one.rate not in box.rates:
        return False
    if one.event == "ahead5" and one.container in ("vob", "dat"):
        return False  # this writer of ffmpeg's begins every file at the same time
    if one.codec == "s302m" and layout.channels != 2:
        return False
    if one.codec == "opus" and one.layout in ("2_1", "5_1side"):  # no such mapping
        return False
    if layout.channels > min(codec.most_channels, box.most_channels):
        return False
    if one.picture != "no" and not box.picture:
        return False
    if one.picture == "no" and one.container in ("gxf", "dv", "mxf", "dat", "wtv"):
        return False
    if one.picture == "vfr" and "vfr" not in can:
        return False
    troubles = sum(
        getattr(one, axis) != default
        for axis, default in zip(_TROUBLES, ("zero", "none", "steady", "none"), strict=True)
    )
    needs = {
        "late0.3": "stamps", "late3": "stamps", "late12": "stamps", "picture2": "stamps",
        "at5000": "offset", "editlist": "edits", "below0": "edits",
        "hole": "stamps", "lost": "wraps", "wrap_tiny": "wraps", "wrap_start": "wraps",
        "wrap_mid": "wraps", "joined": "joins", "joined_id3": "joins", "ahead5": "wraps",
        "ahead_hour": "wraps", "back": "wraps",
        "5ms": "stamps", "20ms": "stamps", "40ms": "stamps",
        "too_short": "length", "too_long": "length", "size0": "size", "sizemax": "size",
        "empty_track": "empty", "encrypted": "locks",
    }  # fmt: skip
    if any(needs.get(getattr(one, axis), "") not in ("", *can) for axis in _TROUBLES):
        return False
    if one.start.startswith(("late", "picture")) and one.picture == "no":
        return False
    if one.event == "joined_id3" and one.container not in ("mp3", "aac"):
        return False
    if one.event != "none" and one.start not in ("zero", "late0.3", "late3"):
        return False
    if one.event in ("joined", "joined_id3", "ahead5", "ahead_hour", "back") and (
        one.start != "zero" or one.damage != "none"
    ):
        return False
    if one.event == "hole" and (
        (one.container == "mov" and one.codec in _SAMPLES) or one.container == "ogv"
    ):
        return False  # samples one after another, pages that tell their end alone: no hole is seen
    if (one.waver != "steady" or one.event == "hole") and one.writer != "wheel":
        return False  # before ffmpeg 6, a filter of packets counts in another unit than it says
    if one.codec == "truehd" and layout.channels > 2 and one.writer != "wheel":
        return False  # an experiment: what ffmpeg 5 writes, ffmpeg 9 does not read
    if one.container == "ogv" and one.codec == "flac" and one.start.startswith("late"):
        return False  # ffmpeg reads the first page of FLAC as if it began at zero
    if one.damage == "encrypted" and (troubles > 1 or one.layout != "stereo"):
        return False
    if one.damage == "piped" and (
        one.start in ("editlist", "below0") or one.container in ("gxf", "wtv", "tta")
    ):
        return False
    return bool(troubles <= 2)


def every() -> dict[str, tuple[str | int, ...]]:
    """All values of every axis."""
    rates = sorted({rate for codec in CODECS.values() for rate in codec.rates})
    return {
        "container": tuple(CONTAINERS),
        "codec": tuple(CODECS),
        "layout": tuple(LAYOUTS),
        "rate": tuple(rates),
        "picture": PICTURES,
        "start": STARTS,
        "event": EVENTS,
        "waver": WAVERS,
        "damage": DAMAGES,
        "name": tuple(NAMES),
        "writer": WRITERS,
    }


def draw(count: int, seed: int) -> list[Recipe]:
    """So many films by this seed: every container with every codec first, then what is new.

    Each further film is the one of a handful that has the most pairs of values which no film
    before it has. The same seed always gives the same list.
    """
    chance = random.Random(seed)
    seen: set[tuple[str, object, str, object]] = set()
    chosen: dict[str, Recipe] = {}
    forms = [(name, codec) for name, box in CONTAINERS.items() for codec in box.codecs.split()]
    chance.shuffle(forms)
    while len(chosen) < count:
        form = forms[len(chosen)] if len(chosen) < len(forms) else None
        offered = [_any(chance, form) for _ in range(24)]
        best = max(offered, key=lambda one: (one.id not in chosen, len(_pairs(one) - seen)))
        seen |= _pairs(best)
        chosen.setdefault(best.id, best)
    return list(chosen.values())


def _pairs(one: Recipe) -> set[tuple[str, object, str, object]]:
    values = [(field.name, getattr(one, field.name)) for field in fields(one)]
    return {(*first, *second) for first, second in combinations(values, 2)}


def _any(chance: random.Random, form: tuple[str, str] | None) -> Recipe:
    while True:
        container = form[0] if form else chance.choice(list(CONTAINERS))
        box = CONTAINERS[container]
        codec = form[1] if form else chance.choice(box.codecs.split())
        one = Recipe(
            container=container,
            codec=codec,
            layout=chance.choice(list(LAYOUTS)),
            rate=chance.choice(CODECS[codec].rates),
            picture=chance.choice(PICTURES),
            start=_seldom(chance, STARTS, 0.5),
            event=_seldom(chance, EVENTS, 0.5),
            waver=_seldom(chance, WAVERS, 0.25),
            damage=_seldom(chance, DAMAGES, 0.5),
            name=_seldom(chance, tuple(NAMES), 0.4),
            writer=chance.choice(WRITERS),
        )
        if possible(one):
            return one


def _seldom(chance: random.Random, values: tuple[str, ...], share: float) -> str:
    """The first of the values, its usual one, or in so many cases another."""
    return chance.choice(values[1:]) if chance.random() < share else values[0]


def pairs_seen(recipes: list[Recipe]) -> Iterator[tuple[str, str, int]]:
    """How many different pairs of two axes' values these films have."""
    names = [field.name for field in fields(Recipe)]
    for first, second in combinations(names, 2):
        yield first, second, len({(getattr(r, first), getattr(r, second)) for r in recipes})
