"""The folders of a job: `out/YYYY/MM/DD/<user>/<NNN>/`, and what lies where inside.

job.json                      what was asked and decided
state.json                    how far it is, for whoever looks
film/                         the film, where it was joined of several parts
film.json                     the film's content hash, by size and time
script.json                   the text that was given with the film, line by line
glossary.json                 the glossaries that were given or lay beside the film, merged
edited.<language>.<hash>.json the track of a language as a person edited it
stages/<key>/attempts.json    the attempts, each written down before its process starts
stages/<key>/attempt-001/     a running or broken attempt: request, messages, outputs, result
stages/<key>/done-001/        a published one (one rename)
stages/<key>/record.json      what the published attempt was
logs/<key>.log                everything the stage's process printed
output/                       the deliverables
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class JobLayout:
    """Paths inside one job directory."""

    root: Path

    @property
    def job_file(self) -> Path:
        return self.root / "job.json"

    @property
    def film(self) -> Path:
        """The folder of a film that was joined of parts."""
        return self.root / "film"

    @property
    def film_hash(self) -> Path:
        return self.root / "film.json"

    @property
    def script(self) -> Path:
        return self.root / "script.json"

    @property
    def glossary(self) -> Path:
        return self.root / "glossary.json"

    def edited(self, language: str, sha256: str) -> Path:
        """A track as a person edited it; its content's hash in its name keeps two apart."""
        return self.root / f"edited.{language}.{sha256[:12]}.json"

    @property
    def state(self) -> Path:
        return self.root / "state.json"

    @property
    def lock(self) -> Path:
        return self.root / ".lock"

    @property
    def cancel(self) -> Path:
        """A file that asks the runner of this job to stop it."""
        return self.root / ".cancel"

    @property
    def queued(self) -> Path:
        """A file that says which batch will run this job in its turn."""
        return self.root / ".queued"

    @property
    def output(self) -> Path:
        return self.root / "output"

    @property
    def out(self) -> Path | None:
        """The folder of jobs that this one lies in; None for a job that lies elsewhere."""
        root = self.root.resolve()  # a person may name it by a link, or with ..
        parents = root.parents
        if len(parents) < 5 or not (parents[1] / ".ids" / root.name).is_dir():
            return None
        return parents[4]

    @property
    def memory(self) -> Path | None:
        """Where the translations are remembered that the jobs of one folder share."""
        return memory_of(self.out) if self.out else None

    def stage(self, key: str) -> Path:
        return self.root / "stages" / key

    def attempts(self, key: str) -> Path:
        return self.stage(key) / "attempts.json"

    def record(self, key: str) -> Path:
        return self.stage(key) / "record.json"

    def attempt(self, key: str, number: int) -> Path:
        return self.stage(key) / f"attempt-{number:03d}"

    def done(self, key: str, number: int) -> Path:
        return self.stage(key) / f"done-{number:03d}"

    def by_hand(self, key: str) -> Path:
        """Where a stage that a person started by hand writes; never published."""
        return self.stage(key) / "by-hand"

    def log(self, key: str) -> Path:
        return self.root / "logs" / f"{key}.log"


def memory_of(out: Path) -> Path:
    """The folder of the translation memory that the jobs in `out` share."""
    return out / ".memory"
