"""`python -m chalchitra.environments`: what bootstrap.sh runs."""

import sys

from chalchitra import starting  # noqa: F401  # first of ours
from chalchitra.environments.command import main
from chalchitra.streams import speak_anywhere

speak_anywhere()
sys.exit(main())
