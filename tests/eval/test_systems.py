"""What runs the systems, without running them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from corpus import Corpus, Item
from heard import Heard, HeardSegment, HeardWord
from systems import Cost, Run, Setting
from systems.files import files
from systems.foreign import cached
from systems.programs import timed
from systems.transliterated import _arabic, _with

from chalchitra.errors import StageError, UsageError


@pytest.fixture
def setting(tmp_path):
    weights = tmp_path / "weights"
    weights.mkdir()
    (weights / "model.bin").write_bytes(b"weights")
    return Setting("base", weights, tmp_path / "work", tmp_path / "cache", say=lambda text: None)


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "film.mkv"
    path.write_bytes(b"film")
    return Corpus("film", "hi", "Deva", (Item(path, 5.0),))


def heard(*texts, start=1.0):
    words = tuple(HeardWord(text, start + n, start + n + 1) for n, text in enumerate(texts))
    return Heard((HeardSegment(" ".join(texts), words),))


def test_what_others_heard_is_kept_until_something_changes(setting, corpus):
    calls = []

    def system(corpus, setting):
        calls.append(corpus.name)
        return Run({"film.mkv": heard("पर", "यह")}, Cost(2.0, 3.0))

    kept = cached("tool", system)
    first = kept(corpus, setting)
    assert kept(corpus, setting) == first
    assert len(calls) == 1
    cached("other", system)(corpus, setting)
    assert len(calls) == 2
    corpus.items[0].path.write_bytes(b"another film")
    assert kept(corpus, setting) == first
    assert len(calls) == 3
    (setting.weights / "model.bin").write_bytes(b"other weights")
    kept(corpus, setting)
    assert len(calls) == 4


def test_only_words_in_arabic_letters_are_transliterated():
    mixed = heard("یہ", "meeting", "है", "12")
    assert [word.text for word in mixed.words if _arabic(word.text)] == ["یہ"]
    done = _with(mixed, {"یہ": "यह"})
    assert done.text == "यह meeting है 12"
    assert [word.span for word in done.words] == [word.span for word in mixed.words]


def test_a_command_is_measured_with_its_children(tmp_path):
    busy = "import time\nwhile time.process_time() < 0.4: pass"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}], check=True)"
    cost = timed([sys.executable, "-c", child], tmp_path / "work")
    assert cost.cpu >= 0.4
    assert cost.wall >= 0.4
    assert cost + Cost(1, 2) == Cost(cost.wall + 1, cost.cpu + 2)


def test_a_failed_command_says_its_last_words(tmp_path):
    with pytest.raises(StageError, match="no such film") as caught:
        timed([sys.executable, "-c", "raise SystemExit('no such film')"], tmp_path)
    assert str(tmp_path / "log") in caught.value.fix
    assert "no such film" in Path(tmp_path, "log").read_text()


def test_foreign_files_with_and_without_speakers(tmp_path, setting, corpus):
    folder = tmp_path / "given"
    folder.mkdir()
    given = Setting("base", setting.weights, setting.work, setting.cache, files=folder)
    with pytest.raises(UsageError, match="no transcript of film"):
        files(corpus, given)
    (folder / "film.rttm").write_text("SPEAKER film 1 1.0 2.0 <NA> <NA> asha <NA> <NA>\n")
    alone = files(corpus, given).heard["film.mkv"]
    assert alone.only_turns
    (folder / "film.mkv.txt").write_text("पर यह\n")
    both = files(corpus, given).heard["film.mkv"]
    assert (both.text, both.turns) == ("पर यह", alone.turns)
    with pytest.raises(UsageError, match="not said"):
        files(corpus, setting)
