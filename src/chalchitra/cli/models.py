"""`models`: list, accept, fetch and verify."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chalchitra.cli.help import Command, Group, examples
from chalchitra.cli.text import named, print_json
from chalchitra.errors import ExitCode
from chalchitra.hints import fetch_line, pasteable, typed
from chalchitra.printable import raw
from chalchitra.tables import Cell, Column, show, state_cell
from chalchitra.wrapping import say

if TYPE_CHECKING:
    from chalchitra.models.need import Needed
    from chalchitra.models.verify import Check
    from chalchitra.schemas.rows import ModelRow

app = typer.Typer(
    cls=Group,
    help="List, fetch and verify models, and accept their licences.",
    no_args_is_help=True,
)

KindOption = Annotated[
    str | None,
    typer.Option(
        metavar="KIND", help="Only models of this kind: whisper, wav2vec2, seq2seq or diarization."
    ),
]
FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format", metavar="FORMAT", help="ctranslate2, mlx or hf, if the model comes in several."
    ),
]


@app.command("list", cls=Command, epilog="chalchitra models list -s hi -t en")
def list_models(
    kind: KindOption = None,
    source: Annotated[
        str | None,
        typer.Option(
            "-s", "--source", metavar="LANG,...", help="Spoken languages: list what they need."
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            "-t",
            "--target",
            metavar="LANG,...",
            help="Languages to translate into: list what they need.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the rows as JSON.")] = False,
) -> None:
    """List the models, those that this machine and the given languages need first."""
    from chalchitra.hardware import known_hardware
    from chalchitra.languages import find
    from chalchitra.models.catalogue import load
    from chalchitra.models.need import by_need, require_any
    from chalchitra.models.verify import check

    known = load()
    sources, targets = ([find(name) for name in named(text)] for text in (source, target))
    needed = by_need(known.all(kind), known_hardware(), sources, targets)
    require_any(needed, kind, (entry.kind for entry in known.entries))
    rows = [_row(one, check(one.entry)) for one in needed]
    if as_json:
        print_json("models-list", [row.model_dump() for row in rows])
        return
    # Who names languages wants to know what they need: that, and what is there already.
    shown = [
        row for row in rows if row.wanted or row.state != "not fetched" or not (source or target)
    ]
    show(COLUMNS, [cells(row) for row in shown])
    if len(shown) < len(rows):
        more = typed("chalchitra models list", first=f"To list the other {len(rows) - len(shown)},")
        say(pasteable(more))
    for line in _advice(rows):
        say(pasteable(line))


COLUMNS = (
    Column("name"),
    Column("state"),
    Column("for", folds=True),
    Column("size", need=1, right=True),
    Column("format", need=2),
    Column("licence", need=3),
)


def cells(row: ModelRow) -> tuple[str, ...]:
    """A model's row of the table; what is wanted is bold."""
    marks = ["gated"] if row.gated else ["not commercial"] if row.non_commercial else []
    return (
        Cell(row.name, "head" if row.wanted else ""),
        state_cell(row.state),
        row.purpose,
        f"{row.bytes / 1e9:.2f} GB" if row.bytes else "",
        row.format,
        ", ".join([*filter(None, [row.licence]), *marks]),
    )


def _row(needed: Needed, found: Check) -> ModelRow:
    from chalchitra.models.licences import agreed
    from chalchitra.schemas.rows import ModelRow

    entry = needed.entry
    return ModelRow(
        name=entry.name,
        kind=entry.kind,
        format=entry.format,
        state=found.state,
        bytes=found.size_bytes or entry.size_bytes,
        gated=entry.gated,
        licence=entry.licence,
        non_commercial=entry.non_commercial,
        accepted=agreed(entry),
        languages=list(entry.languages),
        path=str(found.folder),
        purpose=needed.purpose,
        wanted=needed.wanted,
        usable=needed.usable,
    )


def _advice(rows: Sequence[ModelRow]) -> list[str]:
    """What to type for what is wanted and is not there."""
    lines = []
    for row in rows:
        if row.wanted and row.state != "ok":
            if row.accepted is False:
                lines.append(
                    typed(
                        "chalchitra models accept",
                        row.name,
                        first=f"To accept the terms of {row.name},",
                    )
                )
            lines.append(fetch_line(row.name, row.format, first=f"To fetch {row.name},"))
    return lines


@app.command(
    cls=Command,
    epilog=examples(
        "chalchitra models fetch large-v3 --format ctranslate2",
        "chalchitra models fetch large-v3 --format ctranslate2 --from /media/usb/large-v3",
    ),
)
def fetch(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A name from `chalchitra models list`.")
    ],
    kind: KindOption = None,
    format_: FormatOption = None,
    from_: Annotated[
        Path | None,
        typer.Option("--from", metavar="DIR", help="Copy from this folder instead of downloading."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Fetch it even if it is here already.")
    ] = False,
) -> None:
    """Download a model and verify its files."""
    from chalchitra import stopping
    from chalchitra.models import fetch as fetching
    from chalchitra.models.catalogue import FolderSource, load
    from chalchitra.models.convert import convert_if_needed

    stopping.later()
    entry = load().find(name, kind, format_)
    shown = -1

    def progress(done: int, total: int) -> None:
        nonlocal shown
        percent = int(100 * done / total) if total else 0
        if percent != shown and sys.stderr.isatty():
            shown = percent
            print(f"\r{entry}: {percent:3d} %", end="", file=raw(sys.stderr), flush=True)

    fetched = fetching.fetch(
        entry, sources=[FolderSource(from_)] if from_ else None, progress=progress, force=force
    )
    converted = convert_if_needed(entry)
    if shown >= 0:
        print(file=sys.stderr)
    origin = f"from {fetched.source}" if fetched.source else "was there already"
    made = ", converted" if converted else ""
    typer.echo(f"{entry}: {fetched.size_bytes / 1e6:.0f} MB {origin}, in {fetched.path}{made}")


@app.command(cls=Command)
def accept(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A name from `chalchitra models list`.")
    ],
    kind: KindOption = None,
    format_: FormatOption = None,
) -> None:
    """Accept a non-commercial licence, or the Python code that a model brings."""
    from chalchitra.models import licences
    from chalchitra.models.catalogue import load

    entry = load().find(name, kind, format_)
    if not entry.non_commercial and not entry.trust_remote_code:
        typer.echo(f"{entry} needs no agreement; its licence is {entry.licence or 'not known'}.")
        return
    licences.accept(entry)
    if entry.non_commercial:
        typer.echo(f"Agreed to {entry.licence} for {entry.name}: no commercial use.")
    if entry.trust_remote_code:
        typer.echo(f"Agreed to run the code of {entry.name}, revision {entry.revision}.")


@app.command(cls=Command)
def verify(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="One model.  [default: all fetched models]", show_default=False
        ),
    ] = None,
    kind: KindOption = None,
    format_: FormatOption = None,
) -> None:
    """Check the files of fetched models against their hashes."""
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
