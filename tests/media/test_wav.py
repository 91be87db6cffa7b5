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
    with pytest.raises(StageError, match="no WAV"):
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
pieces = [read_samples(path, *span) for span in ((0.5, 0.5005), (1.999, 9), (-1, 0.0001), (5, 6))]
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
