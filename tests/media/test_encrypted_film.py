"""Encrypted films are refused by name when they are looked at."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.errors import UsageError
from chalchitra.media.probe import probe
from chalchitra.media.protection import protection

MPEG2 = "-c:v mpeg2video -c:a mp2"


def refused(path, name):
    with pytest.raises(UsageError, match="is encrypted") as error:
        probe(path)
    assert name in error.value.what
    assert error.value.fix


def test_an_mp4_with_common_encryption(make_film, ffmpeg, tmp_path):
    ffmpeg(
        "-i", make_film("clear.mp4", "-c:v libx264 -c:a aac"), "-c copy",
        "-encryption_scheme cenc-aes-ctr -encryption_key 76a6c65c5ea762046bd749a2e632ccbb",
        "-encryption_kid a7e61c373e219033c21091fa607bf3b8", tmp_path / "film.mp4",
    )  # fmt: skip
    refused(tmp_path / "film.mp4", "Common Encryption")


def test_a_film_of_itunes(make_film, tmp_path):
    data = make_film("clear.mp4", "-c:v libx264 -c:a aac").read_bytes()
    (tmp_path / "film.m4v").write_bytes(data.replace(b"mp4a", b"drms"))
    refused(tmp_path / "film.m4v", "FairPlay")


def test_a_matroska_with_an_encrypted_track(make_film, tmp_path):
    """A track whose name is overwritten by ContentEncodings of type 1, in as many bytes."""
    name = "N" * 60
    clear = make_film(
        "named.mkv", f"-c:v libx264 -c:a aac -metadata:s:a:0 title={name}"
    ).read_bytes()
    assert probe(make_film("named.mkv", "")).audio[0].title == name
    kind = b"\x50\x33\x81\x01"  # ContentEncodingType: encryption
    padding = len(name) + 3 - 3 - 3 - len(kind) - 2
    encoding = kind + b"\xec" + bytes([0x80 | padding]) + bytes(padding)
    encodings = b"\x62\x40" + bytes([0x80 | len(encoding)]) + encoding
    element = b"\x6d\x80" + bytes([0x80 | len(encodings)]) + encodings
    old = b"\x53\x6e" + bytes([0x80 | len(name)]) + name.encode()
    assert clear.count(old) == 1
    assert len(element) == len(old)
    (tmp_path / "film.mkv").write_bytes(clear.replace(old, element))
    refused(tmp_path / "film.mkv", "Matroska")


def test_a_windows_media_film(make_film, tmp_path):
    data = bytearray(make_film("clear.wmv", "-c:v wmv2 -c:a wmav2").read_bytes())
    # The header gets one more object: its size and their number are written anew.
    size, count = struct.unpack("<QI", data[16:28])
    guid = bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e")
    extra = guid + struct.pack("<QI", 40, 0) + struct.pack("<III", 0, 0, 0)
    data[16:28] = struct.pack("<QI", size + len(extra), count + 1)
    data[30:30] = extra
    (tmp_path / "film.wmv").write_bytes(data)
    refused(tmp_path / "film.wmv", "Windows Media")


@pytest.mark.parametrize("lead", [0, 33])
def test_a_scrambled_broadcast(make_film, tmp_path, lead):
    data = bytearray(make_film("clear.ts", MPEG2).read_bytes())
    for at in range(0, len(data), 188):
        if (data[at + 1] & 31) << 8 | data[at + 2] >= 0x100:
            data[at + 3] |= 0x80
    (tmp_path / "film.ts").write_bytes(bytes(lead) + data)
    refused(tmp_path / "film.ts", "broadcaster")


def test_a_dvd_that_was_copied_as_it_is(make_film, tmp_path):
    data = bytearray(make_film("clear.vob", MPEG2).read_bytes())
    for kind in (b"\0\0\1\xe0", b"\0\0\1\xc0"):
        at = -1
        while (at := data.find(kind, at + 1)) >= 0:
            data[at + 6] |= 0x10
    (tmp_path / "film.vob").write_bytes(data)
    refused(tmp_path / "film.vob", "DVD")


@pytest.mark.parametrize(
    ("name", "codecs"),
    [("clear.wmv", "-c:v wmv2 -c:a wmav2"), ("clear.ts", MPEG2), ("clear.vob", MPEG2)],
)
def test_what_is_not_encrypted_is_let_in(make_film, name, codecs):
    assert probe(make_film(name, codecs)).has_picture


@pytest.mark.parametrize(
    ("name", "codecs"),
    [("clear.mpg", "-c:v mpeg1video -c:a mp2"), ("clear.vob", MPEG2)],
)
def test_sound_that_looks_like_a_scrambled_packet_is_none(make_film, tmp_path, name, codecs):
    data = bytearray(make_film(name, codecs).read_bytes())
    for at in range(3000, len(data) - 2048, 2048):
        data[at : at + 8] = b"\0\0\1\xbd\x12\x34\xbd\0"
    (tmp_path / name).write_bytes(data)
    assert protection(tmp_path / name, "mpeg", []) is None


@settings(deadline=None)
@given(st.data())
def test_no_header_ends_the_look_in_an_error(tmp_path_factory, data):
    """Boxes in boxes, sizes that are wrong, elements without an end."""
    path = tmp_path_factory.getbasetemp() / "odd.bin"
    words = [
        b"moov",
        b"trak",
        b"stsd",
        b"\0\0\0\x10",
        b"\0\0\0\1",
        b"\0\0\0\0",
        b"\x7f\xff\xff\xff",
    ]
    words += [b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff", b"\xae\xff", b"\x6d\x80\x81"]
    path.write_bytes(b"".join(data.draw(st.lists(st.sampled_from(words) | st.binary(max_size=9)))))
    for container in ("mp4", "matroska", "asf", "mpegts", "mpeg"):
        protection(path, container, [])
    path.write_bytes(b"\0\0\xff\xff" + b"moov" + b"\0\0\0\0moov" * 4000)
    assert protection(path, "mp4", []) is None
    path.write_bytes(b"\x18\x53\x80\x67\xff" + b"\xae\xff" * 4000)
    assert protection(path, "matroska", []) is None
