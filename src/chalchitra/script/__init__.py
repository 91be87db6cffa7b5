"""Reading the text that a person has of a film (--transcript): what the file is, and its lines."""

from chalchitra.script.read import GivenScript, UnknownRateError, read_script

__all__ = ["GivenScript", "UnknownRateError", "read_script"]
