"""The one style of the ASS files that are written: the font of the script, its size, its place."""

from __future__ import annotations

from chalchitra.subtitles.formats.fonts import LATIN, SAFE_MARGIN, TEXT_SIZE, Font

WIDTH, HEIGHT = 1920, 1080
_OUTLINE, _SHADOW = 3, 1
STYLE_FIELDS = (
    "Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, "
    "Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, "
    "Alignment, MarginL, MarginR, MarginV, Encoding"
)
_BOTTOM_CENTRE = 2


def with_font(text: str, named: Font, used: Font, *, latin: bool) -> str:
    """A file that `to_ass` wrote for the font `named`, in the font `used` and at the same size.

    The size is that of the letters (the em): in this format it follows from the font's height.
    `latin` says whether `used` has Latin letters of its own, which then need no other size.
    """
    style = f"Style: Default,{named.family},{_size(named)},"
    text = text.replace(style, f"Style: Default,{used.family},{_size(used)},", 1)
    small, large = size_tag(LATIN), size_tag(named)
    if latin:
        return text.replace(small, "").replace(large, "")
    return text.replace(large, size_tag(used))


def style(font: Font, right_to_left: bool) -> str:
    # -1 lets libass lay a line out as a whole; otherwise every run between two tags goes to the
    # right of the one before it.
    encoding = -1 if right_to_left else 1
    side, bottom = round(WIDTH * SAFE_MARGIN), round(HEIGHT * SAFE_MARGIN)
    white, black, half_black = "&H00FFFFFF", "&H00000000", "&H80000000"
    return (
        f"Default,{font.family},{_size(font)},{white},{white},{black},{half_black},0,0,0,0,100,100,0,0,1,"
        f"{_OUTLINE},{_SHADOW},{_BOTTOM_CENTRE},{side},{side},{bottom},{encoding}"
    )


def _size(font: Font) -> int:
    """A size is the height of ascent and descent in this format, not that of the em."""
    return round(HEIGHT * TEXT_SIZE * font.height)


def size_tag(font: Font) -> str:
    return rf"{{\fs{_size(font)}}}"
