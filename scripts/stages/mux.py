"""mux: a copy of the film with its subtitle tracks in it, to be switched on and off."""

from chalchitra.errors import UsageError
from chalchitra.media.mux import mux
from chalchitra.media.mux_plan import Track, plan
from chalchitra.media.probe import probe
from chalchitra.media.tools import find_ffmpeg
from chalchitra.stagekit import Stage, run_stage


def work(stage: Stage) -> None:
    film = probe(stage.input("film"))
    rows = stage.params["languages"]
    # The translations first: a player without a choice shows the first track.
    languages = [*stage.params["target_languages"], stage.params["source_language"]]
    tracks = [Track.of(stage.input(f"srt@{language}"), rows[language]) for language in languages]
    shown_first = default_track(stage.params["default_track"], tracks)
    planned = plan(film, tracks, stage.params["container"], shown_first)
    for note in planned.notes:
        stage.log(note)

    name = f"{stage.params['title']}.subtitled{planned.suffix}"
    length = film.duration or 0.0
    shortfalls = mux(
        planned,
        stage.output("film", f"film{planned.suffix}", deliver_as=name),
        on_progress=lambda seconds: stage.progress(min(seconds, length), length, "s"),
    )

    stage.metric("container", planned.label)
    stage.metric("tracks", len(planned.tracks))
    stage.metric("ffmpeg", find_ffmpeg().version)
    for shortfall in (*planned.shortfalls, *shortfalls):
        stage.degraded(*shortfall)


def default_track(setting: str, tracks: list[Track]) -> str | None:
    """The language that players show unasked: the first target, else the source; or none."""
    if setting == "none":
        return None
    if setting == "auto":
        return next((track.language for track in tracks if track.cues), None)
    languages = [track.language for track in tracks]
    if setting not in languages:
        raise UsageError(
            f"There is no {setting!r} track to make the default.",
            cause=f"The tracks are {', '.join(languages)}.",
            fix="Prepare the job with --set mux.default_track=LANGUAGE, or auto, or none.",
        )
    return setting


if __name__ == "__main__":
    run_stage("mux", work)
