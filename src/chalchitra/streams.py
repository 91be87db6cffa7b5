"""What is printed on a terminal that has not all letters: nothing fails for it."""

from __future__ import annotations

import codecs
import io
import os
import sys

_HANDLER = "chalchitra.escaped"


def speak_anywhere() -> None:
    """Let stdout and stderr write as an escape what their encoding has no letter for.

    Escapes are JSON's, so that what --json prints stays JSON.
    """
    codecs.register_error(_HANDLER, _escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)


def read_names_as_utf8() -> None:
    """Start the program again where this locale would take files' names for another encoding.

    A job that names its film in Latin-1's letters could not be run from another terminal. What is
    printed keeps the terminal's encoding.
    """
    if sys.getfilesystemencoding() == "utf-8" or not sys.argv[0]:
        return
    encoding = sys.stdout.encoding if sys.stdout else "utf-8"
    environ = {"PYTHONIOENCODING": encoding, **os.environ, "PYTHONUTF8": "1"}
    os.execve(sys.executable, [sys.executable, "-m", "chalchitra", *sys.argv[1:]], environ)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    pairs = (units[at : at + 2] for at in range(0, len(units), 2))
    return "".join(f"\\u{int.from_bytes(pair):04x}" for pair in pairs), error.end
