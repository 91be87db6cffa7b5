#!/bin/sh
# Builds the environments, or checks them: ./bootstrap.sh --help
# This finds a Python 3.11 or 3.12 to run src/chalchitra/environments with, and no more.
set -u
root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 3

# A name on the PATH may be a shim that cannot start anything, so each one is tried.
fits() {
  "$1" -c 'import sys
sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)) or sys.implementation.name != "cpython")' \
    >/dev/null 2>&1
}

starts_python3() {
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 8))' >/dev/null 2>&1
}

fail() {
  printf 'Error: %s\n  %s\n  %s\n' "$1" "$2" "$3" >&2
  exit 3
}

find_python() {
  for candidate in "$root/venv/common/bin/python" python3.11 python3.12 python3 python; do
    fits "$candidate" && echo "$candidate" && return
  done
  return 1
}

# The uv of this machine, the one an earlier start fetched, or one fetched now with any Python 3.
find_uv() {
  for candidate in uv "$root/venv/.tools/bin/uv"; do
    "$candidate" --version >/dev/null 2>&1 && echo "$candidate" && return
  done
  for candidate in python3 python3.14 python3.13 python3.10 python3.9 python3.8 python; do
    starts_python3 "$candidate" || continue
    echo "No Python 3.11 or 3.12 here: fetching uv, which can get one." >&2
    "$candidate" -I "$root/src/chalchitra/environments/fetch_uv.py" "$root" 2>"$log"
    return
  done
  return 1
}

# A Python that uv knows of, or that it fetches now.
uv_python() {
  find="python find --system --no-project --no-python-downloads >=3.11,<3.13"
  # shellcheck disable=SC2086  # the words of $find are meant to be split
  "$1" $find 2>/dev/null && return
  echo "Fetching Python 3.11." >&2
  # shellcheck disable=SC2086
  "$1" python install 3.11 >"$log" 2>&1 && "$1" $find 2>>"$log"
}

unset PYTHONHOME PYTHONSTARTUP PYTHONPATH
if ! python=$(find_python); then
  log=$root/venv/bootstrap.log
  again="'$(printf %s "$root" | sed "s/'/'\\\\''/g")/bootstrap.sh'"
  how="Install Python 3.11 or 3.12 (apt install python3.11, dnf install python3.11, brew install python@3.11), then type: $again"
  mkdir -p "$root/venv" && : >"$log" || fail "$root/venv cannot be written." "The checkout is read-only, or the disk is full." "Mend that, then type: $again"
  uv=$(find_uv) || fail "There is no Python 3.11 or 3.12 here." "There is no uv either, nor could it be fetched (the log: $log)." "$how"
  python=$(uv_python "$uv") && fits "$python" ||
    fail "There is no Python 3.11 or 3.12 here." "uv could not fetch one (the log: $log)." "$how"
fi
export PYTHONPATH="$root/src"
# Ctrl-C while Python starts is kept until we hear it, where env(1) can do that.
# shellcheck disable=SC2086  # no word where it cannot
block=$(env --block-signal=INT true 2>/dev/null && echo env --block-signal=INT) || block=
exec $block "$python" -s -P -m chalchitra.environments "$@"
