"""Converting a fetched wav2vec2 folder: `python -m chalchitra.speech.alignment.convert IN OUT`.

It writes `aligner.json` and `aligner.safetensors`, with the CTC blank found out, into OUT (which
may be IN). Runs in the environment of the alignment stage.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict, replace
from pathlib import Path

from chalchitra.errors import ChalchitraError, ExitCode
from chalchitra.files import write_json, written_whole
from chalchitra.speech.alignment.model import (
    CONVERTED_CONFIG,
    CONVERTED_WEIGHTS,
    build,
    find_blank,
    read_folder,
)


def convert(source: Path, target: Path, blank_token: str | None = None) -> list[str]:
    """Write the converted model and return its files' names.

    `blank_token` is the CTC blank where it is known. The configuration is written last, so that a
    folder with one is whole. Raises MissingError and UsageError as load_aligner does, and where it
    is not certain which token is the blank.
    """
    from safetensors.torch import save_file

    config, state = read_folder(source)
    blank = find_blank(config, build(config, state), blank_token)
    target.mkdir(parents=True, exist_ok=True)
    with written_whole(target / CONVERTED_WEIGHTS) as temporary:
        save_file({name: tensor.contiguous() for name, tensor in state.items()}, temporary)
    write_json(target / CONVERTED_CONFIG, asdict(replace(config, blank=blank)))
    return [CONVERTED_CONFIG, CONVERTED_WEIGHTS]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0] + ".")
    parser.add_argument("source", type=Path, help="a model folder as downloaded from the hub")
    parser.add_argument("target", type=Path, help="where to write; may be the same folder")
    parser.add_argument("--blank", metavar="TOKEN", help="the CTC blank, if known")
    arguments = parser.parse_args()
    try:
        names = convert(arguments.source, arguments.target, arguments.blank)
    except ChalchitraError as error:
        print(*error.lines(), sep="\n", file=sys.stderr)
        return error.exit_code
    print(*names, sep="\n")
    return ExitCode.DONE


if __name__ == "__main__":
    sys.exit(main())
