"""What the second pass makes of a sound: `recognise_made_sound.py MODEL WAV LANGUAGE OPTIONS`.

OPTIONS is JSON: `cap`, the most tokens of a window. Prints JSON: the text, and what was decoded
again. Runs in the environment of the asr stage.
"""

import json
import sys
import wave
from pathlib import Path

import numpy as np

from chalchitra.speech.engines import ctranslate2
from chalchitra.speech.engines.base import ModelOptions
from chalchitra.speech.engines.load import load_engine
from chalchitra.speech.recognition.options import RecognitionOptions
from chalchitra.speech.recognition.recognise import recognise
from chalchitra.speech.sound import ArraySound
from chalchitra.speech.vad.refine import detect
from chalchitra.speech.vad.silero import VadSettings

model, sound, language, given = sys.argv[1:]
with wave.open(sound) as file:
    samples = np.frombuffer(file.readframes(-1), "<i2").astype(np.float32) / 32768
if (cap := json.loads(given).get("cap")) is not None:
    ctranslate2.CTranslate2Engine._cap = lambda self, seconds, how: cap
film = ArraySound(samples)
engine = load_engine("ctranslate2", ModelOptions(model=Path(model), threads=2))
speech = detect(film, VadSettings())[0]
found = recognise(engine, RecognitionOptions(), film, speech, language)
text = " ".join(segment.text for segment in found.segments)
print(json.dumps({"text": text, "healed": [one.to_dict() for one in found.redecoded]}))
