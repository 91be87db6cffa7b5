"""The stage asr and faster-whisper batched on the same sound, in turns; run where both are.

    hear_both.py VAD_REQUEST.json ASR_REQUEST.json MODEL_FOLDER RUNS OUT.json

The requests are those of stages that have run. Ours is what the stages do: detect, then the asr
script's `recognised`, whose engine stays loaded (stagekit.warm). Theirs is BatchedInferencePipeline
on the samples of the same file, with its own speech detection and the same beam, number format and
threads.
"""

from __future__ import annotations

import json
import runpy
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chalchitra.paths import stages_dir
from chalchitra.speech.recognition.options import options_from, whisper_code
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.sound import WavSound
from chalchitra.speech.vad.refine import detect
from chalchitra.speech.vad.silero import VadSettings
from chalchitra.stagekit.protocol import MessageWriter, Request
from chalchitra.stagekit.stage import Stage


def main() -> None:
    vad_request, asr_request, weights, runs, out = sys.argv[1:]
    messages = MessageWriter(Path(out).with_suffix(".messages.jsonl"))
    vad, asr = (
        Stage(Request.model_validate_json(Path(path).read_bytes()), messages)
        for path in (vad_request, asr_request)
    )
    script = runpy.run_path(str(stages_dir() / "asr.py"))
    row = script["language_row"](asr)
    beam_size = options_from(asr.params, row).decoding.beam_size
    sound = WavSound.open(asr.input("audio"), asr.input("audio_info"))
    settings = VadSettings(
        **{name: float(vad.params[name]) for name in VadSettings.__dataclass_fields__}
    )
    pipeline = Theirs(
        weights, whisper_code(row, asr.params["source_language"]), asr.compute_type, asr.threads
    )
    speech = SpeechRegions.read(asr.input("regions"))
    samples = sound.read(sound.start, sound.end)
    seconds: dict[str, list[float]] = {"vad": [], "ours": [], "theirs": []}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        begin = time.monotonic()
        made = work()
        seconds[name].append(round(time.monotonic() - begin, 3))
        return made

    def hear_ours() -> Any:
        timed("vad", lambda: detect(sound, settings))
        return timed("ours", lambda: script["recognised"](asr, sound, speech))

    def hear_theirs() -> str:
        return str(timed("theirs", lambda: pipeline(samples, beam_size)))

    # The first of each loads and warms up, and is not counted.
    ours, theirs = hear_ours(), hear_theirs()
    for number in range(int(runs)):
        entries = [hear_ours, hear_theirs]
        for entry in reversed(entries) if number % 2 else entries:
            entry()
    told = {
        **{f"{name}_seconds": times[1:] for name, times in seconds.items()},
        "ours_text": " ".join(segment.text for segment in ours.segments),
        "theirs_text": theirs,
        "heard_again": [one.to_dict() for one in ours.redecoded],
        "beam_size": beam_size,
        "compute_type": asr.compute_type,
        "threads": asr.threads,
        "batch_size": pipeline.batch_size,
    }
    Path(out).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


class Theirs:
    """faster-whisper's batched pipeline, loaded."""

    batch_size = 8
    """Its own default."""

    def __init__(self, weights: str, language: str, compute_type: str, threads: int) -> None:
        from faster_whisper import BatchedInferencePipeline, WhisperModel

        self._language = language
        self._pipeline = BatchedInferencePipeline(
            WhisperModel(
                weights,
                device="cpu",
                compute_type=compute_type,
                cpu_threads=threads,
                local_files_only=True,
            )
        )

    def __call__(self, samples: Any, beam_size: int) -> str:
        """The text; its segments are made as they are asked for."""
        segments, _ = self._pipeline.transcribe(
            samples,
            language=self._language,
            beam_size=beam_size,
            batch_size=self.batch_size,
            word_timestamps=True,
        )
        return " ".join(segment.text.strip() for segment in segments)


if __name__ == "__main__":
    main()
