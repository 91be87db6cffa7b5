"""`prepare-job`: films and options become jobs."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from chalchitra.cli import complete
from chalchitra.cli.ask import BUILD_HELP, build_missing
from chalchitra.cli.errors import show_error
from chalchitra.cli.text import VersionOption, print_json
from chalchitra.errors import CancelledError, ChalchitraError, UsageError, raise_all
from chalchitra.wrapping import say

if TYPE_CHECKING:
    from chalchitra.jobs.listing import Row
    from chalchitra.jobs.model import Job
    from chalchitra.pipeline import Workflow

_SETTINGS = {
    name: f"--{name.replace('_', '-')}"
    for name in ("style", "formats", "romanised", "bilingual", "template", "burn_in", "device")
}
"""Options that are settings, by their names here."""

ANY_NUMBER = "any"
"""What stands for the number after --speakers where none is given."""


EXAMPLES = (
    "./prepare-job.sh film.mp4 --subtitle -s hi -t en",
    "./prepare-job.sh in/season1 --subtitle -s auto -t en,ta --style bbc",
    "./prepare-job.sh film.mkv --transcribe -s ta --model large-v3",
)
_WHAT, _PART, _HEARING, _TEXT, _SUBTITLES, _JOB = (
    "Workflow (choose one) and languages",
    "Part of the film",
    "Recognition and translation",
    "Text you already have",
    "Subtitles",
    "Job",
)


def prepare_job(
    media: Annotated[
        list[Path], typer.Argument(metavar="MEDIA", help="Film files, or folders of films.")
    ],
    transcribe: Annotated[
        bool,
        typer.Option(
            "--transcribe", help="Make a transcript with word times.", rich_help_panel=_WHAT
        ),
    ] = False,
    translate: Annotated[
        bool,
        typer.Option(
            "--translate",
            help="The same, plus translations and subtitle files.",
            rich_help_panel=_WHAT,
        ),
    ] = False,
    subtitle: Annotated[
        bool,
        typer.Option(
            "--subtitle",
            help="The same, plus a copy of the film with the subtitles in it.",
            rich_help_panel=_WHAT,
        ),
    ] = False,
    source: Annotated[
        str | None,
        typer.Option(
            "-s",
            "--source",
            metavar="LANG",
            help='Spoken language, such as hi, or "auto" to detect it.',
            autocompletion=complete.sources,
            rich_help_panel=_WHAT,
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            "-t",
            "--target",
            metavar="LANG,...",
            help="Languages to translate into, such as en,ta.",
            autocompletion=complete.languages,
            rich_help_panel=_WHAT,
        ),
    ] = None,
    join: Annotated[
        bool,
        typer.Option(
            "--join",
            help="Treat the files as parts of one film, in the order given.",
            rich_help_panel=_PART,
        ),
    ] = False,
    start_time: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Start of the part to transcribe: 90, 1:30 or 00:01:30.500.",
            show_default="the film's start",
            rich_help_panel=_PART,
        ),
    ] = None,
    end_time: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="End of the part to transcribe.",
            show_default="the film's end",
            rich_help_panel=_PART,
        ),
    ] = None,
    audio_track: Annotated[
        str | None,
        typer.Option(
            metavar="N|LANG",
            help="Audio track, by number (from 0) or language.",
            show_default="the first in the language of -s",
            rich_help_panel=_PART,
        ),
    ] = None,
    audio_channel: Annotated[
        str | None,
        typer.Option(
            metavar="N|left|right",
            help="Use one channel only, for films with a language on each.",
            show_default="all, mixed",
            rich_help_panel=_PART,
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FOLDER",
            help="Whisper model; see `chalchitra models list`.",
            show_default="the largest that runs in reasonable time",
            autocompletion=complete.models,
            rich_help_panel=_HEARING,
        ),
    ] = None,
    engine: Annotated[
        Literal["ctranslate2", "whisperx", "mlx"] | None,
        typer.Option(
            help="Speech recognition engine.",
            show_default="mlx on Apple silicon, else ctranslate2",
            rich_help_panel=_HEARING,
        ),
    ] = None,
    translator: Annotated[
        Literal["indictrans2", "nllb", "whisper"] | None,
        typer.Option(
            help="Translation engine.",
            show_default="by language pair",
            rich_help_panel=_HEARING,
        ),
    ] = None,
    device: Annotated[
        Literal["cpu", "cuda", "mps"] | None,
        typer.Option(
            help="Device the models run on.",
            show_default="the fastest found",
            rich_help_panel=_HEARING,
        ),
    ] = None,
    speakers: Annotated[
        str | None,
        typer.Option(
            metavar="[N]",
            help="Tell speakers apart; N is their number, if known.",
            rich_help_panel=_HEARING,
        ),
    ] = None,
    transcript: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The spoken text, to be timed: subtitles, a dialogue list or plain text.",
            rich_help_panel=_TEXT,
        ),
    ] = None,
    glossary: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Names and terms, one per line. Repeatable; earlier files take precedence.",
            rich_help_panel=_TEXT,
        ),
    ] = None,
    no_glossary: Annotated[
        bool,
        typer.Option(
            "--no-glossary",
            help="Ignore glossary files found next to the film.",
            rich_help_panel=_TEXT,
        ),
    ] = False,
    style: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            help="Subtitle style: netflix, netflix-children, sdh, bbc, or a TOML file.",
            show_default="netflix",
            autocompletion=complete.styles,
            rich_help_panel=_SUBTITLES,
        ),
    ] = None,
    formats: Annotated[
        str | None,
        typer.Option(
            metavar="FORMAT,...",
            help="File formats: srt, vtt, ass, ttml, csv.",
            show_default="srt,vtt",
            rich_help_panel=_SUBTITLES,
        ),
    ] = None,
    romanised: Annotated[
        bool,
        typer.Option(
            "--romanised",
            help="Also make tracks in Latin letters, as people type them.",
            rich_help_panel=_SUBTITLES,
        ),
    ] = False,
    bilingual: Annotated[
        str | None,
        typer.Option(
            metavar="LANG+LANG",
            help="Also make a track with two languages in each cue, such as hi+en.",
            rich_help_panel=_SUBTITLES,
        ),
    ] = None,
    template: Annotated[
        str | None,
        typer.Option(
            metavar="LANG",
            help="Give all tracks the cue times of this language.",
            rich_help_panel=_SUBTITLES,
        ),
    ] = None,
    burn_in: Annotated[
        str | None,
        typer.Option(
            metavar="LANG",
            help="Also make a film with this language burned into the picture.",
            rich_help_panel=_SUBTITLES,
        ),
    ] = None,
    shots: Annotated[
        bool,
        typer.Option(
            "--shots",
            help="Detect shot changes and time the cues to them. Slow.",
            rich_help_panel=_SUBTITLES,
        ),
    ] = False,
    title: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="Name of the output files.",
            show_default="the film's name",
            rich_help_panel=_JOB,
        ),
    ] = None,
    user: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Owner of the job.",
            show_default="your login name",
            rich_help_panel=_JOB,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder of all jobs.", show_default="out", rich_help_panel=_JOB
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="SECTION.KEY=VALUE",
            help="Change a setting of config/pipeline.toml. Repeatable.",
            rich_help_panel=_JOB,
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help=BUILD_HELP, rich_help_panel=_JOB)
    ] = False,
    debug: Annotated[
        bool,
        typer.Option(
            "--debug", help="Show tracebacks; run every stage in debug mode.", rich_help_panel=_JOB
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the jobs as JSON.", rich_help_panel=_JOB)
    ] = False,
    version: VersionOption = False,
) -> None:
    """Check films, and write a job for each."""
    given = dict(locals())
    from chalchitra.pipeline import WORKFLOWS

    chosen = [
        name for name, on in zip(WORKFLOWS, (transcribe, translate, subtitle), strict=True) if on
    ]
    if len(chosen) != 1:
        raise UsageError(
            "Choose one workflow." if chosen else "No workflow was chosen.",
            cause="A job either transcribes, translates or subtitles.",
            fix="Give one of --transcribe, --translate, --subtitle.",
        )
    made = make(chosen[0], given)
    if as_json:
        print_json("prepare-job", [_row(job, folder, made) for job, folder in made.jobs])
    else:
        show(made, debug=debug)
        _show_next(made.jobs, out)
    if made.stopped is not None:
        if as_json:
            for error in made.errors:
                show_error(error, debug=debug)
        raise made.stopped
    if as_json:
        raise_all(made.errors)
    elif made.errors:
        raise typer.Exit(made.exit_code)


@dataclass(frozen=True)
class Made:
    """What became of films: their jobs, and what was wrong with the others."""

    jobs: Sequence[tuple[Job, Path]]
    errors: Sequence[ChalchitraError]
    stopped: CancelledError | None
    earlier: Mapping[str, Row]
    """By job id the earlier job on the same film."""

    @property
    def exit_code(self) -> int:
        return int(max(error.exit_code for error in self.errors)) if self.errors else 0


def make(workflow: Workflow, given: Mapping[str, Any]) -> Made:
    """Write the jobs of films; `given` has the options of `prepare-job` by name.

    Raises UsageError.
    """
    from chalchitra import stopping
    from chalchitra.jobs.earlier import earlier_jobs
    from chalchitra.out import out_dir
    from chalchitra.prepare import parts
    from chalchitra.prepare.film_files import find_films, named_film
    from chalchitra.prepare.films import collect
    from chalchitra.prepare.join import joined
    from chalchitra.prepare.options import PrepareOptions
    from chalchitra.prepare.plan import make_plan
    from chalchitra.printable import printable
    from chalchitra.runner.report import choose_listening_reporter
    from chalchitra.settings import parse_override
    from chalchitra.text.listing import listed

    source, glossary, no_glossary = (given[name] for name in ("source", "glossary", "no_glossary"))
    transcript, title, as_json = (given[name] for name in ("transcript", "title", "as_json"))
    out = out_dir(given["out"])
    if source is None:
        raise UsageError(
            "The spoken language was not given.",
            cause="-s is missing.",
            fix="Add -s with the language, for example -s hi, or -s auto to detect it.",
        )
    options = PrepareOptions(
        workflow=workflow,
        source=source,
        targets=tuple(name.strip() for name in (given["target"] or "").split(",") if name.strip()),
        user=given["user"],
        start=_time(given["start_time"]),
        end=_time(given["end_time"]),
        title=title,
        audio_track=given["audio_track"],
        audio_channel=given["audio_channel"],
        model=given["model"],
        engine=given["engine"],
        translator=given["translator"],
        speakers=_speakers(given["speakers"]),
        shots=given["shots"],
        overrides=tuple(parse_override(text) for text in given["set_"] or ()),
        options=tuple(
            (option, "true" if given[name] is True else given[name])
            for name, option in _SETTINGS.items()
            if given[name] not in (None, False)
        ),
        debug=given["debug"],
        transcript=transcript,
        glossaries=tuple(glossary or ()),
        no_glossary=no_glossary,
    )
    if glossary and no_glossary:
        raise UsageError(
            "--glossary and --no-glossary contradict each other.",
            cause="One names a glossary, the other asks for none.",
            fix="Leave one out; with --glossary, files next to the film are ignored anyway.",
        )
    join = given["join"]
    found = find_films(given["media"], parts.of_folder if join else None)
    films = found.films
    many = len(films) > 1 and not join
    if transcript is not None and many:
        raise UsageError(
            f"--transcript is for one film, and {len(films)} were given.",
            cause="It is the text of one of them.",
            fix="Prepare that film by itself.",
        )
    if title is not None and many:
        raise UsageError(
            f"--title is for one film, and {len(films)} were given.",
            cause="All their output files would have the same name.",
            fix="Leave --title out: each film's own name is used.",
        )

    def tell(note: str) -> None:
        say(printable(note), file=sys.stderr if as_json else None)

    for note in found.notes:
        tell(note)
    if many and (alike := parts.alike(films)):
        first = listed([repr(film.name) for film in alike], 2)
        tell(f"{first} look like parts of one film; to make one job of them, add --join.")
    build_missing(yes=given["yes"])
    plan = make_plan(options)
    known = earlier_jobs(out, plan.user, [named_film(film) for film in films])
    with choose_listening_reporter(as_json=as_json) as reporter:
        stopping.later()
        if join:
            with joined(films, out, tell) as (film, of_parts):
                jobs, errors, stopped = collect([film], plan, out, reporter, of_parts)
        else:
            jobs, errors, stopped = collect(films, plan, out, reporter)
    earlier = {job.job_id: row for job, _ in jobs if (row := known.get(job.film.path))}
    return Made(jobs, errors, stopped, earlier)


def _row(job: Job, folder: Path, made: Made) -> dict[str, Any]:
    """A job as a program reads it: docs/schemas/prepare-job.schema.json."""
    return {
        "job_id": job.job_id,
        "job_dir": str(folder),
        "workflow": job.workflow,
        "film": str(job.film.path),
        "parts": [str(part.path) for part in job.parts],
        "title": job.title,
        "source_language": job.source_language,
        "detected": job.detected.model_dump() if job.detected else None,
        "target_languages": job.target_languages,
        "glossary": [str(source.path) for source in job.glossary.sources] if job.glossary else [],
        "stages": job.stages,
        "stage_environments": job.stage_environments,
        "notes": job.notes,
        "earlier": str(made.earlier[job.job_id].job_dir) if job.job_id in made.earlier else None,
    }


def show(made: Made, *, debug: bool) -> None:
    """The jobs, and the errors of the films that have none."""
    _show_jobs(made.jobs, made.earlier)
    for error in made.errors:
        show_error(error, debug=debug)
    if made.errors and made.jobs:
        count = len(made.errors)
        say(f"{count} of {count + len(made.jobs)} films could not be prepared.", style="error")


def _show_next(jobs: Sequence[tuple[Job, Path]], out: Path | None) -> None:
    """What to type to run the jobs."""
    from chalchitra.hints import command, pasteable

    if not jobs:
        return
    names = [word for job, _ in jobs for word in ("-j", job.job_id)]
    where = ["--out", str(out.absolute())] if out else []
    say(pasteable(f"Next: {command('./run-pipeline.sh', *names, *where)}"))
    show_advice(jobs)


def show_advice(jobs: Sequence[tuple[Job, Path]]) -> None:
    """The same command with a better model, where a job's is known to be no good."""
    from chalchitra.hints import pasteable

    advised = _advised(jobs)
    if advised is not None and (again := _again(advised)):
        say(pasteable(f"Or, for fewer errors: {again}"))


def _again(advised: str) -> str | None:
    """The command that was typed, with this model; None for one that does not prepare."""
    from chalchitra.hints import command

    name, better = sys.argv[1], with_model(sys.argv[2:], advised)
    if name == "prepare-job":
        return command("./prepare-job.sh", *better)
    if name == "transcribe":
        return command("chalchitra transcribe", *better)
    if name == "translate":
        return command("chalchitra translate", *better)
    if name == "subtitle":
        return command("chalchitra subtitle", *better)
    return None


def _show_jobs(jobs: Sequence[tuple[Job, Path]], earlier: Mapping[str, Row]) -> None:
    """Each job and what is to be known of it; what is true of all films is said once."""
    from chalchitra.hints import pasteable
    from chalchitra.jobs.earlier import told
    from chalchitra.jobs.told_apart import told_apart
    from chalchitra.paths import shown_path
    from chalchitra.printable import printable

    common = [note for note in jobs[0][0].notes if len(jobs) > 1] if jobs else []
    common = [note for note in common if all(note in job.notes for job, _ in jobs)]
    called = told_apart([(job.title, job.given) for job, _ in jobs])
    for (job, folder), apart in zip(jobs, called, strict=True):
        say(f"{job.job_id}  {printable(apart.label)}  ({shown_path(folder)})")
        for note in job.notes:
            if note not in common:
                say(f"  {pasteable(note)}")
        if job.job_id in earlier:
            say(f"  {pasteable(told(earlier[job.job_id]))}")
    if common:
        say("All of them:", *(f"  {pasteable(note)}" for note in common))


def _advised(jobs: Sequence[tuple[Job, Path]]) -> str | None:
    """The model to name instead, where that of a job is known to be no good; the largest of all."""
    from chalchitra.accuracy import better, models
    from chalchitra.languages import find

    found = [
        better(job.models["asr"].name, find(job.source_language))
        for job, _ in jobs
        if job.script is None
    ]
    named = [name for name in found if name]
    return max(named, key=models().index) if named else None


def with_model(arguments: Sequence[str], model: str) -> list[str]:
    """The command line with this --model and no other."""
    kept: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument == "--":
            return [*kept, "--model", model, argument, *rest]
        if argument == "--model":
            next(rest, None)
        elif not argument.startswith("--model="):
            kept.append(argument)
    return [*kept, "--model", model]


def with_value(arguments: list[str]) -> list[str]:
    """The command line with a value after every --speakers: an option may have one or none.

    Only a whole number is taken for it, so that a film's name may follow.
    """
    found: list[str] = []
    for at, argument in enumerate(arguments):
        if argument == "--":
            return found + arguments[at:]
        found.append(argument)
        following = arguments[at + 1] if at + 1 < len(arguments) else ""
        if argument == "--speakers" and not following.isdecimal():
            found.append(ANY_NUMBER)
    return found


def _time(text: str | None) -> float | None:
    from chalchitra.media.times import parse_time

    return None if text is None else parse_time(text)


def _speakers(text: str | None) -> int | None:
    """How many speakers --speakers asks for, 0 for as many as there are; None without it."""
    if text is None:
        return None
    if text == ANY_NUMBER:
        return 0
    if not text.isdecimal() or not int(text):
        raise UsageError(
            f"--speakers {text} is not a number of people.",
            cause="It takes a whole number from 1, or nothing.",
            fix="For example: --speakers 4",
        )
    return int(text)
