"""scripts/sweep is a folder that is run, not a package: its modules are found beside each other."""

from __future__ import annotations

import sys

from chalchitra.paths import project_root

for name in ("sweep", "fuzz"):
    sys.path.insert(0, str(project_root() / "scripts" / name))
