"""The port to where runs are kept, and the twin that keeps none."""

from pathlib import Path
from typing import NamedTuple, Protocol

from app.training.request import Outcome
from ranking.model_store import Manifest


class TrackedRun(NamedTuple):
    """One training as it ended."""

    manifest: Manifest
    folder: Path
    """With the model, its manifest and the gate's report."""
    outcome: Outcome


class Tracker(Protocol):
    def track(self, run: TrackedRun) -> str:
        """Keep it; returns what it is called there. May raise anything."""


class NoTracker:
    def track(self, run: TrackedRun) -> str:
        return ""
