"""What was said, when and by whom: transcript > segment > word. Times are seconds of the film."""

from chalchitra.transcript.model import Label, Region, Segment, Transcript, Word

__all__ = ["Label", "Region", "Segment", "Transcript", "Word"]
