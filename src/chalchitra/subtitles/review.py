"""The review table under the name that scripts of people know; goes with the next version."""

from chalchitra.subtitles.formats.table import to_review

__all__ = ["to_review"]
