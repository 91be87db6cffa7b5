"""qc: one quality report of the job, out of those of its tracks."""

from chalchitra.stagekit import Stage, run_stage
from chalchitra.subtitles.qc import JobReport, QualityReport


def work(stage: Stage) -> None:
    reports = [QualityReport.read(path) for path in stage.inputs.values()]
    job = JobReport.of(stage.params["title"], reports)
    job.write(stage.output("qc", "qc.json", deliver_as="qc.json"))
    stage.metric("tracks", len(reports))
    stage.metric("violations", job.violations)


if __name__ == "__main__":
    run_stage("qc", work)
