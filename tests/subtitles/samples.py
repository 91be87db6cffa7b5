"""What the tests of subtitle files share: texts that are hard to carry, and how to read a file."""

from __future__ import annotations

import subprocess

from hypothesis import strategies as st

from chalchitra.media.tools import find_ffmpeg
from chalchitra.subtitles.cues.cue import Cue
from chalchitra.subtitles.cues.words import clean

WORD_JOINER = "\u2060"

SPOKEN = [
    ("क्या तुम आओगे?", "हाँ, स्त्री ने कहा।"),
    ("வணக்கம் நண்பர்களே.",),
    ("آپ کیسے ہیں؟", "جی، 12 بجے۔"),
    ("What, now? “Yes.”",),
]
AWKWARD = [
    *SPOKEN,
    ("{\\i1}not a tag{\\i0}", "{} } {"),
    ("back\\slash \\N \\n \\h \\\\", "\\"),
    ("<b>bold</b> & &amp; ]]> <!-- -->",),
    ("a, b,, c", "Dialogue: 0,0:00:00.00"),
    ("[Events]", "; no comment"),
    ("=1+1", "+2", "-3", "@sum"),
    ("-हाँ?", "-नहीं।"),
    ("'=x", "''"),
    ('"quoted" ⏎ \\⏎', "tail ⏎"),
    ("sep=;",),
    ("2:30",),
    ("1/2", "007"),
    ("५ मई",),
    ("50%",),
    ("1e5",),
    ("'90s",),
    ("True",),
]


def track(texts, start=0):
    """A cue every two seconds, for 1.917 s."""
    return [
        Cue(n + 1, start + n * 2000, start + n * 2000 + 1917, lines)
        for n, lines in enumerate(texts)
    ]


line = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).map(clean)
texts = st.lists(
    st.one_of(
        st.lists(line.filter(bool), min_size=1, max_size=3).map(tuple), st.sampled_from(AWKWARD)
    ),
    max_size=12,
)
"""Cues' lines, as the cue builder makes them: without control characters, single spaces."""


@st.composite
def timed(draw):
    """A track with any times on the millisecond grid, in order and without overlap."""
    lines = draw(texts)
    steps = st.integers(1, 5_000_000)
    now, cues = 0, []
    for index, each in enumerate(lines, start=1):
        start = now + draw(st.integers(0, 5_000_000))
        now = start + draw(steps)
        cues.append(Cue(index, start, now, each))
    return cues


def converted(text, source, target):
    """The file as ffmpeg writes it anew in another format."""
    command = [find_ffmpeg().path, "-v", "error", "-f", source, "-i", "-", "-f", target, "-"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode("utf-8-sig").replace("\r\n", "\n")  # as ffmpeg before 6 ends lines
