"""The styled tracks of a film: the ASS file of a language, in a font that is at hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from chalchitra.files import write_text
from chalchitra.media.film import Shortfall
from chalchitra.media.fonts import find_font
from chalchitra.media.mux_plan import Track
from chalchitra.subtitles.formats.ass_style import with_font
from chalchitra.subtitles.formats.fonts import font_for, fonts_for


def styled_track(
    ass: Path, row: Mapping[str, str | None], folder: Path, *, name: str = ""
) -> Track | None:
    """The track of an ASS file that subtitle_gen wrote, written into `folder` for the font found.

    `row` is the language's of config/languages.toml. None where no font of its script is at hand.
    """
    language, script = str(row["id"]), str(row["script"])
    font = find_font(fonts_for(script, language))
    if font is None:
        return None
    text = ass.read_text(encoding="utf-8")
    path = folder / f"{name or language}.ass"
    write_text(path, with_font(text, font_for(script, language), font.font, latin=font.latin))
    return Track.of(path, dict(row), "styled", format="ass", font=font)


def no_font(row: Mapping[str, str | None]) -> Shortfall:
    """What to say of a language without a styled track."""
    family = font_for(str(row["script"]), str(row["id"])).family
    return Shortfall(
        f"The film has no styled {row['name']} track; it has only the plain one.",
        f"The font {family} is not on this machine, and no package has it.",
        "Install it (on Debian: apt install fonts-noto-core), then run the job with --from mux.",
    )
