"""What a recommendation looks for in vector space; used by every backend of the index.

Vectors have the length 1, so that to be near to the weighted sum of some is to have a high weighted
sum of cosines to each: what Qdrant's `sum_scores` adds up, but with weights, and with one nearest
search. Its own recommend queries take no weights; `average_vector`, which would find the same where
all are 1, is not in Qdrant Edge.
"""

from collections.abc import Mapping

import numpy as np

from indexing.candidates import Floats

_NOTHING_LEFT = 1e-6
"""Of vectors that cancel each other out there remains rounding, which points anywhere."""


def weighted_sum(vectors: Mapping[int, Floats], weights: Mapping[int, float]) -> Floats | None:
    """The direction of the sum, as a vector of length 1, of those keys that have a vector; None
    where there is no direction."""
    total = sum(
        (weights[key] * _unit(vector) for key, vector in vectors.items()), np.zeros(1, np.float64)
    )
    length = float(np.linalg.norm(total))
    scale = sum(abs(weights[key]) for key in vectors)
    return None if length <= _NOTHING_LEFT * scale else (total / length).astype(np.float32)


def _unit(vector: Floats) -> Floats:
    length = np.linalg.norm(vector)
    return vector / length if length else vector
