"""Whether a stage must run, as a value with reasons (docs/design.md has the rule)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalchitra import job_files
from chalchitra.files import sha256_json
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.record import Output, StageRecord, read_record
from chalchitra.runner.same_code import is_same

_WORDS = {
    "code": "code",
    "params": "settings",
    "packages": "libraries",
    "models": "model",
    "inputs": "input",
    "run_on": "machine",
}


_MOST_NAMED = 5
"""So many modules are named whose code changed."""


@dataclass(frozen=True)
class Decision:
    """Run or skip, and why. `record` is what an up-to-date stage made before."""

    run: bool
    reasons: tuple[str, ...]
    fingerprint: str
    parts: dict[str, Any] = field(repr=False)
    record: StageRecord | None = field(default=None, repr=False)


def fingerprint(parts: Mapping[str, Any]) -> str:
    """The sha256 over the parts: code, params, packages, models, inputs, run_on."""
    return sha256_json(dict(parts))


def decide(
    layout: JobLayout,
    key: str,
    parts: dict[str, Any],
    *,
    verify: bool = False,
    forced: str | None = None,
) -> Decision:
    """Decide from the record of the last published attempt; `forced` is why it runs in any case.

    Outputs count as there by size and time, by hash when these differ or with `verify`.
    """
    digest = fingerprint(parts)
    if forced is not None:
        return Decision(True, (forced,), digest, parts)
    record = read_record(layout, key)
    if record is None:
        broken = os.path.lexists(layout.record(key))
        reason = "its record is broken" if broken else "it has not run yet"
        return Decision(True, (reason,), digest, parts)
    if record.fingerprint != digest and not _only_tidied(key, record.fingerprint_parts, parts):
        reasons = changes(record.fingerprint_parts, parts) or ("its fingerprint changed",)
        return Decision(True, reasons, digest, parts)
    lost = tuple(
        f"its output {name} {problem}"
        for name, output in record.outputs.items()
        if (problem := _problem(layout, output, verify))
    )
    if lost:
        return Decision(True, lost, digest, parts)
    return Decision(False, (f"nothing changed since {record.started}",), digest, parts, record)


def _only_tidied(key: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether nothing differs but the code, and that is known to make the same."""
    return {**before, "code": now["code"]} == now and is_same(key, before.get("code"), now["code"])


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """What differs between two fingerprints' parts, in words."""
    reasons: list[str] = []
    for part, values in new.items():
        before = old.get(part)
        if before == values:
            continue
        word = _WORDS.get(part, part)
        if not isinstance(before, dict) or not isinstance(values, dict):
            reasons.append(f"{word} changed")
            continue
        names = sorted(before.keys() | values.keys())
        differ = [name for name in names if before.get(name) != values.get(name)]
        if part == "code" and len(differ) > _MOST_NAMED:  # an update, not a developer's edit
            reasons.append(f"code changed in {len(differ)} modules")
            continue
        reasons += [f"{word} {name} {_difference(name, before, values)}" for name in differ]
    return tuple(reasons)


def _difference(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    if name not in before:
        return "is new"
    if name not in after:
        return "was removed"
    texts = [str(before[name]), str(after[name])]
    if any(len(text) > 40 for text in texts):  # hashes and tables tell a person nothing
        return "changed"
    return f"changed from {texts[0]} to {texts[1]}"


def _problem(layout: JobLayout, output: Output, verify: bool) -> str:
    """What is wrong with an output file: nothing when empty."""
    try:
        stat = job_files.stat(layout.root, output.path)
        if stat.st_size != output.bytes:
            return "was changed"
        if not verify and stat.st_mtime_ns == output.mtime_ns:
            return ""
        return "" if job_files.sha256(layout.root, output.path) == output.sha256 else "was changed"
    except FileNotFoundError:
        return "is missing"
    except OSError:  # a link, a FIFO: none of ours
        return "cannot be read"
