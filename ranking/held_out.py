"""How well scorers order lists that they did not learn from, told by what shoppers chose there or
by judgments."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from indexing.candidates import Floats
from ranking.dataset import JudgedList
from ranking.evaluate import CUT, Estimate, measure, ordered_by
from ranking.features import FEATURES
from ranking.labels import LabelledList
from ranking.propensity import Examination
from ranking.scorer import Scorer

Numbers = npt.NDArray[np.float64]

LEAST_CLUSTERS = 10
_RESAMPLES = 2_000
_CHUNK = 250
_SEED = 20_261_124
_FUSED = FEATURES.index("fused_rank")


class Measured(msgspec.Struct, frozen=True):
    """nDCG@10 of one scorer's order of each of `n` lists."""

    values: Numbers
    weights: Numbers
    """How much each counts. A list whose choice stood far down speaks for all the shoppers who
    never looked that far."""
    queries: tuple[str, ...]

    def only(self, which: npt.NDArray[np.bool_]) -> "Measured":
        kept = tuple(query for query, keep in zip(self.queries, which, strict=True) if keep)
        return Measured(self.values[which], self.weights[which], kept)

    @property
    def estimate(self) -> Estimate:
        """The mean with its 95 % bootstrap interval. Queries are resampled with all their lists,
        since lists of one query are much alike; the lists themselves where there are fewer than
        `LEAST_CLUSTERS` queries."""
        return ratio_estimate(self.values * self.weights, self.weights, self.clusters)

    @property
    def clusters(self) -> npt.NDArray[np.int64]:
        names = {query: n for n, query in enumerate(dict.fromkeys(self.queries))}
        if len(names) < LEAST_CLUSTERS:
            return np.arange(len(self.queries))
        return np.array([names[query] for query in self.queries], np.int64)


def by_clicks(lists: Sequence[LabelledList], examination: Examination, scorer: Scorer) -> Measured:
    """By what was done, each gain divided by how likely the hit was to be looked at."""
    values, weights = [], []
    for entry in lists:
        gains = entry.gains / examination.propensities(entry.positions)
        scores = scorer.score(entry.features, entry.features[:, _FUSED]).values
        values.append(_ndcg(scores[entry.compared], gains[entry.compared]))
        weights.append(float(gains.sum()))
    return Measured(np.array(values), np.array(weights), tuple(entry.query for entry in lists))


def by_judgments(lists: Sequence[JudgedList], scorers: Mapping[str, Scorer]) -> Measured:
    """By the grades of each query; `scorers` has one for each, so that a model may be measured only
    where it has not learned."""
    values = []
    for entry in lists:
        scores = scorers[entry.query].score(entry.features, entry.fused).values
        values.append(measure(ordered_by(scores, entry.item_ids), entry.grades)["ndcg@10"])
    return Measured(np.array(values), np.ones(len(lists)), tuple(entry.query for entry in lists))


def for_all(lists: Sequence[JudgedList], scorer: Scorer) -> Mapping[str, Scorer]:
    """One scorer for every query, where it has learned from none of them."""
    return {entry.query: scorer for entry in lists}


def paired(one: Measured, other: Measured) -> Estimate:
    """How much `one` is above `other`, list by list, with the 95 % bootstrap interval."""
    gaps = (one.values - other.values) * one.weights
    return ratio_estimate(gaps, one.weights, one.clusters)


def ratio_estimate(values: Numbers, weights: Numbers, cluster: npt.NDArray[np.int64]) -> Estimate:
    """Of sum(values) / sum(weights); clusters are numbered from 0 on. Seeded."""
    if not len(values) or not weights.sum():
        return Estimate(0.0, 0.0, 0.0)
    sums, masses = np.bincount(cluster, values), np.bincount(cluster, weights)
    rng = np.random.default_rng(_SEED)
    means = []
    for _ in range(_RESAMPLES // _CHUNK):
        drawn = rng.integers(0, len(sums), (_CHUNK, len(sums)))
        means.append(sums[drawn].sum(axis=1) / np.maximum(masses[drawn].sum(axis=1), 1e-12))
    low, high = np.percentile(np.concatenate(means), [2.5, 97.5])
    return Estimate(float(sums.sum() / masses.sum()), float(low), float(high))


def _ndcg(scores: Floats, gains: Numbers) -> float:
    discounts = 1.0 / np.log2(np.arange(2, CUT + 2))
    ranked = gains[np.argsort(-scores, kind="stable")][:CUT]
    ideal = np.sort(gains)[::-1][:CUT]
    best = float(ideal @ discounts[: len(ideal)])
    return float(ranked @ discounts[: len(ranked)]) / best if best else 0.0
