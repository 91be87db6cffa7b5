"""What keeps the libraries of a stage from the network: it needs none, and a film is private.

ONNX Runtime's wheels tell Microsoft of every process and write a device id into the user's cache,
from its import on; only this variable, set before, stops that.
"""

from __future__ import annotations

import os

VARIABLES = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "ORT_DISABLE_TELEMETRY": "1",
}


def go_offline() -> None:
    """Set the variables in this process, before it imports the libraries that read them."""
    os.environ.update(VARIABLES)
