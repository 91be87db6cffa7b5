"""The process that looks at films for `guard.py`: paths come in, what films hold goes out.

A line of stdin is a path, a line of stdout the answer to it, both JSON, until stdin ends. It loads
PyAV and nothing else that takes time: 0.2 processor seconds until the first answer.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

MEMORY_LIMIT = 3 << 30
"""Bytes of address space. A film of 2 hours takes 0.2 GB of it, PyAV itself included."""
SECONDS = 60
"""Processor seconds that a small film may take at most (most take hundredths) ..."""
BYTES_A_SECOND = 8 << 20
"""... and one second more for so many of its bytes, since some are read to their end."""


def main() -> None:
    """Serve until stdin ends. Never returns: objects of PyAV may not be destroyed (probe.py)."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # no last words, where one types Ctrl-C
    with suppress(ValueError, OSError):  # a system without this limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        path = Path(json.loads(line))
        _allow_time(path)
        answers.write(json.dumps(_answer(path)) + "\n")
        answers.flush()
    os._exit(0)


def _answer(path: Path) -> dict[str, Any]:
    from chalchitra.errors import UsageError
    from chalchitra.media.formats import shown

    try:
        from chalchitra.media.probe import look

        return {"film": look(path)}
    except UsageError as error:
        return {"error": {"what": error.what, "cause": error.cause, "fix": error.fix}}
    except MemoryError:
        return {
            "error": {
                "what": f"{shown(path)} cannot be opened as a film.",
                "cause": "It asks for more memory than any film does: it is damaged, "
                "or was made to do that.",
                "fix": "See whether a player plays it; if so, remux it to .mkv or .mp4.",
            }
        }
    except ImportError as error:
        return {"missing": f"{error}."}


def _allow_time(path: Path) -> None:
    """A minute of work from now on, more for a large file; then the system ends this process."""
    allowed = SECONDS
    with suppress(OSError):
        allowed += path.stat().st_size // BYTES_A_SECOND
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + allowed
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, most))


if __name__ == "__main__":
    main()
