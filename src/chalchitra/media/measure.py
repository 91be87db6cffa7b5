"""How wide a track's lines are when they are drawn, in the fonts that are at hand."""

from __future__ import annotations

from collections.abc import Sequence

from chalchitra.media.fonts import find_font
from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.formats.fonts import LATIN, fonts_for
from chalchitra.subtitles.qc.figures import widths
from chalchitra.subtitles.qc.model import Width
from chalchitra.subtitles.qc.width import Ruler


def measured(cues: Sequence[Cue], language: str, script: str) -> Width | None:
    """The widths of a track's lines; None where no font of its script is at hand.

    `language` is an id of languages.toml and `script` its ISO 15924 code.
    """
    font, latin = find_font(fonts_for(script, language)), find_font([LATIN])
    if font is None:
        return None
    paths = dict.fromkeys([font.path, *([latin.path] if latin else [])])
    return widths(cues, Ruler(list(paths)), font.font.family)
