"""What a variant changes of how blocks are decoded."""

from __future__ import annotations

from chalchitra.speech.engines.base import DecodingOptions
from chalchitra.speech.recognition.variants import DecodingVariant

OPTIONS = DecodingOptions(beam_size=3, prompt="yes", seed=7)


def test_what_it_does_not_name_stays():
    assert DecodingVariant("again", guarded=True, halved=True).applied_to(OPTIONS) == OPTIONS


def test_what_it_names_is_changed_to_nothing_too():
    changed = DecodingVariant(
        "again",
        temperatures=(0.0,),
        repetition_penalty=1.3,
        beam_size=1,
        prompt="",
        hotwords="Asha",
    ).applied_to(OPTIONS)
    assert changed == DecodingOptions(
        beam_size=1,
        temperatures=(0.0,),
        seed=7,
        prompt="",
        hotwords="Asha",
        repetition_penalty=1.3,
    )
