"""subtitle_gen: the transcript, or one translation, into cues; their files, and what they are like.

The formats that were asked for, the text of a translation, and the quality report.
"""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

from chalchitra.files import write_text
from chalchitra.media.measure import measured
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.sound import film_seconds
from chalchitra.stagekit.stage import Stage
from chalchitra.subtitles.cues.shot_changes import ShotChanges
from chalchitra.subtitles.formats.model import TrackLanguage
from chalchitra.subtitles.tracks.edited import EditedTrack
from chalchitra.subtitles.tracks.make import make_track
from chalchitra.subtitles.tracks.settings import TrackSettings
from chalchitra.subtitles.tracks.template_track import TemplateTrack
from chalchitra.subtitles.tracks.wanted import Film, Others, Wanted
from chalchitra.transcript.model import Transcript
from chalchitra.transcript.translation import Translation

Read = TypeVar("Read")


def work(stage: Stage) -> None:
    params = stage.params
    languages = {name: TrackLanguage.of(name, row) for name, row in params["languages"].items()}
    wanted = Wanted(
        title=params["title"],
        language=languages[str(stage.language)],
        source=languages[params["source_language"]],
        settings=TrackSettings.of(params),
        style=params.get("style", ""),
        songs=params["song_text"],
        pair=[languages[name] for name in params["pair"]],
    )
    rate, speech = params["frame_rate"], where_there(stage, "regions", SpeechRegions.read)
    film = Film(
        seconds=film_seconds(stage.input("audio_info")),
        frame_rate=None if rate is None else Fraction(rate),
        shots=where_there(stage, "shots", ShotChanges.read),
        speech=speech.regions if speech else None,
    )
    others = Others(
        edited=where_there(stage, "edited", EditedTrack.read),
        template=where_there(stage, "template", TemplateTrack.read),
        beside=where_there(stage, "beside", TemplateTrack.read),
    )
    said: Transcript | Translation
    if wanted.language == wanted.source:
        said = Transcript.read(stage.input("transcript"))
    else:
        said = Translation.read(stage.input("translation"))
    made = make_track(said, wanted, film, others, measured)
    for file in made.files:
        path = stage.output(file.output, file.name, deliver_as=file.deliver_as)
        write_text(path, file.text)
    for name, value in made.metrics.items():
        stage.metric(name, value)
    for one in made.degraded:
        stage.degraded(one.what, one.why, one.fix)


def where_there(stage: Stage, name: str, read: Callable[[Path], Read]) -> Read | None:
    return read(stage.input(name)) if stage.has_input(name) else None


if __name__ == "__main__":
    from chalchitra.stagekit.run import run_stage

    run_stage("subtitle_gen", work)
