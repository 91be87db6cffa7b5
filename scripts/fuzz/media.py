"""Films whose headers and indices were changed at random: nothing crashes, or hangs, or eats all.

    venv/common/bin/python scripts/fuzz/media.py --films 5000 --seed 1
    venv/common/bin/python scripts/fuzz/media.py --film mkv:1234 --keep /tmp/fuzz

A tiny film in every container is changed by seed: bits, numbers, sizes, fields in each other's
places, cut, joined. Each is prepared (probed, its track chosen), and of some the sound is taken out
and a film with subtitles made, by the product's own stages in processes of their own. Right is an
answer within the limits of time, memory and disk: a film, or a sentence that says why not.
Ends with 1 when something was found.
"""

from __future__ import annotations

import argparse
import random
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import imageio_ffmpeg

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sweep"))

from forms import CODECS, CONTAINERS
from preparing import SOURCE, CrashedError, Preparer

from chalchitra.jobs.model import Job
from stages import StageLostError, Stages

PREPARE_LIMIT_S = 20.0
STAGE_LIMIT_S = 60.0
MEMORY_LIMIT = 1 << 30
"""Bytes that preparing a film of kilobytes may take at most."""
DISK_LIMIT = 64 << 20
"""Bytes that a stage may write for a film of a second."""
_SECONDS = 0.6
_HEAD = 2048
"""Most of the bytes that are changed lie so near to the file's beginning or end."""


@dataclass
class Finding:
    """A changed film, by which it can be made again (`container:seed`), and what went wrong."""

    film: str
    wrong: str


@dataclass
class Found:
    """How a run went: `answers` counts what was said of the films."""

    findings: list[Finding] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    largest: int = 0
    """Bytes of memory that preparing took at most, and for which film."""
    largest_film: str = ""


def seeds(folder: Path) -> dict[str, bytes]:
    """A film of half a second in every container; what ffmpeg does not write is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    program = str(imageio_ffmpeg.get_ffmpeg_exe())
    made: dict[str, bytes] = {}
    for name, box in CONTAINERS.items():
        codec = CODECS[box.codecs.split()[0]]
        rate = next(one for one in codec.rates if not box.rates or one in box.rates)
        rate = 48000 if 48000 in codec.rates and not box.rates else rate
        command = [program, "-v", "error", "-nostdin", "-y"]
        if box.picture:
            command += ["-f", "lavfi", "-i", f"testsrc2=s={box.size}:r=25:d={_SECONDS}"]
        command += ["-f", "lavfi", "-i", f"sine=frequency=700:duration={_SECONDS}"]
        command += [*box.picture.split(), "-c:a", codec.encoder, *codec.options.split()]
        channels = "2" if name == "dv" else "1"
        command += ["-ar", str(rate), "-ac", channels, *box.options.split(), "-f", box.muxer]
        path = folder / f"seed.{name}"
        subprocess.run([*command, str(path)], capture_output=True, timeout=60, check=False)
        if path.exists() and path.stat().st_size > 0:
            made[name] = path.read_bytes()
    return made


def changed(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """The film with one to four changes; `other` is another film, to be joined to it."""
    for _ in range(chance.choice((1, 1, 2, 3, 4))):
        data = chance.choice(_CHANGES)(data, other, chance)
        if not data:
            return b"\0"
    return data


def _place(data: bytes, chance: random.Random, room: int = 1) -> int:
    """Somewhere in the header or the index for the most part."""
    last = max(0, len(data) - room)
    near = min(last, chance.choice((64, 256, _HEAD)))
    kind = chance.random()
    if kind < 0.6:
        return chance.randint(0, near)
    if kind < 0.85:
        return last - chance.randint(0, near)
    return chance.randint(0, last)


def _over(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def _bit(data: bytes, other: bytes, chance: random.Random) -> bytes:
    at = _place(data, chance)
    return _over(data, at, bytes((data[at] ^ (1 << chance.randrange(8)),)))


def _byte(data: bytes, other: bytes, chance: random.Random) -> bytes:
    return _over(data, _place(data, chance), bytes((chance.choice((0, 1, 0x7F, 0x80, 0xFF)),)))


def _number(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """A number of 2, 4 or 8 bytes that no film has."""
    size = chance.choice((2, 4, 8))
    most = (1 << (8 * size)) - 1
    value = chance.choice(
        (0, 1, 2, most, most >> 1, (most >> 1) + 1, most - 1, chance.getrandbits(8 * size))
    )
    whole = value.to_bytes(size, chance.choice(("big", "little")))
    if size == 8 and chance.random() < 0.3:
        whole = struct.pack(">d", chance.choice((0.0, -1.0, 1e300, float("inf"), float("nan"))))
    return _over(data, _place(data, chance, size), whole)


def _swap(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """Two fields in each other's places."""
    size = chance.choice((1, 2, 4, 8, 16))
    a, b = _place(data, chance, size), _place(data, chance, size)
    first, second = data[a : a + size], data[b : b + size]
    return _over(_over(data, a, second), b, first)


def _cut(data: bytes, other: bytes, chance: random.Random) -> bytes:
    return data[: _place(data, chance)]


def _out(data: bytes, other: bytes, chance: random.Random) -> bytes:
    at = _place(data, chance)
    return data[:at] + data[at + chance.choice((1, 2, 4, 16, 188, 512)) :]


def _into(data: bytes, other: bytes, chance: random.Random) -> bytes:
    at = _place(data, chance)
    size = chance.choice((1, 2, 4, 16, 188, 512))
    new = data[at : at + size] if chance.random() < 0.5 else chance.randbytes(size)
    return data[:at] + new + data[at:]


def _zeros(data: bytes, other: bytes, chance: random.Random) -> bytes:
    at = _place(data, chance)
    return _over(data, at, bytes(min(chance.choice((4, 16, 188, 1024)), len(data) - at)))


def _joined(data: bytes, other: bytes, chance: random.Random) -> bytes:
    return data + other


def _grafted(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """Another film's header before this one's rest."""
    at = _place(data, chance)
    return other[:at] + data[at:]


_CHANGES: tuple[Callable[[bytes, bytes, random.Random], bytes], ...] = (
    _bit, _bit, _byte, _byte, _number, _number, _number, _number, _swap, _swap, _cut, _out, _into,
    _zeros, _joined, _grafted,
)  # fmt: skip


def film(name: str, seed: int, made: dict[str, bytes]) -> bytes:
    """The film `name:seed`."""
    chance = random.Random(f"{name}:{seed}")
    return changed(made[name], made[chance.choice(list(made))], chance)


class Fuzzer:
    """Tries changed films one after another; `folder` is for what is being made."""

    def __init__(self, folder: Path, made: dict[str, bytes]) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._made = made
        self._preparer = Preparer(PREPARE_LIMIT_S)
        self._stages = Stages(folder, limit_s=STAGE_LIMIT_S)
        self._peak = 0

    def close(self) -> None:
        self._preparer.close()
        self._stages.close()

    def try_film(self, name: str, seed: int, found: Found, *, demux: bool, mux: bool) -> None:
        """Prepare the film `name:seed`, and take out its sound and mux it where asked for."""
        label = f"{name}:{seed}"
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            path = Path(folder) / f"film.{CONTAINERS[name].suffix}"
            path.write_bytes(film(name, seed, self._made))
            started = time.monotonic()
            try:
                answer = self._preparer.ask(path)
            except CrashedError as error:
                found.answers["crashed"] += 1
                found.findings.append(Finding(label, str(error)))
                return
            found.slowest = max(found.slowest, time.monotonic() - started)
            peak = int(answer.get("peak", 0))
            if peak > found.largest:
                found.largest, found.largest_film = peak, label
            if peak > MEMORY_LIMIT:
                found.findings.append(Finding(label, f"preparing took {peak >> 20} MB"))
                self._preparer.close()  # the peak of a process never falls
            if "crash" in answer:
                found.answers["crashed"] += 1
                found.findings.append(Finding(label, f"preparing: {answer['crash']}"))
                return
            if "refused" in answer:
                found.answers["refused"] += 1
                found.findings += _unclear(label, answer["refused"])
                return
            found.answers["prepared"] += 1
            if demux:
                self._stages.folder = Path(folder) / "stages"
                self._run(Job.model_validate(answer["job"]), label, found, mux=mux)

    def _run(self, job: Job, label: str, found: Found, *, mux: bool) -> None:
        made: dict[tuple[str, str], Path] = {}
        for stage in ("demux", "mux") if mux and job.film.has_picture else ("demux",):
            if stage == "mux":
                made |= self._tracks()
            try:
                result = self._stages.run(job, stage, made)
            except StageLostError as error:
                found.answers[f"{stage} lost"] += 1
                found.findings.append(Finding(label, str(error)))
                return
            written = sum(one.stat().st_size for one in self._stages.folder.rglob("*.*"))
            if written > DISK_LIMIT:
                found.findings.append(Finding(label, f"{stage} wrote {written >> 20} MB"))
            if result.error is None:
                found.answers[f"{stage} done"] += 1
                continue
            found.answers[f"{stage} failed"] += 1
            said = f"{result.error.what} {result.error.cause}"
            if result.error.kind not in ("stage", "usage"):
                found.findings.append(Finding(label, f"{stage} ({result.error.kind}): {said}"))
            found.findings += _unclear(label, said)
            return

    def _tracks(self) -> dict[tuple[str, str], Path]:
        srt, ass = self._stages.folder / "one.srt", self._stages.folder / "one.ass"
        srt.write_text("1\n00:00:00,100 --> 00:00:00,500\nA word.\n", encoding="utf-8")
        ass.write_text(_ASS, encoding="utf-8")
        key = f"subtitle_gen@{SOURCE}"
        return {(key, "srt"): srt, (key, "ass"): ass}


_ASS = """[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Noto Sans,20

[Events]
Format: Layer, Start, End, Style, Text
Dialogue: 0,0:00:00.10,0:00:00.50,Default,A word.
"""


def _unclear(label: str, said: str) -> Iterator[Finding]:
    """What is no sentence for a person: a traceback, a class's name, nothing."""
    if not said.strip() or "Traceback" in said or "Error(" in said or "<class" in said:
        yield Finding(label, f"said: {said}")


def run(
    count: int,
    seed: int,
    folder: Path,
    *,
    demux_every: int,
    mux_every: int,
    parallel: int = 2,
    on_finding: Callable[[Finding], None] = lambda finding: None,
) -> Found:
    """Try so many films; of every `demux_every`th the sound is taken out, and so on."""
    made = seeds(folder / "seeds")
    names = list(made)
    found = [Found() for _ in range(parallel)]

    def part(worker: int) -> None:
        fuzzer = Fuzzer(folder / f"fuzzer-{worker}", made)
        for number in range(worker, count, parallel):
            name = names[number % len(names)]
            before = len(found[worker].findings)
            fuzzer.try_film(
                name,
                seed * 1_000_000 + number,
                found[worker],
                demux=number // len(names) % demux_every == number % demux_every,
                mux=number // len(names) % mux_every == number % mux_every,
            )
            for new in found[worker].findings[before:]:
                on_finding(new)
        fuzzer.close()

    with ThreadPoolExecutor(parallel) as pool:
        list(pool.map(part, range(parallel)))
    whole = Found()
    for one in found:
        whole.findings += one.findings
        whole.answers += one.answers
        whole.slowest = max(whole.slowest, one.slowest)
        if one.largest > whole.largest:
            whole.largest, whole.largest_film = one.largest, one.largest_film
    return whole


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/fuzz/media.py",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    add = parser.add_argument
    add("--films", type=int, default=5000)
    add("--seed", type=int, default=1)
    add("--demux-every", type=int, default=1, help="of so many films one's sound is taken out (1)")
    add("--mux-every", type=int, default=4, help="of so many of these one is muxed (4)")
    add("--parallel", type=int, default=2)
    add("--film", metavar="CONTAINER:SEED", help="this film alone")
    add("--keep", type=Path, help="a folder to keep the film in (with --film)")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        folder = Path(name)
        if args.film:
            found = _one(args.film, folder, args.keep)
        else:
            found = run(
                args.films,
                args.seed,
                folder,
                demux_every=args.demux_every,
                mux_every=args.mux_every,
                parallel=args.parallel,
                on_finding=_tell,
            )
    print(", ".join(f"{count} {answer}" for answer, count in sorted(found.answers.items())))
    print(f"slowest answer {found.slowest:.1f} s")
    print(f"most memory {found.largest >> 20} MB, for {found.largest_film}")
    print(f"{len(found.findings)} findings")
    return 1 if found.findings else 0


def _tell(finding: Finding) -> None:
    print(f"{finding.film}: {finding.wrong}", flush=True)


def _one(label: str, folder: Path, keep: Path | None) -> Found:
    name, _, seed = label.partition(":")
    made, found = seeds(folder / "seeds"), Found()
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / f"{name}-{seed}.{CONTAINERS[name].suffix}").write_bytes(film(name, int(seed), made))
    fuzzer = Fuzzer(folder / "fuzzer", made)
    fuzzer.try_film(name, int(seed), found, demux=True, mux=True)
    fuzzer.close()
    for finding in found.findings:
        _tell(finding)
    return found


if __name__ == "__main__":
    sys.exit(main())
