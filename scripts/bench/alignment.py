"""What aligning costs, and whether its times hold: the real stage with a network of real size.

    venv/whisperx/bin/python scripts/bench/alignment.py TRANSCRIPTS.tsv CLIPS... [--minutes 10]
        [--size base|large] [--aligner FOLDER] [--sentences 2] [--batch-seconds 0 60 ...]
        [--threads 2]

CLIPS (16 kHz, mono) are joined over and over, with pauses, into a film of so many minutes; the
table (file <tab> text) says what is said in each. The words lie where the voice is, shifted by up
to 0.4 s as a recogniser's are, every 40th is a number, and a segment has so many sentences.
Weights are random (random_aligner.py, a fairseq model whose files lie about its blank), or those of
--aligner. Every --batch-seconds is measured in turn. It ends with 1 when a time overlaps, runs
backwards or leaves the film, when a batch times a word otherwise than one stretch at a time does,
or when the stage imported transformers.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, pairwise
from pathlib import Path

import numpy
import random_aligner
import soundfile
from measure import Measured, measure

from chalchitra.paths import project_root
from chalchitra.speech.alignment.model import read_folder
from chalchitra.speech.regions import SpeechRegions, overlap
from chalchitra.speech.sound import SAMPLE_RATE, ArraySound
from chalchitra.speech.vad.silero import VadSettings, find_speech
from chalchitra.stagekit.protocol import ModelRef, Request, Result
from chalchitra.transcript.model import Region, Segment, Transcript, Word

PAUSE = 0.8
"""Seconds between two clips."""
OFFSET = 0.5
"""The film's sound begins so late (s)."""
ASTRAY = 0.4
"""A recogniser's word times are wrong by up to this (s)."""
NUMBER_EVERY = 40
SAME = 0.021
"""A batch may move a word by one frame (s): numbers are rounded otherwise in it."""


@dataclass(frozen=True)
class Film:
    """The stage's inputs, and how long the film is (s)."""

    inputs: dict[str, Path]
    transcript: Transcript
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("texts", type=Path, help="file <tab> text, with a heading")
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--size", choices=sorted(random_aligner.SIZES), default="base")
    parser.add_argument("--aligner", type=Path, help="a folder with weights that mean something")
    parser.add_argument("--sentences", type=int, default=2, help="in a segment; a clip is one")
    parser.add_argument("--batch-seconds", type=float, nargs="+", default=[0.0])
    parser.add_argument("--threads", type=int, default=2)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        rows = wanted.texts.read_text(encoding="utf-8").splitlines()
        texts = dict(row.split("\t")[:2] for row in rows)
        film = make_film(wanted.clips, texts, wanted.minutes * 60, wanted.sentences, folder)
        words = film.transcript.words
        aligner = wanted.aligner or make_aligner(folder, wanted.size, words)
        print(f"{film.seconds / 60:.1f} minutes, {len(words)} words", flush=True)
        failures: list[str] = []
        first: Transcript | None = None
        for number, seconds in enumerate(wanted.batch_seconds):
            run = folder / f"run-{number}"
            measured, aligned, result = align(film, aligner, run, seconds, wanted.threads)
            tell(seconds, film, measured, aligned, result)
            failures += problems(film, aligned, result)
            if first is not None:
                failures += differences(first, aligned)
            first = first or aligned
    for failure in failures:
        print(f"WRONG: {failure}")
    if failures:
        raise SystemExit(1)
    print("all times are in order, apart and in the film")


def make_film(
    clips: Sequence[Path], texts: dict[str, str], seconds: float, sentences: int, folder: Path
) -> Film:
    """The sound, the speech regions and a recogniser's transcript, as stages write them."""
    pieces: list[numpy.ndarray] = []
    said: list[tuple[float, float, str]] = []
    now = 0.0
    for clip in cycle(clips):
        samples, rate = soundfile.read(clip, dtype="float32")
        if rate != SAMPLE_RATE or samples.ndim != 1:
            raise SystemExit(f"{clip} is not 16 kHz, mono")
        said.append((OFFSET + now, OFFSET + now + len(samples) / rate, texts[clip.name]))
        pieces += [samples, numpy.zeros(round(PAUSE * rate), dtype="float32")]
        now += (len(pieces[-1]) + len(samples)) / rate
        if now >= seconds:
            break
    sound = numpy.concatenate(pieces)
    paths = {name: folder / f"{name}.json" for name in ("audio_info", "regions", "transcript")}
    paths["audio"] = folder / "audio.wav"
    soundfile.write(paths["audio"], sound, SAMPLE_RATE, subtype="PCM_16")
    paths["audio_info"].write_text(json.dumps({"offset": OFFSET, "duration": now}))
    speech = find_speech(ArraySound(sound, offset=OFFSET), VadSettings())
    speech.write(paths["regions"])
    segments = list(recognised(said, speech.regions, OFFSET + now, sentences))
    transcript = Transcript(language="hi", segments=segments, duration=OFFSET + now)
    transcript.write(paths["transcript"])
    return Film(paths, transcript, OFFSET + now)


def recognised(
    said: Sequence[tuple[float, float, str]], voice: Sequence[Region], end: float, sentences: int
) -> Iterator[Segment]:
    """Segments of so many sentences, with times that are wrong as a recogniser's are."""
    chance = random.Random(0)
    count = 0
    words: list[Word] = []
    number = 0
    for at, (first, last, text) in enumerate(said):
        spoken = text.split()
        stretches = [one for one in voice if overlap(first, last, one) > 0]
        moments = spread(len(spoken), stretches or [Region(start=first, end=last)])
        for (a, b), word in zip(pairwise(moments), spoken, strict=True):
            count += 1
            low = words[-1].end if words else 0.0
            start = min(end, max(low, a + chance.uniform(-ASTRAY, ASTRAY)))
            stop = min(end, max(start, b + chance.uniform(-ASTRAY, ASTRAY)))
            shown = str(count) if count % NUMBER_EVERY == 0 else word
            words.append(Word(text=shown, start=start, end=stop))
        words[-1] = words[-1].model_copy(update={"text": words[-1].text + "।"})
        if (at + 1) % sentences == 0 or at + 1 == len(said):
            joined = " ".join(word.text for word in words)
            yield Segment(
                id=number, start=words[0].start, end=words[-1].end, text=joined, words=words
            )
            words, number = [], number + 1


def spread(count: int, stretches: Sequence[Region]) -> list[float]:
    """`count` + 1 moments that share the voice of these stretches evenly."""
    each = sum(one.end - one.start for one in stretches) / count
    moments: list[float] = []
    for number in range(count + 1):
        left = number * each
        for one in stretches:
            if left <= one.end - one.start + 1e-6:
                break
            left -= one.end - one.start
        moments.append(one.start + left)
    return moments


def make_aligner(folder: Path, size: str, words: Sequence[Word]) -> Path:
    """A folder as `models fetch` leaves it: made as on the hub, then converted."""
    letters = Counter(c for word in words for c in word.text if not c.isdigit() and c != "।")
    made = folder / "aligner"
    random_aligner.make(made, size=size, alphabet="".join(sorted(letters)), fairseq=True)
    module = [sys.executable, "-m", "chalchitra.speech.alignment.convert"]
    subprocess.run([*module, made, made], check=True, capture_output=True)
    config, state = read_folder(made)
    parameters = sum(tensor.numel() for tensor in state.values()) / 1e6
    if config.tokens["<s>"] != config.blank:
        raise SystemExit("the converter took the wrong token for the blank")
    print(f"random weights, {size}: {parameters:.0f} million parameters; blank found: <s>")
    return made


def align(
    film: Film, aligner: Path, run: Path, seconds: float, threads: int
) -> tuple[Measured, Transcript, Result]:
    """Run the stage as the runner does, in a process of its own."""
    run.mkdir()
    Request(
        job_id="job_20260101_001",
        stage="alignment",
        environment="whisperx",
        inputs=film.inputs,
        params={
            "source_language": "hi", "languages": {}, "model": "random", "batch_seconds": seconds,
        },
        models={"alignment": ModelRef(name=aligner.name, path=aligner)},
        packages=["torch", "torchaudio", "transformers"],
        output_dir=run,
        device="cpu",
        compute_type="float32",
        threads=threads,
    ).write(run / "request.json")  # fmt: skip
    script = project_root() / "scripts" / "stages" / "alignment.py"
    command = ["env", f"CHALCHITRA_REQUEST={run / 'request.json'}", sys.executable, str(script)]
    measured = measure([*command, "--job-dir", str(run)])
    result = Result.model_validate_json((run / "result.json").read_bytes())
    return measured, Transcript.read(run / result.outputs["transcript"].path), result


def tell(
    seconds: float, film: Film, measured: Measured, aligned: Transcript, result: Result
) -> None:
    timings = Counter(word.timing for word in aligned.words)
    share = timings["aligned"] / len(aligned.words)
    voice = SpeechRegions.read(film.inputs["regions"]).regions
    silent = sum(not any(overlap(w.start, w.end, r) > 0 for r in voice) for w in aligned.words)
    print(
        f"batches of {seconds:g} s: {measured.seconds / film.seconds * 60:.2f} s a minute of film "
        f"({measured.seconds:.1f} s, {measured.cpu_seconds:.1f} s CPU), "
        f"peak {measured.largest_bytes / 1e9:.2f} GB; {share:.1%} of the words aligned, "
        f"{timings['interpolated']} interpolated, {timings['recognised']} as recognised, "
        f"{silent} with no voice near; "
        f"{len(film.transcript.segments)} segments became {len(aligned.segments)}",
        flush=True,
    )


def problems(film: Film, aligned: Transcript, result: Result) -> Iterator[str]:
    """What is wrong with the times, or with how they were made."""
    words = aligned.words
    if [word.text for word in words] != [word.text for word in film.transcript.words]:
        yield "words were lost"
    for word in words:
        if not OFFSET <= word.start <= word.end <= film.seconds:
            yield f"{word.text} lies at {word.start} to {word.end} s"
        if any(c.isdigit() for c in word.text) and word.timing == "aligned":
            yield f"the number {word.text} counts as aligned"
    for before, after in pairwise(words):
        if before.end > after.start:
            yield f"{before.text} and {after.text} overlap at {after.start} s"
    if "transformers" in result.libraries:
        yield "the stage imported transformers"


def differences(one: Transcript, other: Transcript) -> Iterator[str]:
    for a, b in zip(one.words, other.words, strict=True):
        if abs(a.start - b.start) > SAME or abs(a.end - b.end) > SAME:
            yield f"{a.text} at {a.start} to {a.end} s lies at {b.start} to {b.end} s in batches"


if __name__ == "__main__":
    main()
