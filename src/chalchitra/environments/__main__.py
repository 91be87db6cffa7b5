"""`python -m chalchitra.environments`: what bootstrap.sh runs."""

import sys

from chalchitra.environments.command import main

sys.exit(main())
