"""How right transcripts are: ours and other tools', on recordings whose words and times are known.

    venv/common/bin/python scripts/eval FOLDER... [--system ours --system whisperx]
    venv/common/bin/python scripts/eval FOLDER --files TRANSCRIPTS
    venv/common/bin/python scripts/eval MEDIA --page docs/quality.md --json figures.json
    venv/common/bin/python scripts/eval MEDIA --system none --part expected --into docs/quality.md

What is looked for in the folders: scripts/eval/corpus.py. What is measured: scripts/eval/measures
on every system's transcripts, and scripts/eval/parts on ours alone (--part names some, or none).
What other tools hear is kept in --cache, since it does not change; ours is heard anew every time.
Ends with 1 when a system failed, 2 on wrong input.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import table
from calibration import calibration_toml
from corpus import Corpus, discover
from measures.times import WINDOW
from page import page, with_parts
from parts import Measure, Part, cues, expected, first_pass, hearings, script_in_hand, speakers
from score import Figures, score
from systems import Setting, System
from systems.files import files
from systems.foreign import SYSTEMS
from systems.ours import ours
from systems.transliterated import SCRIPT, transliterated
from targets import checks

from chalchitra.errors import ChalchitraError, UsageError
from chalchitra.files import write_json, write_text
from chalchitra.models.catalogue import load
from chalchitra.models.fetch import fetch
from chalchitra.paths import project_root

ALL: dict[str, System] = {
    "ours": ours,
    **SYSTEMS,
    "transliterated": transliterated,
    "files": files,
}

PARTS: dict[str, Measure] = {
    "hearings": hearings.measure,
    "speakers": speakers.measure,
    "script": script_in_hand.measure,
    "speed": first_pass.measure,
    "cues": cues.measure,
    "expected": expected.measure,
}
"""Measured where ours is."""
_MODEL = "base"


def main() -> int:
    arguments = _parser().parse_args()
    try:
        return run(arguments)
    except ChalchitraError as error:
        print("\n".join(error.lines()), file=sys.stderr)
        return int(error.exit_code)


def run(arguments: argparse.Namespace) -> int:
    """Score every system on everything found, and write what was asked for."""
    corpora = discover(arguments.folders, arguments.language)
    if arguments.only:
        corpora = _only(corpora, arguments.only)
    names = _systems(arguments)
    wanted = _parts(arguments, names)
    rows: dict[str, list[Figures]] = {}
    parts: dict[str, Part] = {}
    failures: list[ChalchitraError] = []

    def told(what: str, error: ChalchitraError) -> None:
        failures.append(error)
        print(f"{what}:", *error.lines(), sep="\n", file=sys.stderr)

    with tempfile.TemporaryDirectory(prefix="eval-") as temporary:
        setting = _setting(arguments, [*names, *wanted], Path(temporary))
        for corpus in corpora:
            rows[corpus.name] = []
            for name in names:
                if name == "transliterated" and corpus.script != SCRIPT:
                    continue
                try:
                    rows[corpus.name] += _figures(corpus, name, setting, arguments.collar)
                except UsageError:
                    raise
                except ChalchitraError as error:
                    told(f"{name} on {corpus.name}", error)
            if rows[corpus.name]:
                table.show(corpus.name, rows[corpus.name])
        for name in wanted:
            try:
                part = PARTS[name](corpora, setting)
            except ChalchitraError as error:
                told(name, error)
                continue
            if part is not None:
                print(f"\n{part.heading}\n\n{part.text}")
                parts[name] = part
    answers = [one for corpus in corpora for one in checks(corpus.name, rows[corpus.name])]
    answers += [one for part in parts.values() for one in part.checks]
    for one in answers:
        print(f"{'met    ' if one.met else 'NOT MET'} {one.corpus}: {one.wanted}: {one.measured}")
    if arguments.json:
        figures = [row.to_dict() for each in rows.values() for row in each]
        data = {
            "rows": figures,
            "parts": {part.heading: part.figures for part in parts.values()},
            "wanted": [asdict(one) for one in answers],
        }
        write_json(arguments.json, data)
    out = arguments.page or arguments.into
    if out:
        if failures:
            raise UsageError(
                f"{out} was not written.",
                cause="Not everything could be run, as was said above.",
                fix="Mend that, or leave something out with --system or --part.",
            )
        if arguments.into:
            text = with_parts(arguments.into.read_text(encoding="utf-8"), parts)
        else:
            text = page(
                corpora,
                rows,
                list(parts.values()),
                answers,
                model=arguments.model,
                options=setting.ours_options,
                window=WINDOW,
                given=_given(arguments),
            )
        write_text(out, text)
        for part in parts.values():
            for name, content in part.files.items():
                write_text(out.parent / name, content)
    if arguments.calibration and not failures:
        rows_ = {name: row for part in parts.values() for name, row in part.calibration.items()}
        write_text(arguments.calibration, calibration_toml(arguments.calibration, rows_))
    return 1 if failures else 0


def _figures(corpus: Corpus, name: str, setting: Setting, collar: float) -> list[Figures]:
    """A row, and for a foreign tool on a film with late sound another one that makes up for it."""
    made = ALL[name](corpus, setting)
    rows = [score(corpus, name, made, collar=collar)]
    foreign = name in SYSTEMS or name == "transliterated"
    if foreign and any(item.audio_start and item.sections for item in corpus.items):
        rows.append(score(corpus, name, made, collar=collar, shifted=True))
    return rows


def _setting(arguments: argparse.Namespace, names: list[str], temporary: Path) -> Setting:
    weights = Path()
    if set(names) - {"files", "ours"}:
        weights = fetch(load().find(arguments.model, "whisper", "ctranslate2")).path
    work = arguments.keep.resolve() if arguments.keep else temporary
    if arguments.keep and work.exists() and any(work.iterdir()):
        raise UsageError(
            f"{work} is not empty.",
            cause="Nothing made earlier may help our own run.",
            fix="Give --keep an empty folder or a new one.",
        )
    work.mkdir(parents=True, exist_ok=True)
    return Setting(
        model=arguments.model,
        weights=weights,
        work=work,
        cache=arguments.cache.resolve(),
        ours_options=tuple(shlex.split(arguments.ours)),
        files=arguments.files,
        keep_heard=arguments.keep_heard,
        say=lambda text: print(text, file=sys.stderr, flush=True),
    )


def _systems(arguments: argparse.Namespace) -> list[str]:
    if arguments.system:
        return [name for name in ALL if name in arguments.system]
    return ["files"] if arguments.files else [name for name in ALL if name != "files"]


def _only(corpora: list[Corpus], names: list[str]) -> list[Corpus]:
    known = {corpus.name for corpus in corpora}
    strange = [name for name in names if name not in known]
    if strange:
        raise UsageError(
            f"Nothing here is called {', '.join(strange)}.",
            cause=f"There is {', '.join(sorted(known))}.",
            fix="Name some of these with --only.",
        )
    return [corpus for corpus in corpora if corpus.name in names]


def _parts(arguments: argparse.Namespace, systems: Sequence[str]) -> list[str]:
    """The parts that were asked for; unasked all, where ours is measured."""
    if arguments.part is None:
        return list(PARTS) if "ours" in systems else []
    return [name for name in PARTS if name in arguments.part]


def _given(arguments: argparse.Namespace) -> str:
    """What of the command decides what is measured, as it was typed."""
    options = [
        (f"--{name}", value)
        for name in ("system", "only", "part")
        for value in getattr(arguments, name) or ()
    ]
    if arguments.model != _MODEL:
        options.append(("--model", arguments.model))
    if arguments.collar:
        options.append(("--collar", f"{arguments.collar:g}"))
    given = shlex.join(part for option in options for part in option)
    ours = f"--ours={shlex.quote(arguments.ours)}" if arguments.ours else ""
    return " ".join(filter(None, (given, ours)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/eval", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument(
        "--system",
        action="append",
        choices=[*ALL, "none"],
        help="score only this one (again and again)",
    )
    parser.add_argument(
        "--only", action="append", metavar="CORPUS", help="only this of what is found"
    )
    parser.add_argument(
        "--part", action="append", choices=[*PARTS, "none"], help="measure only this beside them"
    )
    parser.add_argument("--language", help="of clips and recordings that do not say it")
    parser.add_argument("--model", default=_MODEL, help="the Whisper model of all systems")
    parser.add_argument(
        "--ours",
        default="",
        metavar="OPTIONS",
        help='of prepare-job: --ours="--set asr.beam_size=8"',
    )
    parser.add_argument("--files", type=Path, help="a folder of transcripts to score")
    parser.add_argument("--collar", type=float, default=0.0, help="of the DER, seconds each side")
    parser.add_argument(
        "--cache", type=Path, default=project_root() / "out" / ".eval",
        help="where what other tools heard is kept (out/.eval)",
    )  # fmt: skip
    parser.add_argument(
        "--keep-heard",
        action="store_true",
        help="take what our recogniser heard before, though our code was changed (part expected)",
    )
    parser.add_argument(
        "--calibration",
        type=Path,
        metavar="FILE",
        help="write what the part expected fitted: config/calibration.toml",
    )
    parser.add_argument("--keep", type=Path, help="an empty folder to work in, which stays")
    parser.add_argument("--json", type=Path, help="write all figures and the cases behind them")
    pages = parser.add_mutually_exclusive_group()
    pages.add_argument("--page", type=Path, help="write the page that docs/quality.md is")
    pages.add_argument("--into", type=Path, metavar="PAGE", help="put only the parts into it")
    return parser


if __name__ == "__main__":
    sys.exit(main())
