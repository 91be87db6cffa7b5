"""Another Indian script as the last resort: letter by letter, and only what can be."""

from __future__ import annotations

import json

import pytest

from chalchitra.speech.recognition.script_filter import characters_of
from chalchitra.speech.recognition.transliteration import SCHEMES, transliterate
from chalchitra.text.scripts import script_share

from .test_quality import hypothesis

pytestmark = pytest.mark.smoke

CODE = """
import json, sys
from chalchitra.speech.recognition.transliteration import in_script
print(json.dumps([in_script(text, script) for text, script in json.loads(sys.argv[1])]))
"""
NAME = "मेरा नाम राम है"


def test_each_script_gets_its_own_letters(in_whisperx):
    wanted = [(NAME, script) for script in SCHEMES]
    told = json.loads(in_whisperx(CODE, json.dumps(wanted)))
    for text, (_, script) in zip(told, wanted, strict=True):
        assert script_share(text, script) == 1.0
    assert told[list(SCHEMES).index("Gujr")] == "મેરા નામ રામ હૈ"
    assert told[list(SCHEMES).index("Deva")] == NAME


def test_marks_digits_latin_and_its_own_letters_stay(in_whisperx):
    texts = ["5:30 પર, OK।", "राम। ₹20 ♪"]
    told = json.loads(in_whisperx(CODE, json.dumps([(text, "Gujr") for text in texts])))
    assert told == ["5:30 પર, OK।", "રામ। ₹20 ♪"]


def test_a_nukta_is_left_out_where_there_is_none(in_whisperx):
    (told,) = json.loads(in_whisperx(CODE, json.dumps([("पढ़ाई", "Telu")])))
    assert script_share(told, "Telu") == 1.0


def test_what_cannot_be_written_in_the_script_stays_and_is_not_told_as_done():
    characters = characters_of("Deva", latin=False)
    urdu = hypothesis("یہ बात नहीं").segments
    assert transliterate(urdu, "Deva", characters) == (urdu, [])
