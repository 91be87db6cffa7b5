"""faster-whisper as a person calls it from Python; run by the environment that it is in.

    hear_with_faster_whisper.py VARIANT MODEL_FOLDER LANGUAGE OUT.json FILES...

VARIANT: `plain` is WhisperModel.transcribe with nothing but the language and word_timestamps,
`vad` the same with vad_filter, `batched` BatchedInferencePipeline.transcribe. All in int8 on the
CPU. Writes {file: [segment, ...]} in whisperX's shape. It knows nothing of Chalchitra.
"""

import json
import sys


def main() -> None:
    variant, folder, language, out, *files = sys.argv[1:]
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    model = WhisperModel(folder, device="cpu", compute_type="int8", local_files_only=True)
    options = {"language": language, "word_timestamps": True}
    transcribe = model.transcribe
    if variant == "vad":
        options["vad_filter"] = True
    elif variant == "batched":
        transcribe = BatchedInferencePipeline(model).transcribe
    elif variant != "plain":
        raise SystemExit(f"no such variant: {variant}")
    heard = {}
    for file in files:
        segments, _ = transcribe(file, **options)
        heard[file] = [
            {
                "start": float(segment.start),
                "end": float(segment.end),
                "text": segment.text,
                "words": [
                    {"word": word.word, "start": float(word.start), "end": float(word.end)}
                    for word in segment.words or ()
                ],
            }
            for segment in segments
        ]
    with open(out, "w", encoding="utf-8") as handle:
        json.dump(heard, handle, ensure_ascii=False)


if __name__ == "__main__":
    main()
