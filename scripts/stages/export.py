"""export: writes the transcripts that people and other tools read."""

from itertools import groupby

from chalchitra.files import write_json, write_text
from chalchitra.media.times import clock
from chalchitra.stagekit.stage import Stage
from chalchitra.text.listing import listed
from chalchitra.transcript.expected import (
    Calibration,
    Expected,
    expected_errors,
    reason,
    remedy,
    sentence,
    worst_sentence,
)
from chalchitra.transcript.export import Exported, plain_text, whisperx_json
from chalchitra.transcript.model import Transcript
from chalchitra.transcript.songs import without_songs, word_count

LISTED = 5
"""So many songs are named in a message; the transcript says song at each segment."""


def work(stage: Stage) -> None:
    transcript = Transcript.read(stage.input("transcript"))
    if stage.params["song_text"] == "leave out":
        transcript = leave_songs_out(stage, transcript)
    else:
        say_what_is_song(stage, transcript)
    title = stage.params["title"]
    language = stage.params["languages"].get(transcript.language, {}).get("whisper")
    Exported.of(transcript, how_right(stage, transcript)).write(
        stage.output("transcript", "transcript.json", deliver_as="transcript.json")
    )
    write_text(
        stage.output("text", "transcript.txt", deliver_as="transcript.txt"),
        plain_text(transcript, notes=stage.params["song_text"] == "mark"),
    )
    write_json(
        stage.output("whisperx", "whisperx.json", deliver_as=f"{title}.whisperx.json"),
        whisperx_json(transcript, language),
    )


def how_right(stage: Stage, transcript: Transcript) -> Expected | None:
    """What error rate is to be expected of the transcript; None where nothing can be said of it.

    A film without speech has no error either.
    """
    calibration = Calibration.of(stage.params.get("calibration"))
    if calibration is None or not transcript.segments:
        return None
    expected = expected_errors(transcript, calibration)
    write_json(stage.output("expected", "expected.json"), expected.to_dict())
    if expected.words is not None:
        stage.metric("expected_word_error_rate", expected.words.expected)
    if expected.poor:
        where = worst_sentence(expected)
        stage.degraded(sentence(expected), f"{reason(expected)} {where}".rstrip(), remedy(expected))
    return expected


def leave_songs_out(stage: Stage, transcript: Transcript) -> Transcript:
    kept, words = without_songs(transcript)
    stage.metric("song_words_left_out", words)
    if words:
        stage.degraded(
            f"{words} of {words + sum(map(word_count, kept.segments))} words were left out: they "
            f"are in songs or music ({where(transcript)}).",
            "songs.text is set to 'leave out'.",
            "To keep them, prepare the job with --set songs.text=mark.",
        )
    return kept


def say_what_is_song(stage: Stage, transcript: Transcript) -> None:
    words = sum(word_count(segment) for segment in transcript.segments if segment.song)
    stage.metric("song_words", words)
    if words:
        marked = "marked with ♪" if stage.params["song_text"] == "mark" else "kept as they are"
        stage.warning(
            f"{words} words are in songs or music and were {marked}: {where(transcript)}."
        )


def where(transcript: Transcript) -> str:
    """Where the songs of a transcript are: neighbouring segments as one, at most LISTED of them."""
    runs = [
        (run[0].start, run[-1].end)
        for song, group in groupby(transcript.segments, lambda segment: segment.song)
        if song and (run := list(group))
    ]
    return listed([f"{clock(start)} to {clock(end)}" for start, end in runs], LISTED)


if __name__ == "__main__":
    from chalchitra.stagekit.run import run_stage

    run_stage("export", work)
