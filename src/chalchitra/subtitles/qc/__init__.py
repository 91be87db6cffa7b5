"""Quality control: a track of cues judged by a style, whoever made it."""

from chalchitra.subtitles.qc.judge import judge
from chalchitra.subtitles.qc.model import QualityReport, Violation
from chalchitra.subtitles.qc.report import make_report

__all__ = ["QualityReport", "Violation", "judge", "make_report"]
