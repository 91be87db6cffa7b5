"""Advanced SubStation Alpha (.ass): one style, in the font of the script, at the bottom.

It is written here, since pysubs2 cannot write times from 10 hours on; the tests read it with that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from chalchitra.subtitles.cues.cue import Cue, milliseconds
from chalchitra.subtitles.formats.fonts import LATIN, SAFE_MARGIN, TEXT_SIZE, Font, font_for
from chalchitra.text.direction import marked

_WIDTH, _HEIGHT = 1920, 1080
_OUTLINE, _SHADOW = 3, 1

# libass reads escaped braces; a backslash is parted from what follows by an invisible character,
# and so is a brace, since ffmpeg's own reader hides what follows "{\", escaped or not.
_WORD_JOINER = "\u2060"
_ESCAPES = str.maketrans({"{": r"\{" + _WORD_JOINER, "}": r"\}", "\\": "\\" + _WORD_JOINER})

_TALL = 1.2
"""Fonts so much taller than a Latin one have no Latin letters: another font draws those, and at
the size of a tall font they would be far too large."""
_LATIN_WORDS = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:[ '’.-][A-Za-z\u00c0-\u024f]+)*")

_STYLE_FIELDS = (
    "Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, "
    "Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, "
    "Alignment, MarginL, MarginR, MarginV, Encoding"
)
_EVENT_FIELDS = "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"
_BOTTOM_CENTRE = 2


def to_ass(cues: Sequence[Cue], *, language: str, script: str, right_to_left: bool = False) -> str:
    """The whole file, for text of the language with this id in `script` (ISO 15924).

    Times are cut to hundredths of a second, the grid of the format (frames.py says why). Braces are
    escaped as libass reads them (mpv, VLC, ffmpeg); VSFilter has no escape and hides what stands in
    braces, and it puts the words of a right-to-left line in a wrong order if some are Latin.
    """
    subtag = language.partition("-")[0]
    font = font_for(script, language)
    header = [
        "[Script Info]",
        "ScriptType: v4.00+",
        f"PlayResX: {_WIDTH}",
        f"PlayResY: {_HEIGHT}",
        "WrapStyle: 0",
        "ScaledBorderAndShadow: yes",
        # libass shapes by it, and takes codes of two letters only.
        *([f"Language: {subtag}"] if len(subtag) == 2 else []),
        "",
        "[V4+ Styles]",
        f"Format: {_STYLE_FIELDS}",
        f"Style: {_style(font, right_to_left)}",
        "",
        "[Events]",
        f"Format: {_EVENT_FIELDS}",
    ]
    events = (
        f"Dialogue: 0,{_timestamp(cue.start)},{_timestamp(cue.end)},Default,,0,0,0,,"
        + r"\N".join(_shown(line, font, right_to_left) for line in cue.lines)
        for cue in cues
    )
    return "\n".join([*header, *events]) + "\n"


def with_font(text: str, named: Font, used: Font, *, latin: bool) -> str:
    """A file that `to_ass` wrote for the font `named`, in the font `used` and at the same size.

    The size is that of the letters (the em): in this format it follows from the font's height.
    `latin` says whether `used` has Latin letters of its own, which then need no other size.
    """
    style = f"Style: Default,{named.family},{_size(named)},"
    text = text.replace(style, f"Style: Default,{used.family},{_size(used)},", 1)
    small, large = _size_tag(LATIN), _size_tag(named)
    if latin:
        return text.replace(small, "").replace(large, "")
    return text.replace(large, _size_tag(used))


def _style(font: Font, right_to_left: bool) -> str:
    # -1 lets libass lay a line out as a whole; otherwise every run between two tags goes to the
    # right of the one before it.
    encoding = -1 if right_to_left else 1
    side, bottom = round(_WIDTH * SAFE_MARGIN), round(_HEIGHT * SAFE_MARGIN)
    white, black, half_black = "&H00FFFFFF", "&H00000000", "&H80000000"
    return (
        f"Default,{font.family},{_size(font)},{white},{white},{black},{half_black},0,0,0,0,100,100,0,0,1,"
        f"{_OUTLINE},{_SHADOW},{_BOTTOM_CENTRE},{side},{side},{bottom},{encoding}"
    )


def _size(font: Font) -> int:
    """A size is the height of ascent and descent in this format, not that of the em."""
    return round(_HEIGHT * TEXT_SIZE * font.height)


def _size_tag(font: Font) -> str:
    return rf"{{\fs{_size(font)}}}"


def _shown(line: str, font: Font, right_to_left: bool) -> str:
    """A line that is drawn as it stands."""
    escaped = line.translate(_ESCAPES)
    if font.height > _TALL * LATIN.height:
        small, large = _size_tag(LATIN), _size_tag(font)
        escaped = _LATIN_WORDS.sub(lambda found: small + found[0] + large, escaped)
    return marked(escaped) if right_to_left else escaped


def _timestamp(seconds: float) -> str:
    rest, hundredths = divmod(milliseconds(seconds) // 10, 100)
    minutes, second = divmod(rest, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}.{hundredths:02}"
