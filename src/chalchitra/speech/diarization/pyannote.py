"""Who speaks when, by pyannote's own pipeline, out of a folder and without a network.

The folder is what `chalchitra models fetch speaker-diarization-3.1` makes: config.yaml as the
pipeline's page has it, and beside it the two networks that it names, as segmentation.bin and
embedding.bin. pyannote.audio's own loader would go to the hub for them.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from chalchitra.errors import MissingError
from chalchitra.hints import fetch_line
from chalchitra.speech.checkpoint import nothing_run
from chalchitra.speech.diarization.turns import Turns, named
from chalchitra.speech.sound import SAMPLE_RATE, Sound, film_times, parts_of

SETTINGS = "config.yaml"
SEGMENTATION = "segmentation.bin"
EMBEDDING = "embedding.bin"

Progress = Callable[[float, float], None]
_KNOWN = {
    "builtins": ("dict", "int", "list"),
    "collections": ("defaultdict",),
    "omegaconf.base": ("ContainerMetadata", "Metadata"),
    "omegaconf.dictconfig": ("DictConfig",),
    "omegaconf.listconfig": ("ListConfig",),
    "omegaconf.nodes": ("AnyNode",),
    "pyannote.audio.core.model": ("Introspection",),
    "pyannote.audio.core.task": ("Problem", "Resolution", "Specifications"),
    "torch.torch_version": ("TorchVersion",),
    "typing": ("Any",),
}
_STEPS = ("segmentation", "embeddings")
"""The pipeline's two long steps; both tell how far they are."""


def load(folder: Path, device: str = "cpu", threads: int = 1) -> Any:
    """The pipeline, ready to be called. Raises MissingError when the folder does not hold it."""
    import torch
    import yaml
    from pyannote.audio import Model
    from pyannote.audio.pipelines import SpeakerDiarization

    torch.set_num_threads(max(1, threads))
    try:
        settings = yaml.safe_load((folder / SETTINGS).read_text(encoding="utf-8"))
        wanted = settings["pipeline"]["params"]
        # Loaded here: given a path, pyannote guesses the kind of embedding from words in it.
        pipeline = SpeakerDiarization(
            **{
                **wanted,
                "segmentation": _network(Model, folder / SEGMENTATION),
                "embedding": _network(Model, folder / EMBEDDING),
                "use_auth_token": None,
            }
        )
        pipeline.instantiate(settings["params"])
    except (OSError, KeyError, TypeError, ValueError, RuntimeError, yaml.YAMLError) as error:
        raise MissingError(
            f"{folder} does not contain pyannote's pipeline.",
            cause=f"{type(error).__name__}: {str(error).partition(chr(10))[0]}",
            fix=fetch_line("speaker-diarization-3.1", "pyannote", "--force"),
        ) from error
    pipeline.to(torch.device(device))
    return pipeline


def _network(model: Any, path: Path) -> Any:
    import torch

    if not path.is_file():  # or the loader takes the path for a name on the hub
        raise FileNotFoundError(f"there is no {path.name}")
    with nothing_run(path, _known()):
        try:
            made_of = torch.load(path, map_location="meta", weights_only=True)
        except pickle.UnpicklingError:
            raise ValueError(f"{path.name} contains data that could run programs") from None
        architecture = made_of["pyannote.audio"]["architecture"]["module"]
        if not architecture.startswith("pyannote.audio.models."):  # it is imported
            raise ValueError(f"{path.name} is a network of {architecture}")
        return model.from_pretrained(path)


def _known() -> dict[str, Any]:
    """What pyannote's checkpoints hold beside tensors and its loader needs: values, no code."""
    found = {}
    for module, names in _KNOWN.items():
        for name in names:
            found[f"{module}.{name}"] = getattr(import_module(module), name)
    return found


def diarize(
    sound: Sound,
    pipeline: Any,
    method: str,
    count: int = 0,
    progress: Progress = lambda done, total: None,
) -> Turns:
    """The turns of a film; `count` is how many speakers there are, 0 where nobody said it.

    pyannote takes the whole sound, without its long gaps: 230 MB an hour. `progress` is told
    percent done, and 100.
    """
    import numpy as np
    import torch

    parts = parts_of(sound)
    read = [part.read(part.start, part.end) for part in parts]
    samples = read[0] if len(read) == 1 else np.concatenate(read)
    if not len(samples):
        return Turns(turns=[], method=method)

    def hook(step: str, artefact: Any, **told: Any) -> None:
        if step in _STEPS and told.get("total"):
            before = 100 * _STEPS.index(step) / len(_STEPS)
            # It counts whole batches, and the last may go beyond the total.
            share = min(1.0, float(told["completed"] / told["total"]))
            progress(before + 100 / len(_STEPS) * share, 100)

    found = pipeline(
        {"waveform": torch.from_numpy(samples).unsqueeze(0), "sample_rate": SAMPLE_RATE},
        num_speakers=count or None,
        hook=hook,
    )
    return named(
        (
            (start, end, label)
            for turn, _, label in found.itertracks(yield_label=True)
            for start, end in film_times(parts, turn.start, turn.end)
        ),
        method,
    )
