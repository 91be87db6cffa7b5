"""export: writes the transcripts that people and other tools read."""

from itertools import groupby

from chalchitra.files import write_json, write_text
from chalchitra.media.times import clock
from chalchitra.stagekit import Stage, run_stage
from chalchitra.text.listing import listed
from chalchitra.transcript import Transcript
from chalchitra.transcript.export import plain_text, whisperx_json
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
    transcript.write(stage.output("transcript", "transcript.json", deliver_as="transcript.json"))
    write_text(
        stage.output("text", "transcript.txt", deliver_as="transcript.txt"),
        plain_text(transcript, notes=stage.params["song_text"] == "mark"),
    )
    write_json(
        stage.output("whisperx", "whisperx.json", deliver_as=f"{title}.whisperx.json"),
        whisperx_json(transcript, language),
    )


def leave_songs_out(stage: Stage, transcript: Transcript) -> Transcript:
    kept, words = without_songs(transcript)
    stage.metric("song_words_left_out", words)
    if words:
        stage.degraded(
            f"{words} of {words + sum(map(word_count, kept.segments))} words were left out: "
            f"they lie in songs or music ({where(transcript)}).",
            "The setting songs.text is leave out.",
            "To have them too, prepare the job with --set songs.text=mark.",
        )
    return kept


def say_what_is_song(stage: Stage, transcript: Transcript) -> None:
    words = sum(word_count(segment) for segment in transcript.segments if segment.song)
    stage.metric("song_words", words)
    if words:
        marked = "marked with ♪" if stage.params["song_text"] == "mark" else "kept as they are"
        stage.warning(f"{words} words lie in songs or music and are {marked}: {where(transcript)}.")


def where(transcript: Transcript) -> str:
    """Where the songs of a transcript are: neighbouring segments as one, at most LISTED of them."""
    runs = [
        (run[0].start, run[-1].end)
        for song, group in groupby(transcript.segments, lambda segment: segment.song)
        if song and (run := list(group))
    ]
    return listed([f"{clock(start)} to {clock(end)}" for start, end in runs], LISTED)


if __name__ == "__main__":
    run_stage("export", work)
