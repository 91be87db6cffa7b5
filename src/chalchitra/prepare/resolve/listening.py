"""What a job uses that tells which language is spoken."""

from __future__ import annotations

from chalchitra import hardware
from chalchitra.environments import table
from chalchitra.jobs.model import Machine
from chalchitra.pipeline import LISTENING
from chalchitra.prepare.resolve.choices import Choices
from chalchitra.prepare.resolve.machines import machine_for, require_whole
from chalchitra.prepare.resolve.models import whisper
from chalchitra.settings import AUTO, Settings, named

LISTENER = "small"
"""The Whisper model that tells the language where the recogniser's own is not CTranslate2's."""


def choose_listening(settings: Settings, *, translated: bool = False) -> Choices:
    """Choose for the stages that find out which language is spoken, whatever it is.

    `translated` where the job will translate, which the choice of the recogniser depends on. Raises
    as choose does.
    """
    machine = hardware.known_hardware()
    environments = table.load()
    names: dict[str, str] = {}
    machines: dict[str, Machine] = {}
    for stage in LISTENING:
        environment, service = environments.service(stage, apple_silicon=machine.apple_silicon)
        names[stage] = environment.name
        machines[stage] = machine_for(
            hardware.compute(machine, service.runtime), settings.get(stage, {})
        )
    require_whole(sorted(set(names.values())))
    name = settings["language"]["model"]
    if name == AUTO:
        _, service = environments.service(
            "asr", named(settings["asr"]["engine"]), apple_silicon=machine.apple_silicon
        )
        # The recogniser's own model is there anyway; MLX's cannot be loaded by CTranslate2.
        name = LISTENER if service.choice == "mlx" else settings["asr"]["model"]
    translate = translated and settings["translation"]["translator"] == "whisper"
    model = whisper(name, "ctranslate2", machine, translate=translate)
    models = {"language": model.model_copy(update={"reason": "detects the spoken language"})}
    return Choices("", names, machines, models, ())
