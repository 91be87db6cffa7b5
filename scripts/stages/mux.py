"""mux: a copy of the film with its subtitle tracks in it, to be switched on and off.

Where it was asked for, also one with a track drawn into the picture.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from chalchitra.errors import UsageError
from chalchitra.media.burn import burn
from chalchitra.media.evidence import open_again
from chalchitra.media.film import Film, Shortfall
from chalchitra.media.mux import mux
from chalchitra.media.mux_plan import MuxPlan, Track, plan
from chalchitra.media.styled import no_font, styled_track
from chalchitra.media.tools import find_ffmpeg
from chalchitra.stagekit.stage import Stage
from chalchitra.subtitles.formats.fonts import INDIAN


def work(stage: Stage) -> None:
    film = open_again(stage.input("film"))
    # The translations first: a player without a choice shows the first track.
    languages = [*stage.params["target_languages"], stage.params["source_language"]]
    burned_in = chosen("burn_in", stage.params["burn_in"], languages)
    with tempfile.TemporaryDirectory(prefix=".styled-", dir=stage.output_dir) as folder:
        styled = {
            language: styled_track(
                stage.input(f"ass@{language}"), row(stage, language), Path(folder)
            )
            for language in languages
            if language == burned_in or is_styled(stage, language)
        }
        planned = plan_film(stage, film, languages, styled, bilingual(stage, Path(folder)))
        for note in planned.notes:
            stage.log(note)
        length = film.duration or 0.0
        total = length * (2 if burned_in else 1)
        name = f"{stage.params['title']}.subtitled{planned.suffix}"
        shortfalls = mux(
            planned,
            stage.output("film", f"film{planned.suffix}", deliver_as=name),
            on_progress=lambda seconds: stage.progress(min(seconds, length), total, "s"),
        )
        if burned_in:
            shortfalls += burn_film(stage, film, styled[burned_in], burned_in, length)

    stage.metric("container", planned.label)
    stage.metric("tracks", len(planned.tracks))
    stage.metric("fonts", ", ".join(font.font.family for font in planned.fonts))
    stage.metric("ffmpeg", find_ffmpeg().version)
    if planned.container == "matroska":
        shortfalls += [
            no_font(row(stage, language))
            for language, track in styled.items()
            if track is None and is_styled(stage, language)
        ]
    elif stage.params["styled"] == "always":
        stage.log("An MP4 cannot hold styled tracks; with --set mux.container=mkv the film can.")
    for shortfall in (*planned.shortfalls, *shortfalls):
        stage.degraded(*shortfall)


def row(stage: Stage, language: str) -> dict[str, str | None]:
    found: dict[str, str | None] = stage.params["languages"][language]
    return found


def is_styled(stage: Stage, language: str) -> bool:
    """Whether a language gets a styled track beside its plain one, where the container has them."""
    setting = stage.params["styled"]
    return setting == "always" or (setting == "auto" and row(stage, language)["script"] in INDIAN)


def plan_film(
    stage: Stage,
    film: Film,
    languages: Sequence[str],
    styled: dict[str, Track | None],
    extra: list[Track],
) -> MuxPlan:
    """The film with the tracks in their order, each language's styled one before its plain one."""
    tracks: list[Track] = []
    for language in languages:
        track = styled.get(language)
        if track is not None and is_styled(stage, language):
            tracks.append(track)
        tracks.append(Track.of(stage.input(f"srt@{language}"), row(stage, language)))
        if stage.has_input(f"romanised@{language}"):
            path = stage.input(f"romanised@{language}")
            extra.append(Track.of(path, row(stage, language), "Latin", extra=True))
    default = default_track(stage.params["default_track"], tracks)
    forced = chosen("forced_track", stage.params["forced_track"], languages)
    return plan(film, [*tracks, *extra], stage.params["container"], default, forced)


def bilingual(stage: Stage, folder: Path) -> list[Track]:
    """The track of two languages, and its styled one, where the job has them."""
    if not stage.has_input("bilingual"):
        return []
    pair = stage.params["pair"]
    rows = [row(stage, language) for language in pair]
    # No code says two languages but "multiple", so the title does.
    both = {"title": " + ".join(str(one["native"]) for one in rows), "language": "+".join(pair)}
    codes: dict[str, Any] = {"container": "mul", "container_mp4": "mul", "extra": True, **both}
    plain = Track.of(stage.input("bilingual"), rows[0])
    tracks = [replace(plain, **codes)]
    drawn = next((one for one in rows if one["script"] in INDIAN), rows[0])
    if any(is_styled(stage, language) for language in pair):
        styled = styled_track(stage.input("bilingual_ass"), drawn, folder, name="bilingual")
        if styled is not None:
            tracks.insert(0, replace(styled, **codes))
    return tracks


def burn_film(
    stage: Stage, film: Film, track: Track | None, language: str, length: float
) -> list[Shortfall]:
    """The film with this track drawn into it; what fell short."""
    what = "No film with burned-in subtitles was made."
    if track is None:
        return [no_font(row(stage, language))._replace(what=what)]
    if not track.cues:
        return [Shortfall(what, f"The {row(stage, language)['name']} track has no cues.")]
    file = stage.output_dir / "burned.mp4"
    shortfalls = burn(
        film, track, file, lambda seconds: stage.progress(length + seconds, 2 * length, "s")
    )
    if file.exists():
        name = f"{stage.params['title']}.{language}.burned.mp4"
        stage.output("burned", file.name, deliver_as=name)
    return shortfalls


def default_track(setting: str, tracks: list[Track]) -> str | None:
    """The language that players show unasked: the first target, else the source; or none."""
    if setting == "auto":
        return next((track.language for track in tracks if track.cues), None)
    return chosen("default_track", setting, [track.language for track in tracks])


def chosen(key: str, setting: str, languages: Sequence[str]) -> str | None:
    """The language that a setting names, None for "none"; UsageError for one without a track."""
    if setting == "none":
        return None
    if setting not in languages:
        raise UsageError(
            f"There is no {setting!r} track for mux.{key}.",
            cause=f"The tracks are {', '.join(dict.fromkeys(languages))}.",
            fix=f"Prepare the job with --set mux.{key}=LANGUAGE, or none.",
        )
    return setting


if __name__ == "__main__":
    from chalchitra.stagekit.run import run_stage

    run_stage("mux", work)
