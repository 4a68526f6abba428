"""Relevance figures of ranked lists against judgments, each with a bootstrap interval."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from indexing.candidates import Floats
from indexing.documents import ItemId

CUT = 10
RECALL_CUT = 200
MEASURES = ("ndcg@10", "mrr@10", "recall@200", "judged@10", "ndcg@10_judged_only")
_RESAMPLES = 10_000
_SEED = 20_261_124


class Estimate(msgspec.Struct, frozen=True):
    """A mean over queries with its bootstrap 95 % interval."""

    mean: float
    low: float
    high: float


def ndcg(ranked_grades: Sequence[int], all_grades: Sequence[int], cut: int = CUT) -> float:
    """Normalised discounted cumulative gain, gain 2^grade - 1 and discount 1/log2(rank + 1), as
    in Burges et al., "Learning to rank using gradient descent", ICML 2005. The ideal is made of
    all judged items, so an item that was not retrieved costs."""
    ideal = _dcg(sorted(all_grades, reverse=True), cut)
    return _dcg(ranked_grades, cut) / ideal if ideal else 0.0


def _dcg(grades: Sequence[int], cut: int) -> float:
    top = np.asarray(grades[:cut], dtype=np.float64)
    return float(((2.0**top - 1.0) / np.log2(np.arange(2, len(top) + 2))).sum())


def measure(ranked: Sequence[ItemId], grades: Mapping[ItemId, int]) -> dict[str, float]:
    """All `MEASURES` of one ranked list; an item that was not judged counts as grade 0, except in
    `ndcg@10_judged_only`, which leaves such items out before it cuts at ten."""
    listed = [grades.get(item, 0) for item in ranked]
    relevant = {item for item, grade in grades.items() if grade > 0}
    first = next((rank for rank, grade in enumerate(listed[:CUT], 1) if grade > 0), None)
    top = ranked[:CUT]
    return {
        "ndcg@10": ndcg(listed, list(grades.values())),
        "mrr@10": 1.0 / first if first else 0.0,
        "recall@200": len(relevant & set(ranked[:RECALL_CUT])) / len(relevant) if relevant else 0.0,
        "judged@10": sum(item in grades for item in top) / len(top) if top else 0.0,
        "ndcg@10_judged_only": ndcg(
            [grades[item] for item in ranked if item in grades], list(grades.values())
        ),
    }


def estimate(values: Sequence[float]) -> Estimate:
    """Mean over queries with the percentile bootstrap's 95 % interval over 10,000 resamples of
    the queries (Efron and Tibshirani, 1993, chapter 13), seeded, so the same each time."""
    sample = np.asarray(values, dtype=np.float64)
    if not len(sample):
        return Estimate(0.0, 0.0, 0.0)
    rng = np.random.default_rng(_SEED)
    means = sample[rng.integers(0, len(sample), (_RESAMPLES, len(sample)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return Estimate(float(sample.mean()), float(low), float(high))


def summarise(per_query: Mapping[str, Mapping[str, float]]) -> dict[str, Estimate]:
    """From the measures of each query to an estimate of each measure."""
    return {
        name: estimate([measures[name] for measures in per_query.values()]) for name in MEASURES
    }


def paired_difference(
    one: Mapping[str, Mapping[str, float]], other: Mapping[str, Mapping[str, float]], name: str
) -> Estimate:
    """How much `one` is above `other`, query by query: pairing takes the queries' own difficulty
    out of the interval."""
    return estimate([one[query][name] - other[query][name] for query in one])


def ordered_by(scores: Floats, item_ids: Sequence[ItemId]) -> list[ItemId]:
    """The ids by descending score; equal scores keep their order."""
    return [item_ids[n] for n in np.argsort(-scores, kind="stable")]
