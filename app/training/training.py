"""One training from the log to the gate, and live where it passes; the same for the command, the
task and the schedule."""

import hashlib
import time
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine

from app.training.gating import stand_before_gate
from app.training.judged import Judged
from app.training.keeping import keep
from app.training.material import Material, gather
from app.training.request import Outcome, Report, TrainingRequest
from app.training.tracking import NoTracker, Tracker
from app.training.trained import Trained
from app.training.turn import training_turn
from ranking.model_store import SAVED_MODEL, ModelStore


class Parts(NamedTuple):
    """What a training works on."""

    engine: Engine
    models: ModelStore
    tracker: Tracker = NoTracker()
    judged: Judged = Judged()
    """Empty where no index is open; then the gate goes without judgments."""


def run_training(
    parts: Parts, request: TrainingRequest, actor: str, report: Report = lambda _: None
) -> Outcome:
    """Raises `TooLittleToLearnFrom`, `InvalidFeatures`, and what `report` raises. TensorFlow is
    imported here."""
    with training_turn(parts.engine, report):
        material = gather(parts.engine, request.days, datetime.now(UTC), report)
        trained = train(parts, request, material, report)
        report({"phase": "the gate"})
        gate = stand_before_gate(parts.models, parts.judged, request, material, trained, report)
        report({"phase": "keeping the model"})
        return keep(
            parts.engine,
            parts.models,
            parts.tracker,
            parts.judged,
            request,
            material,
            trained,
            gate,
            actor,
        )


def train(parts: Parts, request: TrainingRequest, material: Material, report: Report) -> Trained:
    """The model, exported and loaded again: what is measured is what will be served."""
    from ranking.model import export
    from ranking.tf_scorer import TensorFlowScorer

    model, seconds = fit(parts.judged, request, material, "training", report)
    version = _version(material, parts.judged, request)
    folder = parts.models.path(version) / SAVED_MODEL
    export(model, folder)
    return Trained(version, model, TensorFlowScorer(folder, version), round(seconds, 2))


def fit(
    judged: Judged, request: TrainingRequest, material: Material, phase: str, report: Report
) -> tuple[Any, float]:
    """The `ranking.model.Ranker` as it comes from its training, and the seconds that took."""
    from ranking.event_training import train_on_events

    begun = time.perf_counter()
    model = train_on_events(
        material.learned,
        material.examination,
        request.choice,
        judged.lists if request.judgments else (),
        lambda done, steps: report({"phase": phase, "done": done, "steps": steps}),
    )
    return model, time.perf_counter() - begun


def _version(material: Material, judged: Judged, request: TrainingRequest) -> str:
    digest = hashlib.sha256(f"{judged.digest} {request}".encode())
    for entry in material.learned:
        digest.update(entry.list_id.encode())
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{digest.hexdigest()[:8]}"
