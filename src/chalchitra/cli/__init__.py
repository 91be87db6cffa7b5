"""The command line: parses, calls, prints; no logic."""

from chalchitra.cli.main import main

__all__ = ["main"]
