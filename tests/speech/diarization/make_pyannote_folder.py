"""Makes a folder as `models fetch speaker-diarization-3.1` would: run in the whisperx environment.

    python make_pyannote_folder.py FOLDER

The segmentation is whisperX's (real weights, of pyannote's earlier kind), the embedding a network
of pyannote's class with random weights: what is tested is the way in, not how good it is.
"""

import shutil
import sys
from pathlib import Path

import torch
import yaml
from pyannote.audio.core.task import Problem, Resolution, Specifications
from pyannote.audio.models.embedding import WeSpeakerResNet34

from chalchitra.speech.diarization.segmentation import shipped_weights

folder = Path(sys.argv[1])
folder.mkdir(parents=True)
shutil.copyfile(shipped_weights(), folder / "segmentation.bin")
torch.manual_seed(0)
network = WeSpeakerResNet34()
checkpoint = {
    "state_dict": network.state_dict(),
    "hyper_parameters": dict(network.hparams),
    "pytorch-lightning_version": "2.1.0",
    "pyannote.audio": {
        "versions": {"torch": "2.1.0", "pyannote.audio": "3.1.0"},
        "architecture": {
            "module": "pyannote.audio.models.embedding.wespeaker",
            "class": "WeSpeakerResNet34",
        },
        "specifications": Specifications(
            problem=Problem.REPRESENTATION, resolution=Resolution.CHUNK, duration=5.0
        ),
    },
}
torch.save(checkpoint, folder / "embedding.bin")
settings = {
    "version": "3.1.0",
    "pipeline": {
        "name": "pyannote.audio.pipelines.SpeakerDiarization",
        "params": {
            "clustering": "AgglomerativeClustering",
            "embedding": "pyannote/wespeaker-voxceleb-resnet34-LM",
            "embedding_batch_size": 8,
            "embedding_exclude_overlap": True,
            "segmentation": "pyannote/segmentation-3.0",
            "segmentation_batch_size": 8,
            "segmentation_step": 0.5,
        },
    },
    "params": {
        "clustering": {"method": "centroid", "min_cluster_size": 2, "threshold": 0.7},
        "segmentation": {"min_duration_off": 0.0, "threshold": 0.44},
    },
}
(folder / "config.yaml").write_text(yaml.safe_dump(settings))
