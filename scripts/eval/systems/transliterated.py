"""Plain faster-whisper's output with what is in Urdu script transliterated by a library.

The library is indo-arabic-transliteration, the better one of two on the package index that go from
Urdu's script to Devanagari (यह एक बात नहीं; aksharamukha 2.3 makes यह अयक बात नहयं of the same). It
cannot guess the short vowels that Urdu does not write: true Hindi text put into Urdu's script and
back by it differs in a tenth of its characters. Its environment is built in the cache.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

from corpus import Corpus
from heard import Heard, HeardSegment, HeardWord

from chalchitra.environments.table import environment_dir, load
from chalchitra.environments.uv import variables
from chalchitra.errors import StageError
from chalchitra.text.scripts import script_of
from systems import Run, Setting
from systems.foreign import SYSTEMS

_HERE = Path(__file__).parent
WANTED = _HERE / "transliterator.txt"
"""What its environment has."""
SOURCE = "faster-whisper"
SCRIPT = "Deva"
"""The only script that the library writes."""


def transliterated(corpus: Corpus, setting: Setting) -> Run:
    """Every word that has Arabic letters, transliterated; times and segments stay."""
    plain = SYSTEMS[SOURCE](corpus, setting)
    python = _environment(setting)
    texts = sorted(
        {word.text for heard in plain.heard.values() for word in heard.words if _arabic(word.text)}
    )
    done = subprocess.run(
        [python, _HERE / "to_devanagari.py"],
        input=json.dumps(texts), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise StageError(
            f"The transliterator failed: {done.stderr.strip()[-300:]}",
            cause="Its environment in the cache is not whole.",
            fix=f"Remove {python.parents[1]} and type the same again.",
        )
    table = dict(zip(texts, json.loads(done.stdout), strict=True))
    return Run(
        {name: _with(heard, table) for name, heard in plain.heard.items()},
        plain.cost,
    )


def _with(heard: Heard, table: dict[str, str]) -> Heard:
    segments = []
    for segment in heard.segments:
        words = tuple(replace(word, text=table.get(word.text, word.text)) for word in segment.words)
        segments.append(HeardSegment(" ".join(map(_text, words)), words))
    return replace(heard, segments=tuple(segments))


def _text(word: HeardWord) -> str:
    return word.text


def _arabic(text: str) -> bool:
    return any(script_of(character) == "Arab" for character in text)


def _environment(setting: Setting) -> Path:
    """The Python of the transliterator's environment, built where it is not there yet."""
    folder = setting.cache / "transliterator"
    made = folder / WANTED.name
    if not made.is_file() or made.read_bytes() != WANTED.read_bytes():
        commands = load().with_commands
        uv = environment_dir(commands.name) / "bin" / "uv"
        for command in (
            [uv, "venv", "-q", "--clear", "--python", commands.python[0], folder],
            [uv, "pip", "install", "-q", "--no-deps", "--python", folder / "bin" / "python",
             "-r", WANTED],
        ):  # fmt: skip
            done = subprocess.run(
                list(map(str, command)),
                env=variables(os.environ), capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode:
                raise StageError(
                    f"The transliterator's environment could not be built: {done.stderr[-300:]}",
                    cause="The package index cannot be reached, or lacks a version.",
                    fix=f"Look into {WANTED}, or leave the system `transliterated` out.",
                )
        made.write_bytes(WANTED.read_bytes())
    return folder / "bin" / "python"
