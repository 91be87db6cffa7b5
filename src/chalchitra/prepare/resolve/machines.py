"""What the stages run in and compute with: environments that are whole, devices, formats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalchitra import hardware
from chalchitra.environments import supply
from chalchitra.errors import MissingError, raise_all
from chalchitra.jobs.model import Machine
from chalchitra.settings import AUTO, named


def machine_for(compute: hardware.Compute, section: Mapping[str, Any]) -> Machine:
    """What the hardware suggests, and what the stage's settings say otherwise."""
    device = named(section.get("device", AUTO)) or compute.device
    kind = compute.compute_type
    if device != compute.device:  # the number format was chosen for another device
        kind = "float16" if device == "cuda" else "float32"
    return Machine.model_validate(
        {
            "device": device,
            "compute_type": named(section.get("compute_type", AUTO)) or kind,
            "threads": int(section.get("threads", 0)) or compute.threads,
        }
    )


def require_whole(names: Sequence[str]) -> None:
    """Raises MissingError naming every environment that is not usable."""
    states = supply.states(names)
    raise_all(
        [
            MissingError(
                f"The environment {item.name} is not usable.",
                cause=f"{item.reason[0].upper()}{item.reason[1:]}.",
                fix=item.fix,
            )
            for item in states
            if not item.whole
        ]
    )
