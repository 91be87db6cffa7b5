"""Times as timed texts write them, in whole milliseconds."""

from __future__ import annotations

import re

from chalchitra.text.direction import UNSEEN

_DIGITS = r"\d{1,9}"
TIME = rf"-?{_DIGITS} ?: ?-?{_DIGITS}(?: ?: ?-?{_DIGITS})?(?: ?[,.:;] ?{_DIGITS})?"
"""A clock's time in a row whose white space is single spaces: hours and fraction may be missing."""

_ZEROS = "0\u0660\u06f0०০੦૦୦௦౦೦൦\u1c50\uabf0０"
TENS = "[" + "".join(chr(ord(zero) + n) for zero in _ZEROS for n in range(6)) + "]"
"""The first digit of a minute or a second, in the digits of every Indian script."""

_FRAMES = re.compile(r"(?P<clock>\d{1,3}[:;][0-5]?\d[:;][0-5]?\d)(?P<mark>[:;])(?P<frame>\d{2,3})")
_WIDE = {ord(wide): narrow for wide, narrow in zip("：；，．－＞", ":;,.->", strict=True)}
_NO_WIDTH = dict.fromkeys(map(ord, "\ufeff\u200b" + UNSEEN), " ")
"""Not the word joiner, which keeps a text from being taken for times (srt.py)."""


def words_of(row: str) -> list[str]:
    """What white space, and what is not seen, parts in a row."""
    return row.translate(_NO_WIDTH).split()


def single_spaced(row: str) -> str:
    """A row of times with single spaces only, so that no pattern looks at the same white space
    twice; marks of East Asian width as the usual ones."""
    return " ".join(words_of(row)).translate(_WIDE)


def ms(text: str) -> int:
    """The milliseconds of a text that TIME matches; any of :;,. may stand before the fraction."""
    sign = -1 if "-" in text else 1
    bare = text.replace(" ", "").replace("-", "").replace(",", ".").replace(";", ".")
    clock, _, fraction = bare.partition(".")
    parts = [int(part) for part in clock.split(":")]
    if len(parts) == 4:  # 00:00:01:500
        fraction = str(parts.pop()).rjust(3, "0")
    seconds = 0
    for part in parts:
        seconds = seconds * 60 + part
    return sign * (seconds * 1000 + int((fraction + "000")[:3]))


def timecode_ms(text: str, rate: float) -> int | None:
    """The milliseconds of an SMPTE time code (HH:MM:SS:FF) at `rate` frames a second.

    A semicolon before the frames means drop-frame counting, which leaves out two
    numbers a minute at 29.97 (four at 59.94) but in every tenth minute (SMPTE ST 12-1). None where
    it is no time code.
    """
    found = _FRAMES.fullmatch(text)
    if found is None or rate <= 0:
        return None
    hours, minutes, seconds = map(int, found["clock"].replace(";", ":").split(":"))
    whole = max(1, round(rate))
    count = ((hours * 60 + minutes) * 60 + seconds) * whole + int(found["frame"])
    if found["mark"] == ";" and whole % 30 == 0:
        passed = hours * 60 + minutes
        count -= whole // 15 * (passed - passed // 10)
    return round(count * 1000 / rate)
