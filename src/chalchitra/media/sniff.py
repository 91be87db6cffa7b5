"""What a file is by its first bytes, where its name does not say it: a container that is opened."""

from __future__ import annotations

import re
from pathlib import Path

from chalchitra.media.formats import not_a_film

SNIFFED_BYTES = 4096
_MARKS = re.compile(
    rb"""
    .{4}(ftyp|moov|mdat|wide|pnot) | \x1a\x45\xdf\xa3 | RIFF.{4}(AVI\ |WAVE|CDXA) | RF64.{4}WAVE
    | riff.{20}wave | FLV[\x01-\x04] | \x30\x26\xb2\x75\x8e\x66\xcf\x11
    | OggS | fLaC | ID3[\x02-\x04] | \x00\x00\x01[\xba\xb3] | \.RMF | \.ra\xfd
    | \x06\x0e\x2b\x34\x02\x05\x01\x01 | \x00\x00\x00\x00\x01\xbc\x00\x00
    | nut/multimedia\ container | \x1f\x07\x00[\x3f\xbf] | \xb7\xd8\x00\x20\x37\x49\xda\x11
    | FORM.{4}AIF[FC] | \.snd\x00 | caff
    | wvpk | MAC\  | TTA[12] | tBaK | MPCK | MP\+ | \#!AMR | \x0b\x77 | \x7f\xfe\x80\x01
    """,
    re.DOTALL | re.VERBOSE,
)
"""How files of the containers of formats.DEMUXERS begin; streams without a container by their
frames (AC-3, DTS), those of MPEG audio only with a tag, since two bytes are soon found anywhere."""
_SYNC = 0x47
_PACKETS = (188, 192, 204)
"""Bytes of an MPEG transport stream's packet: plain, with a time code before it, with parity."""


def looks_like_media(path: Path) -> bool:
    """Whether a file begins as one of the containers that are opened; not where it is unreadable.

    Whether there is a film in it is told by opening it.
    """
    try:
        if not path.is_file():  # opening a pipe would wait for its writer
            return False
        with open(path, "rb") as handle:
            head = handle.read(SNIFFED_BYTES)
    except OSError:
        return False
    if not head or not_a_film(head) is not None:
        return False
    return _MARKS.match(head) is not None or _is_transport_stream(head)


def _is_transport_stream(head: bytes) -> bool:
    return any(
        len(head) > start + 3 * size and all(head[start + n * size] == _SYNC for n in range(4))
        for size in _PACKETS
        for start in (0, 4)
    )
