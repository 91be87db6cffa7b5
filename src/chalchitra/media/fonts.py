"""Font files to put into a film or to draw with: from the environment's wheels, or the machine's.

Only fonts under the SIL Open Font License are taken, which lets anyone pass them on with what they
belong to, unchanged and with their licence. It may stand in a field of the font's own name table
(section 2 of the licence), and a font that does not say so there is not taken.
"""

from __future__ import annotations

import importlib.util
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from chalchitra.subtitles.formats.fonts import Font

_LICENCE = "SIL Open Font License".encode("utf-16-be")

_MACHINE_FOLDERS = (
    Path("/usr/local/share/fonts"),
    Path("/usr/share/fonts"),
    Path("/Library/Fonts"),
    Path("/System/Library/Fonts"),
)
_HOME_FOLDERS = (".local/share/fonts", ".fonts", "Library/Fonts")

# Of players, all know the types from before 2017 (font/ttf): mpv, VLC, MPC-HC, Kodi.
MIME_TYPES = {".ttf": "application/x-truetype-font", ".otf": "application/vnd.ms-opentype"}


@dataclass(frozen=True)
class FontFile:
    """A file, and the font as it is in it: its height is this file's own.

    `latin` says whether it has Latin letters.
    """

    font: Font
    path: Path
    latin: bool

    @property
    def filename(self) -> str:
        """A plain name for the attachment: variable fonts have brackets in theirs."""
        return _compact(self.font.family) + self.path.suffix.lower()

    @property
    def mimetype(self) -> str:
        return MIME_TYPES[self.path.suffix.lower()]


def find_font(fonts: Sequence[Font], folders: Sequence[Path] | None = None) -> FontFile | None:
    """The first of these fonts that is at hand, in the wheels or on the machine.

    `folders` are searched instead of the machine's.
    """
    for font in fonts:
        for path in (*_in_wheel(font.family), *_on_machine(font.family, folders)):
            found = _read(path, font.family)
            if found is not None:
                return found
    return None


def _in_wheel(family: str) -> Iterator[Path]:
    """The regular font of a `fontpkg-*` package; nothing of the package is run."""
    package = importlib.util.find_spec("fontpkg_" + family.lower().replace(" ", "_"))
    for folder in (package.submodule_search_locations or ()) if package else ():
        yield from _regular(Path(folder), family)


def _on_machine(family: str, folders: Sequence[Path] | None) -> Iterator[Path]:
    if folders is None:
        folders = [*(Path.home() / name for name in _HOME_FOLDERS), *_MACHINE_FOLDERS]
    for folder in folders:
        yield from _regular(folder, family)


def _regular(folder: Path, family: str) -> list[Path]:
    """Files of the family's upright, regular font, by the names that Noto gives them."""
    named = re.compile(rf"{_compact(family)}(-Regular|\[[\w,]+\]|-VF)?\.(ttf|otf)", re.IGNORECASE)
    try:
        return sorted(path for path in folder.rglob("*") if named.fullmatch(path.name))
    except OSError:  # a folder that may not be read
        return []


def _compact(family: str) -> str:
    return family.replace(" ", "")


def _read(path: Path, family: str) -> FontFile | None:
    """What the file says of itself; None for a font that is broken or not to be passed on.

    Height is usWinAscent and usWinDescent of the table OS/2, by unitsPerEm of head, as renderers of
    ASS take it (OpenType 1.9).
    """
    try:
        data = path.read_bytes()
        (count,) = struct.unpack_from(">H", data, 4)
        tables = {
            data[12 + 16 * n : 16 + 16 * n]: struct.unpack_from(">I", data, 20 + 16 * n)[0]
            for n in range(count)
        }
        ascent, descent = struct.unpack_from(">HH", data, tables[b"OS/2"] + 74)
        (em,) = struct.unpack_from(">H", data, tables[b"head"] + 18)
        latin = _has(data, tables[b"cmap"], ord("a"))
    except (OSError, KeyError, struct.error):
        return None
    if not em or _LICENCE not in data:
        return None
    return FontFile(Font(family, (ascent + descent) / em), path, latin)


def _has(data: bytes, cmap: int, character: int) -> bool:
    """Whether a font draws a character of the Basic Multilingual Plane (cmap's format 4)."""
    (count,) = struct.unpack_from(">H", data, cmap + 2)
    for n in range(count):
        (offset,) = struct.unpack_from(">I", data, cmap + 8 + 8 * n)
        kind, _, _, twice = struct.unpack_from(">4H", data, cmap + offset)
        if kind != 4:
            continue
        segments = f">{twice // 2}H"
        ends = struct.unpack_from(segments, data, cmap + offset + 14)
        starts = struct.unpack_from(segments, data, cmap + offset + 16 + twice)
        if any(start <= character <= end for start, end in zip(starts, ends, strict=True)):
            return True
    return False
