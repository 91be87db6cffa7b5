"""One true film in every form that films come in: is every cue at its words, or the loss told?

    venv/common/bin/python scripts/sweep --films 480 --seed 1 --out /tmp/sweep
    venv/common/bin/python scripts/sweep --film \
        mkv-aac-stereo-48000-yes-late3-none-steady-none-plain-wheel

The film's words are tones (tones.py), so that they are found again exactly. Which films are made:
forms.py, recipes.py; how: making.py, harm.py; what is right: expecting.py; how it is judged:
judging.py. Films are made one by one and deleted. --out keeps the results, one a line: what is
in there is not done again. The films are read by the ffmpeg on the PATH.
Ends with 1 when a film came out wrong, 2 on wrong input.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from counts import table
from judging import Outcome, judge_all, judged
from making import Tools
from recipes import Recipe, draw, possible

_RESULTS = "results.jsonl"


def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    try:
        recipes = [Recipe.of(text) for text in args.film] or draw(args.films, args.seed)
        if odd := [one.id for one in recipes if not possible(one)]:
            raise ValueError(f"there is no film {odd[0]}")
    except (ValueError, KeyError) as error:
        print(f"sweep: {error}", file=sys.stderr)
        return 2
    results = args.out / _RESULTS if args.out else None
    outcomes = {one.id: one for one in _before(results)} if results else {}
    left = [one for one in recipes if one.id not in outcomes]
    for number, one in enumerate(_judge(left, args), 1):
        outcomes[one.id] = one
        if results:
            results.parent.mkdir(parents=True, exist_ok=True)
            with results.open("a", encoding="utf-8") as file:
                file.write(json.dumps(one.to_json(), ensure_ascii=False) + "\n")
        if one.wrong or args.film:
            print(
                f"{number}/{len(left)} {one.id}: {one.outcome}", *one.wrong, *one.told, sep="\n  "
            )
    wanted = [outcomes[one.id] for one in recipes]
    print(table(wanted))
    if args.json:
        args.json.write_text(json.dumps([one.to_json() for one in wanted], ensure_ascii=False))
    return 1 if any(one.wrong for one in wanted) else 0


def _judge(recipes: list[Recipe], args: argparse.Namespace) -> Iterator[Outcome]:
    tools = Tools.found(args.own)
    with tempfile.TemporaryDirectory(prefix="sweep-", dir=args.temp) as name:
        yield from judge_all(
            recipes,
            Path(name),
            tools,
            parallel=args.parallel,
            mux_every=args.mux_every,
            keep=args.keep,
        )


def _before(results: Path) -> list[Outcome]:
    if not results.exists():
        return []
    return [judged(line) for line in results.read_text(encoding="utf-8").splitlines()]


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/sweep", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("--films", type=int, default=480, help="how many films, chosen by --seed (480)")
    add("--seed", type=int, default=1)
    add(
        "--film", action="append", default=[], metavar="ID", help="this film alone; can be repeated"
    )
    add("--out", type=Path, help="a folder for the results; what is in there is not done again")
    add("--json", type=Path, help="write the outcomes of all films to this file")
    add("--keep", type=Path, help="a folder: keep the films and what was made (with --film)")
    add("--temp", type=Path, help="where films are made and deleted (the system's folder)")
    add("--own", help="the ffmpeg that writes the films of the writer `own` (the PATH's)")
    add("--parallel", type=int, default=2)
    add("--mux-every", type=int, default=3, help="of so many films with a picture one is muxed")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
