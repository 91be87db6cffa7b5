"""Random films by a seed, cut by the stage, and the same files judged by `chalchitra qc`."""

from __future__ import annotations

import json
import random
import runpy
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from chalchitra import paths
from chalchitra.languages import find
from chalchitra.media.film import Film, Stream
from chalchitra.media.frame_rate import film_rate
from chalchitra.stagekit.protocol import Request
from chalchitra.stagekit.stage import Stage
from chalchitra.subtitles.cues.shot_changes import ShotChanges
from chalchitra.subtitles.cues.style import read_style
from chalchitra.subtitles.qc.model import QualityReport
from chalchitra.transcript.model import Segment, Transcript, Word

SAID = ["24000/1001", "24", "25", "30000/1001", "30", "50", "60"]
STYLES = ["netflix", "netflix-children", "sdh", "bbc"]
WORDS = {
    "en": "No! stop. I never said that to the very old Ram Kumar, Mr. Rao and 25 kg or so.",
    "hi": "नहीं। मैंने डॉ. राव जी से 25 किलो आटा नहीं माँगा था, और वह घर पर है।",
    "ta": "இல்லை. நான் திரு. ராமன் அவர்களை பார்க்க முடியாது ஆனால் 25 கிலோ அரிசி வேண்டும்.",
    "ur": "نہیں۔ میں نے ڈاکٹر خان صاحب سے 25 کلو آٹا نہیں مانگا تھا، اور وہ گھر پر ہے۔",
    "ml": "ഇല്ല. ഞാൻ ഡോക്ടർ രാമനെ കണ്ടില്ല പക്ഷേ 25 കിലോ അരി വേണം.",
}
AWKWARD = ["<i>", "a<b", "&amp;", "{x}", "-->", "-", "♪", "\u200fx", "C#", "1961", "\\N"]


class _Silent:
    def send(self, kind: str, **said: object) -> None:
        """Nobody listens."""


def film_of(path: Path, rate: str | None, duration: float) -> Film:
    """A film as it is probed: its picture begins late, its sound later."""
    picture = Stream(index=0, position=0, kind="video", codec="h264", start=0.02, frame_rate=rate)
    sound = Stream(index=1, position=0, kind="audio", codec="aac", start=1.5)
    return Film(
        path=path, size=1, mtime_ns=1, container="matroska", start_time=3.2, duration=duration,
        streams=[picture, sound],
    )  # fmt: skip


def transcript(draw: random.Random, language: str) -> Transcript:
    """Words fast and slow, with pauses of every length, by two people, one or nobody known."""
    texts = WORDS[language].split()
    pace = draw.choice([25, 45, 70, 110])
    speakers = draw.choice([[None], ["S1"], ["S1", "S2"]])
    now, speaker = draw.uniform(0, 3), speakers[0]
    segments = []
    for number in range(draw.randrange(1, 12)):
        speaker = draw.choice(speakers) if draw.random() < 0.4 else speaker
        words = []
        for _ in range(draw.randrange(1, 15)):
            text = draw.choice(AWKWARD if draw.random() < 0.03 else texts)
            length = draw.uniform(0.5, 1.5) * pace * (2 + len(text)) / 1000
            words.append(Word(text=text, start=now, end=now + length, speaker=speaker))
            now += length + draw.choice([0, 0, 0, 0.04, 0.12, 0.3])
        song = draw.random() < 0.1
        joined = " ".join(word.text for word in words)
        segments.append(
            Segment(
                id=number, start=words[0].start, end=words[-1].end, text=joined, words=words,
                speaker=speaker, song=song,
            )
        )  # fmt: skip
        now += draw.choice([0, 0.05, 0.2, 0.45, 0.5, 0.9, 1.2, 5])
    return Transcript(language=language, segments=segments)


def cut(seed: int, rate: str | None, *, with_shots: bool, folder: Path) -> tuple[Any, ...]:
    """The stage's report on a random film, and what `qc` is to be told: files, style, film."""
    draw = random.Random(seed)
    language, style = draw.choice(sorted(WORDS)), draw.choice(STYLES)
    said = transcript(draw, language)
    ends = said.segments[-1].end
    duration = round(draw.choice([ends + 5, ends, ends - 0.3, max(1.0, ends / 2)]), 3)
    film = film_of(folder / "film.mkv", rate, duration)
    frame_rate = film_rate(film)
    said.write(folder / "transcript.json")
    inputs = {name: folder / f"{name}.json" for name in ("transcript", "audio_info")}
    late = draw.choice([0.0, 0.03, -1.0])  # by a packet of the sound, or the sound ends early
    info = {"film_duration": duration, "offset": 1.5, "duration": duration + late - 1.5}
    inputs["audio_info"].write_text(json.dumps(info))
    if with_shots:
        frame = float(1 / (frame_rate or Fraction(25)))
        cuts = sorted({round(frame * draw.randrange(1, 3000) + 0.02, 6) for _ in range(20)})
        ShotChanges(frame_rate=1 / frame, cuts=cuts).write(folder / "shots.json")
        inputs["shots"] = folder / "shots.json"
    row = find(language)
    formats = ["srt", "vtt", "ass"]
    request = Request(
        job_id="job_20250101_001",
        stage="subtitle_gen",
        language=language,
        environment="common",
        inputs=inputs,
        params={
            "title": "film",
            "source_language": language,
            "languages": {language: row.to_dict()},
            "frame_rate": None if frame_rate is None else str(frame_rate),
            "song_text": "mark",
            "pair": [],
            "style": style,
            "formats": formats,
            **read_style(style).model_dump(mode="json"),
        },
        output_dir=folder,
        device="cpu",
        compute_type="int8",
        threads=1,
    )
    _work()(Stage(request, _Silent()))
    report = QualityReport.read(folder / "qc.json")
    files = {name: folder / f"film.{language}.{name}" for name in formats}
    for name, path in files.items():
        (folder / f"subtitles.{name}").replace(path)
    return report, files, style, film


@cache
def _work() -> Any:
    """The work of the stage's script."""
    return runpy.run_path(str(paths.stages_dir() / "subtitle_gen.py"))["work"]


def found(report: str | QualityReport) -> list[tuple[Any, ...]]:
    """The violations of a report: kind, cue, value, limit, the line, and the other cue."""
    data = json.loads(report if isinstance(report, str) else report.to_json())
    names = ("kind", "cue", "value", "limit", "line", "other")
    return [tuple(one.get(name) for name in names) for one in data["violations"]]
