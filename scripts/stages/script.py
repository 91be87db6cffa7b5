"""script: places the text that was given with the film on the sound."""

from pydantic import ValidationError

from chalchitra.errors import StageError
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.script_alignment.align import AlignedScript, align_script
from chalchitra.speech.script_alignment.report import PlacedLine, ScriptReport
from chalchitra.speech.sound import WavSound
from chalchitra.stagekit.stage import Stage
from chalchitra.text.listing import listed
from chalchitra.text.spacing import UNSPACED
from chalchitra.transcript.model import Transcript
from chalchitra.transcript.script import Script

LISTED = 5
"""So many lines and stretches are named in a message; all are in the report."""
FEW = 0.5
"""Where less than this share of the lines was found, it may be the text of something else."""


def work(stage: Stage) -> None:
    recognised = Transcript.read(stage.input("transcript"))
    script = read_script(stage)
    sound = WavSound.open(stage.input("audio"), stage.input("audio_info"))
    language = stage.params["languages"].get(stage.params["source_language"], {})
    placed = align_script(
        script,
        recognised,
        SpeechRegions.read(stage.input("regions")).regions,
        spaced=language.get("whisper") not in UNSPACED,
        fill=bool(stage.params.get("fill", False)),
    )
    recognised.model_copy(
        update={
            "segments": placed.segments,
            "duration": sound.film_duration or sound.end,
        }
    ).write(stage.output("transcript", "transcript.json"))
    placed.report.write(stage.output("report", "report.json"))
    tell(stage, placed)


def read_script(stage: Stage) -> Script:
    try:
        return Script.read(stage.input("script"))
    except ValidationError as error:
        raise StageError(
            "script.json is not a valid list of lines.",
            cause=str(error).partition("\n")[0],
            fix="Prepare the job again with --transcript.",
        ) from None


def tell(stage: Stage, placed: AlignedScript) -> None:
    """Say what was placed, and all that was not."""
    report = placed.report
    total, absent = len(report.lines), report.no_sound
    stage.metric("lines", total)
    stage.metric("lines_recognised", sum(line.how == "recognised" for line in report.lines))
    stage.metric("lines_by_room", sum(line.how == "by room" for line in report.lines))
    stage.metric("lines_without_sound", len(absent))
    stage.metric("lines_doubtful", len(report.doubtful))
    stage.metric("speech_without_line", len(report.no_line))
    stage.metric("anchors", report.anchors)
    stage.metric("confidence", report.confidence)
    for shift in report.shifts:
        stage.log(
            f"lines {shift.first} to {shift.last} are {shift.seconds:+.2f} s later in the film"
        )
    if total - len(absent) < FEW * total or not report.anchors:
        stage.degraded(
            f"Only {total - len(absent)} of the text's {total} lines were found in the film.",
            "It is the text of another film, it is not in the spoken language, or too little was "
            "recognised.",
            "Check the file and -s, or choose a larger recogniser with --model.",
        )
    elif absent:
        stage.degraded(
            f"{len(absent)} of {total} lines were left out: {first(absent)}",
            "Nothing in the audio shows where they belong, or that they are in this film at all.",
            "See the script stage's report.json for their text.",
        )
    if report.in_another_order:
        moved = [f"{line.number} at {line.elsewhere:.1f} s" for line in report.in_another_order]
        stage.degraded(
            "Some lines were left out because they are spoken elsewhere in the film: "
            f"{listed(moved, LISTED, '; ')}.",
            "The lines of the text are in a different order from the film.",
            "Put them in the film's order and prepare the job again.",
        )
    if report.doubtful:
        stage.degraded(
            f"{len(report.doubtful)} of {total} lines may be in the wrong place: "
            f"{listed([doubt(line) for line in report.doubtful], LISTED, '; ')}.",
            "Little of them was recognised there, or a neighbouring line fits just as well.",
            "Compare these lines with the film; the script stage's report.json lists them all.",
        )
    if report.partly:
        stage.degraded(
            f"{len(report.partly)} lines are only partly in the film: {first(report.partly)}",
            "No speech is left for the rest of them.",
            "See the script stage's report.json for the missing words.",
        )
    if report.no_line:
        filled = bool(stage.params.get("fill", False))
        stage.degraded(
            f"Speech in {len(report.no_line)} places has no matching line in the text: "
            f"{places(report)}",
            "The recognised words were used there instead."
            if filled
            else "It was recognised, but left out.",
            "Add the lines to the text and prepare the job again."
            if filled
            else "Add the lines to the text, or prepare the job with --set script.fill=true.",
        )


def first(lines: list[PlacedLine]) -> str:
    texts = [f"{line.number}: {shortened(line.text)}" for line in lines]
    return listed(texts, LISTED, "; ") + "."


def doubt(line: PlacedLine) -> str:
    at = 0.0 if line.start is None else line.start
    return f"{line.number} at {at:.1f} s, confidence {line.confidence:.2f}: {shortened(line.text)}"


def places(report: ScriptReport) -> str:
    stretches = [
        f"{at.start:.1f} to {at.end:.1f} s ({shortened(at.text) or 'nothing recognised'})"
        for at in report.no_line
    ]
    return listed(stretches, LISTED, "; ") + "."


def shortened(text: str, longest: int = 40) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


if __name__ == "__main__":
    from chalchitra.stagekit.run import run_stage

    run_stage("script", work)
