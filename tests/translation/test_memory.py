"""The translation memory: nothing is paid for twice, and what is found is what was kept."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.translation.test_translate_units import FakeEngine

from chalchitra.transcript.model import Transcript
from chalchitra.translation import seq2seq
from chalchitra.translation.memory import FILE, TranslationMemory, forget, remembered
from chalchitra.translation.translate_units import Generated, LateEngine, translate_units
from chalchitra.translation.units import SentenceUnit

CONTEXT = {"model": "abc", "source": "hin_Deva", "target": "eng_Latn", "num_beams": 5}


def units(*texts: str) -> list[SentenceUnit]:
    return [SentenceUnit(n, n, n + 0.5, text, (n,)) for n, text in enumerate(texts)]


def run(engine: FakeEngine, memory: TranslationMemory | None, *texts: str):  # type: ignore[no-untyped-def]
    return translate_units(
        units(*texts), engine, "eng_Latn", "eng_Latn", batch_size=2, memory=memory
    )


def asked(engine: FakeEngine) -> list[str]:
    return [text for texts, _ in engine.calls for text in texts]


@settings(deadline=None)
@given(st.dictionaries(st.text(min_size=1), st.text(min_size=1), max_size=20), st.text())
def test_what_is_kept_is_found_whole_and_in_its_own_context_only(
    translations: dict[str, str], other: str
) -> None:
    with TemporaryDirectory() as folder:
        memory = TranslationMemory(Path(folder), CONTEXT)
        memory.keep(translations)
        assert TranslationMemory(Path(folder), CONTEXT).find([*translations, other + "?"]) == {
            key: translations[key] for key in translations if key
        } | ({other + "?": translations[other + "?"]} if other + "?" in translations else {})
        for change in ({"model": "abd"}, {"target": "tam_Taml"}, {"num_beams": 4}):
            assert TranslationMemory(Path(folder), CONTEXT | change).find(list(translations)) == {}
        assert memory.trouble is None


def test_a_sentence_is_translated_once_in_a_film_and_never_in_the_next(tmp_path: Path) -> None:
    engine = FakeEngine()
    texts = ["yes sir", "no", "yes sir", "♪", "no", "who is it"]
    first = run(engine, TranslationMemory(tmp_path, CONTEXT), *texts)
    assert sorted(asked(engine)) == ["no", "who is it", "yes sir"]
    assert first.from_memory == 0
    again = FakeEngine()
    second = run(again, TranslationMemory(tmp_path, CONTEXT), *texts, "and new")
    assert asked(again) == ["and new"]
    assert second.from_memory == 5
    assert second.units[:6] == first.units
    assert [unit.id for unit in second.units] == list(range(7))


def test_an_engine_is_not_loaded_where_all_is_remembered(tmp_path: Path) -> None:
    run(FakeEngine(), TranslationMemory(tmp_path, CONTEXT), "yes", "no")

    def load() -> FakeEngine:
        raise AssertionError("it was loaded")

    outcome = translate_units(
        units("no", "yes", "!"),
        LateEngine(load),
        "eng_Latn",
        "eng_Latn",
        batch_size=2,
        memory=TranslationMemory(tmp_path, CONTEXT),
    )
    assert [unit.text for unit in outcome.units] == ["NO", "YES", "!"]


def test_only_what_is_faultless_is_remembered(tmp_path: Path) -> None:
    def say(text: str, careful: bool) -> str | Generated:
        return "" if text == "bad" else text.upper()

    outcome = run(FakeEngine(say), TranslationMemory(tmp_path, CONTEXT), "good", "bad")
    assert [unit.status for unit in outcome.units] == ["translated", "untranslated"]
    found = TranslationMemory(tmp_path, CONTEXT).find(["good", "bad"])
    assert found == {"good": "GOOD"}


def test_what_was_done_before_a_crash_is_remembered(tmp_path: Path) -> None:
    def say(text: str, careful: bool) -> str:
        if text == "b":
            raise KeyboardInterrupt
        return text.upper()

    with pytest.raises(KeyboardInterrupt):
        run(FakeEngine(say), TranslationMemory(tmp_path, CONTEXT), "d d d d", "c c c", "b", "a")
    found = TranslationMemory(tmp_path, CONTEXT).find(["d d d d", "c c c", "b", "a"])
    assert found == {"d d d d": "D D D D", "c c c": "C C C"}


def test_what_other_code_or_another_library_made_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault that was mended must not be shown again out of the memory."""
    code = tmp_path / "code"
    code.mkdir()
    (code / "seq2seq.py").write_text("x = 1")
    monkeypatch.setattr(seq2seq, "__file__", str(code / "seq2seq.py"))

    def version() -> str:
        seq2seq.text_version.cache_clear()
        return seq2seq.text_version()

    first = version()
    assert version() == first
    (code / "protect.py").write_text("y = 1")
    second = version()
    (code / "protect.py").write_text("y = 2")
    third = version()
    monkeypatch.setattr(seq2seq, "version", lambda name: "2.0")
    assert len({first, second, third, version()}) == 4
    monkeypatch.undo()
    seq2seq.text_version.cache_clear()


def test_the_text_version_is_part_of_what_is_remembered(tmp_path: Path) -> None:
    asked_for = {}

    class Request:
        sentences = ()
        settings: ClassVar = {"batch_size": 2}
        device, compute_type = "cpu", "float32"
        model_name = "m"
        transcript = Transcript(language="hi", segments=[])
        target_language = "en"
        terms = None

        def remembered(self, *tags: str, **depends_on: object) -> None:
            asked_for.update(depends_on)

        def on_progress(self, done: float, total: float, unit: str) -> None: ...

    seq2seq.translated(Request(), "t", ("hin_Deva", "eng_Latn"), FakeEngine)  # type: ignore[arg-type]
    assert asked_for["texts"] == seq2seq.text_version()


def test_a_damaged_memory_is_put_aside_and_said_and_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"this is no database, " * 100)
    outcome = run(FakeEngine(), TranslationMemory(tmp_path, CONTEXT), "yes", "no")
    assert [unit.text for unit in outcome.units] == ["YES", "NO"]
    assert "damaged" in outcome.degraded[0].why
    assert [path.name for path in tmp_path.glob("*damaged*")]
    assert run(FakeEngine(), TranslationMemory(tmp_path, CONTEXT), "yes").degraded == []


def test_a_memory_that_cannot_be_written_is_said_and_nothing_fails(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("a file where the folder should be")
    outcome = run(FakeEngine(), TranslationMemory(blocked, CONTEXT), "yes")
    assert outcome.units[0].text == "YES"
    assert outcome.degraded[0].fix


def test_two_runs_may_remember_at_once(tmp_path: Path) -> None:
    def keep(number: int) -> None:
        memory = TranslationMemory(tmp_path, CONTEXT)
        for n in range(20):
            memory.keep({f"{number} {n}": "x", "both": "x"})
        assert memory.trouble is None

    threads = [threading.Thread(target=keep, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert remembered(tmp_path)[0] == 81
    with sqlite3.connect(tmp_path / FILE) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert forget(tmp_path) == 81
    assert remembered(tmp_path) == (0, 0)


@pytest.mark.parametrize("link", ["folder", "file", "dangling file"])
def test_no_link_is_followed_to_another_database(tmp_path: Path, link: str) -> None:
    folder, precious = tmp_path / "out" / ".memory", tmp_path / "precious"
    folder.parent.mkdir()
    precious.mkdir()
    theirs = precious / FILE
    if link != "dangling file":
        with closing(sqlite3.connect(theirs)) as database:
            database.execute("CREATE TABLE mine (a)")
    if link == "folder":
        folder.symlink_to(precious)
    else:
        folder.mkdir()
        (folder / FILE).symlink_to(theirs)
    before = {path: path.read_bytes() for path in precious.iterdir()}
    memory = TranslationMemory(folder, CONTEXT)
    memory.keep({"a": "b"})
    assert memory.find(["a"]) == {}
    assert "it is a link" in (memory.trouble or "")
    assert remembered(folder)[0] == 0
    assert forget(folder) == 0
    assert {path: path.read_bytes() for path in precious.iterdir()} == before


def test_what_a_group_may_write_is_closed_to_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        memory = TranslationMemory(tmp_path / "memory", CONTEXT)
        memory.keep({"a": "b"})
    finally:
        os.umask(before)
    for path in (memory.path, memory.path.parent):
        assert not path.stat().st_mode & 0o022
    assert memory.find(["a"]) == {"a": "b"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to another account")
@pytest.mark.parametrize("which", ["file", "folder"])
def test_a_strangers_memory_is_not_believed(tmp_path: Path, which: str) -> None:
    folder = tmp_path / ".memory"
    TranslationMemory(folder, CONTEXT).keep({"a": "what a stranger wants to be said"})
    os.chown(folder / FILE if which == "file" else folder, 2002, 2002)
    memory = TranslationMemory(folder, CONTEXT)
    assert memory.find(["a"]) == {}
    assert "somebody else" in (memory.trouble or "")
