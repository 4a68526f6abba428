"""The port to the ranking model, and the order of retrieval as its fallback."""

from typing import Protocol

import msgspec
import numpy as np

from indexing.candidates import Floats


class Scores(msgspec.Struct, frozen=True):
    """`values` has one score per candidate; exp(score) is proportional to the chance of being
    chosen. `contributions`, where the model can tell, has shape `(n, features)` and adds up to
    the scores but for a constant per list."""

    values: Floats
    contributions: Floats | None = None


class Scorer(Protocol):
    """Scores one list of candidates; called from several threads."""

    @property
    def version(self) -> str:
        """The model's version, `retrieval` where there is none."""

    def score(self, features: Floats, fused: Floats) -> Scores:
        """`features` has shape `(n, len(FEATURES))`; `fused`, of length `n`, is retrieval's own
        score in descending order."""


class RetrievalOrderScorer:
    """Keeps the order of retrieval: before the first model is trained, and when one fails."""

    version = "retrieval"

    def score(self, features: Floats, fused: Floats) -> Scores:
        # The logarithm makes a boost by 2 double the fused score, as it doubles a model's odds.
        # An item that only a rule brought in was found by no retriever; half the least score
        # that was found puts it last.
        found = fused[fused > 0]
        floor = float(found.min()) / 2 if len(found) else 1.0
        return Scores(np.log(np.maximum(fused, floor)).astype(np.float32))
