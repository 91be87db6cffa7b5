"""Which files are let in: local ones, in containers that hold nothing but their own bytes.

Films come from anywhere. A playlist, a concat script or a DASH manifest named .mp4 makes ffmpeg
open other files and addresses, so both ffmpeg and PyAV get a whitelist of demuxers and of
protocols, and names are passed as absolute `file:` URLs, in which nothing is a pattern, an option
or another protocol.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from chalchitra.errors import UsageError

DEMUXERS = (
    "matroska,mov,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,rm,mxf,gxf,nut,dv,wtv,"
    "wav,w64,aiff,au,caf,flac,mp3,aac,loas,ac3,eac3,dts,dtshd,truehd,amr,wv,ape,tta,tak,mpc,mpc8"
)
"""ffmpeg's names for the containers that are opened; a file's name plays no part."""

FILM_SUFFIXES = frozenset(
    ".mp4 .m4v .mov .qt .f4v .3gp .3g2 .mj2 .mkv .mk3d .webm .avi .divx .xvid .ts .m2ts .mts .m2t "
    ".tp .trp .tod .mod .mpg .mpeg .mpe .m1v .m2v .mpv .vob .evo .vro .dat .flv .asf .wmv .ogv "
    ".ogm .ogx .rm .rmvb .mxf .gxf .nut .dv .dif .wtv "
    ".mp3 .mp2 .mpa .m4a .m4b .m4r .f4a .aac .adts .latm .loas .wav .bwf .rf64 .w64 .aif .aiff "
    ".aifc .au .snd .caf .flac .ogg .oga .opus .spx .mka .ac3 .eac3 .ec3 .dts .dtshd .thd .mlp "
    ".amr .wma .wv .ape .tta .tak .mpc .ra".split()
)
"""How files of these containers are called: what is taken from a folder without being named."""

INPUT_OPTIONS = {
    "protocol_whitelist": "file",
    "format_whitelist": DEMUXERS,
    # A broadcast's sound may start late: ffmpeg looks so far (bytes, microseconds) for the first
    # packets of all streams; it stops as soon as it has them.
    "probesize": "50000000",
    "analyzeduration": "60000000",
}

BARE_STREAMS = frozenset({"aac", "ac3", "amr", "dts", "eac3", "loas", "mp3", "truehd"})
"""Demuxers of streams without a container: their length, and where a seek lands, is a guess."""

_SNIFFED_BYTES = 4096
_PLAYLIST = re.compile(
    r"#EXTM3U|ffconcat|\[playlist\]|\[Reference\]|file\s+\S|v=0\s|(<\?xml.*?)?<(MPD|asx|smil|playlist)\b",
    re.DOTALL | re.IGNORECASE,
)
_SUBTITLES = re.compile(
    r"WEBVTT|\[Script Info\]|\d+\s+\d\d:\d\d:\d\d[,.]\d+ *-->|\{\d+\}\{\d+\}|# VobSub|<SAMI|"
    r"(<\?xml.*?)?<tt\b",
    re.DOTALL | re.IGNORECASE,
)
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_IMAGE = re.compile(
    rb"\xff\xd8\xff|\x89PNG|GIF8|RIFF....WEBP|II\*\0|MM\0\*|....ftyp(heic|heix|mif1|avif)",
    re.DOTALL,
)


def file_url(path: Path) -> str:
    """The path as ffmpeg and PyAV take it literally, whatever characters it holds."""
    return f"file:{path.absolute()}"


def shown(path: Path) -> str:
    """A file's name for a message: quoted, on one line."""
    return repr(path.name or str(path))


def check_file(path: Path) -> os.stat_result:
    """Stat a file that could be a film.

    Raises UsageError when it is missing, empty, unreadable, no regular file, or plainly no film:
    a playlist, subtitles, a text, a picture.
    """
    name = shown(path)
    try:
        os.fsencode(path).decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(
            f"The name {name} is not valid UTF-8.", fix="Rename the file and try again."
        ) from None
    try:
        status = path.stat()
    except FileNotFoundError:
        raise UsageError(
            f"There is no file {str(path)!r}.", fix="Check the path, and quote it if it has spaces."
        ) from None
    except OSError as error:
        raise UsageError(f"{name} cannot be opened: {error.strerror}.") from None
    if path.is_dir():
        raise UsageError(f"{name} is a folder, not a film.", fix="Name a file in it.")
    if not path.is_file():
        raise UsageError(f"{name} is not a regular file.", fix="Copy the film to a file first.")
    if status.st_size == 0:
        raise UsageError(f"{name} is empty.", cause="Its copy or download may have failed.")
    try:
        with open(path, "rb") as handle:
            head = handle.read(_SNIFFED_BYTES)
    except OSError as error:
        raise UsageError(
            f"{name} cannot be read: {error.strerror}.", fix="Check its permissions."
        ) from None
    kind = not_a_film(head)
    if kind:
        raise UsageError(f"{name} is {kind}, not a film.", fix="Name the film's own file.")
    return status


def not_a_film(head: bytes) -> str | None:
    """What a file that starts with these bytes is, where it is plainly no film; else None."""
    if _IMAGE.match(head):
        return "an image"
    text = _as_text(head)
    start = (text if text is not None else head.decode("latin-1")).lstrip("\ufeff \t\r\n")
    if _PLAYLIST.match(start):
        return "a playlist"
    if _SUBTITLES.match(start):
        return "a subtitle file"
    return "a text file" if text is not None else None


def _as_text(head: bytes) -> str | None:
    for marks, encoding in (((b"\xff\xfe", b"\xfe\xff"), "utf-16"), ((b"",), "utf-8")):
        if head.startswith(marks):
            # The last character may be cut by the end of what was read.
            text = head.decode(encoding, errors="ignore")
            cut = len(head) - len(text.encode(encoding))
            if cut <= 3 and not _NOT_TEXT.search(text):
                return text
    return None
