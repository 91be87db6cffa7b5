"""What real errors tell a person to type, pasted into a shell where that person is.

That is a folder of another name than the checkout's, both with spaces, quotes and Devanagari in
them; jobs live in the checkout, or elsewhere. The shell runs programs that only write down how they
were called; then the same words are typed into the real command line.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chalchitra import diagnosis, hints, paths
from chalchitra.errors import ChalchitraError
from chalchitra.jobs.earlier import told
from chalchitra.jobs.layout import JobLayout
from chalchitra.jobs.listing import row_of
from chalchitra.jobs.store import read_job
from chalchitra.models import advice, fetch
from chalchitra.models.catalogue import Catalogue, load
from chalchitra.models.sources import SourceError
from chalchitra.models.verify import Check, check
from chalchitra.runner import report_text
from chalchitra.runner.lock import held
from chalchitra.settings import resolve

from ..runner.quick import Quick
from .edited_tracks import with_edited_tracks
from .typed_sites import ROOT, sites

CONFIG = paths.config_dir()
SRT = "1\n00:00:00,500 --> 00:00:02,000\nनमस्ते\n"
TO_TYPE = re.compile(r"(?:\b[Tt]ype|^Next|^Or, for fewer errors): (.*)$")
STUB = """#!/bin/sh
printf '%s\\0' "$0" "$@" > "$WROTE"
"""


@dataclass
class World:
    """A project, where its jobs live, and the folder in which a person types."""

    project: Any
    quick: Quick
    run: Callable[..., Any]
    patch: pytest.MonkeyPatch
    here: Path
    elsewhere: bool
    made: set[str] = field(default_factory=set)
    """The sites that have made a line, as `typed_sites.Site` names them."""

    def type(self, *arguments: object) -> str:
        printed = self.run(*arguments)
        return str(printed.out + printed.err)

    def job(self, *, ran: bool = False, targets: tuple[str, ...] = ("en",)) -> Path:
        _, layout = self.quick.job(None, targets, settings=resolve())
        if ran:
            self.quick.run(layout)
        if not self.elsewhere:
            return layout.root
        out = self.here.parent / "जो बाहर है $(x) it's"
        shutil.copytree(self.project.root / "out", out, dirs_exist_ok=True)
        shutil.rmtree(self.project.root / "out")
        return out / layout.root.relative_to(self.project.root / "out")

    def edited(self, name: str = "film.hi.srt") -> Path:
        path = self.here / name
        path.write_text(SRT, encoding="utf-8")
        return path

    def without(self, name: str, text: str | None = None) -> None:
        """A file of the checkout is gone, or has another text."""
        path = self.project.root / name
        path.unlink()
        if text is not None:
            path.write_text(text, encoding="utf-8")


# --- what makes the lines -------------------------------------------------------------------------


def no_such_job(w: World) -> str:
    return w.type("status", "नहीं है")


def nothing_to_judge(w: World) -> str:
    return w.type("qc")


def nothing_to_change(w: World) -> str:
    return w.type("restyle", w.job(ran=True))


def no_jobs_yet(w: World) -> str:
    return w.type("jobs")


def no_job_to_run(w: World) -> str:
    return w.type("run-pipeline")


def no_log_yet(w: World) -> str:
    return w.type("logs", w.job())


def no_tracks_yet(w: World) -> str:
    return w.type("restyle", w.job(), "--style", "bbc")


def no_reports_yet(w: World) -> str:
    return w.type("qc", w.job())


def no_edits(w: World) -> str:
    return w.type("review", w.job(ran=True), "--undo")


def edits_of_two(w: World) -> str:
    job = w.job(ran=True)
    w.type("review", job, w.edited())
    w.type("review", job, w.edited("film.en.srt"))
    return w.type("review", job, "--undo")


def tracks_without_their_film(w: World) -> str:
    return w.type("restyle", w.job(ran=True), "--style", "bbc", "--no-mux")


def edits_are_told(w: World) -> str:
    job = w.job(ran=True)
    w.type("review", job, w.edited("it's; chalchitra jobs.hi.srt"))
    return "\n".join(hints.pasteable(note) for note in read_job(job).edit_notes(job))


def edits_are_gone(w: World) -> str:
    job = w.job(ran=True)
    w.type("review", job, w.edited("it's; chalchitra jobs.hi.srt"))
    next(job.glob("edited.*")).unlink()
    return w.type("run-pipeline", "--job-dir", job)


def removed_while_it_runs(w: World) -> str:
    job = w.job()
    with held(JobLayout(job), "job_20260102_001"):
        return w.type("rm", "--yes", job)


def run_while_it_runs(w: World) -> str:
    job = w.job()
    w.patch.setattr("chalchitra.runner.lock._LOOK_SECONDS", 0)
    with held(JobLayout(job), "job_20260102_001"):
        return w.type("run-pipeline", "--job-dir", job)


def nobody_runs_it(w: World) -> str:
    return w.type("cancel", w.job())


def a_batch_has_more_to_say(w: World) -> str:
    film = {
        "job_id": "job_20260102_001", "job_dir": str(w.job()), "title": "film", "label": "film",
        "state": "done",
        "seconds": 1.0, "degraded": ["asr: one", "vad: two"], "expected": None, "error": None,
    }  # fmt: skip
    fields = {"films": [film], "seconds": 1.0, "workers": {}}
    return "\n".join(report_text.lines_of("batch_summary", fields, why=False))


def no_such_option(w: World) -> str:
    return w.type("models", "fetch", "--x")


def prepared_before(w: World) -> str:
    row = row_of(w.job())
    assert row is not None
    return hints.pasteable(told(row))


def done_before(w: World) -> str:
    row = row_of(w.job(ran=True))
    assert row is not None
    return hints.pasteable(told(row))


def a_variable_that_is_no_setting(w: World) -> str:
    w.patch.setenv("CHALCHITRA_ASR_BEEM", "1")
    return w.type("prepare-job", "x.mkv", "--transcribe", "-s", "hi")


def no_languages(w: World) -> str:
    w.without("config/languages.toml")
    return w.type("languages")


def broken_rules(w: World) -> str:
    w.without("config/runner.toml", "[")
    return w.type("run-pipeline", "--job-dir", w.job())


def no_lock(w: World) -> str:
    w.without("requirements/one.txt")
    return w.type("doctor")


def an_environment_is_gone(w: World) -> str:
    shutil.rmtree(w.project.root / "venv" / "one")
    return w.type("run-pipeline", "--job-dir", w.job())


def unknown_language(w: World) -> str:
    return w.type("prepare-job", "x.mkv", "--transcribe", "-s", "xx")


def unknown_model(w: World) -> str:
    return w.type("models", "fetch", "नहीं है")


def a_damaged_model(w: World) -> str:
    def damaged(entry: Any) -> Check:
        return Check(entry, entry.path(), "damaged", ("model.bin is missing",))

    w.patch.setattr(diagnosis, "check", damaged)
    w.patch.setattr(diagnosis, "load", lambda: Catalogue(load().entries[:2]))
    return w.type("doctor")


def a_model_that_is_needed(w: World) -> str:
    return _said(check(load().find("base", "whisper", "ctranslate2")).error())


def no_hub(w: World) -> str:
    entry = load().find("base", "whisper", "ctranslate2")
    tried = [(entry.sources[-1], SourceError("there is no network", "Check it.", resumable=True))]
    cached = w.here / "hub it's"
    w.patch.setenv("HF_HUB_CACHE", str(cached))
    w.patch.setattr(advice, "_holds", lambda folder, files: True)
    (cached / "models--Systran--faster-whisper-base" / "snapshots" / _revision(entry)).mkdir(
        parents=True
    )
    return _said(fetch.FetchError(entry, tried))


def _revision(entry: Any) -> str:
    return next(
        source.revision or "main" for source in entry.sources if hasattr(source, "repository")
    )


def a_licence_to_agree_to(w: World) -> str:
    from chalchitra.models import licences

    entry = next(entry for entry in load().entries if entry.non_commercial)
    with pytest.raises(ChalchitraError) as refusal:
        licences.require_accepted(entry)
    return _said(refusal.value)


def nobodys_jobs(w: World) -> str:
    return w.type("jobs", "--user", "nobody", "--out", w.job().parents[4])


def no_job_is_so(w: World) -> str:
    return w.type("jobs", "--state", "cancelled", "--out", w.job().parents[4])


def models_that_are_wanted(w: World) -> str:
    return w.type("models", "list", "-s", "hi", "-t", "fr")


def no_kind_of_models(w: World) -> str:
    return w.type("models", "list", "--kind", "magic")


def most_cues_gone(w: World) -> str:
    job, file = w.job(ran=True), w.edited("it's; $(x).hi.srt")
    more = [SRT.replace("00:00:", f"00:{minute:02}:") for minute in range(1, 4)]
    file.write_text("\n".join([SRT, *more]), encoding="utf-8")
    w.type("review", job, file, "--no-mux")
    file.write_text(SRT, encoding="utf-8")
    return w.type("review", job, file, "-t", "hi", "--no-mux")


def what_to_do_with_a_job_that_is_done(w: World) -> str:
    return _summary(w, "done")


def what_to_do_with_the_rest_of_a_job(w: World) -> str:
    return _summary(w, "ready")


def _summary(w: World, state: str) -> str:
    fields = {
        "job_id": "job_20260102_001", "job_dir": str(w.job(ran=True)), "state": state, "notes": [],
        "stages": [{"stage": "subtitle_gen@hi", "environment": "common", "seconds": 1.0,
                    "state": "done"}],
        "seconds": 1.0, "deliverables": [], "expected": None, "error": None,
    }  # fmt: skip
    return "\n".join(report_text.lines_of("summary", fields, why=False))


def code_to_agree_to(w: World) -> str:
    from chalchitra.models import licences

    with pytest.raises(ChalchitraError) as refusal:
        licences.require_code_accepted(load().find("indictrans2-indic-en-dist-200M"))
    return _said(refusal.value)


def code_of_a_model(w: World) -> str:
    return _code_in(load().find("indictrans2-indic-en-dist-200M").path())


def code_of_ones_own_folder(w: World) -> str:
    return _code_in(w.here / "mine")


def _code_in(folder: Path) -> str:
    from chalchitra.own_code import require_may_run

    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"auto_map": {"AutoModel": "modeling.Model"}}')
    (folder / "modeling.py").touch()
    with pytest.raises(ChalchitraError) as refusal:
        require_may_run(folder, "indictrans2-indic-en-dist-200M")
    return _said(refusal.value)


def no_such_model_folder(w: World) -> str:
    from chalchitra.models.resolve import resolve as find_model

    with pytest.raises(ChalchitraError) as refusal:
        find_model("./नहीं है", "whisper", "ctranslate2")
    return _said(refusal.value)


def no_ffmpeg(w: World) -> str:
    from chalchitra.media import tools

    w.patch.setattr(tools, "_usable", lambda: iter(()))
    with pytest.raises(ChalchitraError) as missing:
        tools.find_ffmpeg.__wrapped__()
    return _said(missing.value)


def _said(error: ChalchitraError | None) -> str:
    assert error is not None
    return "\n".join(map(hints.pasteable, error.lines()))


MADE_BY = {
    "jobs/store.py:named_job": no_such_job,
    "cli/qc.py:qc": nothing_to_judge,
    "cli/restyle.py:restyle": nothing_to_change,
    "cli/run.py:run_pipeline": no_job_to_run,
    "jobs/logs.py:choose_stage": no_log_yet,
    "editing/rerun.py:require_tracks": no_tracks_yet,
    "editing/quality.py:job_report": no_reports_yet,
    "editing/review.py:undo": edits_of_two,
    "editing/review.py:undo #2": no_edits,
    "cli/tracks.py:show_tracks": tracks_without_their_film,
    "jobs/model.py:Job.edit_notes": edits_are_told,
    "runner/preflight.py:_require_edits": edits_are_gone,
    "runner/remove.py:plan_removal": removed_while_it_runs,
    "runner/lock.py:_take": run_while_it_runs,
    "runner/cancel.py:ask": nobody_runs_it,
    "cli/errors.py:show_misuse": no_such_option,
    "jobs/earlier.py:told": done_before,
    "jobs/earlier.py:told #2": prepared_before,
    "runner/report_text.py:_status": a_batch_has_more_to_say,
    "runner/report_text.py:_next": what_to_do_with_a_job_that_is_done,
    "runner/report_text.py:_next #2": what_to_do_with_the_rest_of_a_job,
    "cli/jobs.py:jobs": nobodys_jobs,
    "cli/jobs.py:jobs #2": no_job_is_so,
    "cli/jobs.py:(module)": no_jobs_yet,
    "cli/models.py:list_models": models_that_are_wanted,
    "cli/models.py:_advice": models_that_are_wanted,
    "cli/models.py:_advice #2": models_that_are_wanted,
    "cli/review.py:review": most_cues_gone,
    "models/need.py:require_any": no_kind_of_models,
    "settings.py:_variable_target": a_variable_that_is_no_setting,
    "environments/state.py:lock_hashes": no_lock,
    "environments/state.py:state": an_environment_is_gone,
    "toml_tables.py:read_toml": no_languages,
    "toml_tables.py:_restore": broken_rules,
    "languages.py:(module)": unknown_language,
    "models/catalogue.py:_raise_unknown": unknown_model,
    "diagnosis.py:_models": a_damaged_model,
    "models/verify.py:Check.error": a_model_that_is_needed,
    "models/advice.py:advice": no_hub,
    "models/advice.py:advice #2": no_hub,
    "models/licences.py:require_accepted": a_licence_to_agree_to,
    "models/licences.py:require_code_accepted": code_to_agree_to,
    "own_code.py:require_may_run": code_of_a_model,
    "own_code.py:require_may_run #2": code_of_ones_own_folder,
    "models/resolve.py:_validate": no_such_model_folder,
    "media/tools.py:find_ffmpeg": no_ffmpeg,
}
"""What makes the line of each site."""

ONLY_READ = {
    "scripts/stages/": "stages run in environments of their own, and so do those below",
    "speech/": "",
    "translation/": "",
    "runner/request.py:input_files": "",
    "media/burn.py:(module)": "no ffmpeg without libass is at hand",
    "media/guard.py:Guard.look": "an environment without PyAV",
    "environments/command.py:": "tests/environments has it typed",
    "environments/build.py:": "tests/environments has it typed",
    "environments/state.py:locked_versions": "as state",
    "environments/state.py:verify": "as state",
    "models/hub.py:": "tests/models/test_models_hub.py; they name another program",
    "models/wheels.py:": "tests/models/test_models_wheels.py",
    "models/convert.py:": "an environment is missing, or a converter fails",
    "models/verify.py:_fingerprint": "a folder that is emptied while it is read",
    "runner/lock.py:_unlockable": "it removes what lies where the lock should",
    "editing/quality.py:_read": "a report that was edited in the job's folder; as job_report",
    "runner/cancel.py:wait": "tests/cli/test_cancel_command.py",
    "prepare/glossary/read.py:_headings": "tests/prepare/glossary",
    "prepare/resolve/choices.py:to_fetch": "tests/prepare/test_choose_translation.py",
    "routes.py:_instead": "no pair of languages is without a translator",
    "artifacts.py:": "tests/cli/test_cache.py",
    "cli/prepare.py:_show_next": "below, with the real programs",
    "cli/prepare.py:_again": "below, with the real programs",
}
"""Sites (by how they begin) whose lines test_typed_lines.py reads and no error here makes."""


# --- pasting them ---------------------------------------------------------------------------------


@pytest.fixture
def world(request, project, chalchitra, tmp_path, monkeypatch) -> World:
    root = tmp_path / "मेरा it's चलचित्र"
    project.root.rename(root)
    project.root = root
    monkeypatch.setenv("CHALCHITRA_ROOT", str(root))
    monkeypatch.setenv("CHALCHITRA_MODELS", str(root / "models"))
    for name in ("pipeline", "styles", "languages", "accuracy", "calibration", "translators"):
        (root / "config" / f"{name}.toml").symlink_to(CONFIG / f"{name}.toml")
    here = tmp_path / 'यहाँ "से" it\'s'
    tools = tmp_path / "tools"
    for folder in (here, tools, root / "venv" / "common" / "bin"):
        folder.mkdir(parents=True)
    programs = [root / f"{name}.sh" for name in ("run-pipeline", "prepare-job", "bootstrap")]
    for program in (*programs, root / "venv/common/bin/chalchitra", tools / "git"):
        program.write_text(STUB)
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(here)
    quick = with_edited_tracks(Quick(project), monkeypatch)
    made = World(project, quick, chalchitra, monkeypatch, here, request.param)
    _record(made)
    return made


def _record(world: World) -> None:
    """Note which site has every command written."""
    places = {}
    for site in sites():
        module = site.module if site.module.startswith("scripts/") else f"chalchitra/{site.module}"
        for line in range(site.lines[0], site.lines[1] + 1):
            places[module, line] = str(site)
    write = hints.command

    def noted(*arguments):
        frame = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename.endswith("hints.py"):
            frame = frame.f_back
        if frame is not None:
            name = frame.f_code.co_filename.rpartition("/src/")[2]
            world.made.add(places.get((name, frame.f_lineno), ""))
        return write(*arguments)

    world.patch.setattr(hints, "command", noted)


def paste(world: World, line: str) -> list[str]:
    """Paste the line into a shell where the person is; the words that its program was given.

    None of a shell's own commands.
    """
    wrote = world.here.parent / "wrote"
    wrote.unlink(missing_ok=True)
    done = subprocess.run(
        ["bash", "-euc", line],
        cwd=world.here,
        env=os.environ | {"WROTE": str(wrote)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), line
    return wrote.read_text().split("\0")[:-1] if wrote.exists() else []


def really_typed(world: World, words: list[str]) -> None:
    """The words of a pasted line go into the real program, which does as they say."""
    program, *arguments = words
    name = program.rpartition("/")[2]
    root = world.project.root
    if name == "git":
        assert arguments[:4] == ["-C", str(root), "checkout", "--"]
        assert (ROOT / arguments[4]).exists()
        return
    assert Path(world.here, program).resolve().is_relative_to(root)
    if name == "bootstrap.sh" or "--demo" in arguments:
        return  # read by test_typed_lines.py; it would build environments
    own = [] if name == "chalchitra" else [name.removesuffix(".sh")]
    safe = {"rm": ["--yes"], "run-pipeline": ["--dry-run"]}
    command = [*own, *arguments]
    command += safe.get(command[0], [])
    printed = world.run(*command)
    ended = "is not running" in printed.err  # the test has let go of the job that it held
    assert printed.code == 0 or (command[0] == "cancel" and ended), (command, printed.err)


@contextmanager
def _nothing_is_fetched(patch: pytest.MonkeyPatch) -> Iterator[None]:
    patch.setattr(fetch, "fetch", lambda entry, **_: fetch.Fetched(entry, entry.path(), None, 0))
    patch.setattr("chalchitra.models.convert.convert_if_needed", lambda entry: False)
    yield


CASES = [
    pytest.param(elsewhere, name, id=f"{name}{', jobs elsewhere' if elsewhere else ''}")
    for name, makes in MADE_BY.items()
    for elsewhere in ((False, True) if "job" in makes.__code__.co_names else (False,))
]


@pytest.mark.parametrize(("world", "name"), CASES, indirect=["world"])
def test_it_works_where_it_is_pasted(world, name):
    text = MADE_BY[name](world)
    lines = [found[1] for row in text.splitlines() if (found := TO_TYPE.search(row))]
    assert name in world.made or name.endswith("(module)"), text
    assert lines, text
    intact = {"no_", "broken_"}
    for line in lines:
        words = paste(world, line)
        if not words:
            assert line.startswith("unset ")
            continue
        if MADE_BY[name].__name__.startswith(tuple(intact)):
            for path in ("config/pipeline.toml", "config/runner.toml"):
                with suppress(FileExistsError):
                    (world.project.root / path).symlink_to(CONFIG / Path(path).name)
        with _nothing_is_fetched(world.patch):
            really_typed(world, words)


def test_every_site_is_pasted_or_said_why_not():
    known = {str(site) for site in sites()}
    assert set(MADE_BY) <= known, "a site that is gone"
    rest = known - set(MADE_BY)
    assert [site for site in sorted(rest) if not site.startswith(tuple(ONLY_READ))] == []
    assert [start for start in ONLY_READ if not any(s.startswith(start) for s in rest)] == []


def test_what_prepare_job_says_comes_next_runs(tmp_path):
    """The real programs, from another folder, with a film whose name is a command."""
    here, out = tmp_path / "यहाँ it's", tmp_path / "-out $(x)"
    here.mkdir()
    film = here / "-a chalchitra jobs; it's.wav"
    with wave.open(str(film), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(16000)
        wav.writeframes(bytes(32000))
    prepare = shlex.quote(str(paths.project_root() / "prepare-job.sh"))
    options = "--transcribe -s hi --model base --no-glossary --user asha --out"
    command = f"{prepare} {options} {shlex.quote(str(out))} -- {shlex.quote(film.name)}"
    said = _bash(command, here)
    next_, better = (found[1] for row in said.splitlines() if (found := TO_TYPE.search(row)))
    planned = _bash(f"{next_} --dry-run --json", here)
    assert {json.loads(row)["event"] for row in planned.splitlines()} >= {"stage_planned"}
    again = _bash(better, here)
    earlier = next(row for row in again.splitlines() if "was prepared before" in row)
    assert "stage_planned" in _bash(f"{TO_TYPE.search(earlier)[1]} --dry-run --json", here)
    jobs = list(out.glob("*/*/*/asha/*"))
    assert {read_job(job).models["asr"].name for job in jobs} >= {"base"}
    assert len(jobs) == 2


def _bash(command: str, here: Path) -> str:
    done = subprocess.run(
        ["bash", "-c", command], cwd=here, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout
