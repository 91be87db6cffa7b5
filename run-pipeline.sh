#!/bin/sh
# Runs jobs, or goes on with them where they stopped: ./run-pipeline.sh --help
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd -P)
if [ ! -f "$here/venv/common/chalchitra.json" ]; then
  # A bare machine: only the demo builds what it needs without being asked to.
  case " $* " in *" --demo "*) "$here/bootstrap.sh" --env common >&2 ;; esac
fi
if [ ! -f "$here/venv/common/chalchitra.json" ] || [ ! -x "$here/venv/common/bin/python" ]; then
  echo "Error: The environment venv/common is not built." >&2
  echo "  This is a fresh checkout, or a build was interrupted." >&2
  printf "  Type: '%s/bootstrap.sh'\n" "$(printf %s "$here" | sed "s/'/'\\\\''/g")" >&2
  exit 3
fi
# Without bytecode our own source would be compiled at every start.
unset PYTHONDONTWRITEBYTECODE
# Ctrl-C while Python starts is kept until we hear it, where env(1) can do that.
# shellcheck disable=SC2086  # no word where it cannot
block=$(env --block-signal=INT true 2>/dev/null && echo env --block-signal=INT) || block=
exec $block "$here/venv/common/bin/python" -m chalchitra run-pipeline "$@"
