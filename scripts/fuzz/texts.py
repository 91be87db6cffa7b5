#!/usr/bin/env python3
"""Given texts of every format, made and changed by seed, through every reader of texts.

    venv/common/bin/python scripts/fuzz/texts.py [--count 20000] [--first 0] [--show]

Each seed writes a few cues of known words in one format, changes the file (encodings, line ends,
lines lost, doubled or in another order, two files joined, huge numbers; half of the time also
random bytes and cuts) and reads it as --transcript, as `qc` and as `review` do. A reader may refuse
a text in three sentences. It may not raise anything else, take longer than LIMIT processor seconds,
or, where only whole lines were changed, hand on a word that was written for machines: times,
frames, tags, identifiers, comments. Ends with 1 where one did; its seed makes the same text again.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from chalchitra.errors import ChalchitraError
from chalchitra.languages import find
from chalchitra.prepare.given_text.read import read_script
from chalchitra.subtitles.formats.foreign import read_subtitles
from chalchitra.subtitles.tracks.edited import read_edited

LIMIT = 5.0
"""Processor seconds for a text of at most some 20 kB by one reader; they take hundredths."""

WORDS = {
    "en": "and so my fellow Americans ask not what your country can do for you",
    "hi": "वहां से उचित जानकारी पाकर पर यह कोरा अनुमान ही है सब्र करो",
    "ta": "நான் நேற்று டெல்லியிலிருந்து வந்தேன் அவர் வரவில்லை சரி",
    "ur": "میں کل دہلی سے آیا تھا اور وہ نہیں آئی",
    "th": "ฉันมาจากเดลี เมื่อวานนี้ เขาไม่มา",
}
MACHINERY = re.compile(
    r"\d{1,2}:\d\d:\d\d|--?>|<[/\d a-z.]*>|\{\\|\{\d+\}|\[\d+\]|\\N|WEBVTT|NOTE|STYLE|Dialogue|"
    r"Comment|Default|<sync|begin=|zq[a-z]+|\x00|\ufeff|&[a-z]+;",
    re.IGNORECASE,
)
"""What no viewer may see. `zq...` are identifiers, comments and styles."""


class Cue(NamedTuple):
    """Milliseconds, and rows of words."""

    start: int
    end: int
    rows: list[str]


def clock(ms: int, mark: str = ",", digits: int = 3) -> str:
    seconds, rest = divmod(max(0, ms), 1000)
    fraction = f"{rest:03}"[:digits]
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}" + (
        f"{mark}{fraction}" if digits else ""
    )


def code(ms: int) -> str:
    return f"{clock(ms, digits=0)}:{ms % 1000 // 40:02}"


def srt(cues: Sequence[Cue], rnd: random.Random) -> str:
    arrow = rnd.choice([" --> ", "-->", " -- > ", " —> ", " -> ", " --&gt; "])
    digits = rnd.choice([3, 3, 3, 2, 0])
    mark = rnd.choice(",.:") if digits else ","
    tag = rnd.choice(["{}", "<i>{}</i>", "{{\\an8}}{}", '<font color="#ffffff">{}</font>'])
    numbers = rnd.random() < 0.8
    blank = "\n" if rnd.random() < 0.8 or not numbers else ""
    return "".join(
        (f"{n}\n" if numbers else "")
        + f"{clock(c.start, mark, digits)}{arrow}{clock(c.end, mark, digits)}\n"
        + "".join(f"{tag.format(row)}\n" for row in c.rows)
        + blank
        for n, c in enumerate(cues, 1)
    )


def vtt(cues: Sequence[Cue], rnd: random.Random) -> str:
    parts = ["WEBVTT zqheader\n\n"]
    if rnd.random() < 0.5:
        parts.append("STYLE\n::cue(.zqclass) { color: red }\n\nNOTE zqnote\nzqmore\n\n")
    for n, cue in enumerate(cues, 1):
        if rnd.random() < 0.3:
            parts.append("NOTE zqnote\n\n")
        if rnd.random() < 0.5:
            parts.append(rnd.choice([f"{n}\n", f"zqid-{n}\n"]))
        settings = rnd.choice(["", " align:start position:0%", " line:0"])
        parts.append(f"{clock(cue.start, '.')} --> {clock(cue.end, '.')}{settings}\n")
        voice = rnd.choice(["", "", "<v Ann>", "<c.zqclass>", "<lang en>"])
        for row in cue.rows:
            words = row.split(" ")
            if rnd.random() < 0.3:
                inside = [f"<{clock(cue.start, '.')}><c> {word}</c>" for word in words[1:]]
                row = words[0] + "".join(inside)
            parts.append(f"{voice}{row}\n")
        parts.append("\n")
    return "".join(parts)


def ass(cues: Sequence[Cue], rnd: random.Random) -> str:
    head = (
        "[Script Info]\nTitle: zqtitle\n\n[V4+ Styles]\nFormat: Name\nStyle: Default\n\n"
        "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, "
        "Text\n"
    )
    rows = [
        f"Dialogue: 0,{clock(c.start, '.', 2)},{clock(c.end, '.', 2)},Default,,0,0,0,,"
        + rnd.choice(["", "{\\an8}", "{\\k20}", "{zqcomment}"])
        + "\\N".join(c.rows)
        for c in cues
    ]
    rows.append("Comment: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,zqcomment")
    rows.append("Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\p1}m 0 0 l 10 10{\\p0}")
    return head + "\n".join(rows) + "\n"


def microdvd(cues: Sequence[Cue], rnd: random.Random) -> str:
    head = rnd.choice(["{1}{1}25.000\n", "{1}{1}23.976\n", ""])
    return head + "".join(
        f"{{{c.start // 40}}}{{{c.end // 40}}}"
        + rnd.choice(["", "{y:i}", "/"])
        + "|".join(c.rows)
        + "\n"
        for c in cues
    )


def mpl2(cues: Sequence[Cue], rnd: random.Random) -> str:
    return "".join(f"[{c.start // 100}][{c.end // 100}] {'|'.join(c.rows)}\n" for c in cues)


def sbv(cues: Sequence[Cue], rnd: random.Random) -> str:
    return "".join(
        f"{clock(c.start, '.')[1:]},{clock(c.end, '.')[1:]}\n" + "\n".join(c.rows) + "\n\n"
        for c in cues
    )


def tmplayer(cues: Sequence[Cue], rnd: random.Random) -> str:
    mark = rnd.choice(":=")
    return "".join(f"{clock(c.start, digits=0)}{mark}{'|'.join(c.rows)}\n" for c in cues)


def stamped(cues: Sequence[Cue], rnd: random.Random) -> str:
    form = rnd.choice(["[{}] {}\n", "{}\n{}\n", "({}) {}\n", "{} - {}\n"])
    return "".join(form.format(clock(c.start, digits=0), " ".join(c.rows)) for c in cues)


def smpte(cues: Sequence[Cue], rnd: random.Random) -> str:
    form = rnd.choice(["{} {} {}\n", "{}\t{}\t{}\n", "{} , {} , {}\n", "{} --> {}\n{}\n\n"])
    return "".join(form.format(code(c.start), code(c.end), " ".join(c.rows)) for c in cues)


def lrc(cues: Sequence[Cue], rnd: random.Random) -> str:
    head = rnd.choice(["", "[ti:zqtitle]\n[ar:zqartist]\n"])
    return head + "".join(
        f"[{c.start // 60000:02}:{c.start // 1000 % 60:02}.{c.start % 1000 // 10:02}]"
        f"{' '.join(c.rows)}\n"
        for c in cues
    )


def tsv(cues: Sequence[Cue], rnd: random.Random) -> str:
    return "start\tend\ttext\n" + "".join(f"{c.start}\t{c.end}\t{' '.join(c.rows)}\n" for c in cues)


def review(cues: Sequence[Cue], rnd: random.Random) -> str:
    mark = rnd.choice(",;")
    names = ("index", "start", "end", "duration", "cps", "text", "speaker", "confidence")
    return mark.join(names) + "\r\n" + "".join(
        mark.join(
            (str(n), f"[{clock(c.start, '.')}]", f"[{clock(c.end, '.')}]", "1.000", "9.0",
             f'"{" ⏎ ".join(c.rows)}"', "", "0.90")
        ) + "\r\n"
        for n, c in enumerate(cues, 1)
    )  # fmt: skip


def sami(cues: Sequence[Cue], rnd: random.Random) -> str:
    return "<SAMI><HEAD><TITLE>zqtitle</TITLE></HEAD><BODY>\n" + "".join(
        f"<SYNC Start={c.start}><P Class=ZQCC>{'<br>'.join(c.rows)}\n"
        f"<SYNC Start={c.end}><P>&nbsp;\n"
        for c in cues
    )


def ttml(cues: Sequence[Cue], rnd: random.Random) -> str:
    rows = "".join(
        f'<p begin="{clock(c.start, ".")}" end="{clock(c.end, ".")}">{"<br/>".join(c.rows)}</p>\n'
        for c in cues
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<tt xmlns="http://www.w3.org/ns/ttml">\n'
        f"<head><metadata>zqtitle</metadata></head>\n<body><div>\n{rows}</div></body></tt>\n"
    )


def sheet(cues: Sequence[Cue], rnd: random.Random) -> str:
    names = ["RAM", "सीता", "Old Man", "Dr. Rao"]
    return "".join(f"{rnd.choice(names)}: {' '.join(c.rows)}\n" for c in cues)


def plain(cues: Sequence[Cue], rnd: random.Random) -> str:
    return "".join(f"{' '.join(c.rows)}.\n" for c in cues)


FORMATS: dict[str, tuple[Callable[[Sequence[Cue], random.Random], str], Sequence[str]]] = {
    "srt": (srt, (".srt", ".srt", ".txt", ".vtt")),
    "vtt": (vtt, (".vtt", ".vtt", ".srt", ".txt")),
    "ass": (ass, (".ass", ".ssa", ".txt")),
    "microdvd": (microdvd, (".sub", ".txt", ".srt")),
    "mpl2": (mpl2, (".txt", ".mpl")),
    "sbv": (sbv, (".sbv", ".sub", ".txt")),
    "tmplayer": (tmplayer, (".txt", ".sub")),
    "stamped": (stamped, (".txt",)),
    "smpte": (smpte, (".txt", ".srt")),
    "lrc": (lrc, (".lrc", ".txt")),
    "tsv": (tsv, (".tsv", ".txt")),
    "review": (review, (".csv", ".txt")),
    "sami": (sami, (".smi", ".txt")),
    "ttml": (ttml, (".ttml", ".xml", ".txt")),
    "sheet": (sheet, (".txt", ".md")),
    "plain": (plain, (".txt",)),
}
ENCODINGS = ("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")
BY_LINE = frozenset(
    ("srt", "vtt", "ass", "microdvd", "mpl2", "tmplayer", "lrc", "tsv", "sheet", "plain")
)
"""Formats of which a line that is lost, doubled or moved leaves the others what they are."""


def cues(rnd: random.Random) -> list[Cue]:
    at, found = rnd.choice([0, 0, 3_600_000]), []
    words = WORDS[rnd.choice(list(WORDS))].split()
    for _ in range(rnd.randint(3, 12)):
        start = at + rnd.randint(0, 4000)
        at = start + rnd.randint(500, 6000)
        if rnd.random() < 0.05:
            start, at = at, start  # ends before it begins
        rows = [
            " ".join(rnd.choice(words) for _ in range(rnd.randint(1, 6)))
            for _ in range(rnd.choice([1, 1, 2]))
        ]
        found.append(Cue(start, max(at, start), rows))
        at = max(at, start)
    return found


def changed(text: str, kind: str, rnd: random.Random) -> str:
    """The text with whole things changed that leave it a text of its format."""
    if kind in BY_LINE and rnd.random() < 0.5:
        lines = text.split("\n")
        head = 12 if kind == "ass" else 2
        for _ in range(rnd.randint(1, 3)):
            if len(lines) <= head + 2:
                break
            at = rnd.randrange(head, len(lines))
            match rnd.choice(("lose", "double", "blank")):
                case "lose" if kind not in ("srt", "vtt"):
                    del lines[at]
                case "double":
                    lines.insert(at, lines[at])
                case "blank":
                    lines.insert(at, "")
        text = "\n".join(lines)
    if rnd.random() < 0.1:
        text = text.replace(":00:", f":{rnd.choice(['99', '00', '59'])}:", 1)
    ends = rnd.choice(["\n", "\n", "\r\n", "\r\r\n", "\r"])
    return text.replace("\r\n", "\n").replace("\n", ends)


def broken(data: bytes, rnd: random.Random) -> bytes:
    """Bytes that were cut, lost, swapped, or are anybody's."""
    whole = bytearray(data)
    for _ in range(rnd.randint(1, 8)):
        a, b = sorted(rnd.randrange(len(whole) + 1) for _ in "ab")
        match rnd.randrange(7):
            case 0:
                del whole[a : min(b, a + 40)]
            case 1:
                whole[a:a] = rnd.randbytes(rnd.randint(1, 6))
            case 2:
                whole[a:a] = whole[b : b + 60]
            case 3:
                whole[a:a] = b"9" * rnd.choice([3, 30, 5000])
            case 4:
                whole[a:a] = rnd.choice(
                    [b"<", b">", b"{", b"}", b"[", b"-->", b":", b'"', b"&#9999999;"]
                ) * (rnd.choice([1, 2, 3000]))
            case 5:
                whole = whole[: max(1, b)]
            case 6 if whole:
                whole[min(a, len(whole) - 1)] = rnd.randrange(256)
    return bytes(whole)


class Made(NamedTuple):
    """A file by seed; `whole`: only whole lines of it were changed."""

    name: str
    data: bytes
    kind: str
    whole: bool


def made(seed: int) -> Made:
    rnd = random.Random(seed)
    kind = rnd.choice(list(FORMATS))
    write, suffixes = FORMATS[kind]
    text = changed(write(cues(rnd), rnd), kind, rnd)
    data = text.encode(rnd.choice(ENCODINGS))
    whole = rnd.random() < 0.5
    if not whole:
        if rnd.random() < 0.2:
            other = rnd.choice(list(FORMATS))
            data += FORMATS[other][0](cues(rnd), rnd).encode()
        data = broken(data, rnd)
    return Made(f"text{rnd.choice(suffixes)}", data, kind, whole)


def problems(seed: int, folder: Path) -> Iterator[str]:
    """What is wrong with how the text of this seed is read, by whatever reads texts."""
    text = made(seed)
    path = folder / text.name
    path.write_bytes(text.data)
    language = find("en")

    def scripted(rate: float | None) -> list[str]:
        script = read_script(path, language, rate).script
        return [
            *(line.text for line in script.lines),
            *(line.speaker or "" for line in script.lines),
        ]

    readers: dict[str, Callable[[], list[str]]] = {
        "transcript": lambda: scripted(25.0),
        "transcript without a rate": lambda: scripted(None),
        "qc": lambda: [cue.text for cue in read_subtitles(path, 25.0).cues],
    }
    if path.suffix in (".srt", ".vtt", ".csv"):
        readers["review"] = lambda: [" ".join(cue.lines) for cue in read_edited(path).track.cues]
    for name, read in readers.items():
        started = time.process_time()
        try:
            shown = read()
        except ChalchitraError as error:
            shown = []
            if not str(error).strip():
                yield f"{name}: an error without words"
        except Exception as error:
            yield f"{name}: {type(error).__name__}: {error}"[:300]
            continue
        if (taken := time.process_time() - started) > LIMIT:
            yield f"{name}: {taken:.1f} s for {len(text.data)} bytes"
        if text.whole and name.startswith("transcript"):
            for line in shown:
                if (found := MACHINERY.search(line)) is not None:
                    yield f"{name}: {found[0]!r} is in {line[:120]!r}"
                    break


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument(
        "--show", action="store_true", help="Print the texts that were read wrongly."
    )
    args = parser.parse_args(arguments)
    wrong: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(args.first, args.first + args.count):
            for problem in problems(seed, Path(folder)):
                text = made(seed)
                wrong[text.kind] += 1
                print(f"seed {seed}, {text.kind} as {text.name}: {problem}", flush=True)
                if args.show:
                    print(text.data[:2000])
    print(f"{args.count} texts, {sum(wrong.values())} read wrongly {dict(wrong) if wrong else ''}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
