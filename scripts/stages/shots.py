"""shots: where one picture of the film follows another, for cues to come and go with."""

from chalchitra.media.evidence import open_again
from chalchitra.media.shots import find_shot_changes
from chalchitra.stagekit.stage import Stage
from chalchitra.subtitles.cues.shot_changes import ShotChanges


def work(stage: Stage) -> None:
    film = open_again(stage.input("film"))
    clip = stage.params["clip"]
    window = (clip["start"], clip["end"]) if clip else None
    end = (window[1] if window else None) or film.duration or 0.0
    start = window[0] if window else 0.0
    found = find_shot_changes(
        film,
        window,
        threads=stage.threads,
        on_progress=lambda seconds: stage.progress(
            round(min(max(seconds - start, 0.0), end - start), 1), round(end - start, 1), "s"
        ),
    )
    shots = ShotChanges(frame_rate=found.frame_rate, detector=found.detector, cuts=found.cuts)
    shots.write(stage.output("shots", "shots.json"))
    stage.metric("shot_changes", len(found.cuts))
    stage.metric("frame_rate", round(found.frame_rate, 3))
    for shortfall in found.shortfalls:
        stage.degraded(*shortfall)


if __name__ == "__main__":
    from chalchitra.stagekit.run import run_stage

    run_stage("shots", work)
