"""The sound of a film as 16 kHz mono, on the film's time line.

Two ffmpegs in a row. The first decodes, mixes down and resamples, and passes the samples on with
their timestamps; the second lays them out on the time line, silence where there is none. One
program cannot do both: where a broadcast changes from stereo to 5.1, ffmpeg builds its filters
anew, and a new `aresample=first_pts=0` would pad with silence from zero again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from chalchitra.errors import StageError
from chalchitra.media.film import Film, Shortfall, Stream
from chalchitra.media.formats import BARE_STREAMS, file_url
from chalchitra.media.inputs import film_input, whole_film
from chalchitra.media.tools import FfmpegError, FfmpegRun, run_ffmpeg
from chalchitra.media.wav import wav_duration

SAMPLE_RATE = 16_000

_BYTES_A_SECOND = 2 * SAMPLE_RATE

_LEAD_S = 10.0
"""A clip is decoded from this much before its start, since a seek may land late."""

_GAP_S = 0.015
"""Timestamps off by more than this are a gap or an overlap, and corrected at once: a lost packet
is 20 ms or more, and the rounding of timestamps much less."""

_MISSING_S = 1.0
"""A sound that ends this much early is told."""

_GAPS_TOLD_S = 0.5
"""So much silence in the place of lost sound is told."""

# Dialogue is in the centre. With `<`, ffmpeg divides by the sum of the gains of the channels that
# are there and skips the others, so that nothing clips and one line serves every layout, even one
# that changes: mono, stereo (the mean), 5.1, 7.1.
_GAINS = {
    "FC": 1.0, "FL": 0.4, "FR": 0.4, "FLC": 0.4, "FRC": 0.4, "DL": 0.4, "DR": 0.4,
    "SL": 0.1, "SR": 0.1, "BL": 0.1, "BR": 0.1, "BC": 0.1,
}  # fmt: skip
_GUESSED_CHANNELS = (1, 2, 6, 8)
"""Where a file does not name its channels, so many are taken for mono, stereo, 5.1 and 7.1."""


class AudioInfo(BaseModel):
    """What demux tells the stages after it. Times and durations are in seconds.

    Sample 0 of the WAV is `offset` on the film's time line: 0, or the start of the clip.
    `expected` is the length that the film promises, where it does.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    sample_rate: int = SAMPLE_RATE
    offset: float
    duration: float
    expected: float | None
    film_duration: float | None
    stream: int
    codec: str
    channel_layout: str | None
    shortfalls: list[Shortfall] = Field(default_factory=list)


def extract_audio(
    film: Film,
    stream_index: int,
    clip: tuple[float, float | None] | None,
    out: Path,
    on_progress: Callable[[float], None] | None = None,
) -> AudioInfo:
    """Write one audio stream to `out`: WAV, 16 kHz, mono, 16 bit.

    `clip` is its start and end in seconds of the film's time line; `on_progress` gets the seconds
    written. What a damaged stream still gives is kept, and the loss told in `shortfalls`. Raises
    StageError when nothing can be decoded.
    """
    stream = film.streams[stream_index]
    start, end = clip or (0.0, None)
    length = None if end is None else end - start
    lead = start if film.container in BARE_STREAMS else min(start, _LEAD_S)
    try:
        run = run_ffmpeg(
            _lay_out(out, lead),
            source=_decode(film, stream, start - lead, None if length is None else lead + length),
            on_progress=lambda done: (
                on_progress(done.size / _BYTES_A_SECOND) if on_progress else None
            ),
        )
    except FfmpegError as error:
        if error.source_samples == 0:
            raise _silent(stream) from error
        raise
    duration = wav_duration(out)
    if duration == 0:
        raise _silent(stream)
    expected = _expected(film, stream, start, end)
    return AudioInfo(
        offset=start,
        duration=duration,
        expected=expected,
        film_duration=film.duration,
        stream=stream.index,
        codec=stream.codec,
        channel_layout=stream.channel_layout,
        shortfalls=_shortfalls(
            run, start, duration, expected, _gaps(run, stream, start - lead, lead + duration)
        ),
    )


def mix_down(stream: Stream) -> str:
    """The `pan` filter's argument that makes one channel of this stream's."""
    layout = stream.channel_layout
    named = layout is not None and not layout.startswith(("ambisonic", "binaural"))
    if named or stream.channels in _GUESSED_CHANNELS:
        gains = [f"{gain}*{name}" for name, gain in _GAINS.items()]
    else:
        gains = [f"c{channel}" for channel in range(stream.channels or 1)]
    return f"pan=mono|c0<{'+'.join(gains)}"


def _decode(film: Film, stream: Stream, seek: float, length: float | None) -> list[str]:
    """The first ffmpeg: NUT to a pipe, timestamps counted from `seek` on the film's time line."""
    end = "" if length is None else f":end={length:.6f}"
    filters = f"{mix_down(stream)},aresample={SAMPLE_RATE},atrim=start=0{end}"
    return [
        *film_input(film, seek=seek),
        *["-map", f"0:{stream.index}", "-af", filters, "-c:a", "pcm_s16le"],
        # Decode to the end, however much of it is damaged.
        *["-max_error_rate", "1", "-f", "nut", "pipe:1"],
        *whole_film(film),
    ]


def _lay_out(out: Path, lead: float) -> list[str]:
    """The second ffmpeg: from the pipe to a WAV that starts `lead` seconds after the pipe's 0."""
    filters = f"aresample=async=1:first_pts=0:min_hard_comp={_GAP_S}"
    if lead > 0:
        filters += f",atrim=start={lead:.6f},asetpts=PTS-STARTPTS"
    return [
        *["-copyts", "-protocol_whitelist", "pipe", "-f", "nut", "-i", "pipe:0", "-af", filters],
        *["-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact"],
        *["-c:a", "pcm_s16le", "-f", "wav", file_url(out)],
    ]


def _silent(stream: Stream) -> StageError:
    return StageError(
        f"Audio track {stream.position} gave no sound.",
        cause="There is none in it, or none in the part of the film that was asked for.",
        fix="Choose another track with --audio-track, or another part of the film.",
    )


def _expected(film: Film, stream: Stream, start: float, end: float | None) -> float | None:
    """The length that the WAV should have: to the stream's end where the film tells it."""
    whole = film.duration
    if stream.duration is not None:
        whole = (stream.start or 0.0) + stream.duration
    if whole is None:
        return None if end is None else end - start
    return max(0.0, (whole if end is None else min(whole, end)) - start)


def _gaps(run: FfmpegRun, stream: Stream, seek: float, length: float) -> float:
    """Seconds of silence that were put in between sounds, in `length` seconds from `seek` on."""
    if run.source_samples is None:
        return 0.0
    late = max(0.0, (stream.start or 0.0) - seek)
    return length - late - run.source_samples / SAMPLE_RATE


def _shortfalls(
    run: FfmpegRun, start: float, duration: float, expected: float | None, gaps: float
) -> list[Shortfall]:
    found = []
    said = f"ffmpeg says: {run.source_errors[0]}." if run.source_errors else ""
    if expected is not None and duration < expected - _MISSING_S:
        found.append(
            Shortfall(
                f"The sound ends at {start + duration:.1f} s, not at {start + expected:.1f} s.",
                said or "The film holds less sound than its header says.",
                "If the film is a partial copy, get it whole and prepare it again.",
            )
        )
    if gaps > _GAPS_TOLD_S:
        found.append(
            Shortfall(
                f"{gaps:.1f} s of the sound are missing here and there; they are silent.",
                said or "The timestamps have gaps, as after a bad reception or an edit.",
                "Check the text there, or get another copy.",
            )
        )
    if not found and (run.source_errors or run.source_status):
        found.append(
            Shortfall(
                "Some of the sound is damaged.",
                said or f"ffmpeg ended with status {run.source_status}.",
                "Check the text, or get an undamaged copy.",
            )
        )
    return found
