"""What was decoded again is told: by reason, each in the log, what is doubtful as degraded."""

from __future__ import annotations

import runpy
from typing import Any

from chalchitra import paths
from chalchitra.speech.recognition.redecoding import Redecoded

REPORT = runpy.run_path(str(paths.stages_dir() / "asr.py"))["report_redecoded"]


class Told:
    """A stage that keeps what it is told."""

    def __init__(self) -> None:
        self.metrics: dict[str, Any] = {}
        self.lines: list[str] = []
        self.warnings: list[str] = []
        self.less: list[str] = []

    def metric(self, name: str, value: Any) -> None:
        self.metrics[name] = value

    def log(self, text: str) -> None:
        self.lines.append(text)

    def warning(self, text: str) -> None:
        self.warnings.append(text)

    def degraded(self, what: str, why: str = "", fix: str = "") -> None:
        self.less.append(f"{what} {why}")


def redecoded(
    start: float, before: str, after: str, *why: str, left: tuple[str, ...] = ()
) -> Redecoded:
    return Redecoded(start, start + 1, why, before, after, "by itself", left)


def test_what_was_decoded_again_is_counted_by_reason():
    told = Told()
    some = [
        redecoded(1.0, "", "hello", "speech without words"),
        redecoded(5.0, "no no no no", "no", "a loop"),
        redecoded(9.0, "", "", "speech without words", left=("speech without words",)),
    ]
    REPORT(told, some)
    assert told.metrics == {"heard_again": 3, "healed": 2}
    (line,) = told.warnings
    assert line.startswith("3 stretches of speech were re-decoded and 2 of them changed")
    assert "speech without words (2), a loop (1)" in line
    assert any("'no no no no' became 'no'" in one for one in told.lines)
    (less,) = told.less
    assert "9.0 s (speech without words)" in less


def test_where_nothing_was_decoded_again_nothing_is_said():
    told = Told()
    REPORT(told, [])
    assert (told.warnings, told.less, told.lines) == ([], [], [])
