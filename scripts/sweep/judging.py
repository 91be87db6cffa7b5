"""One film: made, prepared, heard, cut into cues, muxed, and held against what is right."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from pathlib import Path
from queue import Queue
from typing import Any

import pysrt
from expecting import Expected, expected
from making import NotMadeError, Tools, make, source
from preparing import SOURCE, CrashedError, Preparer, RefusedError
from recipes import Recipe
from tones import WORD_S, Found, Spoken, find_words

from chalchitra.jobs.model import Job
from chalchitra.media.film import Film
from chalchitra.media.probe import open_container, probe
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.sound import WavSound
from chalchitra.transcript.model import Region, Segment, Transcript, Word
from stages import StageLostError, Stages, told

NEAR_S = 0.1
"""A cue this near to its words is right."""
_BROKEN_S = 0.025
"""So much silence inside a word is a cut in the sound."""
_PARTIAL_S = 0.3
"""A word of WORD_S that is shorter was cut."""


@dataclass
class Outcome:
    """How one film fared. `outcome` is right, told, refused, not made or wrong."""

    id: str
    outcome: str
    wrong: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    words: int = 0
    lost: int = 0
    worst: float = 0.0
    """How far the word or cue that is most off is from its place (seconds)."""
    muxed: bool = False
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Judge:
    """Judges films one after another; `folder` is for what is being made, `sources` is shared."""

    def __init__(self, folder: Path, tools: Tools, sources: Path, mux_every: int = 3) -> None:
        self._folder = folder
        self._sources = sources
        folder.mkdir(parents=True)
        self._tools = tools
        self._mux_every = mux_every
        self._count = 0
        self._stages = Stages(folder)
        self._preparer = Preparer()

    def close(self) -> None:
        """End the stages' processes."""
        self._stages.close()
        self._preparer.close()

    def judge(self, recipe: Recipe, keep: Path | None = None) -> Outcome:
        """Make the film and judge it; `keep` is a folder for the film and all that was made."""
        started = time.monotonic()
        outcome = Outcome(recipe.id, "right")
        self._count += 1
        with tempfile.TemporaryDirectory(prefix="film-", dir=self._folder) as name:
            folder = Path(name)
            self._stages.folder = folder / "stages"
            try:
                path = make(recipe, folder, self._sources, self._tools)
                self._look(recipe, path, self._stages, outcome)
            except NotMadeError as error:
                outcome.outcome, outcome.told = "not made", [str(error)]
            except StageLostError as error:
                outcome.wrong.append(str(error))
            finally:
                if keep is not None:
                    shutil.copytree(folder, keep / recipe.id, dirs_exist_ok=True)
        if outcome.wrong:
            outcome.outcome = "wrong"
        outcome.seconds = round(time.monotonic() - started, 2)
        return outcome

    def _look(self, recipe: Recipe, path: Path, stages: Stages, outcome: Outcome) -> None:
        right = expected(recipe)
        try:
            job = self._preparer.prepare(path)
        except RefusedError as error:
            _refused(str(error), right, outcome)
            return
        except CrashedError as error:
            outcome.wrong.append(str(error))
            return
        made: dict[tuple[str, str], Path] = {}
        demux = stages.run(job, "demux", made)
        outcome.told = told(demux)
        if demux.error is not None:
            _stage_failed("demux", demux.error, right, outcome)
            return
        if right.refused == "must":
            outcome.wrong.append("was not refused")
            return
        sound = WavSound.open(made["demux", "audio"], made["demux", "audio_info"])
        found = find_words(sound)
        _compare(found, right, outcome)
        words = [(f"Word {number}.", one) for number, one in enumerate(found, 1)]
        _dictate(words, stages.folder, made)
        cut = stages.run(job, f"subtitle_gen@{SOURCE}", made)
        if cut.error is not None:
            outcome.wrong.append(f"subtitle_gen: {cut.error.what} {cut.error.cause}")
            return
        srt = pysrt.open(str(made[f"subtitle_gen@{SOURCE}", "srt"]), encoding="utf-8")
        cues = {cue.text: (cue.start.ordinal / 1000, cue.end.ordinal / 1000) for cue in srt}
        _compare_cues(words, cues, outcome)
        if found and job.film.has_picture and self._count % self._mux_every == 0:
            _mux(job, stages, made, right, outcome)


def judge_all(
    recipes: Sequence[Recipe],
    folder: Path,
    tools: Tools,
    *,
    parallel: int = 2,
    mux_every: int = 3,
    keep: Path | None = None,
) -> Iterator[Outcome]:
    """The outcomes as they come; `folder` is emptied by whoever made it."""
    for other in (False, True):
        source(folder / "sources", other=other)
    judges: Queue[Judge] = Queue()
    for number in range(parallel):
        judges.put(Judge(folder / f"judge-{number}", tools, folder / "sources", mux_every))

    def judge(recipe: Recipe) -> Outcome:
        one = judges.get()
        try:
            return one.judge(recipe, keep)
        finally:
            judges.put(one)

    try:
        with ThreadPoolExecutor(parallel) as pool:
            for done in as_completed([pool.submit(judge, recipe) for recipe in recipes]):
                yield done.result()
    finally:
        while not judges.empty():
            judges.get().close()


def _refused(said: str, right: Expected, outcome: Outcome) -> None:
    outcome.outcome, outcome.told = "refused", [said]
    if right.refused == "never":
        outcome.wrong.append(f"refused: {said}")
    elif right.naming not in said.casefold():
        outcome.wrong.append(f"refused without its reason: {said}")


def _stage_failed(name: str, error: Any, right: Expected, outcome: Outcome) -> None:
    said = " ".join(part for part in (error.what, error.cause) if part)
    outcome.outcome, outcome.told = "refused", [said]
    if error.kind not in ("stage", "usage"):
        outcome.wrong.append(f"{name} crashed ({error.kind}): {said}")
    elif right.refused != "may":
        outcome.wrong.append(f"{name} failed: {said}")


def _compare(found: list[Found], right: Expected, outcome: Outcome) -> None:
    """Every word at its time, or its loss told; nothing told that is not so."""
    outcome.words = len(right.words)
    left = list(found)
    lost: list[Spoken] = []
    broken = 0.0
    for one in right.words:
        near = [f for f in left if f.word == one.word and abs(f.start - one.start) < 3 * WORD_S]
        best = min(near, key=lambda f: abs(f.start - one.start), default=None)
        hurt = right.hurt or any(a < one.end + 0.1 and one.start < b for a, b in right.holes)
        if best is None:
            lost.append(one)
            if not hurt:
                outcome.wrong.append(f"word {one.word} of {one.start:.2f} s is lost")
            continue
        left.remove(best)
        cut = best.end - best.start < _PARTIAL_S
        early, late = one.start - best.start, best.start - one.start - right.late_by
        if cut and hurt:  # what is left of it may begin later
            early = max(one.start - best.start, best.end - one.end - right.late_by)
            late = 0.0
        elif cut:
            outcome.wrong.append(f"word {one.word} of {one.start:.2f} s is cut")
        off = max(early, late, 0.0)
        if right.drifts and one.start > _FIRST_HURT_S:
            off = 0.0
        outcome.worst = round(max(outcome.worst, off), 3)
        if off > NEAR_S:
            outcome.wrong.append(f"word {one.word} is at {best.start:.2f} s, not {one.start:.2f} s")
        if not hurt:
            broken = max(broken, best.broken)
        if cut or best.broken > _BROKEN_S:
            lost.append(one)
    for one_ in left:
        rest = right.hurt and (
            right.drifts
            or any(
                one_.word == one.word
                and one.start - NEAR_S < one_.start < one.end + right.late_by + NEAR_S
                for one in right.words
            )
        )
        if not rest and (one_.end - one_.start >= _WHISTLE_S or not right.hurt):
            outcome.wrong.append(f"word {one_.word} is at {one_.start:.2f} s, where nobody says it")
    if broken > _BROKEN_S:
        outcome.wrong.append(f"a word is cut up: {broken:.3f} s of it are silent")
    outcome.lost = len(lost)
    unknown = right.silence_is_data or (
        right.end_unknown and not any(f.start > one.start for one in lost for f in found)
    )
    if lost and not outcome.told and not unknown:
        outcome.wrong.append(f"{len(lost)} words are lost or hurt, and nothing is told")
    if outcome.told:
        outcome.outcome = "told"
        if right.telling == "nothing":
            outcome.wrong.append(f"told of a whole film: {outcome.told[0]}")
    elif right.telling == "must":
        outcome.wrong.append("nothing is told")


_FIRST_HURT_S = 3.5
"""What is damaged in the middle lies after this."""
_A_LOSS = re.compile(r"ends at|holds less|missing|damaged")
"""That a film with tracks leaves out what cannot be copied is true of whole films, too."""
_WHISTLE_S = 0.12
"""Damaged sound may whistle for a moment."""


def _dictate(words: list[tuple[str, Found]], folder: Path, made: dict[Any, Path]) -> None:
    """What vad, asr and alignment would make, had they heard the words perfectly."""
    segments = [
        Segment(
            id=number,
            start=float(one.start),
            end=float(one.end),
            text=text,
            words=[
                Word(text="Word", start=float(one.start), end=float(one.start + 0.02)),
                Word(text=text.split()[1], start=float(one.start + 0.02), end=float(one.end)),
            ],
        )
        for number, (text, one) in enumerate(words)
    ]
    transcript = Transcript(language=SOURCE, segments=segments)
    regions = [Region(start=float(one.start), end=float(one.end)) for _, one in words]
    transcript.write(folder / "transcript.json")
    SpeechRegions(regions=regions).write(folder / "regions.json")
    made["alignment", "transcript"] = folder / "transcript.json"
    made["vad", "regions"] = folder / "regions.json"


def _compare_cues(
    words: list[tuple[str, Found]], cues: dict[str, tuple[float, float]], outcome: Outcome
) -> None:
    for text, one in words:
        start, end, first = next(
            (
                (*cues[shown], shown.startswith(text))
                for shown in cues
                if text in shown.replace("\n", " ")
            ),
            (None, None, False),
        )
        if start is None or end is None:
            outcome.wrong.append(f"{text!r} has no cue")
            continue
        off = abs(start - one.start) if first else max(0.0, start - one.start)
        outcome.worst = round(max(outcome.worst, float(off)), 3)
        if off > NEAR_S or end < one.end - NEAR_S:
            outcome.wrong.append(
                f"a cue is at {start:.2f} to {end:.2f} s, its word at {one.start:.2f} s"
            )


def _mux(
    job: Job, stages: Stages, made: dict[tuple[str, str], Path], right: Expected, outcome: Outcome
) -> None:
    """The muxed film shows its cues where it says its words."""
    result = stages.run(job, "mux", made)
    if result.error is not None:
        said = f"{result.error.what} {result.error.cause}"
        if result.error.kind not in ("stage", "usage") or not (right.hurt or right.no_mux):
            outcome.wrong.append(f"mux failed ({result.error.kind}): {said}")
        return
    losses = [said for said in told(result) if _A_LOSS.search(said)]
    if losses and right.telling == "nothing":
        outcome.wrong.append(f"mux told of a whole film: {losses[0]}")
    outcome.muxed = True
    film = made["mux", "film"]
    again = job.model_copy(update={"film": probe(film)})
    stream = again.film.audio[job.audio_stream.position]
    chosen = job.audio_stream.model_copy(update={"index": stream.index})
    again = again.model_copy(update={"audio_stream": chosen})
    heard: dict[tuple[str, str], Path] = {}
    demux = stages.run(again, "demux", heard)
    if demux.error is not None:
        outcome.wrong.append(f"the muxed film cannot be heard: {demux.error.what}")
        return
    found = find_words(WavSound.open(heard["demux", "audio"], heard["demux", "audio_info"]))
    shown = _shown(film, again.film)
    # Without edit lists, Matroska shows what one had hidden.
    if len(shown) > len(found) and not right.hurt:
        outcome.wrong.append(f"the muxed film has {len(shown)} cues and {len(found)} words")
        return
    off = [min((abs(start - one.start) for one in found), default=9.9) for start in shown]
    if right.hurt:  # what was heard of a hurt word need not be heard again
        off = sorted(off)[: len(found)]
    if off and max(off) > NEAR_S + right.late_by:
        outcome.wrong.append(f"a cue of the muxed film is {max(off):.2f} s from its word")


def _shown(path: Path, film: Film) -> list[float]:
    """When the last subtitle track of a film shows its cues: seconds of its time line."""
    with open_container(path) as container:
        track = container.streams.subtitles[-1]
        return sorted(
            float(packet.pts * packet.time_base) - film.start_time
            for packet in container.demux(track)
            if packet.pts is not None and packet.size > 2
        )


def judged(line: str) -> Outcome:
    """An outcome out of the file of results."""
    return Outcome(**json.loads(line))
