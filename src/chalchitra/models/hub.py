"""Fetching a model's files from the model hub, and saying in one sentence why it did not work.

Orchestrator side: huggingface_hub is in venv/common and is imported only when something is fetched.
`HF_ENDPOINT` names a mirror; the token comes from `HF_TOKEN` or from `hf auth login`.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from chalchitra import stopping
from chalchitra.hints import typed
from chalchitra.models.catalogue import HubPartsSource, HubSource, ModelEntry, ModelFile
from chalchitra.models.sources import Origin, Progress, SourceError, require_space, required_names

TIMEOUT = 20.0
"""Seconds to wait for the hub's answer about a repository or a file."""

_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO)

LOGIN = "venv/common/bin/hf auth login"


def take_from_hub(
    source: HubSource, entry: ModelEntry, work: Path, progress: Progress, revision: str | None
) -> Origin:
    """Download the model's files into `work`, at `revision` or the newest commit.

    A connection that breaks is resumed by the client; files that an earlier, interrupted call
    finished are not downloaded again. Raises SourceError.
    """
    with _explained(source, entry):
        origin = stopping.aside(lambda: _download(source, entry, work, progress, revision))
    shutil.rmtree(work / ".cache", ignore_errors=True)
    return origin


def _download(
    source: HubSource, entry: ModelEntry, work: Path, progress: Progress, revision: str | None
) -> Origin:
    import huggingface_hub

    endpoint = os.environ.get("HF_ENDPOINT") or None
    info = huggingface_hub.HfApi(endpoint=endpoint).model_info(
        source.repository, revision=revision, files_metadata=True, timeout=TIMEOUT
    )
    siblings = {sibling.rfilename: sibling for sibling in info.siblings or []}
    names = required_names(entry, list(siblings), f"{source.repository} at {info.sha}")
    total = sum(siblings[name].size or 0 for name in names)
    require_space(work, total - _present(work, names))
    done = 0

    def report(more: int) -> None:
        nonlocal done
        done += more
        stopping.check()  # whoever waited has gone: we end here, too
        progress(min(done, total), total)

    for name in names:
        before = done
        huggingface_hub.hf_hub_download(
            source.repository,
            name,
            revision=info.sha,
            local_dir=work,
            endpoint=endpoint,
            etag_timeout=TIMEOUT,
            tqdm_class=_bar_class(report),
        )
        # A file that was there already reports nothing.
        report((work / name).stat().st_size - (done - before))
    hashes = {name: siblings[name].lfs.sha256 for name in names if siblings[name].lfs}
    return Origin({"hub": source.repository, "revision": info.sha}, hashes)


def take_parts(
    source: HubPartsSource, entry: ModelEntry, work: Path, progress: Progress, revisions: list[str]
) -> Origin:
    """Download a model whose files lie in several repositories, each under its own name there.

    `revisions` are the repositories' commits of an earlier fetch, in order; empty without one.
    Raises SourceError.
    """
    hashes: dict[str, str] = {}
    taken: list[dict[str, str]] = []
    for number, part in enumerate(source.parts):
        members = {
            theirs: name for name, (which, theirs) in source.members.items() if which == number
        }
        wanted = replace(entry, files=tuple(ModelFile((theirs,)) for theirs in members))
        folder = work / f".part-{number}"
        folder.mkdir(exist_ok=True)
        revision = part.revision or (revisions[number] if number < len(revisions) else None)
        origin = take_from_hub(part, wanted, folder, progress, revision)
        for theirs, name in members.items():
            (folder / theirs).replace(work / name)
            if theirs in origin.sha256:
                hashes[name] = origin.sha256[theirs]
        shutil.rmtree(folder)
        taken.append(origin.described)
    return Origin({"parts": taken}, hashes)


def require_access(source: HubSource, entry: ModelEntry) -> None:
    """Ask the hub whether this machine's token may read the repository. Raises SourceError."""
    with _explained(source, entry):
        import huggingface_hub

        api = huggingface_hub.HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None)
        stopping.aside(lambda: api.auth_check(source.repository))


@contextmanager
def _explained(source: HubSource, entry: ModelEntry) -> Iterator[None]:
    """Turn whatever the client raises into a SourceError, and keep its warnings off the screen."""
    variable = next((v for v in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE") if _true(v)), None)
    if variable:
        raise SourceError(f"{variable} forbids the network", typed("unset", variable))
    logger = logging.getLogger("huggingface_hub")
    level = logger.level
    try:
        logger.setLevel(logging.CRITICAL)
        yield
    except SourceError:
        raise
    except KeyboardInterrupt:  # the client's own library hears Ctrl-C too
        raise stopping.cancelled() from None
    except Exception as error:
        raise _explain(_root_cause(error), source, entry) from error
    finally:
        logger.setLevel(level)


def _explain(error: BaseException, source: HubSource, entry: ModelEntry) -> SourceError:
    import huggingface_hub
    from huggingface_hub import errors

    if isinstance(error, errors.GatedRepoError):
        if huggingface_hub.get_token() is None:
            return SourceError(
                "it is gated, and there is no token on this machine",
                typed(LOGIN, first=f"Accept its terms at {source.page}, then"),
            )
        return SourceError(
            "it is gated, and the account of this machine's token has no access to it",
            typed(
                LOGIN,
                first=f"Accept its terms at {source.page} with that account, or to use another,",
            ),
        )
    if isinstance(error, errors.RevisionNotFoundError):
        return SourceError(
            f"the repository has no revision {source.revision}",
            "Correct the revision in config/models.toml.",
        )
    if isinstance(error, errors.RepositoryNotFoundError):
        guess = ", and its name has never been confirmed" if entry.unverified else ""
        return SourceError(
            f"there is no such repository, or it is private{guess}",
            typed(LOGIN, first=f"Look at {source.page}; correct config/models.toml, or to see it,"),
        )
    if isinstance(error, errors.EntryNotFoundError) and isinstance(error, errors.HfHubHTTPError):
        return SourceError(
            "one of its files is missing", "Try another revision in config/models.toml."
        )
    if isinstance(error, errors.HfHubHTTPError):
        status = error.response.status_code
        if status == 401:
            return SourceError("the hub does not accept the token", typed(LOGIN))
        return SourceError(
            f"the hub answered with status {status}", "Try again later.", resumable=True
        )
    if isinstance(error, errors.FileMetadataError):
        return SourceError(
            "the server that answers is not a model hub", "Check HF_ENDPOINT and the proxy."
        )
    if isinstance(error, OSError) and error.errno in _DISK_ERRORS:
        return SourceError(
            f"the files cannot be written: {error.strerror}",
            "Check the disk's space and permissions.",
        )
    return SourceError(
        f"the hub cannot be reached ({type(error).__name__}: {_first_line(error)})",
        "Check the connection and try again.",
        resumable=True,
    )


def _root_cause(error: BaseException) -> BaseException:
    """The client wraps what happened on the network into "not found in the local cache"."""
    from huggingface_hub.errors import LocalEntryNotFoundError

    while isinstance(error, LocalEntryNotFoundError) and error.__cause__ is not None:
        error = error.__cause__
    return error


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or ["no reason given"])[0]


def _present(work: Path, names: list[str]) -> int:
    return sum((work / name).stat().st_size for name in names if (work / name).is_file())


def _true(variable: str) -> bool:
    return os.environ.get(variable, "").upper() in {"1", "ON", "YES", "TRUE"}


def _bar_class(report: Callable[[int], None]) -> type:
    """What the client takes for a progress bar; it shows nothing and passes the bytes on."""

    class Bar:
        def __init__(self, *_: Any, total: int | None = None, initial: int = 0, **__: Any) -> None:
            self.total = total
            self.n = initial

        def __enter__(self) -> Bar:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def update(self, more: float | None = 1) -> None:
            self.n += int(more or 0)
            report(int(more or 0))

        def update_transfer(self, more: float | None = 1) -> None:
            """Bytes on the network, where they differ from those of the file."""

        def _show(self, *_: Any, **__: Any) -> None:
            pass

        refresh = close = set_postfix_str = set_transfer_postfix_str = set_description_str = _show

    return Bar
