"""The reviewer's spreadsheet: what is written is read back, whatever a spreadsheet did to it."""

from __future__ import annotations

import csv
import io
from unicodedata import category

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from chalchitra.errors import ChalchitraError, SeveralErrors, UsageError
from chalchitra.subtitles.cues.cue import Cue, grapheme_count
from chalchitra.subtitles.cues.words import clean
from chalchitra.subtitles.formats.model import CueNote
from chalchitra.subtitles.formats.table import to_review
from chalchitra.subtitles.tracks.edited_csv import from_review
from chalchitra.subtitles.tracks.notes import cue_notes
from chalchitra.transcript.model import Segment, Transcript, Word

from ..samples import AWKWARD, SPOKEN, timed, track

HEADER = "index,start,end,duration,cps,text,speaker,confidence\r\n"


def rows(text):
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def sheet(*lines):
    """The bytes of a sheet with these rows of start, end and text."""
    return "\n".join(["start,end,text", *lines]).encode()


def resaved(text, *, separator=",", quoting=csv.QUOTE_MINIMAL, end="\r\n", encoding="utf-8-sig"):
    """The file as another program saves it."""
    cells = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    whole = io.StringIO(newline="")
    csv.writer(whole, delimiter=separator, quoting=quoting, lineterminator=end).writerows(cells)
    return whole.getvalue().encode(encoding)


def with_letters(cues):
    """What is nothing but question marks is taken for a file that lost its letters."""
    assume("??" not in "".join(c.text for c in cues) or any(c.text.isalnum() for c in cues))


@settings(max_examples=500, deadline=None)
@given(timed())
def test_any_text_and_times_survive(cues):
    with_letters(cues)
    assert from_review(to_review(cues).encode()) == cues


@settings(max_examples=100, deadline=None)
@given(
    timed(),
    st.sampled_from(",;\t"),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["\r\n", "\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_whatever_program_saved_it(cues, separator, quoting, end, encoding):
    with_letters(cues)
    data = resaved(
        to_review(cues), separator=separator, quoting=quoting, end=end, encoding=encoding
    )
    assert from_review(data) == cues


@settings(max_examples=200, deadline=None)
@given(timed(), st.text(max_size=5))
def test_no_cell_is_a_formula(cues, speaker):
    text = to_review(cues, {cue.index: CueNote(speaker=speaker) for cue in cues})
    for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")):
        assert not [cell for cell in row if cell.startswith(tuple("=+-@\t\r＝＋－＠"))]


FORMULAS = tuple("=+-@＝＋－＠")
TRICKY = st.text(st.sampled_from(";;;\t\"\"'' =+-@＝－ab,|⏎\u00a0"), min_size=1, max_size=12)


@settings(max_examples=500, deadline=None)
@given(TRICKY, st.sampled_from(";\t"))
@example("Hello;=cmd|' /C calc'!A0", ";")
@example('He said;"=1+1"', ";")
@example("tab\t '=1", "\t")
def test_no_cell_is_a_formula_whatever_is_taken_to_end_one(line, separator):
    line = clean(f"a{line}b")
    cues = [Cue(1, 0, 1000, (line,))]
    text = to_review(cues, {1: CueNote(speaker=line)})
    for row in csv.reader(
        io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=separator
    ):
        assert not [cell for cell in row if cell.lstrip().startswith(FORMULAS)]
    assert from_review(text.encode()) == cues


def test_what_a_reviewer_types_after_a_semicolon_stays():
    assert from_review(sheet("0:01,0:02,a; - b;= c"))[0].lines == ("a; - b;= c",)


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("1/2", True),
        ("007", True),
        ("Monday, 5 May 2025", True),
        ("५ मई", True),
        ("TRUE", True),
        ("=1+1", True),
        ("क्या?", False),
        ("मैं 5 मई को दिल्ली गया था।", False),
    ],
)
def test_what_is_taken_for_a_date_or_a_number_stands_behind_an_apostrophe(text, guarded):
    [row] = rows(to_review([Cue(1, 0, 1000, (text,))]))
    assert row["text"] == ("'" + text if guarded else text)


def test_what_a_row_says():
    notes = {1: CueNote(speaker="S1", confidence=0.876), 2: CueNote()}
    cues = [Cue(1, 1000, 3000, ("क्या तुम", "आओगे?")), Cue(2, 3661500, 3662000, ("-हाँ।",))]
    text = to_review(cues, notes)
    assert text.startswith("\ufeff" + HEADER)
    first, second = rows(text)
    assert first == {
        "index": "1",
        "start": "[00:00:01.000]",
        "end": "[00:00:03.000]",
        "duration": "2.000",
        "cps": "6.5",
        "text": "क्या तुम ⏎ आओगे?",
        "speaker": "S1",
        "confidence": "0.88",
    }
    assert (second["start"], second["text"]) == ("[01:01:01.500]", "'-हाँ।")
    assert (second["speaker"], second["confidence"]) == ("", "")
    assert rows(to_review(cues, length=grapheme_count))[0]["cps"] == "4.0"


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("[00:01:02.500]", 62.5),
        ("00:01:02.500", 62.5),
        ('"00:01:02,500"', 62.5),
        ("0:01:02.5", 62.5),
        ("01:02.5", 62.5),
        ("00:01:02", 62.0),
        (" [ 00:01:02.500 ] ", 62.5),
        ("'00:01:02.500", 62.5),
        ("००:०१:०२.५००", 62.5),
        ("100:00:00.001", 360000.001),
        ("00:00:59.9996", 60.0),
        ("12:01:02 AM", 62.0),
        ("1:00:02.500 am", 3602.5),
        ("12:00:01 PM", 43201.0),
    ],
)
def test_how_times_may_be_written(written, seconds):
    [cue] = from_review(sheet(f"{written},[200:00:00.000],यह"))
    assert cue.start == 1000 * seconds


def test_edits():
    """A text and a time are changed, a row is deleted, one is added at the end."""
    edited = rows(to_review(track(SPOKEN)))
    edited[0]["text"] = "नमस्ते!"
    edited[1]["end"] = "00:00:03,500"
    del edited[2]
    edited.append({"start": "[00:00:03.600]", "end": "[00:00:05.000]", "text": "جی۔ ⏎ OK"})
    whole = io.StringIO(newline="")
    writer = csv.DictWriter(whole, HEADER.strip().split(","))
    writer.writeheader()
    writer.writerows(edited)
    assert from_review(whole.getvalue().encode()) == [
        Cue(1, 0, 1917, ("नमस्ते!",)),
        Cue(2, 2000, 3500, SPOKEN[1]),
        Cue(3, 3600, 5000, ("جی۔", "OK")),
        Cue(4, 6000, 7917, SPOKEN[3]),
    ]


def test_columns_may_move_and_be_fewer_and_rows_empty():
    data = (
        b'sep=;\r\nText;End;START\r\n"a\nb";00:00:02;00:00:01\r\n;;\r\n\r\n=c;00:00:04;00:00:03\r\n'
    )
    assert from_review(data) == [Cue(1, 1000, 2000, ("a", "b")), Cue(2, 3000, 4000, ("=c",))]


def test_a_line_break_needs_no_spaces():
    [cue] = from_review(sheet("0:00:01,0:00:02,हाँ⏎  नहीं ⏎"))
    assert cue.lines == ("हाँ", "नहीं")


def test_a_sheet_without_rows_has_no_cues():
    assert from_review(to_review([]).encode()) == []


@pytest.mark.parametrize(
    ("row", "what", "fix"),
    [
        ("soon,0:00:09,a", "Row 3 has “soon” as its start", "[00:01:02.500]"),
        (",0:00:09,a", "Row 3 has nothing as its start", "[00:01:02.500]"),
        ("0:00:08,62.5,a", "Row 3 has “62.5” as its end", "[00:01:02.500]"),
        ("0:00:08,0:99:00,a", "Row 3 has “0:99:00” as its end", "[00:01:02.500]"),
        ("0:00:08,0:00:08,a", "Row 3 does not end after it starts", "[00:00:08.000]"),
        ("0:00:08,0:00:07,a", "Row 3 does not end after it starts", "[00:00:08.000]"),
        ("0:00:08,0:00:09,", "Row 3 has no text", "delete the whole row"),
        ("0:00:08,0:00:09", "Row 3 has no text", "delete the whole row"),
        ("0:00:08,0:00:09, ⏎ ", "Row 3 has no text", "delete the whole row"),
        ("0:00:08,0:00:09,a,b", "Row 3 has more cells", "quotation marks"),
        ("0:00:04,0:00:09,a", "Row 3 starts before row 2 ends", "Type [00:00:04.000] as the end"),
        ("00:01.5,0:00:02,a", "Row 3 starts before the rows above", "[00:00:03.000]"),
    ],
)
def test_errors_name_the_row_and_what_to_type(row, what, fix):
    with pytest.raises(UsageError) as caught:
        from_review(sheet("0:00:03,0:00:05,first", row))
    assert what in caught.value.what
    assert fix in caught.value.fix


def test_all_errors_are_shown_up_to_ten():
    with pytest.raises(SeveralErrors) as caught:
        from_review(sheet("x,0:00:02,a", "0:00:01,0:00:02,"))
    assert len(caught.value.errors) == 2
    with pytest.raises(SeveralErrors) as caught:
        from_review(sheet(*["x,y,a"] * 500))
    assert len(caught.value.errors) == 11
    assert caught.value.errors[-1].what.startswith("490 more rows")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "no column start"),
        (b"1\n00:00:01,000 --> 00:00:02,000\nhello\n", "no column start"),
        (b"start,end\n0:00:01,0:00:02\n", "film.csv has no column text"),
        (b'start,end,text\n0:00:01,0:00:02,"open\n', "line 2"),
        ("start,end,text\n0:00:01,0:00:02,é".encode("latin-1"), "lost its letters"),
        (b"start,end,text\n0:00:01,0:00:02,????? ???", "lost its letters"),
    ],
)
def test_files_that_cannot_be_read(data, what):
    with pytest.raises(ChalchitraError) as caught:
        from_review(data, "film.csv")
    assert what in caught.value.what
    assert caught.value.fix


def test_a_question_without_words_is_no_lost_letter():
    cues = [Cue(1, 0, 1000, ("??",)), Cue(2, 1000, 2000, ("क्या?",))]
    assert from_review(to_review(cues).encode()) == cues


def test_awkward_texts_are_the_same_after_a_second_round():
    cues = track(AWKWARD)
    once = to_review(cues)
    assert to_review(from_review(once.encode())) == once
    assert not [c for c in once if category(c) == "Cc" and c not in "\r\n"]


def test_notes_come_from_the_words_that_a_cue_shows():
    words = [
        Word(text="a", start=1.0, end=1.4, probability=0.5, speaker="S1"),
        Word(text="b", start=1.5, end=2.5, probability=1.0, speaker="S2"),
        Word(text="c", start=3.0, end=3.5, probability=None),
    ]
    transcript = Transcript(
        language="hi",
        segments=[
            Segment(id=0, start=1, end=2.5, text="a b", words=words[:2]),
            Segment(id=1, start=3, end=3.5, text="c", words=words[2:], speaker="S3"),
            Segment(id=2, start=5, end=6, text="d"),
        ],
    )
    cues = [Cue(1, 1000, 2600, ("a b",)), Cue(2, 3000, 3500, ("c",)), Cue(3, 5000, 6000, ("d",))]
    assert cue_notes(cues, transcript) == {
        1: CueNote("S2", 0.75),
        2: CueNote("S3", None),
        3: CueNote(None, None),
    }


def test_no_override_of_direction_comes_back_with_a_text():
    """It would turn the whole row round on the screen."""
    (cue,) = from_review("start,end,text\n[0:00:01],[0:00:02],\u202eone\u202c \u2067two\n".encode())
    assert cue.lines == ("one two",)
