"""Transcripts that lie in a folder, made by whatever program."""

from __future__ import annotations

from dataclasses import replace

from corpus import Corpus
from formats import SUFFIXES, read_rttm, read_transcript
from heard import Heard

from chalchitra.errors import UsageError
from systems import Run, Setting


def files(corpus: Corpus, setting: Setting) -> Run:
    """The transcript of each item is named after it: film.srt, film.hi.srt or film.mkv.json.

    A film.rttm beside it, or alone, says who spoke when.

    Raises UsageError where one is missing, or several are there.
    """
    folder = setting.files
    if folder is None:
        raise UsageError(
            "Which transcripts to score was not said.",
            cause="The system `files` reads them from a folder.",
            fix="Give it: --files FOLDER",
        )
    heard: dict[str, Heard] = {}
    for item in corpus.items:
        names = [item.path.stem, item.name, f"{item.path.stem}.{corpus.language}"]
        found = sorted(
            path for path in folder.iterdir() if path.suffix in SUFFIXES and path.stem in names
        )
        rttm = [path for path in folder.glob("*.rttm") if path.stem in names]
        if len(found) > 1 or not (found or rttm):
            what = "several transcripts" if found else "no transcript"
            raise UsageError(
                f"{folder} has {what} of {item.name}.",
                cause="One is wanted, called like the recording, with another suffix.",
                fix="Put it there, or take the others out.",
            )
        one = read_transcript(found[0]) if found else Heard(word_times="none")
        heard[item.name] = replace(one, turns=tuple(read_rttm(rttm[0]))) if rttm else one
    return Run(heard, None)
