"""`transcribe`, `translate` and `subtitle`: prepare and run in one, for whoever has one film.

They take the options of `prepare-job`, and of `run-pipeline` those that say where results go.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from chalchitra.cli import prepare, run
from chalchitra.cli.errors import show_error

if TYPE_CHECKING:
    from chalchitra.pipeline import Workflow

_DOES: dict[Workflow, str] = {
    "transcribe": "Write a transcript of films.",
    "translate": "Write a transcript, its translation and subtitle files of films.",
    "subtitle": "Write subtitles of films, and films with soft subtitles.",
}
EXAMPLES = {
    "transcribe": ("chalchitra transcribe film.mkv -s ta",),
    "translate": ("chalchitra translate film.mp4 -s hi -t en,ta",),
    "subtitle": (
        "chalchitra subtitle film.mp4 -s hi -t en --beside",
        "chalchitra subtitle in/season1 -s auto -t en --style bbc",
    ),
}
COMMANDS = tuple(_DOES)
_OF_RUN = ("beside", "to", "why")


def command(workflow: Workflow) -> Callable[..., None]:
    """The command of a workflow, with its options as typer reads them."""

    def in_one(**given: Any) -> None:
        from chalchitra.runner.run import RunOptions

        why = given.pop("why")
        target = run.target(given.pop("beside"), given.pop("to"))
        as_json, debug = given["as_json"], given["debug"]
        made = prepare.make(workflow, {"target": None, **given})
        if as_json:
            for error in made.errors:
                show_error(error, debug=debug, as_json="events")
        else:
            prepare.show(made, debug=debug)
            prepare.show_advice(made.jobs)
        if made.stopped is not None:
            raise made.stopped
        code = made.exit_code
        if made.jobs:
            folders = [folder for _, folder in made.jobs]
            options = RunOptions(hand_over=target, debug=debug)
            many = len(folders) > 1
            code = run.run(folders, options, as_json=as_json, why=why, many=many) or code
        if code:
            raise typer.Exit(code)

    own, running = prepare.prepare_job, run.run_pipeline
    hints = get_type_hints(running, include_extras=True)
    shown = hints["as_json"]  # events, one a line, as run-pipeline prints them
    hints |= get_type_hints(own, include_extras=True) | {"as_json": shown}
    options = {**signature(running).parameters, **signature(own).parameters}
    without = {*COMMANDS, "version"} | ({"target"} if workflow == "transcribe" else set())
    names = [name for name in signature(own).parameters if name not in without]
    names += [*_OF_RUN, "version"]
    for name in ("source", "target"):  # there, the workflow is an option beside them
        info = copy(hints[name].__metadata__[0])
        info.rich_help_panel = "Languages"
        hints[name] = Annotated[hints[name].__origin__, info]
    in_one.__doc__ = _DOES[workflow]
    in_one.__annotations__ = {name: hints[name] for name in names}
    in_one.__signature__ = Signature(  # type: ignore[attr-defined]
        [
            options[name].replace(annotation=hints[name], kind=Parameter.KEYWORD_ONLY)
            for name in names
        ]
    )
    return in_one
