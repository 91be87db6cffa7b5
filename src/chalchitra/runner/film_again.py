"""A film that is not as it was when its job was prepared: a download that ended, a copy put in its
place. It is looked at again, and the job goes on where what was chosen still holds.
"""

from __future__ import annotations

from pathlib import Path

from chalchitra.errors import UsageError
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.model import Job
from chalchitra.media.channels import channel_names
from chalchitra.media.film import Film, Stream
from chalchitra.media.times import validate_clip
from chalchitra.paths import project_root
from chalchitra.pipeline import STAGES, split_key
from chalchitra.runner.film_hash import film_sha256, known_sha256


def look_again(job: Job, layout: JobLayout, *, keep: bool = True) -> tuple[Job, str | None]:
    """The job with its film as it is now, and what a person is told where it is another.

    With `keep` the hash of the film is written down. A film that moved with the checkout is taken
    where it is now; one that is gone is left to whoever opens it. Raises UsageError where the film
    is none any more, or what was chosen does not hold for it.
    """
    path = place_now(job)
    if path is None:
        return job, None
    if path != job.film.path:
        job = _with(job, job.film.model_copy(update={"path": path}))
    was = job.film
    try:
        stat = path.stat()
    except OSError:
        return job, None
    if (stat.st_size, stat.st_mtime_ns) == (was.size, was.mtime_ns):
        return job, None
    # Copied, moved or touched: the same bytes.
    known = known_sha256(layout.film_hash) if stat.st_size == was.size else None
    if known is not None and film_sha256(was.path, layout.film_hash, keep=keep) == known:
        return _with(job, was.model_copy(update={"mtime_ns": stat.st_mtime_ns})), None

    from chalchitra.media.probe import probe

    now = probe(was.path)
    _require_same_choice(job, now)
    again = _with(job, now)
    if _without_time(now) == _without_time(was):
        return again, None
    return again, _note(job, now)


def place_now(job: Job) -> Path | None:
    """Where the job's film is: where it was, or in the checkout as it was in the one before.

    None where it is gone. Of another file in its place its size tells, and then its hash.
    """
    was = job.film.path
    try:
        if was.exists():
            return was
        for at in range(1, len(was.parts)):
            path = project_root().joinpath(*was.parts[at:])
            if ".." not in was.parts and path.is_file() and path.stat().st_size == job.film.size:
                return path
    except OSError:  # a drive that does not answer
        return was
    return None


def _with(job: Job, film: Film) -> Job:
    return job.model_copy(update={"film": film})


def _without_time(film: Film) -> Film:
    return film.model_copy(update={"mtime_ns": 0})


def _require_same_choice(job: Job, now: Film) -> None:
    chosen = job.audio_stream
    was = job.film.streams[chosen.index] if chosen.index < len(job.film.streams) else None
    there = now.streams[chosen.index] if chosen.index < len(now.streams) else None
    same = (
        there is not None
        and there.kind == "audio"
        and (there.position, there.language, there.title)
        == (chosen.position, chosen.language, chosen.title)
        and (was is None or was.channels == there.channels)
    )
    if not same:
        raise _other(
            f"Audio track {chosen.position} is not the one that was chosen",
            f"it was {_described(was)} and is now {_described(there)}",
        )
    if chosen.channel is not None:
        names = [_channel(stream, chosen.channel) for stream in (was, there)]
        if names[1] is None or (was is not None and names[0] != names[1]):
            raise _other(
                f"Audio track {chosen.position} no longer has the channel that was chosen",
                f"channel {chosen.channel} was {names[0] or 'missing'}, and is now "
                f"{names[1] or 'missing'}",
            )
    if job.clip is not None:
        validate_clip(now, job.clip.start, job.clip.end)
    wants_picture = any(STAGES[split_key(key)[0]].needs_picture for key in job.stages)
    if wants_picture and job.film.has_picture and not now.has_picture:
        raise _other("The film no longer has a picture", "it had one when the job was prepared")


def _channel(stream: Stream | None, number: int) -> str | None:
    """The name of a stream's channel; None where it has none of this number."""
    names = channel_names(stream) if stream else []
    return names[number] if number < len(names) else None


def _described(stream: Stream | None) -> str:
    if stream is None:
        return "missing"
    about = (stream.kind, stream.language, stream.codec, stream.channel_layout, stream.title)
    return f"({', '.join(part for part in about if part)})"


def _other(what: str, how: str) -> UsageError:
    return UsageError(
        f"{what}: {how}.",
        cause="The film was changed or replaced after the job was prepared.",
        fix="Prepare it again with prepare-job; what this job has made stays as it is.",
    )


def _note(job: Job, now: Film) -> str:
    lengths = [_length(film.duration) for film in (job.film, now)]
    how = f" ({lengths[0]} long then, {lengths[1]} now)" if lengths[0] != lengths[1] else ""
    language = (
        " Its language was detected in the earlier version; prepare it again if in doubt."
        if job.detected is not None
        else ""
    )
    return f"The film was changed after the job was prepared{how}; it was examined again.{language}"


def _length(seconds: float | None) -> str:
    return "unknown length" if seconds is None else f"{seconds:.1f} s"
