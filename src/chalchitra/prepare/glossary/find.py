"""The glossaries that lie beside a film: its own and the series'."""

from __future__ import annotations

from pathlib import Path

SUFFIXES = (".txt", ".tsv", ".csv")
_SERIES = "glossary"


def beside(film: Path) -> list[Path]:
    """`<film>.glossary.txt`, .tsv and .csv, then `glossary.txt`, .tsv and .csv in its folder."""
    names = (f"{film.stem}.{_SERIES}", _SERIES)
    places = [film.with_name(name + suffix) for name in names for suffix in SUFFIXES]
    return [place for place in places if _is_there(place) and place != film]


def _is_there(place: Path) -> bool:
    try:
        return place.is_file()
    except OSError:  # beside a film with a long name: no file can be called this
        return False
