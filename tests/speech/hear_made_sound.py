"""What the second pass makes of a sound: `python hear_made_sound.py MODEL WAV LANGUAGE OPTIONS`.

OPTIONS is JSON: fields of RecogniserOptions, `regions` (seconds; else the detectors' own), `pad`
(seconds heard around them) and `cap`, the most tokens of a window. Prints JSON: the text, each
segment's text, what was heard again, and the words that were dropped. Runs in the environment of
the asr stage.
"""

import json
import sys
import tomllib
import wave
from pathlib import Path

import numpy as np

from chalchitra import paths
from chalchitra.speech.blocks import window_for
from chalchitra.speech.engines import RecogniserOptions, ctranslate2, load_recogniser
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.second_opinion import detect
from chalchitra.speech.sound import ArraySound
from chalchitra.speech.vad import VadSettings
from chalchitra.transcript import Region

model, sound, language, given = sys.argv[1:]
given = json.loads(given)
with wave.open(sound) as file:
    samples = np.frombuffer(file.readframes(-1), "<i2").astype(np.float32) / 32768
regions, pad = given.pop("regions", None), given.pop("pad", 0.4)
if (cap := given.pop("cap", None)) is not None:
    ctranslate2.CTranslate2Recogniser._cap = lambda self, seconds, task: cap
row = tomllib.loads((paths.config_dir() / "languages.toml").read_text("utf-8"))[language]
options = {
    "model": Path(model),
    "threads": 2,
    "script": row["script"],
    "latin": False,
    "prompt": row.get("prompt", ""),
    "invented": tuple(row.get("invented", ())),
    "undoubled": tuple(row.get("undoubled", ())),
    "repetition_penalty": 1.1 if "prompt" in row else 1.0,
    "window": window_for(row.get("tokens_per_character"), prompted="prompt" in row),
    **given,
}
film = ArraySound(samples)
speech = (
    SpeechRegions(regions=[Region(start=a, end=b) for a, b in regions], pad=pad)
    if regions
    else detect(film, VadSettings())[0]
)
recogniser = load_recogniser("ctranslate2", RecogniserOptions(**options))
heard = recogniser.transcribe(film, speech, row["whisper"])
told = {
    "text": " ".join(segment.text for segment in heard.segments),
    "segments": [segment.text for segment in heard.segments],
    "regions": len(speech.regions),
    "healed": [one.to_dict() for one in heard.healed],
    "dropped": [word.text for word in heard.dropped],
}
print(json.dumps(told))
