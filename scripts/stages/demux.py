"""demux: the sound of the chosen audio track and clip, 16 kHz mono, on the film's time line."""

from chalchitra.files import write_json
from chalchitra.media.demux import extract_audio
from chalchitra.media.evidence import open_again
from chalchitra.media.tools import find_ffmpeg
from chalchitra.stagekit.stage import Stage


def work(stage: Stage) -> None:
    film = open_again(stage.input("film"))
    clip = stage.params["clip"]
    window = (clip["start"], clip["end"]) if clip else None
    end = (window[1] if window else None) or film.duration or 0.0
    length = end - (window[0] if window else 0.0)

    track = stage.params["audio_stream"]
    info = extract_audio(
        film,
        track["index"],
        window,
        stage.output("audio", "audio.wav"),
        on_progress=lambda seconds: stage.progress(min(seconds, length), length, "s"),
        channel=track.get("channel"),
    )
    write_json(stage.output("audio_info", "audio.json"), info.model_dump(mode="json"))

    stage.metric("duration", round(info.duration, 3))
    stage.metric("channel_layout", info.channel_layout or "unknown")
    stage.metric("ffmpeg", find_ffmpeg().version)
    for shortfall in info.shortfalls:
        stage.degraded(*shortfall)


if __name__ == "__main__":
    from chalchitra.stagekit.run import run_stage

    run_stage("demux", work)
