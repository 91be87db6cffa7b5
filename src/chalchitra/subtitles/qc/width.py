"""How wide a line is when it is drawn, which its number of characters does not tell.

Text is shaped by HarfBuzz, as players do, with the fonts that styled tracks name. A width is in ems
of the type, whose size is a part of the picture's height (fonts.py).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from chalchitra.subtitles.cues.graphemes import graphemes
from chalchitra.subtitles.formats.fonts import SAFE_MARGIN, TEXT_SIZE

_PICTURE = 16 / 9
"""Width over height of the picture that is reckoned with."""
ROOM = (1 - 2 * SAFE_MARGIN) * _PICTURE / TEXT_SIZE
"""Ems that a line may take: the safe area of a picture of 16:9."""


class Ruler:
    """Measures lines with these fonts; a letter is drawn by the first that has it."""

    def __init__(self, fonts: Sequence[Path]) -> None:
        self._fonts = [_font(path) for path in fonts]

    def ems(self, line: str) -> float | None:
        """The width of a line; None where no font has one of its letters."""
        width = 0.0
        for font, clusters in groupby(graphemes(line), self._font_of):
            if font is None:
                return None
            width += _advance(self._fonts[font], "".join(clusters))
        return width

    def _font_of(self, cluster: str) -> int | None:
        needed = [ord(letter) for letter in cluster if unicodedata.category(letter) != "Cf"]
        for number, font in enumerate(self._fonts):
            if all(font.get_nominal_glyph(letter) for letter in needed):
                return number
        return None


@cache
def _font(path: Path) -> Any:
    import uharfbuzz

    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path))))


def _advance(font: Any, text: str) -> float:
    import uharfbuzz

    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer, {})
    advance = sum(position.x_advance for position in buffer.glyph_positions)
    return float(advance / font.face.upem)
