"""Help as it is shown: options in groups, values by what they are, examples last.

typer's own grouped help is rich's: its boxes cut the names of options on a narrow terminal, and
loading it takes longer than all else that `--help` does.
"""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

from chalchitra.hints import found_program, pasteable

if TYPE_CHECKING:
    from collections.abc import Iterable

_TYPE = re.compile(r"<([^<>]*)>")
_NO_TYPE = re.compile(r" <[^<>]*>$")
_DEFAULT = re.compile(r"\[default: \(([^()]*)\)")
_RANGE = re.compile(r"(?:; |  \[)x>=[0-9.]+(?:(?=\])|\])")
"""What the parser adds to a number, which the sentence before it says."""
_SCRIPTS = ("prepare-job", "run-pipeline")
_NO_BREAK = "\u2011"
"""A hyphen at which no line is parted: names such as netflix-children stay whole."""
_LEAST_HELP = 24
"""So many columns the second column has at least; where it has less, it goes below the first."""

IN_ONE, PREPARING, JOBS, RESULTS, MACHINE = (
    "Prepare and run in one",
    "Prepare jobs",
    "Run jobs",
    "Check and change subtitles",
    "This machine",
)


def examples(*lines: str) -> str:
    """The text of an epilog with commands that can be typed."""
    return "\n".join(lines)


def _usage(command: Any, ctx: Any, formatter: Any) -> None:
    """The usage as the command can be typed here, without the parser's braces."""
    names = ctx.command_path.split()
    program = pasteable(f"{ctx.command_path} --help").removesuffix(" --help")
    if names[-1] in _SCRIPTS:
        program = found_program(f"{names[-1]}.sh")
    pieces = [re.sub(r"[{}]", "", piece) for piece in command.collect_usage_pieces(ctx)]
    formatter.write_usage(program, " ".join(pieces))


class Command(TyperCommand):
    """A command whose options are shown in groups (`rich_help_panel`), with examples (`epilog`)."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        _usage(self, ctx, formatter)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _narrow(formatter)
        super().format_help(ctx, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        _format(self.get_params(ctx), ctx, formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        _examples(self.epilog, formatter)


class Group(TyperGroup):
    """A group of commands, which are shown in groups of their own."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        _usage(self, ctx, formatter)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _narrow(formatter)
        super().format_help(ctx, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        panels: dict[str, list[tuple[str, str]]] = {}
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is not None and not command.hidden:
                panel = getattr(command, "rich_help_panel", None) or "Commands"
                text = command.get_short_help_str(200).replace("-", _NO_BREAK)
                panels.setdefault(panel, []).append((name, text))
        _sections(panels, formatter)
        _format(self.get_params(ctx), ctx, formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        _examples(self.epilog, formatter)


def _narrow(formatter: Any) -> None:
    """The terminal's own width: the parser's is never below 50."""
    formatter.width = min(shutil.get_terminal_size().columns, 100) - 1


def _format(params: Iterable[Any], ctx: Any, formatter: Any) -> None:
    panels: dict[str, list[tuple[str, str]]] = {}
    for param in params:
        record = param.get_help_record(ctx)
        if record is None:
            continue
        name, text = record
        argument = param.param_type_name == "argument"
        name = _NO_TYPE.sub("", name) if argument else _TYPE.sub(r"\1", name)
        text = _DEFAULT.sub(r"[default: \1", text.replace("[required]", ""))
        text = _RANGE.sub("", text).rstrip().replace("-", _NO_BREAK)
        panel = param.rich_help_panel or ("Arguments" if argument else "Options")
        panels.setdefault(panel, []).append((name, text))
    _sections(panels, formatter)


def _sections(panels: dict[str, list[tuple[str, str]]], formatter: Any) -> None:
    for panel, rows in panels.items():
        with formatter.section(panel):
            room = formatter.width - _LEAST_HELP
            formatter.write_dl(rows, col_max=max(8, min(28, room)))
    formatter.buffer[:] = [text.replace(_NO_BREAK, "-") for text in formatter.buffer]


def _examples(epilog: str | None, formatter: Any) -> None:
    """Each line whole: it is to be typed."""
    if epilog:
        with formatter.section("Examples"):
            for line in epilog.splitlines():
                formatter.write(f"{'':>{formatter.current_indent}}{pasteable(line)}\n")
