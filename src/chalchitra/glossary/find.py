"""The glossaries that lie beside a film: its own and the series'."""

from __future__ import annotations

from pathlib import Path

SUFFIXES = (".txt", ".tsv", ".csv")
_SERIES = "glossary"


def beside(film: Path) -> list[Path]:
    """`<film>.glossary.txt`, .tsv and .csv, then `glossary.txt`, .tsv and .csv in its folder."""
    names = (f"{film.stem}.{_SERIES}", _SERIES)
    places = [film.with_name(name + suffix) for name in names for suffix in SUFFIXES]
    return [place for place in places if place.is_file() and place != film]
