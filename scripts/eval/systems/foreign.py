"""faster-whisper and whisperX on the same weights, as their users call them.

Each hears a whole corpus in one process, so that the model is loaded once. What they hear does not
change, so it is kept in the cache, with the seconds that it took when it was made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from corpus import Corpus
from formats import from_segments, read_transcript
from heard import Heard

from chalchitra.errors import StageError
from chalchitra.files import sha256_file, sha256_json, write_json
from chalchitra.languages import find
from chalchitra.paths import requirements_dir
from systems import Run, Setting, System
from systems.programs import hearing_bin, timed

_SCRIPT = Path(__file__).with_name("hear_with_faster_whisper.py")
_PINS = re.compile(r"^(?:faster-whisper|ctranslate2|whisperx|pyannote-audio|torch|av)==\S+", re.M)


def cached(name: str, system: System) -> System:
    """The system, or what it gave earlier on the same files, weights and library versions."""

    def run(corpus: Corpus, setting: Setting) -> Run:
        path = setting.cache / name / f"{corpus.name}-{_key(name, corpus, setting)[:16]}.json"
        if path.is_file():
            return Run.from_dict(json.loads(path.read_text(encoding="utf-8")))
        setting.say(f"{name} hears {corpus.name}")
        made = system(corpus, setting)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, made.to_dict())
        return made

    return run


def _key(name: str, corpus: Corpus, setting: Setting) -> str:
    lock = next(requirements_dir().glob("whisperx.txt")).read_text(encoding="utf-8")
    return sha256_json(
        {
            "system": name,
            "script": sha256_file(_SCRIPT),
            "language": corpus.language,
            "files": {item.name: sha256_file(item.path) for item in corpus.items},
            "weights": sha256_file(setting.weights / "model.bin"),
            "versions": sorted(_PINS.findall(lock)),
        }
    )


def _whisper_code(corpus: Corpus) -> str:
    code = find(corpus.language).whisper
    assert code is not None, f"Whisper cannot hear {corpus.language}"
    return code


def _faster_whisper(variant: str, corpus: Corpus, setting: Setting) -> Run:
    work = setting.work / f"faster-whisper-{variant}-{corpus.name}"
    out = work / "heard.json"
    work.mkdir(parents=True)
    cost = timed(
        [
            hearing_bin() / "python", _SCRIPT, variant, setting.weights, _whisper_code(corpus), out,
            *(item.path for item in corpus.items),
        ],
        work,
        in_hearing=True,
    )  # fmt: skip
    heard = json.loads(out.read_text(encoding="utf-8"))
    return Run({i.name: from_segments(heard[str(i.path)]) for i in corpus.items}, cost)


def _whisperx(corpus: Corpus, setting: Setting) -> Run:
    """The command with --no_align, since its aligners and Punkt are not to be had offline."""
    work = setting.work / f"whisperx-{corpus.name}"
    cost = timed(
        [
            hearing_bin() / "whisperx", *(item.path for item in corpus.items),
            "--model", setting.weights, "--language", _whisper_code(corpus), "--device", "cpu",
            "--compute_type", "int8", "--no_align", "--output_format", "json",
            "--output_dir", work / "out",
        ],
        work,
        in_hearing=True,
    )  # fmt: skip
    heard: dict[str, Heard] = {}
    for item in corpus.items:
        written = work / "out" / f"{item.path.stem}.json"
        if not written.is_file():
            raise StageError(
                f"whisperx wrote nothing for {item.name}.",
                cause="It passes over a file that it cannot read.",
                fix=f"Look into {work / 'log'}.",
            )
        heard[item.name] = read_transcript(written)
    return Run(heard, cost)


SYSTEMS: dict[str, Callable[[Corpus, Setting], Run]] = {
    "faster-whisper": cached("faster-whisper", partial(_faster_whisper, "plain")),
    "faster-whisper-vad": cached("faster-whisper-vad", partial(_faster_whisper, "vad")),
    "batched": cached("batched", partial(_faster_whisper, "batched")),
    "whisperx": cached("whisperx", _whisperx),
}
