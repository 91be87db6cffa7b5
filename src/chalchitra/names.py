"""Names and paths in a job's records, as types: what a record says is believed only in these forms.

A record may come from a stranger. What becomes a file's name is one plain name, what leads to a
file is a plain relative path, and a stage key, a language and a title are of the form in which
prepare-job makes them.
"""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

from chalchitra.inside import parts

_MOST_NAME_BYTES = 255
_MOST_PATH_BYTES = 4000
_NEVER = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Categories of characters that stand in no line of text, nor in titles (chalchitra.titles)."""
_LANGUAGE = "[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}"
_STAGE = "[a-z][a-z0-9_]{0,63}"


def require_plain(name: str) -> str:
    """The name; raises ValueError unless a file of this name lies in its folder."""
    if len(parts(name)) > 1 or len(name.encode()) > _MOST_NAME_BYTES:
        raise ValueError("it is not one plain name")
    if any(unicodedata.category(char) in _NEVER for char in name):
        raise ValueError("it contains characters that are not allowed in names")
    return name


def inside_path(path: str) -> str:
    """Raises ValueError unless a path stays below the folder that it is relative to."""
    parts(path)
    if len(path.encode()) > _MOST_PATH_BYTES:
        raise ValueError("it is too long")
    return path


def _placed_path(path: str) -> str:
    """Raises ValueError unless it is that of a file in output/, or in a person's folder itself."""
    require_plain(path.removeprefix("output/"))
    return path


PlainName = Annotated[str, AfterValidator(require_plain)]
InsidePath = Annotated[str, AfterValidator(inside_path)]
PlacedPath = Annotated[str, AfterValidator(_placed_path)]
LanguageId = Annotated[str, Field(pattern=f"^{_LANGUAGE}$")]
StageKey = Annotated[str, Field(pattern=f"^{_STAGE}(?:@{_LANGUAGE})?$")]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
JobId = Annotated[str, Field(pattern="^job_[0-9]{8}_[0-9]{3,9}$")]
Count = Annotated[int, Field(ge=0, le=2**63 - 1)]
"""A number of bytes or nanoseconds, as systems count them."""
AttemptNumber = Annotated[int, Field(ge=0, le=999_999_999)]
Seconds = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
