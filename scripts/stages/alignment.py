"""alignment: times every word on the sound with the language's wav2vec2 network.

With or without a network, sentences become segments of their own here: what comes after works on
them, and they are what people look for in a transcript.
"""

from chalchitra.hints import fetch_line
from chalchitra.speech.music.model import Music
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.sound import WavSound
from chalchitra.stagekit.stage import Stage
from chalchitra.stagekit.warm import kept
from chalchitra.text.listing import listed
from chalchitra.transcript.model import Transcript
from chalchitra.transcript.songs import mark_songs, word_count
from chalchitra.transcript.split import by_sentence


def work(stage: Stage) -> None:
    transcript = Transcript.read(stage.input("transcript"))
    if transcript.segments:
        if is_there(stage):
            transcript = aligned(stage, transcript)
        else:
            keep_times(stage)
    # A sentence may be sung and the next one not.
    transcript = marked(stage, by_sentence(transcript))
    transcript.write(stage.output("transcript", "transcript.json"))


def marked(stage: Stage, transcript: Transcript) -> Transcript:
    """Say of each segment whether it lies in a song or in music: here its times are known best.

    What a given text marks as sung stays so: no recogniser says it.
    """
    sung = {segment.id for segment in transcript.segments if segment.song}
    transcript = mark_songs(transcript, Music.read(stage.input("music")).stretches, sung)
    songs = [segment for segment in transcript.segments if segment.song]
    stage.metric("song_segments", len(songs))
    stage.metric("song_words", sum(map(word_count, songs)))
    return transcript


def is_there(stage: Stage) -> bool:
    """Whether there is an aligner to load; one that was asked for must be."""
    asked_for = stage.params.get("model", "auto") != "auto"
    return asked_for or ("alignment" in stage.models and stage.models["alignment"].path.exists())


def keep_times(stage: Stage) -> None:
    language = stage.params["source_language"]
    name = stage.params["languages"].get(language, {}).get("name", language)
    known = stage.params.get("aligner")
    stage.degraded(
        "Word times come from the recogniser and were not aligned to the audio.",
        f"There is no alignment model for {name} on this machine.",
        fetch_line(known, "hf")
        if known
        else "Prepare the job with --set alignment.model=FOLDER, the folder of a wav2vec2 model.",
    )


def aligned(stage: Stage, transcript: Transcript) -> Transcript:
    # torch is imported from here on: without a model this stage takes no second.
    from chalchitra.speech.alignment.align import align
    from chalchitra.speech.alignment.batches import seconds_together
    from chalchitra.speech.alignment.model import load_aligner

    model = stage.model("alignment")
    depends_on = (model.path, model.sha256, stage.device, stage.threads)
    aligner = kept(
        "aligner",
        depends_on if model.sha256 else None,
        lambda: load_aligner(model.path, device=stage.device, threads=stage.threads),
    )
    result = align(
        transcript,
        WavSound.open(stage.input("audio"), stage.input("audio_info")),
        SpeechRegions.read(stage.input("regions")),
        aligner,
        together=seconds_together(float(stage.params.get("batch_seconds", 0)), stage.device),
        on_progress=lambda done, total: stage.progress(done, total, "segments"),
    )
    words = result.transcript.words
    for timing in ("aligned", "interpolated", "recognised"):
        stage.metric(f"words_{timing}", sum(word.timing == timing for word in words))
    if result.kept:
        where = listed([f"{segment.start:.1f} s" for segment in result.kept], 10)
        stage.degraded(
            f"{len(result.kept)} of {len(transcript.segments)} segments keep the recogniser's word "
            "times.",
            "Their text cannot be spelled with the aligner's alphabet, or is too long for its "
            f"audio: {where}.",
            "Choose another alignment model (--set alignment.model=NAME) or a larger recogniser "
            "(--model).",
        )
    return result.transcript


if __name__ == "__main__":
    from chalchitra.stagekit.run import run_stage

    run_stage("alignment", work)
