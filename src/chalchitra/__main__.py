"""`python -m chalchitra`: the one program behind all commands."""

import _signal  # type: ignore[import-not-found]  # what signal is made of, without its imports

# Ctrl-C while we load, or before (run-pipeline.sh): no traceback.
_signal.signal(_signal.SIGINT, _signal.SIG_DFL)
_signal.pthread_sigmask(_signal.SIG_UNBLOCK, {_signal.SIGINT})

if __name__ == "__main__":
    from chalchitra.cli import main

    main()
