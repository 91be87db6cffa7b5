"""A job whose tracks are what a person edited, or `made`; it is remade in this process."""

from __future__ import annotations

from typing import Any

from chalchitra.jobs.layout import JobLayout
from chalchitra.stagekit.stage import Stage
from chalchitra.subtitles.cues.cue import Cue, CueSettings
from chalchitra.subtitles.qc.report import make_report
from chalchitra.subtitles.tracks.edited import EditedTrack
from chalchitra.subtitles.tracks.template_track import TemplateTrack

from ..runner.quick import Quick, echo


def with_edited_tracks(quick: Quick, monkeypatch: Any) -> Quick:
    """The same project, whose subtitle_gen and whose remaking (tracks/rerun.py) are these."""
    quick.instead["subtitle_gen"] = _cut
    monkeypatch.setattr(
        "chalchitra.editing.rerun.run_job",
        lambda folder, reporter, options, *_: quick.run(JobLayout(folder), **vars(options)).outcome,
    )
    return quick


def _cut(stage: Stage) -> None:
    echo(stage)
    cues = [Cue(1, 0, 1000, ("made",))]
    if stage.has_input("edited"):
        cues = EditedTrack.read(stage.input("edited")).to_cues()
    settings = CueSettings.model_validate(stage.params)
    report = make_report(cues, settings, "netflix", stage.language)
    report.write(stage.output("qc", "qc.json"))
    report.write(stage.output("bilingual_qc", "bilingual.json"))
    stage.output("cues", "cues.json").write_text(TemplateTrack.of_source("hi", cues).to_json())
    name = f"film.{stage.language}.srt"
    stage.output("srt", name, deliver_as=name).write_text(cues[0].text)
