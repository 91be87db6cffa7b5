"""Recognition as a stage does it: its inputs read, its model loaded, what fell short reported."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import Any

from chalchitra.errors import UsageError
from chalchitra.glossary import Glossary
from chalchitra.speech.engines.base import UNSPACED, Heard, RecogniserOptions
from chalchitra.speech.engines.load import load_recogniser
from chalchitra.speech.recognition.blocks import window_for
from chalchitra.speech.recognition.glossary_report import report_glossary
from chalchitra.speech.recognition.redecoding import Healed
from chalchitra.speech.recognition.script_filter import characters_of
from chalchitra.speech.recognition.transliteration import Transliterated, transliterate
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.sound import WavSound
from chalchitra.stagekit.stage import Stage
from chalchitra.text.listing import listed
from chalchitra.text.scripts import script_of, script_share
from chalchitra.transcript.model import Segment

_SETTINGS = (
    "beam_size",
    "temperatures",
    "compression_ratio_threshold",
    "log_prob_threshold",
    "no_speech_threshold",
    "batch_size",
    "seed",
)
PROMPTED_PENALTY = 1.1
"""Of languages that are written with a prompt. Measured with base on 15 Hindi clips, held in
Devanagari: a character error rate of 0.41 with it, and of 0.75 without, most of that loops."""
_LISTED = 12
"""So many dropped words are listed in the message; all are in the log."""

_CHECK_THEM = "Check them in the transcript, or choose a larger model with --model."


def hear(stage: Stage) -> Heard:
    """Recognise what is said in the stage's audio with the model and engine of its request.

    Needs the inputs audio, audio_info and regions and the parameters source_language, languages
    and engine. Raises UsageError when the model does not hear the language.
    """
    sound = WavSound.open(stage.input("audio"), stage.input("audio_info"))
    speech = SpeechRegions.read(stage.input("regions"))
    if not speech.regions:
        stage.degraded(
            "No speech was found, so there is no text.",
            "The audio is silent, or has only music and noise.",
            "If there is speech, lower vad.threshold: --set vad.threshold=0.3.",
        )
        return Heard()
    recogniser = load_recogniser(stage.params["engine"], options_from(stage))
    heard = recogniser.transcribe(
        sound,
        speech,
        whisper_code(stage),
        on_progress=lambda done, total: stage.progress(
            round(done, 1), round(total, 1), "seconds of speech"
        ),
    )
    for note in heard.notes:
        stage.degraded(note.what, note.why, note.fix)
    _report(stage, heard)
    return heard


def options_from(stage: Stage) -> RecogniserOptions:
    """The engine's options: the hardware's and those of the section [asr]; absent keys default.

    Raises UsageError for a value of the wrong kind.
    """
    params = {name: stage.params[name] for name in _SETTINGS if name in stage.params}
    try:
        if "temperatures" in params:
            params["temperatures"] = tuple(float(one) for one in params["temperatures"])
        model = stage.model("asr")
        row = language_row(stage)
        return RecogniserOptions(
            model=model.path,
            model_sha256=model.sha256,
            device=stage.device,
            compute_type=stage.compute_type,
            threads=stage.threads,
            script=row.get("script", ""),
            guard=stage.params.get("script_guard", True),
            latin=stage.params.get("english_words", "native") == "latin",
            prompt=row.get("prompt") or "",
            repetition_penalty=_penalty(float(stage.params.get("repetition_penalty", 0)), row),
            window=window_for(row.get("tokens_per_character"), prompted=bool(row.get("prompt"))),
            heal=stage.params.get("heal", True),
            invented=tuple(row.get("invented") or ()),
            undoubled=tuple(row.get("undoubled") or ()),
            terms=terms_of(stage),
            **params,
        )
    except (TypeError, ValueError) as error:
        raise UsageError(
            "A setting of the recogniser has the wrong kind of value.",
            cause=f"{error}.",
            fix="Correct the section [asr] of config/pipeline.toml or the --set option.",
        ) from None


def terms_of(stage: Stage) -> tuple[str, ...]:
    """The terms of the job's glossary, where there is one."""
    if "glossary" not in stage.inputs:
        return ()
    return Glossary.read(stage.input("glossary")).texts


def _penalty(setting: float, row: dict[str, Any]) -> float:
    """What was set; else by whether the language is one in which small models loop."""
    return setting or (PROMPTED_PENALTY if row.get("prompt") else 1.0)


def language_row(stage: Stage) -> dict[str, Any]:
    """The source language's columns (config/languages.toml), as the job recorded them."""
    row: dict[str, Any] = stage.params["languages"].get(stage.params["source_language"], {})
    return row


def whisper_code(stage: Stage) -> str:
    """Whisper's code of the source language. Raises UsageError when it has none."""
    language = stage.params["source_language"]
    row = language_row(stage)
    code = row.get("whisper")
    if not code:
        raise UsageError(
            f"Whisper cannot recognise {row.get('name', language)}.",
            cause="It was not trained on this language.",
            fix="Prepare the job with -s and a language it was trained on.",
        )
    return str(code)


def _report(stage: Stage, heard: Heard) -> None:
    report_healing(stage, heard.healed)
    if heard.glossary is not None:
        report_glossary(stage, heard.glossary)
    stage.metric("segments", len(heard.segments))
    stage.metric("words", sum(len(segment.words) for segment in heard.segments))
    stage.metric("dropped_words", len(heard.dropped))
    for word in heard.dropped:
        stage.log(f"dropped, no speech there: {word.text.strip()!r} at {word.start:.2f} s")
    if heard.dropped:
        words = [f"{word.text.strip()} ({word.start:.1f} s)" for word in heard.dropped]
        stage.warning(
            f"Dropped {len(words)} words that were recognised where there is no speech: "
            f"{listed(words, _LISTED)}."
        )


def report_healing(stage: Stage, healed: list[Healed]) -> None:
    """Say what was heard again, and as degraded what is still doubtful."""
    stage.metric("heard_again", len(healed))
    stage.metric("healed", sum(one.after != one.before for one in healed))
    for one in healed:
        stage.log(
            f"re-decoded, {', '.join(one.why)}, {one.start:.2f} to {one.end:.2f} s: {one.before!r} "
            f"became {one.after!r} ({one.how or 'no better result'})"
        )
    if healed:
        why = Counter(reason for one in healed for reason in one.why)
        reasons = ", ".join(f"{reason} ({count})" for reason, count in why.most_common())
        changed = sum(one.after != one.before for one in healed)
        stage.warning(
            f"{len(healed)} stretches of speech were re-decoded and {changed} of them changed: "
            f"{reasons}. The log and healing.json have the text before and after."
        )
    doubtful = [one for one in healed if one.left]
    if doubtful:
        places = [f"{one.start:.1f} s ({', '.join(one.left)})" for one in doubtful]
        stage.degraded(
            f"{len(doubtful)} stretches of speech may be wrong."
            if len(doubtful) > 1
            else "A stretch of speech may be wrong.",
            "Re-decoding in every way did not remove all signs of errors: "
            f"{listed(places, _LISTED)}.",
            _CHECK_THEM,
        )


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
    latin = stage.params.get("english_words", "native") == "latin"
    space = "" if row.get("whisper") in UNSPACED else " "
    changed, done = transliterate(segments, script, characters_of(script, latin=latin), space)
    stage.metric("transliterated", len(done))
    for one in done:
        stage.log(f"transliterated at {one.start:.2f} s: {one.before!r} became {one.after!r}")
    if done:
        words = [f"{one.after} ({one.start:.1f} s)" for one in done]
        stage.degraded(
            f"{len(done)} words were recognised in another script and transliterated.",
            "The model wrote them that way every time they were decoded: "
            f"{listed(words, _LISTED)}.",
            _CHECK_THEM,
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


def script_name(native: str, script: str) -> str:
    """A script's English name by Unicode, from a word written in it: "Devanagari"."""
    for character in native:
        if script_of(character) == script:
            name = re.split(r" (?:LETTER|VOWEL|SIGN)\b", unicodedata.name(character, script))[0]
            return name.removesuffix(" SMALL").removesuffix(" CAPITAL").title()
    return script
