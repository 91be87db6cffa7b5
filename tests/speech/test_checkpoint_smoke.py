"""A checkpoint from anybody, read by the real torch: its weights come out, nothing of it runs."""

from __future__ import annotations

import os
import subprocess

import pytest

from chalchitra import paths
from chalchitra.environments.table import python_path

pytestmark = pytest.mark.smoke

SCRIPT = """
import collections, os, pathlib, pickle, sys
import torch
from chalchitra.errors import MissingError
from chalchitra.speech.checkpoint import read_weights

folder = pathlib.Path(sys.argv[1])
ran = folder / "ran"

class Evil:
    def __reduce__(self):
        return os.system, (f"touch '{ran}'",)

class Harmless(collections.UserDict):
    pass

def refused(path):
    try:
        return not read_weights(path)
    except MissingError as error:
        assert error.cause and error.fix
        return True

good = {"a": torch.ones(2)}
old, older, evil, mixed = (folder / name for name in ("old.pt", "older.bin", "evil.pt", "mixed.pt"))
torch.save(good, old, _use_new_zipfile_serialization=False)
older.write_bytes(pickle.dumps(Evil(), protocol=2))
torch.save(Evil(), evil)
torch.save({"state_dict": good, "also": Harmless(x=1)}, mixed)
assert refused(old) and refused(older) and refused(evil)
assert list(read_weights(mixed)) == ["a"]
for data in (b"", b"PK\\x03\\x04", b"PK\\x03\\x04" + bytes(99), mixed.read_bytes()[:-200]):
    (folder / "cut.pt").write_bytes(data)
    assert refused(folder / "cut.pt")
assert not ran.exists()
assert "TORCH_FORCE_WEIGHTS_ONLY_LOAD" not in os.environ

if len(sys.argv) > 2:
    from chalchitra.speech.diarization import pyannote
    network = torch.load(folder / "pyannote" / "embedding.bin", weights_only=False)
    (folder / "x.py").write_text(f"open({str(ran)!r}, 'w')")
    sys.path.insert(0, str(folder))
    another = {"architecture": {"module": "x", "class": "y"}}
    for name, value in (("x", Evil()), ("pyannote.audio", another)):
        torch.save(network | {name: value}, folder / "pyannote" / "embedding.bin")
        try:
            pyannote.load(folder / "pyannote")
        except MissingError as error:
            print(error.cause)
        assert not ran.exists(), name
print("all refused")
"""


def in_whisperx(script, *arguments):
    done = subprocess.run(
        [python_path("whisperx"), "-c", script, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(paths.source_dir()), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_a_checkpoint_of_anybodys_runs_nothing(tmp_path):
    assert "all refused" in in_whisperx(SCRIPT, tmp_path)


def test_nor_do_pyannotes(tmp_path):
    maker = paths.project_root() / "tests" / "speech" / "diarization" / "make_pyannote_folder.py"
    in_whisperx(maker.read_text(), tmp_path / "pyannote")
    assert "is a network of x" in in_whisperx(SCRIPT, tmp_path, "pyannote too")
