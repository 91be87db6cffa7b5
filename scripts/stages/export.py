"""export: writes the transcripts that people and other tools read."""

from chalchitra.files import write_json, write_text
from chalchitra.stagekit import Stage, run_stage
from chalchitra.transcript import Transcript
from chalchitra.transcript.export import plain_text, whisperx_json


def work(stage: Stage) -> None:
    transcript = Transcript.read(stage.input("transcript"))
    title = stage.params["title"]
    language = stage.params["languages"].get(transcript.language, {}).get("whisper")
    transcript.write(stage.output("transcript", "transcript.json", deliver_as="transcript.json"))
    write_text(
        stage.output("text", "transcript.txt", deliver_as="transcript.txt"),
        plain_text(transcript),
    )
    write_json(
        stage.output("whisperx", "whisperx.json", deliver_as=f"{title}.whisperx.json"),
        whisperx_json(transcript, language),
    )


if __name__ == "__main__":
    run_stage("export", work)
