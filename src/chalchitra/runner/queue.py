"""Jobs that wait for their turn in a batch: each bears its runner's name, so that a person can
cancel it before (`.queued` in its folder; nothing decides by it whether a job may be run).
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import datetime

from chalchitra import job_files
from chalchitra.files import write_text
from chalchitra.jobs.holding import Holder, holder
from chalchitra.jobs.layout import JobLayout
from chalchitra.runner import processes


def enter(layout: JobLayout) -> None:
    """Write down that this process will run the job; a wish to cancel it was for an earlier run."""
    with suppress(OSError):  # a folder that cannot be written, or is none: its turn will tell
        pid = os.getpid()
        me = Holder(pid, processes.host(), f"{datetime.now():%Y-%m-%d %H:%M:%S}")
        text = json.dumps({**me.to_dict(), "start": processes.start_of(pid)})
        write_text(layout.queued, text + "\n", durable=False)
        if holder(layout) is None:
            layout.cancel.unlink(missing_ok=True)


def leave(layout: JobLayout) -> None:
    """The job's turn has come, or will not come."""
    with suppress(OSError):
        layout.queued.unlink()


def waits_for(layout: JobLayout) -> Holder | None:
    """The process that will run the job in its turn; None where it waits for none that lives."""
    try:
        match job_files.read_json(layout.root, layout.queued):
            case {"pid": int(pid), "host": str(host), "since": str(since), "start": str(start)}:
                here = host == processes.host()
                return Holder(pid, host, since) if not here or processes.lives(pid, start) else None
    except (OSError, ValueError):
        pass
    return None
