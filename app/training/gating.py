"""Takes a trained model before the gate, beside what is live."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime

from app.training.judged import Judged
from app.training.material import Material
from app.training.request import Report, TrainingRequest
from app.training.trained import Trained
from ranking.errors import ModelRefused
from ranking.gate import GateReport, judge
from ranking.held_out import for_all
from ranking.model_store import ModelStore
from ranking.scorer import RetrievalOrderScorer, Scorer
from ranking.segments import traffic_of
from ranking.trial import by_held_out_lists, by_judged_queries

logger = logging.getLogger(__name__)


def stand_before_gate(
    models: ModelStore,
    judged: Judged,
    request: TrainingRequest,
    material: Material,
    trained: Trained,
    report: Report,
) -> GateReport:
    champion = champion_of(models)
    learned = traffic_of(material.learned)
    comparisons = by_held_out_lists(
        material.held_out, material.examination, learned, trained.scorer, champion
    )
    scorers = judged_scorers(judged, request, material, trained.scorer, report)
    comparisons += by_judged_queries(judged.lists, learned, scorers, champion)
    return judge(
        trained.version,
        RetrievalOrderScorer.version if champion is None else champion.version,
        comparisons,
        datetime.now(UTC).isoformat(),
    )


def champion_of(models: ModelStore) -> Scorer | None:
    """None where nothing is live that could be served: then shoppers see retrieval's order."""
    version = models.live_version()
    if version is None:
        return None
    try:
        return models.load(version)
    except ModelRefused as error:
        logger.warning("the live model is refused, so retrieval is the champion: %s", error)
        return None


def judged_scorers(
    judged: Judged, request: TrainingRequest, material: Material, scorer: Scorer, report: Report
) -> Mapping[str, Scorer]:
    """Who scores each judged query: where the model learned from judgments, one that learned from
    the same lists and the other folds' queries."""
    if not request.judgments or not judged.lists:
        return for_all(judged.lists, scorer)
    from ranking.event_training import train_on_events
    from ranking.in_memory_scorer import InMemoryScorer
    from ranking.train import FOLDS, split

    scorers: dict[str, Scorer] = {}
    for fold, held in enumerate(split(judged.lists, request.seed, FOLDS), 1):
        report({"phase": "cross-validating judgments", "done": fold, "steps": FOLDS})
        rest = [entry for entry in judged.lists if entry.query not in held]
        model = train_on_events(material.learned, material.examination, request.choice, rest)
        scorers |= dict.fromkeys(held, InMemoryScorer(model, f"fold {fold}"))
    return scorers
