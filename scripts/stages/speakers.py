"""speakers: who speaks when, on every word and segment."""

from pathlib import Path

from chalchitra.files import write_text
from chalchitra.hints import fetch_line
from chalchitra.speech.diarization import pyannote
from chalchitra.speech.diarization.assign import with_speakers
from chalchitra.speech.diarization.turns import Turns, rttm
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.sound import WavSound
from chalchitra.stagekit.stage import Stage
from chalchitra.stagekit.warm import kept
from chalchitra.transcript.model import Transcript


def work(stage: Stage) -> None:
    transcript = Transcript.read(stage.input("transcript"))
    sound = WavSound.open(stage.input("audio"), stage.input("audio_info"))
    speech = SpeechRegions.read(stage.input("regions"))
    turns = find(stage, sound, speech) if speech.regions else Turns(turns=[])
    with_speakers(transcript, turns).write(stage.output("transcript", "transcript.json"))
    turns.write(stage.output("turns", "turns.json"))
    title = stage.params["title"]
    write_text(stage.output("rttm", "turns.rttm", deliver_as=f"{title}.rttm"), rttm(turns, title))

    stage.metric("speakers", len(turns.speakers))
    stage.metric("turns", len(turns.turns))
    stage.metric("method", turns.method)
    report(stage, turns)


def find(stage: Stage, sound: WavSound, speech: SpeechRegions) -> Turns:
    """The turns, by the method that the job's model is for."""
    model = stage.model("speakers")
    count = int(stage.params["count"])
    loaded_from = (model.path, model.sha256, stage.device, stage.threads) if model.sha256 else None
    if is_pyannote(model.path):
        pipeline = kept(
            "pyannote", loaded_from, lambda: pyannote.load(model.path, stage.device, stage.threads)
        )
        return pyannote.diarize(
            sound,
            pipeline,
            model.name,
            count,
            lambda done, total: stage.progress(round(done, 1), total, "percent"),
        )
    from chalchitra.speech.diarization.embedding import Embedder
    from chalchitra.speech.diarization.local_pipeline import diarize
    from chalchitra.speech.diarization.segmentation import Segmenter, shipped_weights

    segmenter, embedder = kept(
        "voices",
        loaded_from,
        lambda: (Segmenter(shipped_weights(), stage.device), Embedder(model.path, stage.device)),
    )
    return diarize(
        sound,
        speech,
        segmenter,
        embedder,
        count=count,
        threads=stage.threads,
        progress=lambda done, total: stage.progress(done, total, "windows"),
    )


def is_pyannote(folder: Path) -> bool:
    return (folder / pyannote.SETTINGS).exists()


def report(stage: Stage, turns: Turns) -> None:
    """Say what was less than asked: another method than the best, or fewer people."""
    wanted = int(stage.params["count"])
    found = len(turns.speakers)
    if not found:
        stage.warning("No speakers were found.")
    elif wanted and found < wanted:
        stage.degraded(
            f"{found} speakers were found, but {wanted} were requested.",
            "The other voices are too similar, or some people hardly speak.",
            f"Prepare the job with --speakers {found}, or without a number.",
        )
    chosen = stage.model("speakers").path
    if stage.params["model"] == "auto" and found and not is_pyannote(chosen):
        stage.degraded(
            "Speakers were identified by the method that needs no token, not by pyannote's "
            "pipeline.",
            "pyannote's models are gated and are not on this machine.",
            fetch_line(
                "speaker-diarization-3.1",
                "pyannote",
                first="Choose this method with --set speakers.model=campplus, or accept their "
                "terms at https://huggingface.co/pyannote/speaker-diarization-3.1 and "
                "https://huggingface.co/pyannote/segmentation-3.0 and prepare the job again with "
                "them; to fetch them,",
            ),
        )


if __name__ == "__main__":
    from chalchitra.stagekit.run import run_stage

    run_stage("speakers", work)
