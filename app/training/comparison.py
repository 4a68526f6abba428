"""Two models side by side on the same candidates: how far they agree, and which is better where
there are judgments."""

from collections.abc import Sequence

import msgspec

from app.search.finding import Searched
from app.search.pipeline import SearchPipeline
from app.training.errors import CannotCompare
from app.training.judged import judged_lists
from app.training.registry import known_manifest
from indexing.documents import ItemId
from ranking.dataset import JudgedList
from ranking.evaluate import CUT, Estimate, estimate, ordered_by
from ranking.held_out import by_judgments, for_all, paired
from ranking.judgments import Judgments
from ranking.model_store import ModelStore
from ranking.scorer import RetrievalOrderScorer, Scorer

LIVE = "live"


class QueryComparison(msgspec.Struct, frozen=True):
    query: str
    overlap: float
    a: tuple[ItemId, ...]
    """The first ten."""
    b: tuple[ItemId, ...]


class Relevance(msgspec.Struct, frozen=True):
    """nDCG@10 on judged queries; `difference` is how much `b` is above `a`."""

    queries: int
    a: Estimate
    b: Estimate
    difference: Estimate


class ModelComparison(msgspec.Struct, frozen=True):
    a: str
    b: str
    overlap: Estimate
    """Of each query's first ten, which share both have."""
    ndcg: Relevance | None
    """None where no query is judged."""
    queries: tuple[QueryComparison, ...]


def compare_models(
    search: SearchPipeline,
    serving: Searched,
    scorers: tuple[Scorer, Scorer],
    judgments: Judgments,
    queries: Sequence[str],
) -> ModelComparison:
    """`queries` need not be judged; empty for all that are. Raises `CannotCompare`."""
    asked = tuple(queries) or judgments.answerable
    if not asked:
        raise CannotCompare("there are no stored judgments; name queries to compare on")
    known = Judgments({query: judgments.by_query.get(query, {}) for query in asked})
    lists = list(judged_lists(search, serving, known, asked, lambda _: None))
    rows = [_compare(entry, *scorers) for entry in lists]
    judged = [entry for entry in lists if any(entry.grades.values())]
    return ModelComparison(
        scorers[0].version,
        scorers[1].version,
        estimate([row.overlap for row in rows]),
        _relevance(judged, *scorers) if judged else None,
        tuple(rows),
    )


def named_scorer(models: ModelStore, name: str, live: Scorer) -> Scorer:
    """By version, or `live` or `retrieval`. Raises `ModelNotFound` and `ModelRefused`."""
    if name in (LIVE, live.version):
        return live
    if name == RetrievalOrderScorer.version:
        return RetrievalOrderScorer()
    known_manifest(models, name)
    return models.load(name)


def _compare(entry: JudgedList, a: Scorer, b: Scorer) -> QueryComparison:
    tops = [
        tuple(ordered_by(scorer.score(entry.features, entry.fused).values, entry.item_ids)[:CUT])
        for scorer in (a, b)
    ]
    longest = max(map(len, tops))
    overlap = len(set(tops[0]) & set(tops[1])) / longest if longest else 1.0
    return QueryComparison(entry.query, overlap, *tops)


def _relevance(judged: Sequence[JudgedList], a: Scorer, b: Scorer) -> Relevance:
    one, other = (by_judgments(judged, for_all(judged, scorer)) for scorer in (a, b))
    return Relevance(len(judged), one.estimate, other.estimate, paired(other, one))
