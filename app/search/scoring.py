"""Scores the candidates of one request: by the live model or an arm's, by two models drafted into
one order, or in an order drawn by chance; called by the pipeline."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from app.experiments.interleaving import draft_teams
from app.search.exploration import deal_out, draw_order, odds_by_rank
from app.search.stages import Stages
from app.search.treatment import Rivals, Treatment
from indexing.candidates import Floats
from ranking.features import FeatureMatrix
from ranking.scorer import RetrievalOrderScorer, Scorer, Scores
from rules.rewrite import Rewritten


class Scored(NamedTuple):
    """`order` has the scores that the rules arrange by: the model's own, or the same values dealt
    out to another order."""

    scores: Scores
    order: Floats
    model_version: str
    explored: bool = False
    teams: Mapping[int, int] | None = None
    """By candidate, the index of the arm that drafted it."""


class Scoring:
    def __init__(self, live: Callable[[], Scorer]) -> None:
        self._live = live
        self._retrieval_order = RetrievalOrderScorer()

    def score(
        self,
        rewritten: Rewritten,
        features: FeatureMatrix,
        fused: Floats,
        treatment: Treatment,
        stages: Stages,
    ) -> Scored:
        """The order of retrieval where there is no model, no text, no time, or a failure."""
        plain = self._retrieval_order.score(features.values, fused)
        scored = Scored(plain, plain.values, self._retrieval_order.version)
        if not rewritten.expanded.text:
            return scored
        with stages.optional("score"):
            if features.complete and stages.in_time("score"):
                # Where something sorts, there is no order of models to compare or to explore.
                if treatment.rivals is not None and rewritten.sort is None:
                    return _drafted(treatment.rivals, features.values, fused)
                scorer = treatment.scorer or self._live()
                scores = scorer.score(features.values, fused)
                scored = Scored(scores, scores.values, scorer.version)
            if treatment.explore_seed is not None and rewritten.sort is None:
                return _explored(scored, treatment.explore_seed)
        return scored


def _explored(scored: Scored, seed: int) -> Scored:
    by_model = scored.model_version != RetrievalOrderScorer.version
    odds = scored.order if by_model else odds_by_rank(len(scored.order))
    return scored._replace(order=draw_order(scored.order, odds, seed), explored=True)


def _drafted(rivals: Rivals, features: Floats, fused: Floats) -> Scored:
    """Explained by the first model's scores, the best of which goes to the first that was
    drafted."""
    scores = rivals.first.score(features, fused)
    first = np.argsort(-scores.values, kind="stable")
    second = np.argsort(-rivals.second.score(features, fused).values, kind="stable")
    drafted = draft_teams(first.tolist(), second.tolist(), rivals.seed)
    return Scored(
        scores,
        deal_out(scores.values, np.array(drafted.order, np.intp)),
        f"{rivals.first.version}+{rivals.second.version}",
        teams=dict(zip(drafted.order, drafted.teams, strict=True)),
    )
