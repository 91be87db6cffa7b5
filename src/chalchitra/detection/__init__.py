"""`-s auto`: which language is spoken is found out while the job is prepared."""

from chalchitra.detection.decide import Spoken, decide_language
from chalchitra.detection.listening import Listening, listening

__all__ = ["Listening", "Spoken", "decide_language", "listening"]
