"""Puts a trained model away: into the store, the records and MLflow, and live where it may be."""

import logging
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import Connection, Engine

from app.admin.audit_log import note
from app.features.examination_curves import add_curve, read_curves
from app.training.judged import Judged
from app.training.material import Material
from app.training.request import Outcome, TrainingRequest
from app.training.tracking import TrackedRun, Tracker
from app.training.trained import Trained
from ranking.behaviour import BEHAVIOUR
from ranking.evaluate import Estimate
from ranking.features import FEATURES, FINGERPRINT
from ranking.gate import ALL, GateReport
from ranking.model_store import Curves, Manifest, ModelStore
from ranking.propensity import Examination

logger = logging.getLogger(__name__)

LEAST_CLICKS = 300
"""Of pairs at several positions, for their curve to be counted by from now on."""

ANOTHER_CURVE = 0.05
"""By so much a curve must differ from the one before, anywhere on the first page."""

_FIRST_PAGE = 20


def keep(
    engine: Engine,
    models: ModelStore,
    tracker: Tracker,
    judged: Judged,
    request: TrainingRequest,
    material: Material,
    trained: Trained,
    gate: GateReport,
    actor: str,
) -> Outcome:
    manifest = _manifest(judged, request, material, trained, gate)
    models.add(manifest, gate=gate, profile=material.profile, curves=_curves(trained))
    live = gate.passed and request.promote
    with engine.begin() as connection:
        _note_curve(connection, material.examination, trained.version)
        note(
            connection,
            actor,
            "model.train",
            f"model/{trained.version}",
            after={"passed": gate.passed, "reasons": list(gate.reasons)},
        )
        if live:
            promotion = models.make_live(trained.version, actor)
            note(
                connection,
                actor,
                "model.promote",
                f"model/{trained.version}",
                before={"live": promotion.before},
                after={"live": promotion.version},
            )
    outcome = Outcome(
        version=trained.version,
        passed=gate.passed,
        live=live,
        reasons=gate.reasons,
        metrics=manifest.metrics,
        before=gate.champion,
    )
    _track(tracker, models, manifest, outcome)
    return outcome


def _manifest(
    judged: Judged,
    request: TrainingRequest,
    material: Material,
    trained: Trained,
    gate: GateReport,
) -> Manifest:
    import tensorflow

    learned_from = judged if request.judgments else Judged()
    return Manifest(
        version=trained.version,
        features=FEATURES,
        feature_fingerprint=FINGERPRINT,
        created_at=gate.created_at,
        judgments=learned_from.name,
        judgments_digest=learned_from.digest,
        queries=len({entry.query for entry in material.learned}),
        judged_pairs=learned_from.pairs,
        seed=request.seed,
        metrics=_figures(gate),
        tensorflow=tensorflow.__version__,
        architecture=request.architecture,
        bias=request.bias,
        window=material.window,
        examination=material.examination.curve,
        examination_told=material.examination.told,
        weights=_weights(trained),
        parameters=int(trained.model.count_params()),
        seconds=trained.seconds,
    )


def _figures(gate: GateReport) -> dict[str, dict[str, float]]:
    """nDCG@10 over all, and by how much it is above what it was compared with."""
    found: dict[str, dict[str, float]] = {}
    for entry in gate.comparisons:
        if entry.segment != ALL or not entry.lists:
            continue
        name = "judgments_ndcg@10" if entry.source == "judgments" else "clicks_ndcg@10"
        found[name] = _triple(entry.challenger)
        found[f"{name}_over_{entry.against}"] = _triple(entry.difference)
    return found


def _triple(estimate: Estimate) -> dict[str, float]:
    return {"mean": estimate.mean, "low": estimate.low, "high": estimate.high}


def _weights(trained: Trained) -> dict[str, float]:
    known = getattr(trained.model, "weights_by_feature", None)
    return dict(known()) if known is not None else {}


def _curves(trained: Trained) -> Curves | None:
    made = getattr(trained.model, "curves", None)
    if made is None:
        return None
    added = np.round(made().numpy().astype(float), 5)
    values = tuple(np.round(np.linspace(0.0, 1.0, added.shape[1]), 4).tolist())
    rows = zip(FEATURES, added.tolist(), strict=True)
    return Curves(values, {name: tuple(row) for name, row in rows})


def _note_curve(connection: Connection, examination: Examination, version: str) -> None:
    """What was estimated from enough clicks is what lists are counted by from now on."""
    if not examination.estimated or examination.clicks < LEAST_CLICKS:
        return
    least = BEHAVIOUR.definitions.examination.floor
    curve = np.maximum(examination.curve, least)
    known = read_curves(connection).of(datetime.now(UTC)).parts_per_million
    before = np.array([known[min(n, len(known) - 1)] for n in range(len(curve))]) / 1e6
    page = slice(0, _FIRST_PAGE)
    if np.abs(curve[page] - before[page]).max() >= ANOTHER_CURVE:
        add_curve(connection, [round(1e6 * value) for value in curve], f"model {version}")


def _track(tracker: Tracker, models: ModelStore, manifest: Manifest, outcome: Outcome) -> None:
    """A tracking server that is away must not cost the model."""
    try:
        run = tracker.track(TrackedRun(manifest, models.path(manifest.version), outcome))
        if run:
            models.note_run(manifest.version, run)
    except Exception:  # whatever the tracking server or its client raises
        logger.exception("MLflow does not know of model %s", manifest.version)
