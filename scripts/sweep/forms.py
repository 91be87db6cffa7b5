"""What a film can be made of: containers with their pictures, and codecs of the sound in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

H264 = "-c:v libx264 -preset ultrafast -bf 2 -g 25 -pix_fmt yuv420p"
MPEG2 = "-c:v mpeg2video -bf 2 -g 12"
SMALL, PAL, CIF, QCIF = "64x36", "720x576", "352x288", "176x144"


@dataclass(frozen=True)
class Container:
    """One kind of file.

    `picture` are ffmpeg's arguments for its pictures, of `size`; "" where it holds none. `codecs`
    are names of CODECS. `can` says which of the troubles in recipes.py can befall it: `stamps` (its
    packets have times, so that sound may be late or missing), `offset` (it may begin anywhere),
    `edits` (edit lists), `wraps` (times of 33 bits), `joins` (files can be put after each other),
    `length` (its header has a length that can be changed), `size` (its header has a size of the
    sound), `empty` (it can declare a track without packets), `locks` (it can be encrypted), `vfr`.
    `rates` are the only ones that it holds, none where all are held.
    """

    suffix: str
    muxer: str
    codecs: str
    picture: str = ""
    size: str = SMALL
    can: str = ""
    rates: tuple[int, ...] = ()
    options: str = ""
    most_channels: int = 8
    bare: bool = False
    """Sound alone, whatever `picture` says of others of its kind."""


class Codec(NamedTuple):
    """An encoder of sound; `priming` is how many samples it puts before the first one."""

    encoder: str
    rates: tuple[int, ...]
    most_channels: int = 8
    priming: int = 0
    options: str = ""


_ALL = (8000, 11025, 16000, 22050, 32000, 44100, 48000, 96000, 192000)
_TO_48 = (8000, 11025, 16000, 22050, 32000, 44100, 48000)
_FILM = (32000, 44100, 48000)

CODECS: dict[str, Codec] = {
    "aac": Codec("aac", (*_TO_48, 96000), 6, 1024),
    "ac3": Codec("ac3", _FILM, 6, 256),
    "eac3": Codec("eac3", _FILM, 6, 256),
    "mp2": Codec("mp2", (16000, 22050, 32000, 44100, 48000), 2, 481),
    "mp3": Codec("libmp3lame", _TO_48, 2, 1105),
    "opus": Codec("libopus", (8000, 16000, 48000), 8, 312),
    "vorbis": Codec("libvorbis", (8000, 22050, 44100, 48000, 96000), 8, 0, "-q:a 7"),
    "flac": Codec("flac", _ALL, 8, 0, "-strict -2"),
    "alac": Codec("alac", (8000, 44100, 48000, 96000), 8),
    "pcm16": Codec("pcm_s16le", _ALL),
    "pcm16be": Codec("pcm_s16be", _ALL),
    "pcm24": Codec("pcm_s24le", _ALL),
    "pcm24be": Codec("pcm_s24be", _ALL),
    "pcm32": Codec("pcm_s32le", _ALL),
    "pcmf": Codec("pcm_f32le", _ALL),
    "pcmfbe": Codec("pcm_f32be", _ALL),
    "pcm8": Codec("pcm_u8", _ALL),
    "ulaw": Codec("pcm_mulaw", _TO_48, 2),
    "alaw": Codec("pcm_alaw", _TO_48, 2),
    "adpcm_ms": Codec("adpcm_ms", (8000, 22050, 44100), 2),
    "adpcm_ima": Codec("adpcm_ima_wav", (8000, 22050, 44100), 2),
    "adpcm_qt": Codec("adpcm_ima_qt", (22050, 44100), 2),
    "adpcm_swf": Codec("adpcm_swf", (11025, 22050, 44100), 2),
    "nellymoser": Codec("nellymoser", (8000, 11025, 22050, 44100), 1, 256),
    "dvd_pcm": Codec("pcm_dvd", (48000, 96000), 2),
    "bluray_pcm": Codec("pcm_bluray", (48000, 96000, 192000), 6),
    "wmav1": Codec("wmav1", (22050, 44100, 48000), 2, 2048),
    "wmav2": Codec("wmav2", (8000, 22050, 44100, 48000), 2, 2048),
    "dts": Codec("dca", (8000, 32000, 44100, 48000), 6, 512, "-strict -2"),
    "truehd": Codec("truehd", (44100, 48000, 96000, 192000), 6, 0, "-strict -2"),
    "amr": Codec("libopencore_amrnb", (8000,), 1, 80, "-b:a 12.2k"),
    "ra144": Codec("real_144", (8000,), 1, 160),
    "wavpack": Codec("wavpack", (8000, 44100, 48000, 96000, 192000), 8),
    "tta": Codec("tta", (8000, 44100, 48000, 96000), 8),
    "s302m": Codec("s302m", (48000,), 2, 0, "-strict -2"),
}

_MP4 = "stamps edits length empty locks vfr"
_TS = "stamps offset wraps joins empty"
_PS = "stamps wraps joins"

CONTAINERS: dict[str, Container] = {
    "mkv": Container("mkv", "matroska",
        "aac ac3 eac3 mp2 mp3 opus vorbis flac alac pcm16 pcm24 pcmf dts truehd wavpack tta wmav2",
        H264, can="stamps offset length empty vfr"),
    "mka": Container("mka", "matroska", "aac opus flac", can="offset length empty"),
    "webm": Container("webm", "webm", "opus vorbis",
        "-c:v libvpx -deadline realtime -cpu-used 8", can="stamps offset length empty vfr"),
    "mp4": Container("mp4", "mp4", "aac ac3 eac3 mp3 mp2 opus flac alac", H264, can=_MP4),
    "m4a": Container("m4a", "ipod", "aac alac", can="edits length empty locks"),
    "mov": Container("mov", "mov",
        "aac alac ac3 mp3 pcm16 pcm16be pcm24be pcmfbe ulaw alaw adpcm_qt",
        H264, can=_MP4),
    "f4v": Container("f4v", "f4v", "aac mp3", H264, can="stamps length"),
    "3gp": Container("3gp", "3gp", "amr aac", "-c:v mpeg4 -g 12", can=_MP4),
    "avi": Container("avi", "avi", "mp3 mp2 ac3 dts pcm16 pcm8 adpcm_ms adpcm_ima wmav2 aac",
        "-c:v mpeg4 -g 12", can="length empty"),
    "ts": Container("ts", "mpegts", "aac ac3 eac3 mp2 mp3 opus dts truehd s302m",
        H264, can=_TS),
    "ts2": Container("ts", "mpegts", "aac ac3 mp2", MPEG2, can=_TS),
    "m2ts": Container("m2ts", "mpegts", "ac3 eac3 dts truehd bluray_pcm mp2",
        H264, can=_TS, options="-mpegts_m2ts_mode 1"),
    "mpg": Container("mpg", "mpeg", "mp2 ac3 mp3", "-c:v mpeg1video -g 12", can=_PS),
    "vob": Container("vob", "dvd", "ac3 mp2 dvd_pcm dts", MPEG2, can=_PS),
    "dat": Container("dat", "vcd", "mp2",
        "-c:v mpeg1video -g 12 -b:v 1150k -maxrate 1150k -bufsize 320k -packetsize 2324",
        CIF, can=_PS, rates=(44100,)),
    "flv": Container("flv", "flv", "mp3 aac adpcm_swf nellymoser", "-c:v flv -g 12",
        can="stamps offset length", rates=(11025, 22050, 44100)),
    "wmv": Container("wmv", "asf", "wmav2 wmav1 mp3", "-c:v wmv2 -g 12",
        can="stamps offset length empty"),
    "ogg": Container("ogg", "ogg", "vorbis opus flac", can="joins"),
    "ogv": Container("ogv", "ogv", "vorbis opus flac", "-c:v libtheora -g 12", can="stamps joins"),
    "rm": Container("rm", "rm", "ac3 ra144", "-c:v rv10 -g 12", QCIF),
    "mxf": Container("mxf", "mxf", "pcm16 pcm24", MPEG2, PAL, rates=(48000,), most_channels=2),
    "gxf": Container("gxf", "gxf", "pcm16", "-c:v mpeg2video -g 12 -b:v 4M", PAL, rates=(48000,),
        most_channels=1),
    "nut": Container("nut", "nut", "aac mp3 vorbis flac pcm16", "-c:v mpeg4 -g 12",
        can="stamps offset empty vfr"),
    "dv": Container("dv", "dv", "pcm16", "-c:v dvvideo -pix_fmt yuv420p", PAL, rates=(48000,),
        most_channels=2),
    "wtv": Container("wtv", "wtv", "mp2 ac3", MPEG2, can="stamps"),
    "wav": Container("wav", "wav", "pcm16 pcm24 pcm32 pcmf pcm8 ulaw alaw adpcm_ms adpcm_ima mp3",
        can="size"),
    "w64": Container("w64", "w64", "pcm16 pcm24", can="size"),
    "rf64": Container("wav", "wav", "pcm16 pcm24", options="-rf64 always"),
    "aiff": Container("aiff", "aiff", "pcm16be pcm24be", can="size"),
    "au": Container("au", "au", "pcm16be pcm24be ulaw", can="size"),
    "caf": Container("caf", "caf", "pcm16 pcm16be alac"),
    "flac": Container("flac", "flac", "flac", can="length"),
    "mp3": Container("mp3", "mp3", "mp3", can="joins", bare=True),
    "mp2": Container("mp2", "mp2", "mp2", can="joins", bare=True),
    "aac": Container("aac", "adts", "aac", can="joins", bare=True),
    "latm": Container("latm", "latm", "aac", bare=True),
    "ac3": Container("ac3", "ac3", "ac3", can="joins", bare=True),
    "eac3": Container("eac3", "eac3", "eac3", can="joins", bare=True),
    "dts": Container("dts", "dts", "dts", can="joins", bare=True),
    "thd": Container("thd", "truehd", "truehd", bare=True),
    "amr": Container("amr", "amr", "amr", bare=True),
    "wv": Container("wv", "wv", "wavpack"),
    "tta": Container("tta", "tta", "tta"),
}  # fmt: skip


class Layout(NamedTuple):
    """How the words lie in the channels: the argument of ffmpeg's `pan`, "" for mono."""

    pan: str
    channels: int


LAYOUTS: dict[str, Layout] = {
    "mono": Layout("", 1),
    "stereo": Layout("stereo|c0=c0|c1=c0", 2),
    "right": Layout("stereo|c0=0*c0|c1=c0", 2),
    "inverted": Layout("stereo|c0=c0|c1=-1*c0", 2),
    "two_languages": Layout("stereo|c0=c0|c1=c1", 2),
    "2_1": Layout("2.1|FL=c0|FR=c0|LFE=0*c0", 3),
    "5_0": Layout("5.0|FC=c0|FL=0.1*c0|FR=0.1*c0|BL=0*c0|BR=0*c0", 5),
    "5_1": Layout("5.1|FC=c0|FL=0.1*c0|FR=0.1*c0|BL=0*c0|BR=0*c0|LFE=0*c0", 6),
    "5_1side": Layout("5.1(side)|FC=c0|FL=0*c0|FR=0*c0|SL=0*c0|SR=0*c0|LFE=0*c0", 6),
    "back_left": Layout("5.1|BL=c0|FC=0*c0|FL=0*c0|FR=0*c0|BR=0*c0|LFE=0*c0", 6),
    "7_1": Layout(
        "7.1|FC=c0|FL=0*c0|FR=0*c0|BL=0*c0|BR=0*c0|SL=0*c0|SR=0*c0|LFE=0*c0", 8),
}  # fmt: skip
