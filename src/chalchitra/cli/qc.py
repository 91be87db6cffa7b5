"""`qc`: anybody's subtitle file, judged by a style profile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chalchitra.errors import ExitCode

if TYPE_CHECKING:
    from chalchitra.languages import Language

_NOT_LANGUAGES = frozenset({"cc", "default", "forced", "sdh"})
"""What players read between a file's language and its suffix: film.en.sdh.srt."""


def qc(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .srt or .vtt file.")],
    film: Annotated[
        Path | None, typer.Option(help="Its film: for its length, and limits in frames.")
    ] = None,
    profile: Annotated[
        str, typer.Option(help="A style of config/styles.toml, or a TOML file.")
    ] = "netflix",
    language: Annotated[
        str | None,
        typer.Option("-s", "--language", help="Its language, where its name does not say it."),
    ] = None,
    most: Annotated[
        int, typer.Option("--max", min=0, help="So many violations are still all right.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Judge a subtitle file: every violation of a style, and how fast it must be read.

    Ends with 5 where it has more violations than --max.
    """
    from chalchitra.media.probe import probe
    from chalchitra.subtitles.foreign import read_subtitles
    from chalchitra.subtitles.qc import make_report
    from chalchitra.subtitles.style import read_style

    style = read_style(profile)
    spoken = _language(file, language)
    read = read_subtitles(file)
    probed = probe(film) if film is not None else None
    report = make_report(
        read.cues,
        style,
        profile,
        spoken.id if spoken else None,
        script=spoken.script if spoken else None,
        film=probed.duration if probed else None,
        frame_rate=probed.frame_rate if probed else None,
        file=read,
    )
    if as_json:
        data = json.loads(report.to_json())
        about = {"file": str(file), "format": read.format, "encoding": read.encoding}
        typer.echo(json.dumps({**about, **data}, ensure_ascii=False))
    else:
        from chalchitra.cli.qc_text import show

        show(report, file, spoken)
    if len(report.violations) > most:
        raise typer.Exit(int(ExitCode.VIOLATIONS))


def _language(file: Path, named: str | None) -> Language | None:
    """The language that was named, or else the one that stands before the suffix: film.hi.srt."""
    from chalchitra.errors import UsageError
    from chalchitra.languages import find

    if named is not None:
        return find(named)
    parts = [part for part in file.stem.split(".")[1:] if part.lower() not in _NOT_LANGUAGES]
    try:
        return find(parts[-1]) if parts else None
    except UsageError:
        return None
