"""Every architecture and every correction of position bias, trained on the same lists and measured
on the same others: `endcap train --from-events --compare`."""

import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np

from app.training.gating import champion_of, judged_scorers
from app.training.judged import Judged
from app.training.material import Material, gather
from app.training.request import Report, TrainingRequest
from app.training.training import Parts, fit
from app.training.turn import training_turn
from ranking.choice import ARCHITECTURES, BIASES
from ranking.evaluate import Estimate
from ranking.features import FEATURES
from ranking.held_out import Measured, by_clicks, by_judgments, for_all, paired
from ranking.scorer import RetrievalOrderScorer, Scorer

CANDIDATES = 200
_CALLS = 50


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One way of ranking. nDCG@10 on held-out lists is by clicks, weighed by propensity."""

    name: str
    bias: str
    clicks: Estimate
    clicks_over_retrieval: Estimate
    judgments: Estimate | None
    """Of a model that learned from judgments, in cross-validation."""
    seconds: float | None = None
    """Of training."""
    parameters: int | None = None
    milliseconds: float | None = None
    """To score `CANDIDATES`, the median."""
    kilobytes: float | None = None
    """Of the SavedModel."""


class _Field:
    """What all are measured on."""

    def __init__(self, material: Material, judged: Judged) -> None:
        self._material = material
        self._judged = judged.lists
        self._retrieval = self._by_clicks(RetrievalOrderScorer())

    def row(self, name: str, bias: str, scorer: Scorer, judged: Mapping[str, Scorer]) -> Row:
        clicks = self._by_clicks(scorer)
        return Row(
            name=name,
            bias=bias,
            clicks=clicks.estimate,
            clicks_over_retrieval=paired(clicks, self._retrieval),
            judgments=by_judgments(self._judged, judged).estimate if self._judged else None,
        )

    def alike(self, scorer: Scorer) -> Mapping[str, Scorer]:
        return for_all(self._judged, scorer)

    def _by_clicks(self, scorer: Scorer) -> Measured:
        return by_clicks(self._material.held_out, self._material.examination, scorer)


def compare_all(parts: Parts, request: TrainingRequest, report: Report) -> list[Row]:
    """Nothing is kept. Raises what a training raises."""
    with training_turn(parts.engine, report):
        material = gather(parts.engine, request.days, datetime.now(UTC), report)
        field = _Field(material, parts.judged)
        retrieval, champion = RetrievalOrderScorer(), champion_of(parts.models)
        rows = [field.row("retrieval", "", retrieval, field.alike(retrieval))]
        if champion is not None:
            rows.append(field.row(f"live: {champion.version}", "", champion, field.alike(champion)))
        rows += [_train(parts, choice, material, field, report) for choice in _choices(request)]
    return rows


def _choices(request: TrainingRequest) -> Iterator[TrainingRequest]:
    for architecture in ARCHITECTURES:
        yield msgspec.structs.replace(request, architecture=architecture)
    for bias in BIASES:
        if bias != request.bias:
            yield msgspec.structs.replace(request, architecture="linear", bias=bias)


def _train(
    parts: Parts, request: TrainingRequest, material: Material, field: _Field, report: Report
) -> Row:
    from ranking.model import export
    from ranking.tf_scorer import TensorFlowScorer

    what = f"{request.architecture}, {request.bias}"
    model, seconds = fit(parts.judged, request, material, f"training {what}", report)
    with tempfile.TemporaryDirectory(prefix="endcap-compare-") as folder:
        export(model, Path(folder))
        scorer = TensorFlowScorer(Path(folder), what)
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        judged = judged_scorers(parts.judged, request, material, scorer, report)
        row = field.row(request.architecture, request.bias, scorer, judged)
        return msgspec.structs.replace(
            row,
            seconds=round(seconds, 1),
            parameters=model.count_params(),
            milliseconds=_latency(scorer),
            kilobytes=round(size / 1024, 1),
        )


def _latency(scorer: Scorer) -> float:
    features = np.random.default_rng(1).random((CANDIDATES, len(FEATURES)), dtype=np.float32)
    fused = np.zeros(CANDIDATES, np.float32)
    taken = []
    for _ in range(_CALLS):
        begun = time.perf_counter()
        scorer.score(features, fused)
        taken.append(time.perf_counter() - begun)
    return round(1e3 * float(np.median(taken)), 3)
