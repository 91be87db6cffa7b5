"""Reading the text that a person has of a film: what it is, its lines, and what is refused."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.errors import UsageError
from chalchitra.languages import find
from chalchitra.prepare.given_text.decode import read_text
from chalchitra.prepare.given_text.names import is_sheet
from chalchitra.prepare.given_text.plain import read_plain
from chalchitra.prepare.given_text.read import read_script
from chalchitra.transcript.model import Segment, Transcript
from chalchitra.transcript.script import Script

SRT = """1
00:00:01,000 --> 00:00:03,000
<i>Where are you,</i>
my friend?

2
00:01:04,000 --> 00:01:06,000
- Here! [door slams]
- JOHN: And here.

3
00:01:07,000 --> 00:01:08,000
♪ (music) ♪
"""


@pytest.fixture
def read(tmp_path):
    """Write a file and read it as the text of a film in English or another language."""

    def write(name, content, language="en"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_script(path, find(language))

    return write


def lines(given):
    return [(line.number, line.speaker, line.text) for line in given.script.lines]


def test_plain_text_is_one_line_a_line_and_one_sentence_a_sentence(read):
    given = read("film.txt", "Come in, Dr. Rao. Sit down!\n\n[He sits]\nWhere was I (as always)?\n")
    assert given.script.kind == "plain text"
    assert lines(given) == [
        (1, None, "Come in, Dr. Rao."),
        (1, None, "Sit down!"),
        (4, None, "Where was I (as always)?"),
    ]
    assert given.notes == ("Text of film.txt: plain text, 3 lines.",)


def test_a_dialogue_sheet_says_who_speaks_and_its_directions_are_not_spoken(read):
    given = read(
        "sheet.txt",
        "INT. A HOUSE - DAY\n\n"
        "RAM (angry): Where were you?\n  I waited. (he sits)\n"
        "सीता: [रोते हुए] यहीं थी।\n"
        "Old Man\tIt is 10:30 now.\n\n(silence)\n",
    )
    assert given.script.kind == "dialogue sheet"
    assert lines(given) == [
        (3, "RAM", "Where were you?"),
        (4, "RAM", "I waited."),
        (5, "सीता", "यहीं थी।"),
        (6, "Old Man", "It is 10:30 now."),
    ]
    assert "3 speakers" in given.notes[0]


def test_a_colon_here_and_there_makes_no_sheet(read):
    text = "He said: go.\nAnd so I went.\nIt was 10:30 by then.\nNobody: none.\nNothing more.\n"
    assert read("film.txt", text).script.kind == "plain text"
    assert not is_sheet(["see https://example.org", "so"])


def test_cues_keep_their_times_and_lose_their_marks(read):
    given = read("film.srt", SRT)
    assert given.script.kind == "subtitles"
    found = given.script.lines
    assert [line.text for line in found] == ["Where are you, my friend?", "Here!", "And here."]
    assert [line.speaker for line in found] == [None, None, "JOHN"]
    assert [line.number for line in found] == [1, 2, 2]
    assert (found[0].start, found[0].end) == (1.0, 3.0)
    assert found[1].start == 64.0
    assert found[1].end == found[2].start
    assert found[2].end == 66.0


def test_webvtt_and_ass_say_who_speaks(read):
    vtt = "WEBVTT\n\nNOTE no\n\n00:01.000 --> 00:02.000 line:0\n<v Sita>Fish &amp; <c.x>rice</c>\n"
    assert lines(read("film.vtt", vtt)) == [(1, "Sita", "Fish & rice")]
    ass = (
        "[Script Info]\n[Events]\n"
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        "Comment: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,a note\n"
        "Dialogue: 0,0:00:01.00,0:00:02.00,Default,Ram,0,0,0,,{\\i1}Rice\\Nand fish\n"
    )
    assert [line[1:] for line in lines(read("film.ass", ass))] == [("Ram", "Rice and fish")]


def test_cues_that_are_named_txt_are_cues_all_the_same(read):
    assert read("film.txt", SRT).script.kind == "subtitles"


def test_our_own_transcript_is_read(read):
    made = Transcript(
        language="en",
        segments=[Segment(id=0, start=1, end=2.5, text="Come in.", speaker="SPEAKER_00")],
    )
    given = read("transcript.json", made.model_dump_json())
    assert given.script.kind == "transcript"
    (line,) = given.script.lines
    assert (line.text, line.speaker, line.start, line.end) == ("Come in.", "SPEAKER_00", 1, 2.5)
    other = {"segments": [{"text": " whisperX says "}], "language": "en"}
    assert lines(read("x.json", json.dumps(other))) == [(1, None, "whisperX says")]


@pytest.mark.parametrize(
    ("encoding", "noted"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", ""),
    ],
)
@pytest.mark.parametrize("text", ["Où est-il?\r\nLà.", "वह कहाँ है?\r\nयहाँ।\r\n"])
def test_every_unicode_is_read(tmp_path, encoding, noted, text):
    path = tmp_path / "film.txt"
    path.write_bytes(text.encode(encoding))
    found, notes = read_text(path)
    assert found == text.replace("\r\n", "\n")
    assert [noted in note for note in notes] == ([True] if noted else [])


def test_what_windows_wrote_is_read_and_said(tmp_path):
    path = tmp_path / "film.txt"
    path.write_bytes("“Où est-il?” – Là…".encode("cp1252"))
    found, (note,) = read_text(path)
    assert found == "“Où est-il?” – Là…"
    assert "Windows-1252" in note


@pytest.mark.parametrize("before", ["", "1\n00:00:01,000 --> 00:00:02,000\n"])
def test_zero_width_joiners_are_spelling_and_byte_order_marks_inside_are_not(read, before):
    given = read("film.txt", f"{before}क्\u200dष \ufeffहै\u2060", "hi")
    assert [line.text for line in given.script.lines] == ["क्\u200dष है"]


BROKEN = [
    ("empty.txt", b"", "no text"),
    ("blank.txt", b"\n \n", "no text"),
    ("picture.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is not a text file"),
    ("codes.txt", b"abc\x01\x02", "is not a text file"),
    ("neither.txt", b"abc \x81\x8d", "is not a text file"),
    ("marks.txt", b"[he leaves]\n---\n", "can be spoken"),
    ("film.docx", b"PK\x03\x04", "is not plain text"),
    ("words.srt", b"hello there\n", "cannot be used"),
    ("only.srt", b"1\n00:00:01,000 --> 00:00:02,000\n[music]\n", "cannot be used"),
    ("film.vtt", b"WEBVTT\n\nno cue\n", "cannot be used"),
    ("film.ass", b"[Script Info]\n[Events]\nDialogue: 0,x\n", "cannot be used"),
    ("film.json", b'{"segments": [{"start": 1', "not a transcript"),
    ("list.json", b"[1, 2]", "not a transcript"),
    ("deep.json", b"[" * 100_000, "not a transcript"),
    ("other.json", b'{"segments": [{"words": []}]}', "not a transcript"),
    ("none.json", b'{"segments": []}', "can be spoken"),
]


@pytest.mark.parametrize(("name", "content", "said"), BROKEN, ids=[name for name, *_ in BROKEN])
def test_a_broken_file_gets_one_clear_error(read, name, content, said):
    with pytest.raises(UsageError) as caught:
        read(name, content)
    assert said in str(caught.value)
    assert name in caught.value.what
    assert caught.value.cause
    assert caught.value.fix


def test_a_file_that_is_not_there_or_a_folder_is_refused(tmp_path):
    for path in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(UsageError, match="cannot be read"):
            read_script(path, find("en"))


def test_roman_hindi_is_taken_and_said(read):
    assert "compared by sound" in read("film.txt", "vah kahaan hai", "hi").notes[-1]
    assert len(read("film.txt", "वह कहाँ है", "hi").notes) == 1


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])))
def test_no_word_of_a_plain_text_is_lost_or_made_up(text):
    """Of a text without marks that mean something else: brackets, notes, stars, a colon."""
    bare = text.translate(str.maketrans(dict.fromkeys("[]()【】（）<>{}♪♫♬♩🎵🎶🎼#:：", " ")))
    bare = bare.replace("\u00ad", "").replace("*", "")
    script, _ = read_plain(bare)
    spoken = " ".join(line.text for line in script.lines) if script else ""
    kept = [word for word in spoken.split() if any(char.isalnum() for char in word)]
    if script is None or script.kind == "plain text":
        assert kept == [word for word in bare.split() if any(char.isalnum() for char in word)]


@given(st.binary(max_size=300), st.sampled_from(["x.txt", "x.srt", "x.vtt", "x.ass", "x.json"]))
def test_any_bytes_are_a_script_or_one_error(tmp_path_factory, content, name):
    path = tmp_path_factory.mktemp("any") / name
    path.write_bytes(content)
    with suppress(UsageError):
        given = read_script(Path(path), find("en"))
        assert Script.model_validate_json(given.text) == given.script


PLAY = """Title: My film

INT. HOUSE - DAY

Ram enters. HE: looks round.

RAM (V.O.)
(angry)
Where were you?
He said: come.

SITA
At home.

CUT TO:
"""


def test_a_screenplay_is_spoken_by_the_names_above_its_speeches(read):
    given = read("a.fountain", PLAY)
    assert lines(given) == [
        (9, "RAM", "Where were you?"),
        (10, "RAM", "He said: come."),
        (13, "SITA", "At home."),
    ]
    assert "line 1 (Title: My film), line 3 (INT. HOUSE - DAY)" in given.notes[1]
    given = read("b.fountain", PLAY.replace("RAM (V.O.)\n(angry)", "RAM (shouting)"))
    assert [[label.text for label in line.labels] for line in given.script.lines] == [
        ["(shouting)"], [], [],
    ]  # fmt: skip
    given = read("a.txt", "RAM\nWhere?\n\nSITA\n(sobs) Home.\n\nRAM\nCome here now.\n")
    assert [line.speaker for line in given.script.lines] == ["RAM", "SITA", "RAM"]
    assert [label.text for label in given.script.lines[1].labels] == ["(sobs)"]
    assert len(given.notes) == 1


@pytest.mark.parametrize(
    "text",
    [
        "OH MY LOVE\nCOME TO ME\n\nOH MY LOVE\nGO AWAY\n",
        "ओ मेरे दिल\nकहाँ चला\n\nओ मेरे दिल\nक्यों चला\n",
        "STOP\nhe said then\n\nand so\non\n\nGO\nshe said\n\nand so\non\n",
    ],
)
def test_what_is_no_screenplay_is_said_from_its_first_word_to_its_last(read, text):
    given = read("a.txt", text)
    assert " ".join(line.text for line in given.script.lines) == " ".join(text.split())
    assert not any(line.speaker for line in given.script.lines)


def test_numbers_and_bullets_of_a_list_are_not_said(read):
    assert lines(read("a.txt", "1. Ram: Where?\n2. Sita: Home.\n\n3. Ram: Come.\n")) == [
        (1, "Ram", "Where?"),
        (2, "Sita", "Home."),
        (4, "Ram", "Come."),
    ]
    given = read("a.txt", "• Go now.\n• Come.\n")
    assert [line.text for line in given.script.lines] == ["Go now.", "Come."]
    given = read("a.txt", "1. It is.\n5. No, five.\n")
    assert "5." in " ".join(line.text for line in given.script.lines)


@pytest.mark.parametrize("mark", [":-", " :-", ":–", " :— "])
def test_a_dash_behind_a_colon_belongs_to_it(read, mark):
    given = read("a.txt", f"राम{mark}कहाँ थे?\nसीता{mark}घर पर।\n", "hi")
    assert lines(given) == [(1, "राम", "कहाँ थे?"), (2, "सीता", "घर पर।")]


def test_letters_that_were_lost_before_are_told(read):
    given = read("a.txt", "Go \ufffd\ufffd now, soft\u00adly.\n")
    assert given.script.lines[0].text == "Go \ufffd\ufffd now, softly."
    assert "lost 2 letters" in given.notes[1]
