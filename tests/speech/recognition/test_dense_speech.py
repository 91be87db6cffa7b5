"""A minute of dense Gujarati, whose letters take many tokens: nothing is lost at a window's end.

base does not know Gujarati, so what is decoded is dictated: a recogniser that writes what
espeak-ng said, letter by letter in its time, until the real tokenizer has counted a window full.
The sound, the voice detector, the windows and their cutting are the real ones.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.smoke

TEXT = {
    "gu": "આજે સવારે હું બજારમાં ગયો હતો અને ત્યાં મેં ઘણા બધા શાકભાજી ખરીદ્યા પછી મારો જૂનો મિત્ર"
    " મળ્યો અને અમે ચા પીધી તેણે કહ્યું કે તેનો દીકરો અમદાવાદમાં ભણે છે અને તેની દીકરી ડૉક્ટર બનવા"
    " માંગે છે ",
    "ml": "ഇന്ന് രാവിലെ ഞാൻ ചന്തയിൽ പോയി കുറെ പച്ചക്കറികൾ വാങ്ങി പിന്നെ എന്റെ പഴയ സുഹൃത്തിനെ കണ്ടു"
    " ഞങ്ങൾ ചായ കുടിച്ചു അവന്റെ മകൻ കൊച്ചിയിൽ പഠിക്കുന്നു എന്ന് അവൻ പറഞ്ഞു ",
}

CODE = """
import json, sys, tomllib, wave
from pathlib import Path
import numpy as np
from tokenizers import Tokenizer
from chalchitra import paths
from chalchitra.speech.engines.base import WINDOW_TOKENS, DecodingOptions, Engine, ModelOptions
from chalchitra.speech.raw import RawSegment, RawWord
from chalchitra.speech.recognition.blocks import window_for
from chalchitra.speech.recognition.options import RecognitionOptions
from chalchitra.speech.recognition.recognise import recognise
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.sound import ArraySound
from chalchitra.speech.vad.silero import VadSettings, find_speech
from chalchitra.transcript.model import Region

model, sound, language, text, how = sys.argv[1:]
with wave.open(sound) as file:
    rate = file.getframerate()
    samples = np.frombuffer(file.readframes(-1), "<i2").astype(np.float32) / 32768
samples = np.interp(np.arange(0, len(samples), rate / 16000), np.arange(len(samples)), samples)
film = ArraySound(samples.astype(np.float32))
words = text.split()
letters = sum(map(len, words))
spoken, at = [], 0
for word in words:
    spoken.append((word, film.end * at / letters, film.end * (at + len(word)) / letters))
    at += len(word)
tokenizer = Tokenizer.from_file(str(Path(model) / "tokenizer.json"))

class Dictated(Engine):
    multilingual, full, windows = True, 0, 0
    def knows(self, language):
        return True
    def text_tokens(self):
        return {}
    def count_tokens(self, text):
        return 0
    def decode(self, blocks, language, task, options, on_block):
        for block in blocks.blocks:
            self.windows += 1
            said, tokens = [], 0
            for piece in block.pieces:
                for word, start, end in spoken:
                    if not piece.start <= (start + end) / 2 < piece.end:
                        continue
                    tokens += len(tokenizer.encode(" " + word, add_special_tokens=False).ids)
                    if tokens >= WINDOW_TOKENS:
                        break
                    move = piece.at - piece.start
                    said.append(RawWord(" " + word, start + move, end + move, 0.9))
            capped = tokens >= WINDOW_TOKENS
            self.full += capped
            yield [RawSegment(tuple(said), -0.2, 0.0, 1.0, capped)] if said else []

row = tomllib.loads((paths.config_dir() / "languages.toml").read_text("utf-8"))[language]
engine = Dictated(ModelOptions(model=Path(model)))
options = RecognitionOptions(
    DecodingOptions(window=window_for(row["tokens_per_character"]) if how != "plain" else 30.0),
    script=row["script"], latin=False, redecode=how == "redecode",
)
speech = find_speech(film, VadSettings())
found = recognise(engine, options, film, speech, row["whisper"])
said = [word.text for segment in found.segments for word in segment.words]
print(json.dumps({
    "seconds": film.end, "speech": speech.seconds, "said": said, "words": words,
    "full": engine.full, "windows": engine.windows,
    "why": sorted({why for one in found.redecoded for why in one.why}),
}))
"""


@pytest.mark.parametrize("language", TEXT)
@pytest.mark.parametrize("speed", [180, 330])
def test_a_dense_minute_loses_no_word(
    tmp_path: Path, in_whisperx, espeak, base_model, language, speed
):
    text = TEXT[language] * round(speed / 25)
    sound = espeak(tmp_path / "said.wav", text, language, speed)

    def recognised(how: str) -> dict[str, Any]:
        return json.loads(in_whisperx(CODE, base_model, sound, language, text, how))

    plain, ours = recognised("plain"), recognised("redecode")
    assert ours["seconds"] > 50
    assert plain["full"] > 0
    assert len(plain["said"]) < len(plain["words"]), "in windows of 30 s words are lost"
    assert ours["said"] == ours["words"]
