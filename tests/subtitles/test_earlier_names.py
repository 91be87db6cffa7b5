"""What scripts of people import by an earlier name is there for one version more."""

from __future__ import annotations

import csv
import io

from chalchitra.subtitles.cue import Cue
from chalchitra.subtitles.review import to_review


def test_a_script_writes_its_cues_in_seconds_into_a_table_without_formulas():
    cues = [Cue(1, 0.0, 2.0, ("Hello;=cmd|' /C calc'!A0",)), Cue(2, 3.25, 5.0, ("tab\t=1+1",))]
    text = to_review(cues)
    assert "00:00:03,250" in text.replace(".", ",")
    for delimiter in ",;\t":
        rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=delimiter))
        cells = [cell.lstrip() for row in rows[1:] for cell in row[1:]]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
