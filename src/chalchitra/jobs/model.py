"""Job: everything that was decided about one film, as `job.json` records it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chalchitra.hints import job_argument, typed
from chalchitra.media.film import Film
from chalchitra.media.frame_rate import film_rate
from chalchitra.names import JobId, LanguageId, PlainName, Sha256, StageKey
from chalchitra.pipeline import STAGES, TrackPlan, inputs_of, split_key

JOB_VERSION: Literal[1] = 1
UNKNOWN = "auto"
"""The source language of a job that only listens for it."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Clip(_Model):
    """The part of the film that is heard, in seconds of its time line; `end` may be open."""

    start: float = Field(default=0.0, ge=0)
    end: float | None = Field(default=None, gt=0)


class AudioStream(_Model):
    """The audio track that is heard: `index` in the container, `position` among audio tracks.

    `channel` is the number (from 0) of the only one of its channels that is; None: all, mixed.
    """

    index: int = Field(ge=0)
    position: int = Field(ge=0)
    language: str | None = None
    title: str | None = None
    reason: str
    channel: int | None = Field(default=None, ge=0, lt=1000)


class ModelChoice(_Model):
    """A model of one stage: a name of config/models.toml, or a folder that the user named.

    One that is not `required` is used where it is there; without it the stage says it did less.
    """

    name: str
    kind: str
    format: str
    path: Path
    reason: str
    required: bool = True


class ElsewhereSpoken(_Model):
    """Where surely another language is spoken: seconds of the film, a language's id."""

    start: float
    end: float
    language: str
    probability: float


class Detected(_Model):
    """How the source language was found, where nobody said it (`-s auto`).

    `confidence` is its mean probability over so many `windows` of 30 s; `candidates` are the same
    means of the likeliest languages, by id; `others` says where the film changes its language.
    """

    confidence: float = Field(ge=0, le=1)
    windows: int = Field(ge=1)
    candidates: dict[str, float]
    others: list[ElsewhereSpoken] = Field(default_factory=list)


class Machine(_Model):
    """What a stage computes with: device, number format, threads."""

    device: Literal["cpu", "cuda", "mps"]
    compute_type: str
    threads: int = Field(ge=1, le=4096)


class FilmPart(_Model):
    """A file that the job's film was joined of, and where it begins there (seconds)."""

    path: Path
    start: float = Field(ge=0)


class ScriptFile(_Model):
    """The text that was given with the film: `script.json` in the job's folder holds its lines.

    `path` is the file as it was named, `sha256` that of script.json.
    """

    path: Path
    kind: str
    lines: int = Field(ge=1)
    sha256: Sha256


class GlossarySource(_Model):
    """A file that the glossary was read from, and its hash then."""

    path: Path
    sha256: Sha256


class GlossaryFile(_Model):
    """The merged glossary of the job: `glossary.json` in its folder holds the terms.

    `sha256` is that of glossary.json, `terms_sha256` that of the terms without what is said of
    them, `sources` the files in the order in which they count.
    """

    sources: list[GlossarySource] = Field(min_length=1)
    terms: int = Field(ge=1)
    sha256: Sha256
    terms_sha256: Sha256


class EditedFile(_Model):
    """A track as a person edited it: `edited.<language>.<hash>.json` in the job's folder has it.

    `path` is the file as it was named, `sha256` that of the copy, which has so many `cues`.
    """

    path: Path
    cues: int = Field(ge=1)
    sha256: Sha256


class Job(_Model):
    """One film, one workflow: the whole of `job.json`.

    `source_language` is an id of config/languages.toml, UNKNOWN while it is being found out;
    `language_names` (Whisper's code -> name) is there for the stage `language`, where it runs.
    `languages` holds the rows of config/languages.toml that this job uses; `settings` the resolved
    sections of config/pipeline.toml; `stage_environments` the environment of every stage, and
    `machines` what it computes with, by stage, or by stage key where one stage has several;
    `models` the model of a stage key, `translators` its translator, and `pivots` the language that
    it translates from where that is not the spoken one; `edits` the tracks that were edited, by
    language.
    """

    version: Literal[1] = JOB_VERSION
    job_id: JobId
    created: str
    user: PlainName
    title: PlainName
    workflow: Literal["transcribe", "translate", "subtitle"]
    film: Film
    parts: list[FilmPart] = Field(default_factory=list)
    """What `film` was joined of, where it was (`--join`): it lies in the job's folder then."""
    source_language: LanguageId
    detected: Detected | None = None
    language_names: dict[str, str] = Field(default_factory=dict)
    target_languages: list[LanguageId]
    languages: dict[LanguageId, dict[str, Any]]
    clip: Clip | None = None
    audio_stream: AudioStream
    engine: str
    translator: str | None = None
    """The translator of all targets; None where they have several, or there is none."""
    translators: dict[StageKey, str] = Field(default_factory=dict)
    pivots: dict[StageKey, LanguageId] = Field(default_factory=dict)
    stages: list[StageKey] = Field(min_length=1)
    stage_environments: dict[StageKey, PlainName]
    models: dict[StageKey, ModelChoice]
    machines: dict[StageKey, Machine]
    settings: dict[str, dict[str, Any]]
    debug: bool = False
    notes: list[str] = Field(default_factory=list)
    script: ScriptFile | None = None
    glossary: GlossaryFile | None = None
    edits: dict[LanguageId, EditedFile] = Field(default_factory=dict)
    calibration: dict[str, Any] | None = None
    """What tells how right the recogniser is to be expected (transcript/expected.py); None where
    that is not known, and where a text was given: what people hear then is not the recogniser's."""

    @model_validator(mode="after")
    def _is_what_prepare_makes(self) -> Self:
        """Raises ValueError where a stage or a language is named of which nothing else is said."""
        spoken = {self.source_language} - {UNKNOWN}
        tracks = {*spoken, *self.target_languages, *self.pivots.values(), *self.edits}
        if missing := tracks - self.languages.keys():
            raise ValueError(f"nothing is recorded about the language {min(missing)}")
        if len(set(self.stages)) < len(self.stages):
            raise ValueError("a stage is named twice")
        for key in self.stages:
            stage, language = split_key(key)
            if language is not None and language not in self.languages:
                raise ValueError(f"{key} is for a language that this job does not have")
            for table in (self.stage_environments, self.machines):
                if key not in table and stage not in table:
                    raise ValueError(f"nothing is recorded about what {key} runs with")
            if stage in STAGES and bool(STAGES[stage].per_language) is (language is None):
                raise ValueError(f"{key} is not a stage")
            later = self.stages[self.stages.index(key) :]
            for producer, _ in self.inputs_of(key).values():
                if producer in later:
                    raise ValueError(f"{key} needs the output of {producer}, which comes after it")
        return self

    @property
    def frame_rate(self) -> str | None:
        """The frames a second that cues are cut and judged by, as a fraction: 24000/1001."""
        rate = film_rate(self.film)
        return None if rate is None else str(rate)

    @property
    def heard_seconds(self) -> float | None:
        """How much of the film is heard, in seconds: all of it, or the clip."""
        start, end = (self.clip.start, self.clip.end) if self.clip else (0.0, None)
        end = self.film.duration if end is None else end
        return None if end is None else max(0.0, end - start)

    @property
    def aligner(self) -> str | None:
        """The name of the source language's aligner, fetched or not; None where it has none."""
        choice = self.models.get("alignment")
        return choice.name if choice else None

    @property
    def song_text(self) -> str:
        """What becomes of text that is sung: the setting songs.text."""
        return str(self.settings.get("songs", {}).get("text", "mark"))

    @property
    def tracks(self) -> TrackPlan:
        """Which tracks follow which: the settings subtitle_gen.template and .bilingual."""
        return TrackPlan.of(self.settings.get("subtitle_gen", {}))

    @property
    def pair(self) -> list[str]:
        """The languages of the bilingual track, the upper one first; none without one."""
        return list(self.tracks.pair or ())

    def edit_notes(self, job_dir: Path) -> list[str]:
        """What a person is told of the edited tracks after every run of the job in `job_dir`."""
        return [
            typed(
                "chalchitra review",
                job_argument(job_dir),
                "--undo",
                "-t",
                language,
                first=f"The {language} track has the edits from {edit.path.name}; to undo them,",
            )
            for language, edit in self.edits.items()
        ]

    @property
    def given(self) -> Path:
        """The file that a person named: the film, or the first part that it was joined of."""
        return self.parts[0].path if self.parts else self.film.path

    @property
    def songs_left_out(self) -> bool:
        """All that a translator has to know of the setting songs.text."""
        return self.song_text == "leave out"

    @property
    def said_language(self) -> str | None:
        """Whisper's code of the source language that the person gave; None where it is found out.

        Not what was found: a stage that listens for the language must do so without knowing it.
        """
        if self.detected is not None or self.source_language == UNKNOWN:
            return None
        code = self.languages[self.source_language].get("whisper")
        return None if code is None else str(code)

    @property
    def burns_in(self) -> bool:
        """Whether a film with burned-in subtitles is made: the setting mux.burn_in."""
        return bool(self.settings.get("mux", {}).get("burn_in", "none") != "none")

    def tool_of(self, key: str) -> str:
        """The engine or translator of the stage with this key; "" where there is only one."""
        spec = STAGES.get(split_key(key)[0])
        named = {"engine": self.engine, "translator": self.translator_of(key), "": None}
        return named[spec.tool if spec else ""] or ""

    def environment_of(self, key: str) -> str:
        """The environment that the stage with this key runs in."""
        found = self.stage_environments.get(key)
        return self.stage_environments[split_key(key)[0]] if found is None else found

    def machine_of(self, key: str) -> Machine:
        """What the stage with this key computes with."""
        return self.machines.get(key) or self.machines[split_key(key)[0]]

    def translator_of(self, key: str) -> str | None:
        """The translator of the stage with this key."""
        return self.translators.get(key, self.translator)

    def inputs_of(self, key: str) -> dict[str, tuple[str, str]]:
        """A stage's inputs: name -> (key of the stage that makes it, output).

        None of a stage that this version does not have (a job may be older).
        """
        if split_key(key)[0] not in STAGES:
            return {}
        return inputs_of(
            key,
            self.source_language,
            self.target_languages,
            self.translator_of(key),
            self.stages,
            glossary=self.glossary is not None,
            edited=self.edits,
            tracks=self.tracks,
            via=self.pivots.get(key),
        )
