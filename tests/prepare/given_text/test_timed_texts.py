"""Timed texts in hand, whatever format they come in: their words, speakers, songs and labels."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from chalchitra.errors import UsageError
from chalchitra.languages import find
from chalchitra.prepare.given_text.read import UnknownRateError, read_script
from chalchitra.subtitles.formats.foreign import read_subtitles

FIRST, SECOND = "And so, my fellow Americans,", "ask what you can do."
TIMED = [(1.0, 6.0, FIRST), (7.5, 11.5, SECOND)]
ASS = (
    "[Script Info]\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
)

FORMATS = {
    "t.sub": f"{{1}}{{1}}25.000\n{{25}}{{150}}{{y:i}}{FIRST}\n{{187}}{{}}/{SECOND}\n"
    "{288}{288}\n",
    "frames.sub": f"{{25}}{{150}}{FIRST}\n{{188}}{{287}}{SECOND}\n",
    "tenths.txt": f"[10][60]/{FIRST}\n[75][115]{SECOND}\n",
    "t.tsv": f"start\tend\ttext\n1000\t6000\t{FIRST}\n7500\t11500\t{SECOND}\n",
    "labels.txt": f"1.000000\t6.000000\t{FIRST}\n7.5\t11.5\t{SECOND}\n",
    "t.csv": "\ufeffindex,start,end,duration,cps,text,speaker,confidence\r\n"
    f'1,[00:00:01.000],[00:00:06.000],5.000,14.0,"{FIRST}",,0.90\r\n'
    f"2,[00:00:07.500],[00:00:11.500],4.000,9.0,{SECOND},,0.95\r\n",
    "excel.csv": "sep=;\r\nindex;start;end;text\r\n"
    f"1;[00:00:01.000];[00:00:06.000];{FIRST}\r\n2;[00:00:07.500];[00:00:11.500];{SECOND}\r\n",
    "t.sbv": f"0:00:01.000,0:00:06.000\n{FIRST}\n\n0:00:07.500,0:00:11.500\n{SECOND}\n",
    "viewer.sub": "[INFORMATION]\n[TITLE]x\n[END INFORMATION]\n[SUBTITLE]\n"
    f"00:00:01.00,00:00:06.00\n{FIRST}\n\n00:00:07.50,00:00:11.50\n{SECOND}\n",
    "codes.txt": f"00:00:01:00 00:00:06:00 {FIRST}\n00:00:07:12 00:00:11:12 {SECOND}\n",
    "spruce.stl": "//Font select\n$FontName = Arial\n"
    f"00:00:01:00 , 00:00:06:00 , {FIRST}\n00:00:07:12 , 00:00:11:12 , {SECOND}\n",
    "codes.csv": "Timecode In,Timecode Out,Subtitle\n"
    f'00:00:01:00,00:00:06:00,"{FIRST}"\n00:00:07:12,00:00:11:12,{SECOND}\n',
    "encore.txt": f"1 00;00;01;00 00;00;06;00 {FIRST}\n2 00;00;07;12 00;00;11;12 ^I{SECOND}^I\n",
    "two.smi": f"<SAMI><BODY>\n<SYNC Start=1000><P Class=ENCC>{FIRST}<P Class=KRCC>둘\n"
    "<SYNC Start=6000><P Class=ENCC>&nbsp;\n"
    f"<SYNC Start=7500><P Class=ENCC>{SECOND}\n<SYNC Start=11500><P>&nbsp;\n</BODY></SAMI>\n",
    "t.smi": f"<SAMI><BODY>\n<SYNC Start=1000><P Class=ENCC>{FIRST}\n<SYNC Start=6000><P>&nbsp;\n"
    f"<SYNC Start=7500><P>{SECOND}\n<SYNC Start=11500><P>&nbsp;\n</BODY></SAMI>\n",
    "t.ttml": '<?xml version="1.0" encoding="UTF-8"?>\n<tt xmlns="http://www.w3.org/ns/ttml">'
    f'<head><title>no</title></head><body><div><p begin="00:00:01.000" end="6s">{FIRST}</p>\n'
    f'<p begin="7.5s" dur="4s"><span>{SECOND}</span></p></div></body></tt>\n',
    "t.ass": f"{ASS}Dialogue: 0,0:00:01.00,0:00:06.00,D,,0,0,0,,{{\\k20}}And {{\\k9}}so, my\\N"
    "fellow\\hAmericans,\nComment: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,no\n"
    "Dialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,{\\p1}m 0 0 l 9 9{\\p0}\n"
    f"Dialogue: 0,0:00:07.50,0:00:11.50,D,,0,0,0,,{SECOND}\n",
}  # fmt: skip


@pytest.fixture
def read(tmp_path):
    def write(name, content, language="en", rate=None):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_script(path, find(language), rate)

    return write


def lines(given):
    return [(line.speaker, line.text) for line in given.script.lines]


def texts(given):
    return [line.text for line in given.script.lines]


def srt(*rows):
    return "".join(
        f"{n}\n00:00:{2 * n:02},000 --> 00:00:{2 * n + 1:02},500\n{row}\n\n"
        for n, row in enumerate(rows, 1)
    )


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_read_by_all_who_read_texts(read, tmp_path, name):
    given = read(name, FORMATS[name], rate=25.0)
    found = [(line.start, line.end, line.text) for line in given.script.lines]
    rounded = ("t.sub", "frames.sub", "codes.txt", "spruce.stl", "codes.csv", "encore.txt")
    exact = name not in rounded
    for (start, end, text), (a, b, expected) in zip(found, TIMED, strict=True):
        assert text == expected
        assert start == pytest.approx(a, abs=0 if exact else 0.05)
        assert end == pytest.approx(b, abs=0 if exact else 0.05)
    cues = read_subtitles(tmp_path / name, 25.0).cues
    assert [" ".join(cue.lines).strip() for cue in cues if cue.lines] == [FIRST, SECOND]


ONE_TIME = {
    "tmplayer.txt": "00:00:01:{}\n00:00:07:{}\n",
    "multi.txt": "00:00:01,1={}\n00:00:07,1={}\n",
    "song.lrc": "[ar:nobody]\n[00:01.00]{}\n[00:07.00]<00:07.00>{}\n",
    "stamps.txt": "[00:00:01] {}\n[00:00:07] {}\n",
    "copied.txt": "0:01\n{}\n0:07\n{}\n",
    "service.txt": "Speaker 1  00:01\n{}\n\nSpeaker 2  00:07\n{}\n",
}


@pytest.mark.parametrize("name", ONE_TIME)
def test_a_line_with_one_time_lasts_until_the_next(read, name):
    given = read(name, ONE_TIME[name].format(FIRST, SECOND))
    found = given.script.lines
    assert [(line.start, line.text) for line in found] == [(1.0, FIRST), (7.0, SECOND)]
    assert found[0].end == 7.0
    assert [line.speaker for line in found] == (
        ["Speaker 1", "Speaker 2"] if name == "service.txt" else [None, None]
    )


BOTH_TIMES = {
    "whisper prints": "[00:01.000 --> 00:06.000]  {}\n[00:07.500 --> 00:11.500]  {}\n",
    "faster-whisper's example prints": "[1.00s -> 6.00s] {}\n[7.50s -> 11.50s] {}\n",
    "seconds": "1.0 - 6.0: {}\n7.5 - 11.5: {}\n",
    "in brackets": "(0:01,000 – 0:06,000) {}\n(0:07,500 – 0:11,500) {}\n",
    "above their text": "00:00:01.0 - 00:00:06.0\n{}\n00:00:07.5 - 00:00:11.5\n{}\n",
    "SubRip with a word for the arrow": "1\n00:00:01,000 to 00:00:06,000\n{}\n\n"
    "2\n00:00:07,500 to 00:00:11,500\n{}\n",
    "PowerDivX": "{{0:00:01}}{{0:00:06}}{}\n{{0:00:07.5}}{{0:00:11.5}}{}\n",
    "Devanagari digits": "[००:०१ - ००:०६] {}\n[००:०७.५ - ००:११.५] {}\n",
    "SubRip on one row": "00:00:01,000 --> 00:00:06,000 {}\n00:00:07,500 --> 00:00:11,500 {}\n",
    "numbers on the row": "1 00:00:01,000 --> 00:00:06,000\n{}\n\n"
    "2. 00:00:07,500 --> 00:00:11,500\n{}\n",
    "no break spaces": "1\u00a0\n00:00:01,000\u00a0-->\u00a000:00:06,000\n{}\n\u00a0\n2\u200b\n"
    "00:00:07,500\u200b --> 00:00:11,500\n{}\n",
    "numbers with marks": "#1\n00:00:01,000 --> 00:00:06,000\n{}\n\n"
    "2.\n00:00:07,500 --> 00:00:11,500\n{}\n",
    "semicolons": "1\n00:00:01;000 --> 00:00:06;000\n{}\n\n2\n00:00:07;500 --> 00:00:11;500\n{}\n",
    "wide marks": "１\n００：００：０１，０００ －－＞ ００：００：０６，０００\n{}\n\n"
    "２\n００：００：０７，５００ －－＞ ００：００：１１，５００\n{}\n",
    "a paragraph each": "1\n\n00:00:01,000 --> 00:00:06,000\n\n{}\n\n"
    "2\n\n00:00:07,500 --> 00:00:11,500\n\n{}\n\n",
    "a list of JSON": '[{{"start": 1, "end": 6.0, "text": "{}"}},'
    ' {{"start": 7.5, "end": 11.5, "text": "{}"}}]',
    "JSON a line": '{{"start": 1, "end": 6.0, "text": "{}"}}\n'
    '{{"start": 7.5, "end": 11.5, "text": "{}"}}\n',
    "whisper.cpp's JSON": '{{"transcription": [{{"offsets": {{"from": 1000, "to": 6000}}, "text":'
    ' " {}"}}, {{"offsets": {{"from": 7500, "to": 11500}}, "text": " {}"}}]}}',
    "Hugging Face's JSON": '{{"chunks": [{{"timestamp": [1, 6], "text": " {}"}},'
    ' {{"timestamp": [7.5, 11.5], "text": " {}"}}]}}',
    "YouTube's JSON": '{{"events": [{{"tStartMs": 1000, "dDurationMs": 5000, "segs":'
    ' [{{"utf8": "{}"}}]}},'
    ' {{"tStartMs": 7500, "dDurationMs": 4000, "segs": [{{"utf8": "{}"}}, {{"utf8": "\\n"}}]}}]}}',
}  # fmt: skip


@pytest.mark.parametrize("name", BOTH_TIMES)
def test_both_times_are_found_however_they_stand_beside_the_text(read, name):
    given = read("t.txt", BOTH_TIMES[name].format(FIRST, SECOND), rate=25.0)
    assert [(line.start, line.end, line.text) for line in given.script.lines] == TIMED
    assert len(given.notes) == 1


def test_places_on_the_screen_beside_times_are_not_said(read):
    given = read("a.srt", srt(FIRST).replace(",500\n", ",500  X1:10 X2:20 Y1:1 Y2:2\n"))
    assert texts(given) == [FIRST]
    given = read("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000 align:start position:0%\nHi there\n")
    assert texts(given) == ["Hi there"]


GOES_ON = {
    "a.sub": "{{25}}{{50}}{}\n{}\n{{DEFAULT}}{{}}{{y:b}}\n{{75}}{{99}}End\n{{100}}{{110}}End\n",
    "a.txt": "[10][20]{}\n{}\n[30][40]End\n[50][60]End\n",
    "b.txt": "00:00:01:{}\n{}\n00:00:05:End\n",
    "a.lrc": "[ti:x]\n[00:01.00]{}\n{}\n[00:05.00]End\n[00:09.00]End\n",
}


@pytest.mark.parametrize("name", GOES_ON)
def test_a_row_without_a_time_goes_on_with_the_line_above(read, name):
    assert texts(read(name, GOES_ON[name].format(FIRST, SECOND), rate=25.0))[:2] == [
        f"{FIRST} {SECOND}",
        "End",
    ]


ABOVE = {
    "a.txt": "[0:01] One\n[0:05] Two\n",
    "b.txt": "00:00:01:00 00:00:02:00 One\n00:00:03:00 00:00:04:00 Two\n",
    "a.sbv": "0:00:01.000,0:00:02.000\nOne\n\n0:00:03.000,0:00:04.000\nTwo\n",
}


@pytest.mark.parametrize("name", ABOVE)
def test_what_stands_above_the_first_time_is_told(read, name):
    given = read(name, f"The title\n\n{ABOVE[name]}", rate=25.0)
    assert texts(given) == ["One", "Two"]
    assert any("The title" in note for note in given.notes)
    assert len(read(name, ABOVE[name], rate=25.0).notes) == 1


@pytest.mark.parametrize("name", ["frames.sub", "codes.txt", "spruce.stl", "codes.csv"])
def test_frames_want_the_films_rate(read, tmp_path, name):
    with pytest.raises(UnknownRateError, match="counted in frames"):
        read(name, FORMATS[name])
    with pytest.raises(UsageError, match="--film"):
        read_subtitles(tmp_path / name)


def test_drop_frame_time_codes_are_the_clock(read):
    """SMPTE ST 12-1: at 29.97 the code 00:10:00;00 is 600.0 s, and 00:01:00;02 is 60.06 s."""
    text = f"00:01:00;02 00:01:02;00 {FIRST}\n00:10:00;00 00:10:02;00 {SECOND}\n"
    one, two = read("drop.txt", text, rate=30000 / 1001).script.lines
    assert one.start == pytest.approx(60.06, abs=0.002)
    assert two.start == pytest.approx(600.0, abs=0.002)


REFUSED = {
    "words.txt": (b"PK\x03\x04 ...", "archive"),
    "captions.txt": (b"Scenarist_SCC V1.0\n\n00:00:00:00\t9420 9420\n", "SCC"),
    "e.stl": (b"850STL25.01" + bytes(20), "EBU STL"),
    "r.txt": (b"{\\rtf1\\ansi Hello there}", "rich text"),
    "p.txt": (b"%PDF-1.7 ...", "PDF"),
    "b.sup": (b"PG" + bytes(20), "PGS"),
    "d.sub": (b"\x00\x00\x01\xba" + bytes(20), "VobSub"),
    "d.idx": (b"# VobSub index file, v7\nsize: 720x576\n", "DVD"),
    "page.txt": (b"<!DOCTYPE html><html><p>Hello</p></html>", "HTML"),
    "srv.xml": (b'<?xml version="1.0"?><transcript><text start="0">hi</text></transcript>', "XML"),
    "other.txt": (b"#1 @12:00:00 hello\n#2 @12:00:05 there\n", "unknown format"),
    "usf.txt": (b"<USFSubtitles><subtitles><text>Hi</text></subtitles></USFSubtitles>", "XML"),
    "part.txt": (b"<p>Hello</p><p>there</p>", "HTML"),
    "list.txt": (
        b"0001\t00:00:01:00\t00:00:04:00\ta.tif\n0002\t00:00:05:00\t00:00:08:00\tb.tif\n",
        "pictures",
    ),
    "p.TextGrid": (b'File type = "ooTextFile"\nxmin = 0\n', "Praat"),
    "c.ctm": (b"film 1 1.00 0.30 hello 0.9\nfilm 1 1.30 0.30 there 0.9\n", "unknown format"),
    "d.rttm": (b"SPEAKER film 1 1.00 0.30 <NA> <NA> ram <NA> <NA>\n", "RTTM"),
    "a.aqt": (b"-->> 24\nHello\n-->> 96\n", "AQTitle"),
    "a.pjs": (b'   10,   40,"Hello|x"\n', "Phoenix"),
    "a.jss": (b"#TIMERES 100\n0:00:01.00 0:00:04.00 D Hello\n", "JACOsub"),
    "one.sub": (b"[TITLE]\nx\n[BEGIN]\n***\n[00:00:01]\nHello\n", "SubViewer of version 1"),
    "languages.csv": (b"start,end,text_hi,text_en\n1,2,x,y\n", "No cue"),
    "iscii.txt": (bytes.fromhex("cfdacc20caddc2da0a"), "Unicode"),
    "cyrillic.srt": (srt("Привет, как дела?").encode("cp1251"), "Unicode"),
    "j.txt": (b'{"events": [{"tStartMs": 0}]}', "not a transcript"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_read_is_refused_by_name(read, name):
    content, said = REFUSED[name]
    with pytest.raises(UsageError) as caught:
        read(name, content)
    assert said in str(caught.value)
    assert caught.value.cause
    assert caught.value.fix


@pytest.mark.parametrize(
    "times",
    [
        "00:00:01,000 -- > 00:00:03,000",
        "00:00:01,000 —> 00:00:03,000",
        "00:00:01,000 –> 00:00:03,000",
        "00: 00: 01, 000 -> 00: 00: 03, 000",
        "00:00:01,000 --&gt; 00:00:03,000",
        "00:00:01 --> 00:00:03",
        "0:0:1.0 --> 0:0:3.0",
        "00:01.000 --> 00:03.000",
    ],
)
def test_times_and_arrows_however_they_are_written(read, times):
    (line,) = read("a.srt", f"1\n{times}\nHello there.\n").script.lines
    assert (line.start, line.end, line.text) == (1.0, 3.0, "Hello there.")


@pytest.mark.parametrize(
    "text",
    [
        srt("It was", "said in\n1961"),
        "00:00:01,000 --> 00:00:02,000\nIt was\n1961\n\n00:00:03,000 --> 00:00:04,000\nNo.\n",
        srt("साल था\n१९४७").replace("१९४७", "1961"),
        srt("From 10:30:00.0 to 11:00:00.0 on\n12:30 --> 13:45 in 1961 was my shift", "No."),
        "WEBVTT\n\n00:01.000 --> 00:02.000\nFrom 10:30 to 11:45\nin\n1961\n",
    ],
)
def test_numbers_and_times_that_are_said_are_kept(read, text):
    said = " ".join(texts(read("a.vtt" if text.startswith("W") else "a.srt", text)))
    assert "1961" in said
    if "13:45" in text:
        assert "12:30 --> 13:45 in 1961" in said
        assert "From 10:30:00.0 to 11:00:00.0 on" in said


def test_odd_times_are_told_and_lose_no_word(read):
    given = read(
        "a.srt",
        "1\n00:00:05,000 --> 00:00:04,000\nback\n\n2\n-00:00:01,000 --> 00:00:02,000\nearly\n\n"
        "3\n00:00:07,000 --> soon\nnever\n",
    )
    assert {line.text: line.start for line in given.script.lines} == {
        "back": 5.0,
        "early": -1.0,
        "never": None,
    }
    notes = " ".join(given.notes)
    assert "end before they begin: cue 1" in notes
    assert "begin before 0:00: cue 2" in notes
    assert "cannot be read: line 10" in notes


def test_webvtt_speaks_no_comment_identifier_tag_or_time(read):
    given = read(
        "a.vtt",
        "\nWEBVTT zq\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:zq\n\nzq-1\n"
        "00:01.000 --> 00:03.000 align:start position:0%\n<c.loud>And <00:02.000><b>so</b></c>\n"
        " \n<ruby>kan<rt>zq</rt></ruby>\n\nNOTE zq: a note\nzq\n\n2\n"
        "01:00:04.000 --> 01:00:06.000\n"
        "<v.first Ann>Fish &amp; rice &lt;3</v>\n<v Bob>No</v>\n\nzq belongs to nothing\n",
    )
    assert lines(given) == [(None, "And so kan"), ("Ann", "Fish & rice <3"), ("Bob", "No")]
    assert "zq belongs to nothing" in " ".join(given.notes)


ROLLING = """WEBVTT

00:00:01.000 --> 00:00:03.000 align:start
 \n{a}

00:00:03.000 --> 00:00:03.010
and so my
 \n
00:00:03.010 --> 00:00:06.000
and so my
{b}

00:00:06.000 --> 00:00:06.010
fellow Americans ask
 \n
00:00:06.010 --> 00:00:09.000
fellow Americans ask
{c}
"""


@pytest.mark.parametrize("inside", [True, False])
def test_captions_that_roll_say_every_word_once_at_its_time(read, inside):
    parts = {"a": "and so my", "b": "fellow Americans ask", "c": "what you can"}
    if inside:
        parts = {
            key: text.replace(" ", "<00:00:05.000><c> ", 1) + "</c>" for key, text in parts.items()
        }
    given = read("a.vtt", ROLLING.format(**parts))
    assert [(line.start, line.text) for line in given.script.lines] == [
        (1.0, "and so my"),
        (3.01, "fellow Americans ask"),
        (6.01, "what you can"),
    ]
    assert "roll" in " ".join(given.notes)


def test_times_inside_tell_that_captions_roll_where_little_else_does(read):
    """A clip of two captions: without such times somebody may well say it twice."""
    rolled = (
        "WEBVTT\n\n00:01.000 --> 00:03.000\nand{0} so\n\n"
        "00:03.000 --> 00:06.000\nand so\nmy{0} friend\n"
    )
    given = read("a.vtt", rolled.format("<00:02.000>"))
    assert [line.text for line in given.script.lines] == ["and so", "my friend"]
    given = read("b.vtt", rolled.format(""))
    assert [line.text for line in given.script.lines] == ["and so", "and so my friend"]


def test_captions_that_grow_word_by_word_say_each_once(read):
    text = "".join(
        f"{n}\n00:00:0{n},000 --> 00:00:0{n + 1},000\n{row}\n\n"
        for n, row in enumerate(["and", "and so", "and so my", "and so my\nfellow"], 1)
    )
    assert " ".join(texts(read("a.srt", text))) == "and so my fellow"


def test_what_people_say_twice_is_no_rolling(read):
    assert texts(read("a.srt", srt("No!", "No!", "Yes.", "Yes."))) == ["No!", "No!", "Yes.", "Yes."]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["राम: चलो", "सीता: नहीं", "राम : अब"], [("राम", "चलो"), ("सीता", "नहीं"), ("राम", "अब")]),
        (["ராம்： வா", "ராம்: போ", "சரி"], [("ராம்", "வா"), ("ராம்", "போ"), (None, "சரி")]),
        ([">> JFK: ask not", ">> What?", "No"],
         [("JFK", "ask not"), (None, "What?"), (None, "No")]),
        (["Mr. Kennedy : no", "Well", "Hm"], [("Mr. Kennedy", "no"), (None, "Well"), (None, "Hm")]),
        (["JOHN (V.O.): no", "a", "b"], [("JOHN", "no"), (None, "a"), (None, "b")]),
        (["[RAM]: no", "a", "b"], [("RAM", "no"), (None, "a"), (None, "b")]),
        (["- JOHN: no\n- Anne: yes", "Anne: why", "c", "d"],
         [("JOHN", "no"), ("Anne", "yes"), ("Anne", "why"), (None, "c"), (None, "d")]),
        (["Note: 5:30", "see http://x.y", "NOTE: z", "w", "v"],
         [(None, "Note: 5:30"), (None, "see http://x.y"), (None, "NOTE: z"), (None, "w"),
          (None, "v")]),
        (["उसने कहा: चलो", "उसने कहा: रुको", "क", "ख", "ग"],
         [(None, "उसने कहा: चलो"), (None, "उसने कहा: रुको"), (None, "क"), (None, "ख"), (None, "ग")]),
        (["Old man: go", "Old man: stay", "Old man: no", "a", "b", "c", "d"],
         [("Old man", "go"), ("Old man", "stay"), ("Old man", "no"), *((None, x) for x in "abcd")]),
        (["He said: go", "He said: stay", "a", "b", "c"],
         [(None, "He said: go"), (None, "He said: stay"), (None, "a"), (None, "b"), (None, "c")]),
    ],
)  # fmt: skip
def test_names_before_a_colon_in_every_script(read, rows, expected):
    assert lines(read("a.srt", srt(*rows))) == expected


def test_labels_stay_beside_the_words_and_songs_are_songs(read):
    given = read(
        "a.srt",
        srt(
            "[door\nslams]",
            "(laughs) Hi there. [coughs] Yes",
            "♪ La la la\nla la ♪",
            "# Happy birthday #",
            "C# is no #1 but F#",
            "♪♪",
        ),
    )
    found = given.script.lines
    assert [(line.text, line.song) for line in found] == [
        ("Hi there. Yes", False),
        ("La la la la la", True),
        ("Happy birthday", True),
        ("C# is no #1 but F#", False),
    ]
    slams, laughs, coughs = found[0].labels
    assert (slams.text, slams.at, slams.start, slams.end) == ("[door slams]", 0, 2.0, 3.5)
    assert (laughs.text, laughs.at, laughs.start) == ("(laughs)", 0, None)
    assert (coughs.text, found[0].text[: coughs.at]) == ("[coughs]", "Hi there.")
    assert [label.text for label in found[-1].labels] == ["♪"]


MENDED = {
    "Windows-1252 by way of Latin-1": ("don\u0092t".encode(), "don’t"),
    "DOS's end": (b"don't\r\n\x1a", "don't"),
    "zeros after the end": (b"don't\r\n\0\0\0\0", "don't"),
    "a control character": (b"don\x01't you know that", "don't you know that"),
    "colours of a terminal": (b"\x1b[31mdon't\x1b[0m", "don't"),
    "UTF-8 twice": ("क्यों नहीं".encode().decode("latin-1").encode(), "क्यों नहीं"),
    "UTF-8 twice with a loss": (
        "यह कहाँ गई और वह कब घर गई".encode().decode("cp1252", "replace").encode(),
        "यह कहा� गई और वह कब घर गई"),
    "a byte of Windows-1252": ("वह कब गई".encode() + b"\x92" + "स".encode(), "वह कब गई’स"),
    "a mark, and a byte that is none": (
        "\ufeffवह कब गई".encode() + b"\x92", "वह कब गई’"),
    "a letter that was cut": ("वह कब और क्यों गई".encode()[:-1], "वह कब और क्यों ग"),
    "UTF-16 that was cut": ("don't you".encode("utf-16-le")[:-1], "don't yo"),
    "UTF-16 with zeros": ("don't\r\nyou".encode("utf-16-le") + bytes(6), "don't you"),
}  # fmt: skip


@pytest.mark.parametrize("name", MENDED)
@pytest.mark.parametrize("timed", [True, False])
def test_damage_of_other_programs_is_mended_and_told(read, name, timed):
    content, said = MENDED[name]
    if timed:
        head = "1\r\n00:00:01,000 --> 00:00:03,000\r\n"
        content = (
            head.encode("utf-16-le") if name.startswith("UTF-16") else head.encode()
        ) + content
    given = read("a.srt" if timed else "a.txt", content, "hi" if "क" in said else "en")
    assert " ".join(texts(given)) == said
    assert name == "colours of a terminal" or any("a." in note for note in given.notes[1:])


UNITS = ["#", " ", "<v\t", "{\\", "[", "00:", ": ", ">> ", "। ( ", "x\n"]
MORE_UNITS = [
    "(", "{", "<", "<v ", "\t", ">", "A: ", "1 ", "-->", "♪ ", "# ", "\r", " \n", "]", "[a] ",
    "\\p1", "&", "। ", "! ", "(! ", ". ", "a.", "⏎", "राम: ",
]  # fmt: skip
HEADS = {
    "a.txt": "And so my fellow\n",
    "a.srt": "1\n00:00:00,000 --> 00:00:02,000\nAnd so ",
    "a.vtt": "WEBVTT\n\n00:00.000 --> 00:02.000\nAnd so ",
    "a.ass": f"{ASS}Dialogue: 0,0:00:01.00,0:00:06.00,D,,0,0,0,,And so ",
    "a.csv": "start,end,text\n[00:00:01.000],[00:00:02.000],And so ",
}


NO_TIME = 0.03
"""Seconds; whatever takes less is not measured. Four times the square of 4,000 characters takes a
second and more."""


@pytest.mark.parametrize("name", HEADS)
@pytest.mark.parametrize(
    "units",
    [UNITS, pytest.param(MORE_UNITS, marks=pytest.mark.slow)],
    ids=["some", "more"],
)
def test_four_times_the_text_does_not_take_sixteen_times_as_long(tmp_path, name, units):
    """Ten times is still right; the best of up to six goes, as other programs disturb some."""

    def seconds(unit, size):
        path = tmp_path / name
        path.write_text(HEADS[name] + unit * (size // len(unit)) + "x\n", encoding="utf-8")
        started = time.process_time()
        for reader in (lambda: read_script(path, find("en")), lambda: read_subtitles(path)):
            with suppress(UsageError):
                reader()
        return time.process_time() - started

    for unit in units:
        small = large = float("inf")
        for _ in range(6):
            small = min(small, seconds(unit, 4_000))
            large = min(large, seconds(unit, 16_000))
            if large < 10 * max(small, NO_TIME):
                break
        else:
            pytest.fail(f"{unit!r}: {small:.3f} s, and four times as much {large:.3f} s")


def test_json_is_cleaned_as_every_text_is(read):
    given = read(
        "a.json",
        r'{"segments": [{"start": 1, "end": 2, "text": null}, {"start": 3, "end": 4,'
        r' "speaker": "A", "text": "Go \u001b[2J<i>out</i> [door slams] &amp; in\u0007\u202e"},'
        r' {"start": 5, "end": 6, "speaker": "B\u001b[2J\u202e", "text": "♪ la ♪"}]}',
    )
    assert lines(given) == [("A", "Go out & in"), ("B", "la")]
    go, la = given.script.lines
    assert [label.text for label in go.labels] == ["[door slams]"]
    assert la.song
    assert read("b.json", '[{"text": "a"}, {"text": "b", "start": 1}]').script.kind == "transcript"
    for text in ('["x"]', "{}", "5", "1e400", "{}"):
        with pytest.raises(UsageError, match="not a transcript"):
            read("c.json", f'{{"segments": [{{"start": 1, "end": 2, "text": {text}}}]}}')


def test_breaks_of_other_formats_part_words(read):
    assert texts(read("a.srt", srt(r"Go<br>out<BR />now", r"One\NTwo\nThree"))) == [
        "Go out now",
        "One Two Three",
    ]


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [("hi", "राम ः कहाँ थे?", "सीता ः घर पर।"), ("bn", "রাম ঃ কোথায়?", "সীতা ঃ বাড়িতে।")],
)
def test_a_visarga_typed_for_a_colon_ends_a_name(read, language, first, second):
    for given in (
        read("a.srt", srt(first, second), language),
        read("a.txt", f"{first}\n{second}\n", language),
    ):
        parts = [row.split(maxsplit=2) for row in (first, second)]
        assert lines(given) == [(name, said) for name, _, said in parts]
    assert texts(read("b.txt", "अतः हम चले।\nदुःख हुआ।\n", "hi")) == ["अतः हम चले।", "दुःख हुआ।"]


def test_bold_of_markdown_is_not_shown_and_stars_of_a_text_are(read):
    assert lines(read("a.md", "**Ram:** Go **out** now.\n\n**Sita:** No f**k or ** no.\n")) == [
        ("Ram", "Go out now."),
        ("Sita", "No f**k or ** no."),
    ]
    assert lines(read("a.srt", srt("**Ram:** Go", "**Ram:** On"))) == [("Ram", "Go"), ("Ram", "On")]


def test_readings_beside_characters_are_not_said(read):
    given = read(
        "a.vtt",
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<ruby>漢<rp>(</rp><rt>k</rt><rp>)</rp></ruby>字\n",
        "ja",
    )
    assert (texts(given), given.script.lines[0].labels) == (["漢字"], [])
    given = read(
        "a.ttml",
        '<tt xmlns="http://www.w3.org/ns/ttml" xmlns:tts="http://www.w3.org/ns/ttml#styling"><body>'
        '<p begin="1s" end="2s"><span tts:ruby="container"><span tts:ruby="base">漢</span>'
        '<span tts:ruby="text">k</span></span>字</p></body></tt>',
        "ja",
    )
    assert texts(given) == ["漢字"]
