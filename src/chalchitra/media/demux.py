"""The sound of a film as 16 kHz mono, on the film's time line.

ffmpeg decodes in a process of its own, so that what a stranger's film does to a decoder is no
crash of ours, and hands the samples over with their time stamps (NUT, which keeps them exactly).
Mixing (channels.py) and laying out (layout.py) happen here: no filter of ffmpeg's does either
rightly where channels cancel out or stamps waver.
"""

from __future__ import annotations

import shutil
import wave
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from chalchitra.errors import StageError
from chalchitra.media.channels import Channels, Mixer
from chalchitra.media.clock import JUMPING
from chalchitra.media.evidence import Packets, look_again, require_disk
from chalchitra.media.film import GET_COMPLETE, Film, Shortfall, Stream
from chalchitra.media.formats import BARE_STREAMS
from chalchitra.media.inputs import ONE_BY_ONE, film_input, selector, whole_film
from chalchitra.media.layout import SAMPLE_RATE, Layout, Piece
from chalchitra.media.times import clock
from chalchitra.media.tools import Ffmpeg, failure, find_other_ffmpeg, reading_ffmpeg
from chalchitra.media.zeros import zeros_told
from chalchitra.stagekit.failures import DiskFullError

_LEAD_S = 10.0
"""A clip is decoded from this much before its start, since a seek may land late."""

_READ_WHOLE = BARE_STREAMS | JUMPING
"""Where a seek lands is a guess, or not on the time line where the clock has jumped before."""

_MISSING_S = 1.0
"""A sound that ends this much early is told."""

_SUMMED = frozenset({"flac", "tta"})
"""Codecs with check sums that ffmpeg looks at only when it is asked to, and then only tells."""

_MISPLACED_S = 0.1
"""So much silence in the place of lost sound is told, and so much sound that was there twice: less
than a syllable."""

_LONG_GAP_S = 60.0
"""A silence in which whole scenes would fit is told by its place."""

_PACKET = SAMPLE_RATE // 100
"""Shorter packets are taken together."""

_MOST_BYTES = 4_000_000_000
"""A WAV holds no more: 34 hours."""
_SPARE_BYTES = 50_000_000
"""So much of the disk stays free."""
_LOOK_BYTES = 64_000_000
"""How much is written between two looks at the disk."""


class AudioInfo(BaseModel):
    """What demux tells the stages after it. Times and durations are in seconds.

    Sample 0 of the time line is `offset` on the film's: 0, or the start of the clip. `pieces` are
    the WAV's stretches on it, by their samples: a gap longer than 10 s is not in the file.
    `duration` counts with all gaps; `expected` is the length that the film promises, where it does.
    `channel` is the only one that was heard, where one was asked for.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    sample_rate: int = SAMPLE_RATE
    offset: float
    duration: float
    pieces: list[Piece]
    expected: float | None
    film_duration: float | None
    stream: int
    codec: str
    channel_layout: str | None
    channel: int | None = None
    shortfalls: list[Shortfall] = Field(default_factory=list)


@dataclass
class _Decoded:
    """What a run of the decoder gave, and how it ended."""

    layout: Layout
    mixer: Mixer
    status: int
    errors: list[str]

    @property
    def seconds(self) -> float:
        """The sound alone, without silence in the place of what was lost."""
        return (self.layout.sound + self.layout.dropped) / SAMPLE_RATE

    @property
    def duration(self) -> float:
        return self.layout.length / SAMPLE_RATE


def extract_audio(
    film: Film,
    stream_index: int,
    clip: tuple[float, float | None] | None,
    out: Path,
    on_progress: Callable[[float], None] | None = None,
    *,
    channel: int | None = None,
) -> AudioInfo:
    """Write one audio stream to `out`: WAV, 16 kHz, mono, 16 bit.

    `clip` is its start and end in seconds of the film's time line; `on_progress` gets the seconds
    written; `channel` is the number of the only channel that is heard. What a damaged stream still
    gives is kept, and the loss told in `shortfalls`. Raises StageError when nothing can be decoded
    or the disk would be filled, PassingError when the decoder was killed or the film's disk failed.
    """
    stream = film.streams[stream_index]
    start, end = clip or (0.0, None)
    channels = Channels.of(stream, channel)
    expected = _expected(film, stream, start, end)
    program: Ffmpeg | None = None
    decoded = _decode(film, stream, channels, start, end, out, on_progress, program)
    if not decoded.layout.sound and decoded.status >= 0 and (other := find_other_ffmpeg()):
        again = _decode(film, stream, channels, start, end, out, on_progress, other)
        if again.layout.sound:
            decoded, program = again, other
    packets = _judge(film, stream, start, end, expected, decoded)
    if packets and _beyond(packets, decoded) and not decoded.errors:
        # It ended early and does not say why: by chance, or the film's own doing.
        decoded = _decode(film, stream, channels, start, end, out, on_progress, program)
        packets = _judge(film, stream, start, end, expected, decoded)
    return AudioInfo(
        offset=start,
        duration=decoded.duration,
        pieces=decoded.layout.pieces,
        expected=expected,
        film_duration=film.duration,
        stream=stream.index,
        codec=stream.codec,
        channel_layout=stream.channel_layout,
        channel=channel,
        shortfalls=[
            *_shortfalls(decoded, start, expected, packets, stream),
            *zeros_told(film),
            *decoded.mixer.shortfalls(),
        ],
    )


def _decode(
    film: Film,
    stream: Stream,
    channels: Channels,
    start: float,
    end: float | None,
    out: Path,
    on_progress: Callable[[float], None] | None,
    program: Ffmpeg | None,
) -> _Decoded:
    """Run the decoder once and write what it gives; `program` is another than the usual one."""
    lead = start if film.container in _READ_WHOLE else min(start, _LEAD_S)
    mixer = Mixer(channels)
    with ExitStack() as opened:
        sound = opened.enter_context(_Wav(out))
        layout = Layout(
            sound.write,
            skip=round(lead * SAMPLE_RATE),
            counted=film.container in BARE_STREAMS,
        )
        command = _command(film, stream, channels, start - lead, end, program)
        running = opened.enter_context(reading_ffmpeg(command, program=program))
        for stamps, counts, samples in _blocks(running.output):
            layout.add(stamps, counts, mixer.mix(samples))
            if on_progress:
                on_progress(layout.length / SAMPLE_RATE)
        status, errors = running.end()
        layout.finish()
    if on_progress:
        on_progress(layout.length / SAMPLE_RATE)
    return _Decoded(layout, mixer, status, errors)


def _command(
    film: Film,
    stream: Stream,
    channels: Channels,
    seek: float,
    end: float | None,
    program: Ffmpeg | None,
) -> list[str]:
    """The decoder's arguments: NUT to a pipe, stamps counted from `seek` on the film's time line.

    `end` is where the clip ends on the film's time line.
    """
    length = None if end is None else end - seek
    until = "" if length is None else f":end={length:.6f}"
    # Trimmed first: the resampler's stamps run ahead of a clock that stands still.
    filters = f"{channels.filter},atrim=start=0{until},aresample={SAMPLE_RATE}"
    how = [*ONE_BY_ONE, *(["-err_detect", "crccheck"] if stream.codec in _SUMMED else [])]
    return [
        *film_input(film, *how, seek=seek, program=program),
        *["-map", selector(stream), "-af", filters, "-c:a", "pcm_s16le"],
        # Decode to the end, however much of it is damaged.
        *["-max_error_rate", "1"],
        # Otherwise ffmpeg writes each packet by itself: 50 system calls a second of sound.
        *["-flush_packets", "0", "-f", "nut", "pipe:1"],
        *whole_film(film, length),
    ]


def _blocks(pipe: Any) -> Iterator[tuple[Any, Any, Any]]:
    """The sound in blocks of about a second: packets' stamps, their counts, samples by channels."""
    import av
    import numpy as np

    stamps: list[int] = []
    counts: list[int] = []
    parts: list[Any] = []
    length = 0
    try:
        # The film's own tags come along, and may be in any encoding.
        with av.open(pipe, format="nut", metadata_errors="replace") as container:
            stream = container.streams.audio[0]
            width = stream.codec_context.channels
            for packet in container.demux(stream):
                if packet.pts is None or packet.size < 2 * width:
                    continue
                count = packet.size // (2 * width)
                # Packets of a few samples have no stamps worth the name, unless the clock jumps.
                if (
                    counts
                    and counts[-1] < _PACKET
                    and abs(packet.pts - stamps[-1] - counts[-1]) < SAMPLE_RATE // 4
                ):
                    counts[-1] += count
                else:
                    stamps.append(packet.pts)
                    counts.append(count)
                # The last one of a killed decoder is half a one.
                odd = packet.size % (2 * width)
                parts.append(bytes(packet)[:-odd] if odd else packet)
                length += count
                if length >= SAMPLE_RATE:
                    yield np.array(stamps), np.array(counts), _samples(parts, width)
                    stamps, counts, parts, length = [], [], [], 0
    except (av.error.FFmpegError, IndexError):  # nothing came; the decoder says why
        pass
    if length:
        yield np.array(stamps), np.array(counts), _samples(parts, width)


def _samples(parts: list[Any], width: int) -> Any:
    """Packets' bytes as samples by channels."""
    import numpy as np

    return np.frombuffer(b"".join(parts), "<i2").reshape(-1, width)


class _Wav:
    """Writes the WAV; says so before it or the disk is full."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written = 0
        self._looked = 0

    def __enter__(self) -> _Wav:
        self._file = wave.open(str(self._path), "wb")
        self._file.setnchannels(1)
        self._file.setsampwidth(2)
        self._file.setframerate(SAMPLE_RATE)
        return self

    def __exit__(self, *failed: object) -> None:
        self._file.close()

    def write(self, samples: Any) -> None:
        self._written += samples.nbytes
        if self._written > _MOST_BYTES:
            raise StageError(
                f"The audio is longer than {_MOST_BYTES // (2 * SAMPLE_RATE * 3600)} hours.",
                cause="The film claims less; it is damaged, or was made to fill disks.",
                fix="Choose a part of it with --start-time and --end-time.",
            )
        if self._written - self._looked > _LOOK_BYTES:
            self._looked = self._written
            if shutil.disk_usage(self._path.parent).free < _SPARE_BYTES:
                raise DiskFullError(
                    f"The disk of {self._path.parent} is nearly full.",
                    cause="The film's audio is longer than its header says: "
                    f"{clock(self._written / 2 / SAMPLE_RATE)} so far.",
                    fix="Free some space, or choose a part of it with --start-time and --end-time.",
                )
        self._file.writeframesraw(samples.astype("<i2", copy=False).tobytes())


def _judge(
    film: Film,
    stream: Stream,
    start: float,
    end: float | None,
    expected: float | None,
    decoded: _Decoded,
) -> Packets | None:
    """Look at how the decoder ended; what the film's packets say, where it may have ended early.

    Raises StageError where there is no sound, and PassingError where it was killed, or the disk
    failed.
    """
    if decoded.status < 0:
        raise failure(decoded.status, decoded.errors)
    require_disk(film.path, decoded.errors)
    if not decoded.layout.sound:
        raise StageError(
            f"Audio track {stream.position} produced no sound.",
            cause=f"ffmpeg says: {decoded.errors[0].rstrip('.')}."
            if decoded.errors
            else "It is empty, or it is empty in the chosen part of the film.",
            fix="Choose another track with --audio-track, or another part of the film.",
        )
    early = expected is None or decoded.duration < expected - _MISSING_S
    return look_again(film, stream, start, end) if early or decoded.status else None


def _beyond(packets: Packets, decoded: _Decoded) -> bool:
    """Whether there are packets of sound that were not decoded."""
    return packets.seconds > decoded.seconds * 1.01 + _MISSING_S


def _only_pictures_go_on(
    decoded: _Decoded, start: float, expected: float, packets: Packets | None, stream: Stream
) -> bool:
    """Whether the length that was expected is that of the pictures, which are there to the end.

    So it is where the container has no length a stream: all packets of the sound were decoded, and
    others follow.
    """
    return (
        stream.duration is None
        and packets is not None
        and not _beyond(packets, decoded)
        and packets.reach >= start + expected - _MISSING_S
    )


def _expected(film: Film, stream: Stream, start: float, end: float | None) -> float | None:
    """The length that the WAV should have: to the stream's end where the film tells it."""
    whole = film.duration
    if stream.duration is not None:
        whole = (stream.start or 0.0) + stream.duration
    if whole is None:
        return None if end is None else end - start
    return max(0.0, (whole if end is None else min(whole, end)) - start)


def _shortfalls(
    decoded: _Decoded,
    start: float,
    expected: float | None,
    packets: Packets | None,
    stream: Stream,
) -> list[Shortfall]:
    found = []
    layout = decoded.layout
    said = f"ffmpeg says: {decoded.errors[0].rstrip('.')}." if decoded.errors else ""
    missing = packets is not None and _beyond(packets, decoded)
    if packets is not None and packets.jumps and not missing:
        found.append(
            Shortfall(
                "The film's timestamps jump; times continue from there, as in players.",
                "Recordings were joined, or the broadcast was interrupted.",
                "Check the timing of the subtitles after that point.",
            )
        )
    elif (
        expected is not None
        and decoded.duration < expected - _MISSING_S
        and not _only_pictures_go_on(decoded, start, expected, packets, stream)
    ):
        why = "The film has less audio than its header says."
        if missing:
            why = "The rest of its audio could not be decoded."
        end = start + decoded.duration
        found.append(
            Shortfall(
                f"The audio ends at {end:.1f} s, not at {start + expected:.1f} s.",
                said or why,
                GET_COMPLETE,
            )
        )
    elif missing:
        found.append(
            Shortfall(
                f"The sound ends at {start + decoded.duration:.1f} s, but the film continues.",
                said or "The rest of its audio could not be decoded.",
                "Get an undamaged copy, or convert its audio with another program.",
            )
        )
    for begins, ends in layout.gaps:
        if ends - begins >= _LONG_GAP_S * SAMPLE_RATE:
            at, until = (start + edge / SAMPLE_RATE for edge in (begins, ends))
            found.append(
                Shortfall(
                    f"There is no sound from {clock(at)} to {clock(until)}.",
                    "The file marks that part as empty.",
                    "If there should be speech there, get another copy.",
                )
            )
    silent = layout.silent / SAMPLE_RATE
    if silent > _MISPLACED_S:
        found.append(
            Shortfall(
                f"{silent:.1f} s of audio are missing in places, which are silent.",
                said or "The timestamps have gaps, as after bad reception or an edit.",
                "Check the text there, or get another copy.",
            )
        )
    twice = layout.dropped / SAMPLE_RATE
    if twice > _MISPLACED_S:
        found.append(
            Shortfall(
                f"{twice:.1f} s of audio overlap with earlier audio; they were left out.",
                "The timestamps jump back, as where recordings were joined.",
                "Check the text there, or remux the film with corrected timestamps.",
            )
        )
    if not found and (decoded.errors or decoded.status):
        found.append(
            Shortfall(
                "Some of the audio is damaged.",
                said or f"ffmpeg ended with status {decoded.status}.",
                "Check the text, or get an undamaged copy.",
            )
        )
    return found
