"""What the second pass makes of a sound: `recognise_made_sound.py MODEL WAV LANGUAGE OPTIONS`.

OPTIONS is JSON: `cap`, the most tokens of a window. Prints JSON: the text, and what was heard
again. Runs in the environment of the asr stage.
"""

import json
import sys
import wave
from pathlib import Path

import numpy as np

from chalchitra.speech.engines import ctranslate2
from chalchitra.speech.engines.base import RecogniserOptions
from chalchitra.speech.engines.load import load_recogniser
from chalchitra.speech.sound import ArraySound
from chalchitra.speech.vad.refine import detect
from chalchitra.speech.vad.silero import VadSettings

model, sound, language, given = sys.argv[1:]
with wave.open(sound) as file:
    samples = np.frombuffer(file.readframes(-1), "<i2").astype(np.float32) / 32768
if (cap := json.loads(given).get("cap")) is not None:
    ctranslate2.CTranslate2Recogniser._cap = lambda self, seconds, task: cap
film = ArraySound(samples)
recogniser = load_recogniser("ctranslate2", RecogniserOptions(model=Path(model), threads=2))
heard = recogniser.transcribe(film, detect(film, VadSettings())[0], language)
text = " ".join(segment.text for segment in heard.segments)
print(json.dumps({"text": text, "healed": [one.to_dict() for one in heard.healed]}))
