"""The settings subtitle_gen.template and .bilingual, checked against a job's languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalchitra.errors import UsageError
from chalchitra.languages import find
from chalchitra.pipeline import TrackPlan, split_key, stage_key

_SECTION = "subtitle_gen"


def settled(settings: dict[str, dict[str, Any]], languages: Sequence[str]) -> dict[str, Any]:
    """The section subtitle_gen with ids for the languages that these two settings name.

    Raises UsageError for a language that is none, or that the job has no track of.
    """
    section = dict(settings[_SECTION])
    if template := section["template"]:
        section["template"] = _of_job(template, "template", template, languages)
    if bilingual := section["bilingual"]:
        pair = [part.strip() for part in bilingual.split("+")]
        ids = [_of_job(part, "bilingual", bilingual, languages) for part in pair if part]
        if len(set(ids)) != 2 or len(pair) != 2:
            raise UsageError(
                f"subtitle_gen.bilingual is {bilingual}, which is not two languages.",
                cause="A bilingual track has one language above another.",
                fix="For example: --set subtitle_gen.bilingual=hi+en",
            )
        section["bilingual"] = "+".join(ids)
    return section


def in_order(stages: Sequence[str], tracks: TrackPlan) -> list[str]:
    """A job's stages, those of its tracks in the order in which they follow each other."""
    keys = [key for key in stages if split_key(key)[0] == _SECTION]
    languages = tracks.order([split_key(key)[1] or "" for key in keys])
    ordered = iter([stage_key(_SECTION, language) for language in languages])
    return [next(ordered) if key in keys else key for key in stages]


def _of_job(name: str, key: str, value: str, languages: Sequence[str]) -> str:
    found = find(name).id
    if found not in languages:
        raise UsageError(
            f"subtitle_gen.{key} is {value}, and the job has no {found} track.",
            cause=f"Its tracks are {', '.join(languages)}.",
            fix=f"Name one of them, or add it: -t {found}",
        )
    return found
