"""All that one query found, in its final order; made by the pipeline, cut into pages."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from app.search.result_set import ResultSet
from app.search.schemas import Relaxation
from indexing.candidates import Candidates, Keys, no_candidates
from indexing.documents import ItemId
from ranking.features import FeatureMatrix, no_features
from ranking.scorer import RetrievalOrderScorer, Scores
from rules.arrange import Arrangement, Placed
from rules.match import FiredRules, Suppressed
from rules.model import Rule
from rules.rewrite import Rewritten


class Ranking(NamedTuple):
    """Without candidates where a rule redirects."""

    fired: FiredRules
    rewritten: Rewritten
    candidates: Candidates = no_candidates()
    features: FeatureMatrix = no_features([])
    scores: Scores = Scores(np.empty(0, np.float32))
    arrangement: Arrangement = Arrangement(())
    model_version: str = RetrievalOrderScorer.version
    """Of the model that gave the scores; `a+b` where two were drafted into one order."""
    experiments: Mapping[str, str] = {}
    """By experiment that this request took part in, the arm."""
    explored: bool = False
    """The organic order was drawn by chance."""
    results: ResultSet | None = None
    """All that was found, of which the candidates are the best; None where a rule redirects."""
    behind: Keys = np.empty(0, np.int64)
    """One item for each product group that was found and is not among the candidates."""
    terms: frozenset[int] = frozenset()
    """Of the query's words, as the lexical retriever knows them."""
    relaxed: tuple[Relaxation, ...] = ()
    corrected: str | None = None
    """The query as it was taken, where a word was taken for another."""
    teams: Mapping[int, int] | None = None
    """Of two drafted orders: by candidate, the index of the arm that drafted it."""

    @property
    def total(self) -> int:
        """Hits on all pages."""
        return len(self.arrangement.placed) + len(self.behind)

    @property
    def suppressed(self) -> tuple[Suppressed, ...]:
        """What held and did not act, wherever it was decided."""
        return (
            *self.fired.suppressed,
            *self.rewritten.suppressed,
            *self.arrangement.suppressed,
        )

    @property
    def acted(self) -> tuple[Rule, ...]:
        """The rules that fired, strongest first, without those of which every instruction is
        suppressed."""
        idle = {(entry.rule.id, entry.instruction) for entry in self.suppressed}
        return tuple(
            rule
            for rule in self.fired.rules
            if any((rule.id, n) not in idle for n in range(len(rule.then)))
        )

    def teams_of(self, page: Sequence[Placed]) -> tuple[int, ...] | None:
        """For each hit of a page the index of its arm; -1 for what a rule has pinned there."""
        if self.teams is None:
            return None
        return tuple(
            -1 if hit.placement == "pinned" else self.teams.get(hit.candidate, -1) for hit in page
        )

    @property
    def item_ids(self) -> list[ItemId]:
        """Best first."""
        return [self.features.item_ids[placed.candidate] for placed in self.arrangement.placed]

    @property
    def keys(self) -> list[int]:
        """The items' keys, best first."""
        return [int(self.candidates.keys[placed.candidate]) for placed in self.arrangement.placed]
