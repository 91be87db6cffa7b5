"""A job's glossary: an input of asr like the film, in the job's own folder."""

from __future__ import annotations

import pytest

from chalchitra.errors import ExitCode, UsageError
from chalchitra.files import sha256_file
from chalchitra.glossary import Glossary, GlossaryTerm
from chalchitra.jobs.model import GlossaryFile, GlossarySource

from .quick import Quick


@pytest.fixture
def quick(project):
    return Quick(project)


@pytest.fixture
def job(quick):
    """Make a job with a glossary of these terms."""

    def make(*terms, made=None, note=""):
        made, layout = made or quick.job()
        glossary = Glossary(terms=[GlossaryTerm(text=term, note=note) for term in terms])
        layout.glossary.write_text(glossary.to_json(), encoding="utf-8")
        source = quick.project.root / "glossary.txt"
        source.write_text("\n".join(terms))
        recorded = GlossaryFile(
            sources=[GlossarySource(path=source, sha256=sha256_file(source))],
            terms=len(terms),
            sha256=sha256_file(layout.glossary),
            terms_sha256=glossary.terms_sha256,
        )
        return quick.changed(made, layout, glossary=recorded), layout

    return make


def test_asr_gets_the_glossary_and_jobs_without_one_do_not(quick, job):
    seen = []
    quick.instead["asr"] = lambda stage: (
        seen.append(stage.inputs.get("glossary")),
        [stage.output(name, name).write_text("x") for name in ("transcript", "healing")],
    )
    _, layout = job("Raghunandan")
    assert quick.run(layout).outcome.exit_code == ExitCode.DONE
    _, without = quick.job()
    assert quick.run(without).outcome.exit_code == ExitCode.DONE
    assert seen == [layout.glossary, None]


def test_other_terms_are_heard_anew_and_another_note_is_nothing(quick, job):
    made = job("Raghunandan")
    quick.run(made[1])
    assert quick.run(made[1]).served == []
    job("Raghunandan", made=made, note="the hero")
    assert quick.run(made[1]).served == []
    job("Raghunandan", "Kanakavalli", made=made)
    ran = quick.run(made[1])
    assert ran.served == ["asr"]
    assert ran.reasons("asr") == ["input glossary changed"]


def test_an_edit_after_the_job_was_prepared_is_told_and_stops_nothing(quick, job):
    made, layout = job("Raghunandan")
    (source,) = made.glossary.sources
    assert quick.run(layout).warnings == []
    source.path.write_text("Kanakavalli")
    ran = quick.run(layout)
    assert ran.outcome.exit_code == ExitCode.DONE
    assert len(ran.warnings) == 1
    assert "edited after the job was prepared" in ran.warnings[0]
    source.path.unlink()
    assert quick.run(layout).warnings == []


@pytest.mark.parametrize("spoil", ["edit", "remove"])
def test_a_glossary_that_changed_in_the_job_is_refused(quick, job, spoil):
    _, layout = job("Raghunandan")
    if spoil == "edit":
        layout.glossary.write_text("{}")
    else:
        layout.glossary.unlink()
    outcome = quick.run(layout).outcome
    assert outcome.exit_code == ExitCode.USAGE
    assert "changed after the job was prepared" in outcome.error.what
    with pytest.raises(UsageError, match="changed after the job was prepared"):
        quick.run(layout, dry_run=True)
