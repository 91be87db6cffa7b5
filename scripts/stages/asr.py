"""asr: writes down what is said, with the job's engine and model."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from chalchitra.files import write_json
from chalchitra.glossary import Glossary
from chalchitra.speech.engines.base import ModelOptions
from chalchitra.speech.engines.load import load_engine
from chalchitra.speech.recognition.hotwords import GlossaryUse
from chalchitra.speech.recognition.options import options_from, whisper_code, writes_latin
from chalchitra.speech.recognition.recognise import Recognition, recognise
from chalchitra.speech.recognition.redecoding import Redecoded
from chalchitra.speech.recognition.script_filter import characters_of
from chalchitra.speech.recognition.transliteration import Transliterated, transliterate
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.sound import WavSound
from chalchitra.stagekit.stage import Stage
from chalchitra.text.listing import listed
from chalchitra.text.scripts import script_name, script_of, script_share
from chalchitra.text.spacing import UNSPACED
from chalchitra.transcript.model import Segment, Transcript

LISTED = 12
"""So many words, places or terms are listed in a message; all are in the log."""
CHECK_THEM = "Check them in the transcript, or choose a larger model with --model."


def work(stage: Stage) -> None:
    sound = WavSound.open(stage.input("audio"), stage.input("audio_info"))
    found = recognised(stage, sound, SpeechRegions.read(stage.input("regions")))
    segments, transliterated = in_own_script(stage, found.segments)
    check_script(stage, segments)
    write_json(
        stage.output("healing", "healing.json"),
        {
            "healed": [one.to_dict() for one in found.redecoded],
            "transliterated": [one.to_dict() for one in transliterated],
            "glossary": found.glossary.to_dict() if found.glossary else None,
        },
    )
    Transcript(
        language=stage.params["source_language"],
        segments=segments,
        duration=sound.film_duration or sound.end,
        engine=stage.params["engine"],
        model=stage.model("asr").name,
    ).write(stage.output("transcript", "transcript.json"))


def recognised(stage: Stage, sound: WavSound, speech: SpeechRegions) -> Recognition:
    """What is said, with the model and engine of the request; what fell short is told."""
    if not speech.regions:
        stage.degraded(
            "No speech was found, so there is no text.",
            "The audio is silent, or has only music and noise.",
            "If there is speech, lower vad.threshold: --set vad.threshold=0.3.",
        )
        return Recognition()
    model, row = stage.model("asr"), language_row(stage)
    options = options_from(stage.params, row, terms(stage))
    engine = load_engine(
        stage.params["engine"],
        ModelOptions(
            model=model.path,
            model_sha256=model.sha256,
            device=stage.device,
            compute_type=stage.compute_type,
            threads=stage.threads,
        ),
    )
    found = recognise(
        engine,
        options,
        sound,
        speech,
        whisper_code(row, stage.params["source_language"]),
        lambda done, total: stage.progress(round(done, 1), round(total, 1), "seconds of speech"),
    )
    for note in found.notes:
        stage.degraded(note.what, note.why, note.fix)
    report_redecoded(stage, found.redecoded)
    if found.glossary is not None:
        report_glossary(stage, found.glossary)
    report_words(stage, found)
    return found


def language_row(stage: Stage) -> dict[str, Any]:
    """The source language's columns (config/languages.toml), as the job recorded them."""
    row: dict[str, Any] = stage.params["languages"].get(stage.params["source_language"], {})
    return row


def terms(stage: Stage) -> tuple[str, ...]:
    """The terms of the job's glossary, where there is one."""
    if not stage.has_input("glossary"):
        return ()
    return Glossary.read(stage.input("glossary")).texts


def report_words(stage: Stage, found: Recognition) -> None:
    """Count what was recognised, and tell what was dropped."""
    stage.metric("segments", len(found.segments))
    stage.metric("words", sum(len(segment.words) for segment in found.segments))
    stage.metric("dropped_words", len(found.dropped))
    for word in found.dropped:
        stage.log(f"dropped, no speech there: {word.text.strip()!r} at {word.start:.2f} s")
    if found.dropped:
        words = [f"{word.text.strip()} ({word.start:.1f} s)" for word in found.dropped]
        stage.warning(
            f"Dropped {len(words)} words that were recognised where there is no speech: "
            f"{listed(words, LISTED)}."
        )


def report_redecoded(stage: Stage, redecoded: Sequence[Redecoded]) -> None:
    """Say what was decoded again, and as degraded what is still doubtful."""
    stage.metric("heard_again", len(redecoded))
    stage.metric("healed", sum(one.after != one.before for one in redecoded))
    for one in redecoded:
        stage.log(
            f"re-decoded, {', '.join(one.why)}, {one.start:.2f} to {one.end:.2f} s: {one.before!r} "
            f"became {one.after!r} ({one.how or 'no better result'})"
        )
    if redecoded:
        why = Counter(reason for one in redecoded for reason in one.why)
        reasons = ", ".join(f"{reason} ({count})" for reason, count in why.most_common())
        changed = sum(one.after != one.before for one in redecoded)
        stage.warning(
            f"{len(redecoded)} stretches of speech were re-decoded and {changed} of them changed: "
            f"{reasons}. The log and healing.json have the text before and after."
        )
    doubtful = [one for one in redecoded if one.left]
    if doubtful:
        places = [f"{one.start:.1f} s ({', '.join(one.left)})" for one in doubtful]
        stage.degraded(
            f"{len(doubtful)} stretches of speech may be wrong."
            if len(doubtful) > 1
            else "A stretch of speech may be wrong.",
            "Re-decoding in every way did not remove all signs of errors: "
            f"{listed(places, LISTED)}.",
            CHECK_THEM,
        )


def report_glossary(stage: Stage, use: GlossaryUse) -> None:
    """Log every choice and every term that was put; degraded for terms that could not be used."""
    stage.metric("glossary_said", len(use.said))
    stage.metric("glossary_put", len(use.named))
    stage.metric("glossary_heard_again", len(use.offered))
    stage.metric("glossary_no_room", len(use.no_room))
    for one in use.offered:
        stage.log(
            f"re-decoded with the glossary's {', '.join(one.terms)}: {one.start:.2f} to "
            f"{one.end:.2f} s"
        )
    for name in use.named:
        stage.log(f"{name.before!r} became {name.after!r} at {name.start:.2f} s ({name.term})")
    if use.no_room:
        stage.log(f"glossary, did not fit anywhere: {', '.join(use.no_room)}")
        stage.degraded(
            f"{counted(use.no_room)} of the glossary did not fit.",
            "More of its terms may be spoken there than the recogniser can be given at once: "
            f"{listed(use.no_room, LISTED)}.",
            "Shorten the glossary to the names of this film, or give the film its own glossary.",
        )
    if use.unwritable:
        stage.log(f"glossary, in another script: {', '.join(use.unwritable)}")
        stage.degraded(
            f"{counted(use.unwritable)} of the glossary cannot be written.",
            f"They are not in the language's script: {listed(use.unwritable, LISTED)}.",
            "Write them in that script; names in Latin letters need --set asr.english_words=latin.",
        )


def counted(found: Sequence[str]) -> str:
    return "A term" if len(found) == 1 else f"{len(found)} terms"


def in_own_script(
    stage: Stage, segments: list[Segment]
) -> tuple[list[Segment], list[Transliterated]]:
    """The segments with words in another script transliterated, where asr.wrong_script says so.

    Each such word is in the log; that there are some is told as degraded.
    """
    if stage.params.get("wrong_script", "report") != "transliterate":
        return segments, []
    row = language_row(stage)
    script = row.get("script", "")
    characters = characters_of(script, latin=writes_latin(stage.params))
    space = "" if row.get("whisper") in UNSPACED else " "
    changed, done = transliterate(segments, script, characters, space)
    stage.metric("transliterated", len(done))
    for one in done:
        stage.log(f"transliterated at {one.start:.2f} s: {one.before!r} became {one.after!r}")
    if done:
        words = [f"{one.after} ({one.start:.1f} s)" for one in done]
        stage.degraded(
            f"{len(done)} words were recognised in another script and transliterated.",
            f"The model wrote them that way every time they were decoded: {listed(words, LISTED)}.",
            CHECK_THEM,
        )
    return changed, done


def check_script(stage: Stage, segments: list[Segment]) -> None:
    """Report how much of the text is in the language's own script, degraded when under half.

    Small Whisper models write Hindi in Arabic or Latin letters: such text is of little use.
    """
    language = stage.params["source_language"]
    row = language_row(stage)
    script, native = row.get("script", ""), row.get("native", "")
    if script not in {script_of(character) for character in native}:
        return  # a script whose letters cannot be told here
    share = script_share(" ".join(segment.text for segment in segments), script)
    if share is None:
        return
    stage.metric("script_share", round(share, 3))
    if share < 0.5:
        stage.degraded(
            f"{1 - share:.0%} of the letters are not in {script_name(native, script)}.",
            f"The model writes {row.get('name', language)} in another script.",
            "Choose a larger model with --model, for example large-v3.",
        )


if __name__ == "__main__":
    from chalchitra.stagekit.run import run_stage

    run_stage("asr", work)
