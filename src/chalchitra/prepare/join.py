"""`--join`: several parts become the one film of a job, as a copy that the job owns.

A copy, since every stage, the film's hash and the store then work as with any film; the parts are
only read. It is made in a hidden folder of `out` and becomes the job's by a rename: whatever stops
the preparation leaves nothing of it.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from chalchitra import stopping
from chalchitra.errors import StageError, UsageError
from chalchitra.files import written_whole
from chalchitra.jobs.model import FilmPart
from chalchitra.media import probe
from chalchitra.media.formats import shown
from chalchitra.media.times import clock
from chalchitra.media.tools import FfmpegError
from chalchitra.prepare import parts as names
from chalchitra.prepare.film_files import named_film
from chalchitra.text.listing import listed

_SPARE_BYTES = 50_000_000
_APART = "Leave out --join to prepare the parts as films of their own."


@dataclass(frozen=True)
class Joined:
    """What a film was joined of: its parts, what it is called, what a person is told."""

    parts: tuple[FilmPart, ...]
    name: str
    notes: tuple[str, ...] = ()


@contextmanager
def joined(
    films: Sequence[Path], out: Path, tell: Callable[[str], None]
) -> Iterator[tuple[Path, Joined]]:
    """One film of these parts, in this order; unless a job took it, nothing is left at the end.

    `tell` gets what is to be said before it takes long. Raises UsageError for parts that are none,
    that do not fit each other, or for which the disk has no room.
    """
    from chalchitra.media.join import difference, join
    from chalchitra.prepare.language.listening import HIDDEN_PREFIX, alone_or_beside
    from chalchitra.prepare.write import writable

    if len(films) < 2:
        raise UsageError(
            "--join needs several parts, and one film was given.",
            cause="It makes one film of the files or the folder that it is given.",
            fix="Name all parts, in their order, or leave out --join.",
        )
    looked = [probe.probe(named_film(film)) for film in films]
    for film in looked[1:]:
        found = difference(looked[0], film)
        if found:
            raise UsageError(
                f"{shown(film.path)} cannot be joined to {shown(looked[0].path)}: {found}.",
                cause="Parts are joined as they are, without encoding them anew.",
                fix=f"Convert it to the form of the first part. {_APART}",
            )
    if gone := names.missing(films):
        numbers = listed([str(number) for number in gone], 5)
        which = f"Part {numbers} is" if len(gone) == 1 else f"Parts {numbers} are"
        tell(f"{which} missing; the film is made without.")
    size = sum(film.size for film in looked)
    with writable(out), alone_or_beside(out):
        _require_room(out, size)
        hidden = out / f"{datetime.now():%Y/%m/%d}" / f"{HIDDEN_PREFIX}{secrets.token_hex(4)}"
        hidden.mkdir(parents=True)
        try:
            tell(f"Joining {len(looked)} parts ({size / 1e9:.1f} GB) ...")
            path = hidden / "film.mkv"
            with _explained(), written_whole(path) as temporary:
                starts, notes = join(looked, temporary, stopping.check)
            parts = [
                FilmPart(path=film.path, start=start)
                for film, start in zip(looked, starts, strict=True)
            ]
            said = ", ".join(f"{part.path.name} at {clock(part.start)}" for part in parts)
            made = Joined(tuple(parts), names.common_name(films))
            made = replace(made, notes=(f"Joined: {said}.", *notes))
            yield path, made
        finally:
            shutil.rmtree(hidden, ignore_errors=True)


@contextmanager
def _explained() -> Iterator[None]:
    """Say of what ffmpeg cannot join that the parts cannot be joined."""
    try:
        yield
    except FfmpegError as error:
        stopping.check()  # Ctrl-C ends ffmpeg, too
        raise UsageError(
            f"The parts cannot be joined: {error.what}", cause=error.cause, fix=error.fix or _APART
        ) from None
    except StageError:
        stopping.check()
        raise


def _require_room(out: Path, size: int) -> None:
    """The copy, and while it is made one of each part."""
    out.mkdir(parents=True, exist_ok=True)
    free, need = shutil.disk_usage(out).free, 2 * size + _SPARE_BYTES
    if free < need:
        raise UsageError(
            f"The disk of {out} has {free / 1e9:.1f} GB left; joining needs {need / 1e9:.1f} GB.",
            cause="The parts are copied into one film there; half of that is freed again.",
            fix="Free some space, or give a folder on another disk with --out.",
        )
