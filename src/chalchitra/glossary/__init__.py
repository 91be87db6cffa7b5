"""A glossary: the names and words that a film must have right, as people write such lists."""

from chalchitra.glossary.find import beside
from chalchitra.glossary.model import Glossary, GlossaryTerm, merged
from chalchitra.glossary.read import Sheet, read_sheet

__all__ = ["Glossary", "GlossaryTerm", "Sheet", "beside", "merged", "read_sheet"]
