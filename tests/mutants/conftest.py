"""scripts/mutants is a program, not a package: its modules are found here."""

from __future__ import annotations

import sys

from chalchitra import paths

sys.path.append(str(paths.project_root() / "scripts" / "mutants"))
