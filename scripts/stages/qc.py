"""qc: one quality report of the job, out of those of its tracks."""

import json

from chalchitra.stagekit.stage import Stage
from chalchitra.subtitles.qc.job import JobReport
from chalchitra.subtitles.qc.model import QualityReport


def work(stage: Stage) -> None:
    files = dict(stage.inputs)
    heard = files.pop("expected", None)
    reports = [QualityReport.read(path) for path in files.values()]
    expected = None if heard is None else json.loads(heard.read_bytes())
    job = JobReport.of(stage.params["title"], reports, expected)
    job.write(stage.output("qc", "qc.json", deliver_as="qc.json"))
    stage.metric("tracks", len(reports))
    stage.metric("violations", job.violations)


if __name__ == "__main__":
    from chalchitra.stagekit.run import run_stage

    run_stage("qc", work)
