"""What a stage script imports: its request, its outputs, its messages and its result."""

from chalchitra.stagekit.protocol import ModelRef, Request, Result
from chalchitra.stagekit.run import run_stage
from chalchitra.stagekit.stage import Stage

__all__ = ["ModelRef", "Request", "Result", "Stage", "run_stage"]
