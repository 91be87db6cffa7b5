"""Quality control: a track of cues judged by a style, whoever made it."""

from chalchitra.subtitles.qc.job import JobReport
from chalchitra.subtitles.qc.judge import judge
from chalchitra.subtitles.qc.model import QualityReport, Violation
from chalchitra.subtitles.qc.report import make_report

__all__ = ["JobReport", "QualityReport", "Violation", "judge", "make_report"]
