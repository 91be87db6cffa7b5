"""Which earlier code of a stage made the same as today's: an update must not cost a film.

Code that was moved or tidied has another hash (code.py) and makes the same. `scripts/same_code`
writes that down in `scripts/stages/same_code.json`: by stage the digest of the code `now`, and of
the code `before` that it stands for. It holds for the code that it names only: the next change of
what a stage does counts, whether or not anybody thinks of that file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalchitra import paths
from chalchitra.files import sha256_json
from chalchitra.pipeline import split_key


def digest(code: Mapping[str, str]) -> str:
    """One sha256 of a stage's code: of the hashes of its modules."""
    return sha256_json(dict(code))


def is_same(key: str, before: object, now: Mapping[str, str]) -> bool:
    """Whether a stage's code of before, as its record has it, is known to make the same as now."""
    if not isinstance(before, dict):
        return False
    known = _known().get(split_key(key)[0])
    return (
        isinstance(known, dict)
        and known.get("now") == digest(now)
        and digest(before) in known.get("before", ())
    )


def _known() -> dict[str, Any]:
    try:
        known = json.loads(paths.same_code().read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
