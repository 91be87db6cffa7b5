"""`models`: list, accept, fetch and verify."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chalchitra.cli.text import columns
from chalchitra.errors import ExitCode

if TYPE_CHECKING:
    from chalchitra.models.catalogue import ModelEntry

app = typer.Typer(help="The models: list, accept, fetch, verify.", no_args_is_help=True)

KindOption = Annotated[str | None, typer.Option(help="whisper, wav2vec2 or seq2seq.")]
FormatOption = Annotated[
    str | None, typer.Option("--format", help="ctranslate2, mlx or hf, where there are several.")
]


@app.command("list")
def list_models(
    kind: KindOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the rows as JSON.")] = False,
) -> None:
    """List the models by name, with what is there already."""
    from chalchitra.models.catalogue import load
    from chalchitra.models.verify import check

    rows = [check(entry) for entry in load().all(kind)]
    if as_json:
        data = [
            {
                "name": row.entry.name,
                "kind": row.entry.kind,
                "format": row.entry.format,
                "state": row.state,
                "bytes": row.size_bytes or row.entry.size_bytes,
                "gated": row.entry.gated,
                "licence": row.entry.licence,
                "non_commercial": row.entry.non_commercial,
                "languages": list(row.entry.languages),
                "path": str(row.folder),
            }
            for row in rows
        ]
        typer.echo(json.dumps(data, ensure_ascii=False))
        return
    cells = [("name", "kind", "format", "size", "state", "licence", "")]
    for row in rows:
        size = row.size_bytes or row.entry.size_bytes
        cells.append(
            (
                row.entry.name,
                row.entry.kind,
                row.entry.format,
                f"{size / 1e9:.2f} GB" if size else "",
                row.state,
                row.entry.licence or "",
                _marks(row.entry),
            )
        )
    typer.echo("\n".join(columns(cells, right={3})))


def _marks(entry: ModelEntry) -> str:
    from chalchitra.models.licences import accepted

    if entry.gated:
        return "gated"
    if not entry.non_commercial:
        return ""
    return "not commercial" if accepted(entry) else "not commercial; see `models accept`"


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="A name of `chalchitra models list`.")],
    kind: KindOption = None,
    format_: FormatOption = None,
    from_: Annotated[
        Path | None, typer.Option("--from", help="Take it from this folder, not from the net.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Fetch it again.")] = False,
) -> None:
    """Fetch one model and check every file of it."""
    from chalchitra.models import fetch as fetching
    from chalchitra.models.catalogue import FolderSource, load
    from chalchitra.models.convert import convert_if_needed

    entry = load().find(name, kind, format_)
    shown = -1

    def progress(done: int, total: int) -> None:
        nonlocal shown
        percent = int(100 * done / total) if total else 0
        if percent != shown and sys.stderr.isatty():
            shown = percent
            print(f"\r{entry}: {percent:3d} %", end="", file=sys.stderr, flush=True)

    fetched = fetching.fetch(
        entry, sources=[FolderSource(from_)] if from_ else None, progress=progress, force=force
    )
    converted = convert_if_needed(entry)
    if shown >= 0:
        print(file=sys.stderr)
    origin = f"from {fetched.source}" if fetched.source else "was there already"
    made = ", converted" if converted else ""
    typer.echo(f"{entry}: {fetched.size_bytes / 1e6:.0f} MB {origin}, in {fetched.path}{made}")


@app.command()
def accept(
    name: Annotated[str, typer.Argument(help="A name of `chalchitra models list`.")],
    kind: KindOption = None,
    format_: FormatOption = None,
) -> None:
    """Agree to a model's licence where that forbids commercial use."""
    from chalchitra.models import licences
    from chalchitra.models.catalogue import load

    entry = load().find(name, kind, format_)
    if not entry.non_commercial:
        typer.echo(f"{entry} needs no agreement: its licence is {entry.licence or 'not known'}.")
        return
    licences.accept(entry)
    typer.echo(f"Agreed to {entry.licence} for {entry.name}: no commercial use.")


@app.command()
def verify(
    name: Annotated[str | None, typer.Argument(help="One model; otherwise all fetched.")] = None,
    kind: KindOption = None,
    format_: FormatOption = None,
) -> None:
    """Read every file again and compare it with its hash."""
    from chalchitra.models.catalogue import load
    from chalchitra.models.verify import check

    known = load()
    entries = [known.find(name, kind, format_)] if name else known.all(kind, format_)
    bad = 0
    for entry in entries:
        found = check(entry, full=True)
        if found.state == "not fetched" and not name:
            continue
        problems = f": {'; '.join(found.problems)}" if found.problems else ""
        typer.echo(f"{entry}: {found.state}{problems}")
        bad += not found.ok
    if bad:
        raise typer.Exit(int(ExitCode.MISSING))
