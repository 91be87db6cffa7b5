"""`qc`: anybody's subtitle file, judged by a style profile; or what a job's tracks are like."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chalchitra.cli import complete
from chalchitra.cli.text import OutOption, print_json
from chalchitra.errors import ExitCode, UsageError
from chalchitra.hints import jobs_line

if TYPE_CHECKING:
    from chalchitra.languages import Language

_PROFILE = "netflix"
_NOT_LANGUAGES = frozenset({"cc", "default", "forced", "sdh"})
"""What players read between a file's language and its suffix: film.en.sdh.srt."""


def qc(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE|JOB",
            help="Subtitle file (.srt, .vtt, .ass ...), or job id or folder.",
        ),
    ] = None,
    job: Annotated[
        str | None, typer.Option("-j", "--job", metavar="JOB", help="Job id or folder.")
    ] = None,
    film: Annotated[
        Path | None,
        typer.Option(
            metavar="FILM", help="The film of a subtitle file, for its length and frame rate."
        ),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            help="Style to check a file against: netflix, netflix-children, sdh, bbc, or a TOML "
            "file.",
            show_default="netflix",
            autocompletion=complete.styles,
        ),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            "-s",
            "--language",
            metavar="LANG",
            help="Language of a subtitle file, if its name does not tell it.",
            autocompletion=complete.languages,
        ),
    ] = None,
    most: Annotated[
        int,
        typer.Option(
            "--max", metavar="N", min=0, help="Allow at most N violations.", show_default="0"
        ),
    ] = 0,
    out: OutOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Check subtitles for timing, reading speed and layout: of a job, or in any subtitle file.

    The exit code is 5 if there are more violations than --max.
    """
    from chalchitra.out import out_dir

    if (named := _job(name, job, out)) is not None:
        if film is not None or profile is not None or language is not None:
            raise _only_for_files()
        count = _of_job(named, as_json=as_json)
    elif name is not None:
        count = _of_file(Path(name), film, profile or _PROFILE, language, as_json=as_json)
    else:
        raise UsageError(
            "No subtitles were named.",
            cause="qc checks a subtitle file or a job.",
            fix=jobs_line(out_dir(out), first="Name a subtitle file or a job; to see the jobs,"),
        )
    if count > most:
        raise typer.Exit(int(ExitCode.VIOLATIONS))


def _job(name: str | None, job: str | None, out: Path | None) -> Path | None:
    """The folder of the job that was named; None where a file was."""
    from chalchitra.jobs.store import named_job
    from chalchitra.out import out_dir

    if job is not None and name is not None:
        raise UsageError(
            "A file and a job were named.",
            cause="qc checks one at a time.",
            fix="Leave one of them out.",
        )
    if job is None and name is not None:
        path = Path(name)
        if path.suffix or path.is_file():
            return None
        job = name
    return None if job is None else named_job(out_dir(out), job)


def _only_for_files() -> UsageError:
    return UsageError(
        "--film, --profile and --language are for files.",
        cause="A job knows its film, its languages, and the style that it was cut by.",
        fix="Leave them out; restyle cuts a job's cues by another style.",
    )


def _of_job(folder: Path, *, as_json: bool) -> int:
    """Show what a job's tracks are like; returns how many violations they have."""
    from chalchitra.cli.qc_text import show_job
    from chalchitra.editing.quality import job_report
    from chalchitra.jobs.layout import JobLayout
    from chalchitra.jobs.store import read_job

    job = read_job(folder)
    report = job_report(job, JobLayout(folder.absolute()))
    if as_json:
        data = report.model_dump(mode="json", exclude_none=True)
        print_json("qc-job", {"job_id": job.job_id, **data})
    else:
        show_job(report)
    return report.violations


def _of_file(
    file: Path, film: Path | None, profile: str, language: str | None, *, as_json: bool
) -> int:
    """Judge a file and show what was found; returns how many violations it has."""
    from chalchitra.media.frame_rate import film_rate
    from chalchitra.media.measure import measured
    from chalchitra.media.probe import probe
    from chalchitra.subtitles.cues.style import read_style
    from chalchitra.subtitles.formats.foreign import read_subtitles
    from chalchitra.subtitles.qc.report import make_report

    style = read_style(profile)
    spoken = _language(file, language)
    probed = probe(film) if film is not None else None
    read = read_subtitles(file, probed.frame_rate if probed else None)
    report = make_report(
        read.cues,
        style,
        profile,
        spoken.id if spoken else None,
        script=spoken.script if spoken else None,
        film=probed.duration if probed else None,
        frame_rate=film_rate(probed) if probed else None,
        file=read,
        width=measured(read.cues, spoken.id, spoken.script) if spoken else None,
    )
    if as_json:
        data = json.loads(report.to_json())
        about = {"file": str(file), "format": read.format, "encoding": read.encoding}
        print_json("qc-file", {**about, **data})
    else:
        from chalchitra.cli.qc_text import show

        show(report, file, spoken, probed)
    return len(report.violations)


def _language(file: Path, named: str | None) -> Language | None:
    """The language that was named, or else the one that stands before the suffix: film.hi.srt."""
    from chalchitra.languages import find

    if named is not None:
        return find(named)
    parts = [part for part in file.stem.split(".")[1:] if part.lower() not in _NOT_LANGUAGES]
    try:
        return find(parts[-1]) if parts else None
    except UsageError:
        return None
