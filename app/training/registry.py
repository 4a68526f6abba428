"""The models that there are, and which of them is live: what the API shows of the store, and the
changes of it, each with its entry in the audit."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from app.admin.audit_log import note
from app.training.errors import GateRefused, ModelNotFound
from ranking.errors import ModelRefused
from ranking.gate import GateReport
from ranking.model_store import Curves, Manifest, ModelStore, Promotion, Window


class GateResult(msgspec.Struct, frozen=True):
    passed: bool
    reasons: tuple[str, ...]
    champion: str


class ModelInfo(msgspec.Struct, frozen=True, kw_only=True):
    version: str
    live: bool
    created_at: str
    architecture: str
    bias: str | None
    window: Window | None
    judgments: str
    queries: int
    judged_pairs: int
    metrics: Mapping[str, Mapping[str, float]]
    parameters: int
    seconds: float
    run: str
    """Of MLflow; empty where it knows nothing of it."""
    gate: GateResult | None
    """None for a model that never stood before it."""
    refused: str
    """Why it cannot be served here; empty where it can."""


class ModelDetail(ModelInfo, frozen=True, kw_only=True):
    features: tuple[str, ...]
    feature_fingerprint: str
    seed: int
    tensorflow: str
    examination: tuple[float, ...]
    examination_told: float
    weights: Mapping[str, float]
    """Of a linear model."""
    curves: Curves | None
    """Of an additive model."""
    gate_report: GateReport | None
    history: tuple[Promotion, ...]
    """When it went live, and when it came back."""


def model_infos(models: ModelStore, versions: Sequence[str]) -> list[ModelInfo]:
    """One whose files cannot be read is left out."""
    live = models.live_version()
    found = []
    for version in versions:
        try:
            found.append(ModelInfo(**_info(models, version, live)))
        except ModelRefused:
            continue
    return found


def model_detail(models: ModelStore, version: str) -> ModelDetail:
    """Raises `ModelNotFound` and, for one whose files are damaged, `ModelRefused`."""
    manifest = known_manifest(models, version)
    return ModelDetail(
        **_info(models, version, models.live_version()),
        features=manifest.features,
        feature_fingerprint=manifest.feature_fingerprint,
        seed=manifest.seed,
        tensorflow=manifest.tensorflow,
        examination=manifest.examination,
        examination_told=manifest.examination_told,
        weights=manifest.weights,
        curves=models.curves(version),
        gate_report=models.gate(version),
        history=tuple(entry for entry in models.history() if entry.version == version),
    )


def promote(
    connection: Connection, models: ModelStore, version: str, actor: str, force: bool
) -> Promotion:
    """Raises `ModelNotFound`, `GateRefused` and `ModelRefused`."""
    known_manifest(models, version)
    gate = models.gate(version)
    refused = gate is not None and not gate.passed
    if gate is not None and refused and not force:
        raise GateRefused(version, gate.reasons)
    promotion = models.make_live(version, actor, forced=refused)
    _note(connection, "model.promote", promotion)
    return promotion


def roll_back(connection: Connection, models: ModelStore, actor: str) -> Promotion:
    """Raises `ModelRefused` where there is nothing to go back to."""
    promotion = models.roll_back(actor)
    _note(connection, "model.rollback", promotion)
    return promotion


def known_manifest(models: ModelStore, version: str) -> Manifest:
    """Raises `ModelNotFound`, also for a name that is none of a folder."""
    if version not in models.versions():
        raise ModelNotFound(version)
    return models.manifest(version)


def _info(models: ModelStore, version: str, live: str | None) -> dict[str, Any]:
    manifest = models.manifest(version)
    gate = models.gate(version)
    return {
        "version": version,
        "live": version == live,
        "created_at": manifest.created_at,
        "architecture": manifest.architecture,
        "bias": manifest.bias,
        "window": manifest.window,
        "judgments": manifest.judgments,
        "queries": manifest.queries,
        "judged_pairs": manifest.judged_pairs,
        "metrics": manifest.metrics,
        "parameters": manifest.parameters or len(manifest.features),
        "seconds": manifest.seconds,
        "run": manifest.run,
        "gate": None if gate is None else GateResult(gate.passed, gate.reasons, gate.champion),
        "refused": _refused(models, manifest),
    }


def _refused(models: ModelStore, manifest: Manifest) -> str:
    try:
        models.check(manifest)
    except ModelRefused as error:
        return str(error)
    return ""


def _note(connection: Connection, action: str, promotion: Promotion) -> None:
    note(
        connection,
        promotion.actor,
        action,
        f"model/{promotion.version}",
        before={"live": promotion.before},
        after={"live": promotion.version, "forced": promotion.forced},
    )
