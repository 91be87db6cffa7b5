"""What was found of the language that is spoken: the file that `language` writes.

Languages are Whisper's codes here: what a code is called and how it is written is
config/languages.toml's affair.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from chalchitra.errors import StageError
from chalchitra.files import write_text

SAME_SPOKEN = (frozenset({"hi", "ur"}),)
"""One spoken language each, written in two scripts: a window of one is no change from the other."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Window(_Model):
    """What was found in one window.

    `start` and `end` are seconds of the film, from the first voice in the window to the last;
    `speech` is how many seconds of sound are in it. `probabilities` are the likeliest
    languages, likeliest first. The windows that are not `spread` were taken besides, to find where
    the language changes, and do not count in the decision.
    """

    start: float
    end: float
    speech: float
    spread: bool
    probabilities: dict[str, float]

    @property
    def language(self) -> str:
        """The likeliest."""
        return next(iter(self.probabilities))


class Stretch(_Model):
    """Consecutive windows in one language: seconds of the film, the mean probability."""

    start: float
    end: float
    language: str
    probability: float
    windows: int


class DetectedLanguage(_Model):
    """`language.json`. `language` is None, and all else empty, where nobody speaks.

    `confidence` is the language's mean probability over the spread windows, each weighed by its
    seconds of speech; `probabilities` are the same mean of the likeliest languages. `expected` is
    the language that the person gave, None where it is to be found out; `others` are the stretches
    where another than that (or than `language`) is surely spoken.
    """

    language: str | None = None
    confidence: float = 0.0
    probabilities: dict[str, float] = {}
    expected: str | None = None
    windows: list[Window] = []
    others: list[Stretch] = []

    @property
    def spread(self) -> int:
        """How many windows the decision rests on."""
        return sum(window.spread for window in self.windows)

    def write(self, path: Path) -> None:
        write_text(path, self.model_dump_json(indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> DetectedLanguage:
        """Raises StageError when the file holds something else."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except ValidationError as error:
            raise StageError(
                f"{path.name} does not name a language.",
                cause=str(error).partition("\n")[0],
                fix="Run the stage language again.",
            ) from None


def same_spoken(one: str | None, other: str | None) -> bool:
    """Whether two codes are one spoken language."""
    return one == other or any({one, other} <= pair for pair in SAME_SPOKEN)
