"""The recognition engines: CTranslate2 (faster-whisper), whisperX and MLX, behind one interface."""

from __future__ import annotations

from chalchitra.errors import MissingError, UsageError
from chalchitra.hints import typed
from chalchitra.speech.engines.base import Engine, ModelOptions
from chalchitra.stagekit.warm import kept

ENGINES = ("ctranslate2", "whisperx", "mlx")


def load_engine(engine: str, options: ModelOptions) -> Engine:
    """A model in an engine: the one that is loaded already where it is the same, or a new one.

    Only that engine's libraries are imported. Raises UsageError for an unknown engine, MissingError
    when this environment does not have it or the folder holds no model in its format.
    """
    return kept("recogniser", options.load_key(engine), lambda: _load(engine, options))


def _load(engine: str, options: ModelOptions) -> Engine:
    try:
        if engine == "ctranslate2":
            from chalchitra.speech.engines.ctranslate2 import CTranslate2Engine

            return CTranslate2Engine(options)
        if engine == "whisperx":
            from chalchitra.speech.engines.whisperx import WhisperXEngine

            return WhisperXEngine(options)
        if engine == "mlx":
            from chalchitra.speech.engines.mlx import MlxEngine

            return MlxEngine(options)
    except ImportError as error:
        raise MissingError(
            f"The engine {engine} is not in this environment.",
            cause=f"{error}.",
            fix=typed(
                "./bootstrap.sh --check",
                first="Choose another engine with --engine, or to see why,",
            ),
        ) from error
    raise UsageError(
        f"There is no engine {engine}.",
        cause="",
        fix=f"Choose one of {', '.join(ENGINES)}.",
    )
