"""What outlives a power cut: a file is on the disk before it has its name, and then the name is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chalchitra.files import write_text, written_whole
from chalchitra.jobs.store import write_job


class Disk:
    """The steps that matter, in order: `("sync", inode)` and `("name", inode)`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.steps: list[tuple[str, int]] = []
        replace, rename = os.replace, Path.rename

        def sync(fd: int) -> None:
            self.steps.append(("sync", os.fstat(fd).st_ino))

        def named(self_: Path, target: Path) -> Path:
            self.steps.append(("name", self_.stat().st_ino))
            return rename(self_, target)

        def replaced(source: Path, target: Path) -> None:
            self.steps.append(("name", Path(source).stat().st_ino))
            replace(source, target)

        monkeypatch.setattr(os, "fsync", sync)
        monkeypatch.setattr(os, "replace", replaced)
        monkeypatch.setattr(Path, "rename", named)

    def is_durable(self, path: Path, *files: Path) -> bool:
        """Whether `files` were synced before `path` was named, and its folder after that."""
        at = self.steps.index(("name", path.stat().st_ino))
        before, after = self.steps[:at], self.steps[at:]
        return (
            all(("sync", file.stat().st_ino) in before for file in files)
            and (
                "sync",
                path.parent.stat().st_ino,
            )
            in after
        )


def test_a_file_and_its_name_are_on_the_disk(tmp_path, monkeypatch):
    disk = Disk(monkeypatch)
    write_text(tmp_path / "record.json", "{}")
    assert disk.is_durable(tmp_path / "record.json", tmp_path / "record.json")
    with written_whole(tmp_path / "passing.json", durable=False) as temporary:
        temporary.write_text("{}")
    assert ("sync", (tmp_path / "passing.json").stat().st_ino) not in disk.steps


def test_a_film_that_becomes_the_jobs_own_is_there_by_name(project, tmp_path, monkeypatch):
    job, layout = project.job()
    film = tmp_path / "joined.mkv"
    film.write_bytes(b"a film")
    disk = Disk(monkeypatch)
    write_job(job, layout.root.with_name("778"), film=film)
    own = layout.root.with_name("778") / "film" / job.film.path.name
    assert own.read_bytes() == b"a film"
    assert disk.is_durable(own)


def test_a_job_is_on_the_disk_before_it_is_named(project, monkeypatch):
    job, layout = project.job()
    folder = layout.root.with_name("777")
    disk = Disk(monkeypatch)
    write_job(job, folder)
    assert disk.is_durable(folder, folder / "job.json")
