import json
import subprocess
import wave

import pytest

from chalchitra.errors import StageError
from chalchitra.media.wav import wav_duration
from chalchitra.paths import source_dir, venv_dir


def write_wav(path, samples, *, channels=1, rate=16000):
    with wave.open(str(path), "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(b"".join(value.to_bytes(2, "little", signed=True) for value in samples))


def test_a_length_is_read_from_the_header(tmp_path):
    write_wav(tmp_path / "a.wav", [0] * 24000)
    assert wav_duration(tmp_path / "a.wav") == 1.5


def test_what_is_no_mono_wav_is_refused(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"not sound at all")
    with pytest.raises(StageError, match="not a WAV"):
        wav_duration(tmp_path / "a.wav")
    write_wav(tmp_path / "b.wav", [0] * 10, channels=2)
    with pytest.raises(StageError, match="mono"):
        wav_duration(tmp_path / "b.wav")


@pytest.mark.smoke
def test_pieces_of_a_wav_are_read_as_numbers(tmp_path):
    """In the environment that has numpy."""
    write_wav(tmp_path / "a.wav", [index % 1000 * 16 for index in range(32000)])
    script = """
import json, sys
from pathlib import Path
from chalchitra.media.wav import read_samples
path = Path(sys.argv[1])
spans = (8000, 8), (31984, 99), (-9, 2), (80000, 1), (9, 0)
pieces = [read_samples(path, *span) for span in spans]
print(json.dumps([[piece.tolist(), str(piece.dtype)] for piece in pieces]))
"""
    done = subprocess.run(
        [venv_dir() / "whisperx" / "bin" / "python", "-c", script, tmp_path / "a.wav"],
        env={"PYTHONPATH": str(source_dir())},
        capture_output=True,
        text=True,
        check=True,
    )
    pieces = json.loads(done.stdout)
    assert pieces[0] == [[index * 16 / 32768 for index in range(8)], "float32"]
    assert len(pieces[1][0]) == 16
    assert len(pieces[2][0]) == 2
    assert pieces[3][0] == []
    assert pieces[4][0] == []


@pytest.mark.smoke
def test_sound_with_long_gaps_is_read_by_film_times(tmp_path):
    """The WAV holds two stretches of a film, the second an hour after the first."""
    write_wav(tmp_path / "a.wav", [1] * 16000 + [2] * 8000)
    hour = 3600 * 16000
    info = {"offset": 100.0, "duration": 3600.5, "film_duration": None,
            "pieces": [[0, 0, 16000], [hour, 16000, 8000]]}  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps(info))
    script = """
import json, sys
from pathlib import Path
from chalchitra.speech.sound import WavSound, film_times
sound = WavSound.open(Path(sys.argv[1]), Path(sys.argv[2]))
spans = ((100.5, 100.6), (100.95, 101.05), (2000, 2000.1), (3699.9, 3700.1), (3700.4, 9999),
         (0, 99))
read = [sound.read(*span) for span in spans]
parts = sound.parts()
print(json.dumps({
    "lengths": [len(one) for one in read],
    "sums": [round(float(one.sum()) * 32768) for one in read],
    "span": [sound.start, sound.end],
    "parts": [[part.start, part.end, len(part.read(0, 99999))] for part in parts],
    "across": list(film_times(parts, 0.5, 1.25)),
}))
"""
    done = subprocess.run(
        [venv_dir() / "whisperx" / "bin" / "python", "-c", script, tmp_path / "a.wav",
         tmp_path / "a.json"],
        env={"PYTHONPATH": str(source_dir())}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert found["lengths"] == [1600, 1600, 1600, 3200, 1600, 0]
    assert found["sums"] == [1600, 800, 0, 3200, 3200, 0]
    assert found["span"] == [100.0, 3700.5]
    assert found["parts"] == [[100.0, 101.0, 16000], [3700.0, 3700.5, 8000]]
    assert found["across"] == [[100.5, 101.0], [3700.0, 3700.25]]
