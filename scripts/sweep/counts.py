"""The table of a sweep: how the films fared, by every value of every axis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields

from judging import Outcome
from recipes import Recipe

OUTCOMES = ("right", "told", "refused", "wrong", "not made")


def counted(outcomes: Sequence[Outcome]) -> dict[str, dict[str, Counter[str]]]:
    """axis -> value -> outcome -> how many films."""
    found: dict[str, dict[str, Counter[str]]] = {}
    for one in outcomes:
        recipe = Recipe.of(one.id)
        for field in fields(recipe):
            value = str(getattr(recipe, field.name))
            found.setdefault(field.name, {}).setdefault(value, Counter())[one.outcome] += 1
    return found


def table(outcomes: Sequence[Outcome]) -> str:
    """All of it as text, with the films that came out wrong at its end."""
    lines = [f"{'':22}" + "".join(f"{name:>10}" for name in OUTCOMES)]
    for axis, values in counted(outcomes).items():
        lines.append(axis)
        for value, found in sorted(values.items()):
            counts = "".join(f"{found[name] or '':>10}" for name in OUTCOMES)
            lines.append(f"  {value:20}{counts}")
    total = Counter(one.outcome for one in outcomes)
    lines.append(f"{len(outcomes)} films" + "".join(f", {total[n]} {n}" for n in OUTCOMES))
    muxed = sum(one.muxed for one in outcomes)
    worst = max((one.worst for one in outcomes if not one.wrong), default=0.0)
    lines.append(
        f"{muxed} muxed; of the films that are not wrong, none is off by more than {worst} s"
    )
    for one in outcomes:
        if one.wrong:
            lines.append(f"wrong: {one.id}: {'; '.join(one.wrong)}")
    return "\n".join(lines)
