"""What error rate the product expects of its own transcripts, against the true one.

Our jobs hear every recording whose words are known, and damaged copies of it (damage.py): clips
five at a time, joined, and the films as they are. calibration.py fits a curve to all and judges
each by a curve that knows nothing of it. Sentences that espeak-ng speaks in these languages
(dialogue.tsv) are judged and never fitted to.

Hearing takes half an hour, so what our recogniser heard is kept, under the hash of the sound and
the model: it counts while our code is the same, with `--keep-heard` always, and the page says so.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from calibration import (
    Judged,
    Recording,
    characters_of,
    fit,
    judge,
    judge_by,
)
from corpus import Corpus
from damage import DAMAGES, NONE, damaged
from dialogue import RATES, lines_of
from figure import Point, svg
from measures.edits import character_errors, word_errors
from systems import Setting
from systems.jobs import prepare, run
from targets import Check
from voices import READER, voice_of

from chalchitra.accuracy import Calibrated, Measured, poor_from
from chalchitra.errors import ChalchitraError
from chalchitra.files import sha256_bytes, sha256_file, write_json
from chalchitra.languages import find
from chalchitra.paths import source_dir
from chalchitra.runner.code import code_hashes
from chalchitra.runner.fingerprints import script_of
from chalchitra.transcript.model import Transcript
from parts import Part, table
from parts.first_pass import join

TOGETHER = 5
"""So many clips make a recording: one alone has too few words to tell a rate by."""
FILM_DAMAGES = (NONE, "telephone", "room", "noise 10 dB", "noise 5 dB", "noise 0 dB")
INDIAN_DAMAGES = (NONE, "telephone", "noise 10 dB")
"""Few: the model is poor there without any damage, and hearing it takes longest."""
SPOKEN = 14
"""Sentences of each dialogue that espeak-ng speaks, at SPEED words a minute."""
SPEED = 150
COVERED = 0.7
"""The least share of recordings whose true rate must lie within the spread; it claims 0.8."""
_STAGES = ("vad", "asr", "alignment")
FIGURE = "expected.svg"
NAME = "What a transcript is expected to be worth"


@dataclass(frozen=True)
class Source:
    """A recording before it is damaged; `clips` are the names of what it is made of."""

    name: str
    language: str
    path: Path
    text: str
    clips: frozenset[str]
    damages: Sequence[str]
    fitted: bool = True


def measure(corpora: Sequence[Corpus], setting: Setting) -> Part | None:
    """On every corpus whose text is known."""
    work = setting.work / "expected"
    work.mkdir(parents=True, exist_ok=True)
    sources = [*_sources(corpora, work), *_spoken(corpora, work)]
    if not any(source.fitted for source in sources):
        return None
    heard, outdated = _heard(sources, setting, work)
    fitted = [one for source, one in heard if source.fitted]
    limit = poor_from()
    judged = judge(fitted, model=setting.model, name_of=_name, limit=limit)
    curve = fit(fitted)
    indian = [one for one in fitted if find(one.language).is_indian]
    strangers = judge_by(
        curve,
        [one for source, one in heard if not source.fitted],
        model=setting.model,
        name_of=_name,
        limit=limit,
    )
    calibrated = Calibrated(
        recordings=len(fitted),
        words=curve,
        characters=fit(indian, characters_of) if indian else None,
        measured=_measured(fitted),
    )
    text = _text(judged, strangers, calibrated, len(heard), outdated, limit)
    every = [*judged, *strangers]
    return Part(
        NAME,
        text,
        {
            "model": setting.model,
            "calibration": calibrated.model_dump(mode="json", exclude_none=True),
            "recordings": [_figures(one) for one in every],
        },
        _checks(judged, calibrated, limit),
        files={FIGURE: _figure(every)},
        calibration={setting.model: calibrated.model_dump(mode="json", exclude_none=True)},
    )


def _sources(corpora: Sequence[Corpus], work: Path) -> Iterator[Source]:
    """What is fitted to. A film shares its clips with the recordings made of the same."""
    clips_of_texts: dict[str, str] = {}
    for corpus in corpora:
        for item in corpus.items:
            if item.text and item.sentences is None:
                clips_of_texts[_plain(item.text)] = item.path.stem
    for corpus in corpora:
        indian = find(corpus.language).is_indian
        damages = INDIAN_DAMAGES if indian else DAMAGES
        plain = [item for item in corpus.items if item.text and item.sentences is None]
        for item in corpus.items:
            if item.text and item.sentences is not None:
                known = {clips_of_texts.get(_plain(one.text), one.text) for one in item.sentences}
                only = INDIAN_DAMAGES if indian else FILM_DAMAGES
                yield Source(
                    item.path.stem, corpus.language, item.path, item.text, frozenset(known), only
                )
        groups: dict[str, list[Any]] = {}
        for item in plain:
            groups.setdefault(
                "" if READER.fullmatch(item.path.stem) else voice_of(item.path), []
            ).append(item)
        for voice, items in groups.items():
            for first in range(0, len(items), TOGETHER):
                some = items[first : first + TOGETHER]
                name = f"{corpus.name}-{voice or first // TOGETHER}"
                path = some[0].path
                if len(some) > 1:
                    path = work / f"{name}.flac"
                    join([item.path for item in some], path)
                yield Source(
                    name,
                    corpus.language,
                    path,
                    " ".join(item.text for item in some),
                    frozenset(item.path.stem for item in some),
                    damages,
                )


def _spoken(corpora: Sequence[Corpus], work: Path) -> Iterator[Source]:
    """espeak-ng's sentences, where it is on this machine."""
    program = shutil.which("espeak-ng")
    if program is None or not corpora:
        return
    for language in sorted({corpus.language for corpus in corpora} & set(RATES)):
        texts = [line.text for line in lines_of(language)[:SPOKEN]]
        wave = work / f"espeak-{language}.wav"
        command = [program, "-v", language, "-s", str(SPEED), "-w", wave, " \n\n".join(texts)]
        if subprocess.run(list(map(str, command)), check=False, capture_output=True).returncode:
            continue  # it has no such voice
        yield Source(
            f"espeak-{language}",
            language,
            wave,
            " ".join(texts),
            frozenset({f"espeak-{language}"}),
            (NONE,),
            fitted=False,
        )


def _heard(
    sources: Sequence[Source], setting: Setting, work: Path
) -> tuple[list[tuple[Source, Recording]], int]:
    """Every source in every state, and how many of them earlier code heard."""
    code = _code()
    wanted: list[tuple[Source, str, Path, Path]] = []
    for source in sources:
        for damage in source.damages:
            sound = work / f"{source.name}-{damage.replace(' ', '')}.flac"
            damaged(source.path, damage, sound)
            kept = setting.cache / "expected" / f"{setting.model}-{sha256_file(sound)}.json"
            wanted.append((source, damage, sound, kept))
    for language in dict.fromkeys(source.language for source in sources):
        missing = [
            (sound, kept)
            for source, _, sound, kept in wanted
            if source.language == language and not _usable(kept, code, keep=setting.keep_heard)
        ]
        if missing:
            _hear(language, missing, setting, work, code)
    found, outdated = [], 0
    for source, damage, _, kept in wanted:
        data = json.loads(kept.read_text(encoding="utf-8"))
        outdated += data["code"] != code
        transcript = Transcript.model_validate(data["transcript"])
        text = " ".join(segment.text for segment in transcript.segments)
        found.append(
            (
                source,
                Recording(
                    source.name,
                    source.language,
                    damage,
                    source.clips,
                    float(data["seconds"]),
                    word_errors(source.text, text),
                    character_errors(source.text, text),
                    transcript,
                ),
            )
        )
    return found, outdated


def _hear(
    language: str,
    missing: Sequence[tuple[Path, Path]],
    setting: Setting,
    work: Path,
    code: str,
) -> None:
    setting.say(f"chalchitra hears {len(missing)} recordings, {language}")
    folder = work / f"jobs-{language}"
    options = ["-s", language, "--model", setting.model, *setting.ours_options]
    jobs, _ = prepare([sound for sound, _ in missing], options, folder)
    run(jobs, folder)
    by_name = {job.film.name: job for job in jobs}
    for sound, kept in missing:
        path = by_name[sound.name].output("alignment", "transcript")
        transcript = Transcript.read(path)
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_json(
            kept,
            {
                "sound": sound.name,
                "code": code,
                "seconds": round(transcript.duration or 0.0, 2),
                "transcript": transcript.model_dump(mode="json", exclude_none=True),
            },
        )


def _usable(kept: Path, code: str, *, keep: bool) -> bool:
    try:
        return json.loads(kept.read_text(encoding="utf-8"))["code"] == code or keep
    except (OSError, ValueError, KeyError):
        return False


def _code() -> str:
    """One name for all code that decides what is heard."""
    hashes = {
        f"{stage}/{module}": digest
        for stage in _STAGES
        for module, digest in code_hashes(script_of(stage), source_dir()).items()
    }
    return sha256_bytes(json.dumps(hashes, sort_keys=True).encode())[:16]


def _measured(recordings: Sequence[Recording]) -> dict[str, Measured]:
    """Our own error rates, by language: of the undamaged."""
    found = {}
    for language in dict.fromkeys(one.language for one in recordings):
        some = [one for one in recordings if one.language == language and one.damage == NONE]
        if not some:
            continue
        rates = [one.words.rate or 0.0 for one in some]
        words = sum((one.words for one in some[1:]), some[0].words)
        characters = sum((one.characters for one in some[1:]), some[0].characters)
        found[language] = Measured(
            words=round(words.rate or 0.0, 3),
            least=round(min(rates), 3),
            most=round(max(rates), 3),
            characters=round(characters.rate or 0.0, 3),
            recordings=len(some),
            seconds=round(sum(one.seconds for one in some), 1),
        )
    return found


def _checks(judged: Sequence[Judged], calibrated: Calibrated, limit: float) -> list[Check]:
    inside = sum(one.inside for one in judged)
    checks = [
        Check(
            "all recordings",
            f"true word error rate within the spread of at least {100 * COVERED:.0f} % of them",
            f"{inside} of {len(judged)}",
            inside >= COVERED * len(judged),
        )
    ]
    for language, measured in calibrated.measured.items():
        own = [one for one in judged if one.recording.language == language]
        whole = [one for one in own if one.recording.damage == NONE]
        bad = measured.words >= limit
        warned = sum(bad or one.words.poor for one in whole)
        checks.append(
            Check(
                f"{_name(language)}, undamaged",
                "every transcript is called poor" if bad else "no transcript is called poor",
                f"{warned} of {len(whole)}",
                warned == (len(whole) if bad else 0),
            )
        )
    return checks


def _text(
    judged: Sequence[Judged],
    strangers: Sequence[Judged],
    calibrated: Calibrated,
    heard: int,
    outdated: int,
    limit: float,
) -> str:
    curve = calibrated.words
    said = (
        "The word error rate that the product says is to be expected of a transcript, from the"
        " probabilities of its words, against the true one (both at most 1). Every recording is"
        " judged by a curve that was fitted without it and without whatever shares a clip with it;"
        " a film shares all of its clips with the recordings made of them, so its curve knows"
        " hardly anything of its language. Sentences that espeak-ng speaks were never fitted to."
        f" Damage: `scripts/eval/damage.py`. {heard} recordings and copies; the spread is to hold"
        " the true rate in 4 of 5.\n\n"
        f"![Expected against true word error rate]({FIGURE})\n\n"
    )
    rows = []
    for language in dict.fromkeys(one.recording.language for one in judged):
        own = [one for one in judged if one.recording.language == language]
        for damage in dict.fromkeys(one.recording.damage for one in own):
            rows.append(
                _row(_name(language), damage, [o for o in own if o.recording.damage == damage])
            )
        rows.append(_row(_name(language), "**all**", own))
    rows += [_row(f"{_name(one.recording.language)}, espeak-ng", NONE, [one]) for one in strangers]
    headings = ["", "damage", "recordings", "true WER", "expected", "off by", "in the spread"]
    said += table(headings, rows)
    films = [one for one in judged if one.recording.name.startswith("film")]
    if films:
        said += "\nThe films:\n\n" + table(
            ["", "damage", "probability", "true WER", "expected", "spread", "called poor"],
            [_film(one, calibrated, limit) for one in films],
        )
    off = fmean(abs(one.off) for one in judged) if judged else 0.0
    said += (
        f"\nOff by {off:.3f} in the mean; {sum(one.inside for one in judged)} of {len(judged)}"
        " within the spread. The curve of all recordings, written into `config/calibration.toml`"
        f" (`--calibration`): log odds of an error = {curve.intercept:g} {curve.slope:+g} × log"
        f" odds of the mean probability, spread {curve.low:+g} to {curve.high:+g}."
    )
    if outdated:
        said += (
            f" {outdated} of the {heard} transcripts were heard by earlier code (`--keep-heard`)."
        )
    return said + "\n"


def _row(language: str, damage: str, some: Sequence[Judged]) -> list[str]:
    return [
        language,
        damage,
        str(len(some)),
        f"{fmean(one.true for one in some):.3f}",
        f"{fmean(one.off + one.true for one in some):.3f}",
        f"{fmean(abs(one.off) for one in some):.3f}",
        f"{sum(one.inside for one in some)} of {len(some)}",
    ]


def _film(one: Judged, calibrated: Calibrated, limit: float) -> list[str]:
    rate, measured = one.words.words, calibrated.measured.get(one.recording.language)
    assert rate is not None
    poor = one.words.poor or (measured is not None and measured.words >= limit)
    return [
        one.recording.name,
        one.recording.damage,
        f"{one.words.probability:.2f}",
        f"{one.true:.3f}",
        f"{rate.expected:.3f}",
        f"{rate.low:.2f} to {rate.high:.2f}",
        "yes" if poor else "no",
    ]


def _figures(one: Judged) -> dict[str, Any]:
    recording = one.recording
    return {
        "name": recording.name,
        "language": recording.language,
        "damage": recording.damage,
        "seconds": round(recording.seconds, 2),
        "reference_words": recording.words.reference,
        "word_error_rate": round(recording.words.rate or 0.0, 4),
        "character_error_rate": round(recording.characters.rate or 0.0, 4),
        "expected": one.words.to_dict(),
    }


def _figure(judged: Sequence[Judged]) -> str:
    points = []
    for one in judged:
        rate, recording = one.words.words, one.recording
        assert rate is not None
        spoken = recording.name.startswith("espeak")
        film = recording.name.startswith("film")
        kind = "espeak-ng" if spoken else "film" if film else "recording"
        if kind == "recording" and recording.damage != NONE:
            kind = "damaged"
        name = f"{recording.name}, {recording.damage}: expected {rate.expected:.2f}"
        points.append(
            Point(
                rate.expected,
                rate.low,
                rate.high,
                one.true,
                _name(recording.language),
                kind,
                f"{name} ({rate.low:.2f} to {rate.high:.2f}), true {one.true:.2f}",
            )
        )
    return svg(
        points,
        across="expected word error rate, with its spread",
        up="true word error rate",
        title="The word error rate that is expected of a transcript against the true one",
    )


def _name(language: str) -> str:
    try:
        return find(language).name
    except ChalchitraError:
        return language


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
