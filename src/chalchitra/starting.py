"""Imported first: Ctrl-C while we load, or before (run-pipeline.sh), ends us and prints nothing.

Python itself would print where it was. `stopping.hear` takes over.
"""

import _signal  # type: ignore[import-not-found]  # what signal is made of, without its imports

_signal.signal(_signal.SIGINT, _signal.SIG_DFL)
_signal.pthread_sigmask(_signal.SIG_UNBLOCK, {_signal.SIGINT})
