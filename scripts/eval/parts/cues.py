"""Which limits of a style ours, whisperX's and faster-whisper's subtitles break, on the same words.

The words and times are our transcript's of each film, and those of the dialogues of dialogue.tsv,
which nobody recorded. On a film the other tools' segments are those that they heard themselves,
with our words in them: they see the same words as we do, cut where they cut. Of a dialogue every
sentence is a segment, which is the best that either can do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from typing import Any

from corpus import Corpus, Item
from dialogue import lines_of, spoken
from heard import Heard
from systems import Setting
from systems.foreign import SYSTEMS
from systems.jobs import folder_of, prepare, run
from systems.ours import asked_of
from systems.programs import hearing_bin, timed
from targets import Check

from chalchitra.files import write_json
from chalchitra.languages import find
from chalchitra.media.frame_rate import exact
from chalchitra.paths import project_root
from chalchitra.subtitles.cues.build import build_track
from chalchitra.subtitles.cues.cue import Cue, milliseconds
from chalchitra.subtitles.cues.shot_changes import ShotChanges
from chalchitra.subtitles.cues.style import read_style
from chalchitra.subtitles.cues.words import transcript_words
from chalchitra.subtitles.formats.foreign import read_subtitles
from chalchitra.subtitles.qc.judge import judge
from chalchitra.subtitles.qc.model import NAMES, Violation
from chalchitra.subtitles.qc.report import sentence
from chalchitra.transcript.model import Segment, Transcript, Word
from parts import Part, table

STYLE = "netflix"
LANGUAGES = ("hi", "ta", "ur")
"""Of the dialogues."""
FRAME_RATE = 24.0
"""Of the dialogues, which have no film."""
_WRITER = project_root() / "scripts" / "eval" / "systems" / "write_srt_with_whisperx.py"
_AT_MOST = ("42", "2")
"""What a user who knows the style asks whisperX for: --max_line_width and --max_line_count."""

OURS, WHISPERX, WRAPPED, PLAIN = "ours", "whisperX", "whisperX, 2 × 42", "faster-whisper"


@dataclass(frozen=True)
class Scene:
    """Words with times, as each tool has them in segments; `shots` are the film's.

    `duration` is the film's in seconds, where there is one.
    """

    name: str
    language: str
    duration: float | None
    transcript: Transcript
    shots: ShotChanges
    whisperx: Sequence[Segment]
    plain: Sequence[Segment]


@dataclass(frozen=True)
class Judged:
    """A tool's cues and the violations of them; `unavoidable` says why of ours, by the cue."""

    tool: str
    cues: Sequence[Cue]
    violations: Sequence[Violation]
    unavoidable: dict[int, str] = field(default_factory=dict)

    @property
    def counts(self) -> Counter[str]:
        return Counter(one.kind for one in self.violations)

    @property
    def words_in_faulty_cues(self) -> float:
        """The share of all words that stand in a cue that breaks a limit."""
        faulty = {one.cue for one in self.violations}
        words = {cue.index: len(cue.text.split()) for cue in self.cues}
        found = sum(count for index, count in words.items() if index in faulty)
        return found / max(1, sum(words.values()))

    @property
    def unexplained(self) -> list[Violation]:
        return [one for one in self.violations if not self.unavoidable.get(one.cue or 0)]


def measure(corpora: Sequence[Corpus], setting: Setting) -> Part | None:
    """On every film that was found, and on the dialogues."""
    films = [
        scene
        for corpus in corpora
        if any(item.sections for item in corpus.items)
        for scene in _films(corpus, setting)
    ]
    if not films:
        return None
    dialogues = []
    for language in LANGUAGES:
        transcript = spoken(lines_of(language), language)
        shots = ShotChanges(frame_rate=FRAME_RATE)
        name = f"{find(language).name} dialogue"
        segments = transcript.segments
        dialogues.append(Scene(name, language, None, transcript, shots, segments, segments))
    found = [(scene, judged(scene, setting)) for scene in (*films, *dialogues)]
    return part(found)


def _films(corpus: Corpus, setting: Setting) -> list[Scene]:
    work = folder_of(corpus.name, setting.work)
    options = [*asked_of(corpus, setting), "--shots"]
    media = [item.path for item in corpus.items]
    jobs, _ = prepare(media, options, work, workflow="--subtitle")
    run(jobs, work)
    made = {job.film.name: job for job in jobs}
    heard = {name: SYSTEMS[name](corpus, setting).heard for name in ("whisperx", PLAIN)}
    scenes = []
    for item in corpus.items:
        job = made[item.name]
        maker = "speakers" if (job.folder / "stages" / "speakers").is_dir() else "alignment"
        transcript = Transcript.read(job.output(maker, "transcript"))
        theirs = {
            name: in_segments(transcript.words, _whole(heard[name][item.name], item))
            for name in heard
        }
        shots = ShotChanges.read(job.output("shots", "shots"))
        segments = (theirs["whisperx"], theirs[PLAIN])
        scenes.append(
            Scene(item.name, corpus.language, item.duration, transcript, shots, *segments)
        )
    return scenes


def _whole(heard: Heard, item: Item) -> Heard:
    """On the film's time line, which other tools know nothing of."""
    return heard.shifted(item.audio_start)


def in_segments(words: Sequence[Word], heard: Heard) -> list[Segment]:
    """The words, each in the segment of another tool that is nearest to its middle, in order."""
    spans = [
        (segment.words[0].start, segment.words[-1].end)
        for segment in heard.segments
        if segment.words
    ]
    if not spans:
        return []
    held = 0  # words stay in order, so a segment never comes back
    placed: list[tuple[int, Word]] = []
    for word in words:
        held = max(held, _nearest(spans, (word.start + word.end) / 2))
        placed.append((held, word))
    return [
        _segment(number, [word for _, word in group])
        for number, (_, group) in enumerate(groupby(placed, key=lambda one: one[0]))
    ]


def _nearest(spans: Sequence[tuple[float, float]], at: float) -> int:
    return min(range(len(spans)), key=lambda n: max(spans[n][0] - at, at - spans[n][1], 0.0))


def _segment(number: int, words: Sequence[Word]) -> Segment:
    text = " ".join(word.text for word in words)
    return Segment(id=number, start=words[0].start, end=words[-1].end, text=text, words=list(words))


def judged(scene: Scene, setting: Setting) -> list[Judged]:
    """Each tool's cues of a scene, by the style, in whole frames."""
    style = read_style(STYLE)
    script = find(scene.language).script
    frame_rate = exact(Fraction(scene.shots.frame_rate))

    def by(tool: str, cues: Sequence[Cue], unavoidable: dict[int, str] | None = None) -> Judged:
        found = judge(
            cues,
            style,
            scene.language,
            script=script,
            film=scene.duration,
            frame_rate=frame_rate,
        )
        return Judged(tool, cues, found, unavoidable or {})

    words = transcript_words(scene.transcript, script)
    track = build_track(
        words,
        style,
        language=scene.language,
        script=script,
        duration=scene.duration,
        cuts=scene.shots,
        frame_rate=frame_rate,
    )
    plain = [
        Cue(number, milliseconds(one.start), milliseconds(one.end), (one.text.strip(),))
        for number, one in enumerate(scene.plain, 1)
    ]
    return [
        by(OURS, track.cues, track.unavoidable),
        by(WHISPERX, _whisperx(scene, setting)),
        by(WRAPPED, _whisperx(scene, setting, *_AT_MOST)),
        by(PLAIN, plain),
    ]


def _whisperx(scene: Scene, setting: Setting, *limits: str) -> list[Cue]:
    """The cues of the SRT that whisperX's own writer makes."""
    work = setting.work / "cues"
    work.mkdir(parents=True, exist_ok=True)
    given, out = work / "result.json", work / "out.srt"
    segments = [
        {
            "start": one.start,
            "end": one.end,
            "text": one.text,
            "words": [{"word": w.text, "start": w.start, "end": w.end} for w in one.words],
        }
        for one in scene.whisperx
    ]
    write_json(given, {"language": scene.language, "segments": segments})
    timed([hearing_bin() / "python", _WRITER, given, out, *limits], work, in_hearing=True)
    return read_subtitles(out).cues


def part(found: Sequence[tuple[Scene, list[Judged]]]) -> Part:
    """The section of the page."""
    text = (
        f"Violations of the style `{STYLE}`, judged in whole frames (`chalchitra qc`), of three"
        " tools' subtitles with the same words and times: ours cut by `build_track`; whisperX's SRT"
        " as its own writer makes it, and with `--max_line_width 42 --max_line_count 2`;"
        " faster-whisper's segments as cues. Films: our transcript and the film's shot changes"
        " (`--shots`), theirs in the segments that they heard (whisperX's with `--no_align`; its"
        " aligner, not to be had here, would cut at sentences). Dialogues: twenty sentences"
        " each, written for this (`scripts/eval/dialogue.tsv`), at a natural rate and without a"
        " film; a segment a sentence, so that whisperX and faster-whisper show the same."
        " Kinds that nobody breaks are left out. A cue of twenty seconds breaks each limit once,"
        " as a short one does, so few violations may be few cues: the share of the words that stand"
        " in cues with a violation says more.\n"
    )
    checks: list[Check] = []
    figures: dict[str, Any] = {}
    for scene, tools in found:
        ours, *theirs = tools
        kinds = sorted({kind for tool in tools for kind in tool.counts})
        names = {str(kind): name for kind, name in NAMES.items()}
        rows = [[names[kind], *(str(tool.counts[kind]) for tool in tools)] for kind in kinds]
        rows.append(["all", *(str(len(tool.violations)) for tool in tools)])
        rows.append(
            ["words in such cues", *(f"{100 * tool.words_in_faulty_cues:.0f} %" for tool in tools)]
        )
        rows.append(["cues", *(str(len(tool.cues)) for tool in tools)])
        text += f"\n### {scene.name}\n\n{table(['', *(tool.tool for tool in tools)], rows)}"
        if ours.violations:
            text += "\nWhat is left of ours, and what forces it:\n\n"
        for one in ours.violations:
            text += f"- {sentence(one)}: {ours.unavoidable.get(one.cue or 0) or '**not known**'}\n"
        shares = ", ".join(f"{100 * tool.words_in_faulty_cues:.0f}" for tool in theirs)
        checks.append(
            Check(
                scene.name,
                f"fewer words in cues that break `{STYLE}` than whisperX's and faster-whisper's",
                f"{100 * ours.words_in_faulty_cues:.0f} % against {shares}",
                all(ours.words_in_faulty_cues < tool.words_in_faulty_cues for tool in theirs),
            )
        )
        few = ", ".join(str(len(tool.violations)) for tool in theirs)
        checks.append(
            Check(
                scene.name,
                f"fewer violations of `{STYLE}` than whisperX and faster-whisper",
                f"{len(ours.violations)} against {few}",
                all(len(ours.violations) < len(tool.violations) for tool in theirs),
            )
        )
        explained = len(ours.violations) - len(ours.unexplained)
        checks.append(
            Check(
                scene.name,
                "every violation that is left is unavoidable, and says why",
                f"{explained} of {len(ours.violations)}",
                not ours.unexplained,
            )
        )
        figures[scene.name] = {
            tool.tool: {
                "cues": len(tool.cues),
                "violations": dict(tool.counts),
                "words_in_faulty_cues": round(tool.words_in_faulty_cues, 4),
            }
            for tool in tools
        }
    return Part("Subtitles by a style", text, figures, checks)
