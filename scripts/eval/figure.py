"""A figure of points with spreads against a diagonal, as SVG: no library draws for so little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_SIZE, _LEFT, _TOP, _RIGHT, _BOTTOM = 520, 64, 28, 190, 58
_COLOURS = ("#0b6e99", "#c2410c", "#4d7c0f", "#7e22ce", "#525252")
_SHAPES = ("circle", "square", "triangle", "diamond")


@dataclass(frozen=True)
class Point:
    """One dot, all between 0 and 1; `series` gives its colour, `kind` its shape."""

    expected: float
    low: float
    high: float
    true: float
    series: str
    kind: str
    name: str


def svg(points: Sequence[Point], *, across: str, up: str, title: str) -> str:
    """The figure; the same points give the same bytes. Hovering over a dot names it."""
    series = list(dict.fromkeys(point.series for point in points))
    kinds = list(dict.fromkeys(point.kind for point in points))
    width, height = _LEFT + _SIZE + _RIGHT, _TOP + _SIZE + _BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}" role="img"'
        ' font-family="DejaVu Sans, Arial, sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for tick in range(0, 101, 20):
        x, y = _x(tick / 100), _y(tick / 100)
        parts += [
            f'<path d="M{x} {_y(0)}V{_y(1)}M{_x(0)} {y}H{_x(1)}" stroke="#d4d4d4" fill="none"/>',
            f'<text x="{x}" y="{_y(0) + 20}" text-anchor="middle">{tick} %</text>',
            f'<text x="{_x(0) - 8}" y="{y + 4}" text-anchor="end">{tick} %</text>',
        ]
    parts += [
        f'<path d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}" stroke="#737373" stroke-dasharray="5 4"/>',
        f'<text x="{_x(0.5)}" y="{height - 14}" text-anchor="middle">{escape(across)}</text>',
        f'<text transform="translate(18 {_y(0.5)}) rotate(-90)" text-anchor="middle">'
        f"{escape(up)}</text>",
    ]
    for point in points:
        colour = _COLOURS[series.index(point.series) % len(_COLOURS)]
        parts.append(
            f'<path d="M{_x(point.low)} {_y(point.true)}H{_x(point.high)}" stroke="{colour}"'
            ' stroke-opacity="0.35" fill="none"/>'
        )
    for point in points:
        colour = _COLOURS[series.index(point.series) % len(_COLOURS)]
        shape = _SHAPES[kinds.index(point.kind) % len(_SHAPES)]
        parts.append(
            f"<g><title>{escape(point.name)}</title>"
            f"{_shape(shape, _x(point.expected), _y(point.true), colour)}</g>"
        )
    at = _TOP + 12
    for name, colour in zip(series, _COLOURS * len(series), strict=False):
        parts += [
            _shape("circle", _x(1) + 22, at, colour),
            f'<text x="{_x(1) + 34}" y="{at + 4}">{escape(name)}</text>',
        ]
        at += 22
    at += 10
    for name, shape in zip(kinds, _SHAPES * len(kinds), strict=False):
        parts += [
            _shape(shape, _x(1) + 22, at, "#404040"),
            f'<text x="{_x(1) + 34}" y="{at + 4}">{escape(name)}</text>',
        ]
        at += 22
    return "\n".join([*parts, "</svg>"]) + "\n"


def _x(share: float) -> float:
    return round(_LEFT + _SIZE * min(1.0, max(0.0, share)), 1)


def _y(share: float) -> float:
    return round(_TOP + _SIZE * (1 - min(1.0, max(0.0, share))), 1)


def _shape(name: str, x: float, y: float, colour: str) -> str:
    match name:
        case "square":
            drawn = f'<rect x="{x - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9"'
        case "triangle":
            drawn = f'<path d="M{x:.1f} {y - 5.5:.1f}l5.5 10h-11z"'
        case "diamond":
            drawn = f'<path d="M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6z"'
        case _:
            drawn = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5"'
    return f'{drawn} fill="{colour}" fill-opacity="0.75" stroke="#ffffff"/>'
