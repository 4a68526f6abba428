"""All that one query found, in its final order; made by the pipeline, cut into pages."""

from typing import NamedTuple

import numpy as np

from indexing.candidates import Candidates, no_candidates
from indexing.documents import ItemId
from ranking.features import FeatureMatrix, no_features
from ranking.scorer import Scores
from rules.arrange import Arrangement
from rules.match import FiredRules, Suppressed
from rules.rewrite import Rewritten


class Ranking(NamedTuple):
    """Without candidates where a rule redirects."""

    fired: FiredRules
    rewritten: Rewritten
    candidates: Candidates = no_candidates()
    features: FeatureMatrix = no_features([])
    scores: Scores = Scores(np.empty(0, np.float32))
    arrangement: Arrangement = Arrangement(())

    @property
    def suppressed(self) -> tuple[Suppressed, ...]:
        """What held and did not act, wherever it was decided."""
        return (
            *self.fired.suppressed,
            *self.rewritten.suppressed,
            *self.arrangement.suppressed,
        )

    @property
    def item_ids(self) -> list[ItemId]:
        """Best first."""
        return [self.features.item_ids[placed.candidate] for placed in self.arrangement.placed]

    @property
    def keys(self) -> list[int]:
        """The items' keys, best first."""
        return [int(self.candidates.keys[placed.candidate]) for placed in self.arrangement.placed]
