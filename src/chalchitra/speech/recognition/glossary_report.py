"""What the stage says of a glossary: which terms were chosen where, and which could not be used."""

from __future__ import annotations

from chalchitra.speech.recognition.hotwords import GlossaryUse
from chalchitra.stagekit.stage import Stage
from chalchitra.text.listing import listed

_LISTED = 12
"""So many terms are listed in a message; all are in the log."""


def report_glossary(stage: Stage, use: GlossaryUse) -> None:
    """Log every choice and every name that was put; degraded for terms that could not be used."""
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
            f"{_terms(use.no_room)} of the glossary did not fit.",
            "More of its terms may be spoken there than the recogniser can be given at once: "
            f"{listed(use.no_room, _LISTED)}.",
            "Shorten the glossary to the names of this film, or give the film its own glossary.",
        )
    if use.unwritable:
        stage.log(f"glossary, in another script: {', '.join(use.unwritable)}")
        stage.degraded(
            f"{_terms(use.unwritable)} of the glossary cannot be written.",
            f"They are not in the language's script: {listed(use.unwritable, _LISTED)}.",
            "Write them in that script; names in Latin letters need --set asr.english_words=latin.",
        )


def _terms(terms: list[str]) -> str:
    return "A term" if len(terms) == 1 else f"{len(terms)} terms"
