"""From what Qdrant found to one frozen set of candidates, the same for both its backends."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from indexing.candidates import FINDING, Candidates, best_first, no_candidates
from indexing.errors import IndexUnavailable
from indexing.index import RRF_K

FUSED_PER_LIMIT = len(FINDING)
"""Fused candidates to ask for, in limits: each retriever finds a limit of its own."""

Scored = Mapping[str, Mapping[int, float]]
"""By retriever, the scores of those points that have one."""


def assemble(
    keys: Sequence[int],
    fused: Sequence[float] | None,
    included: Sequence[int],
    limit: int,
    exact_scores: Callable[[Sequence[int]], Scored],
) -> Candidates:
    """`keys` in the order found, of fused ones all that any retriever found (`FUSED_PER_LIMIT`
    times the limit at most), with their scores; None when they were only browsed, and
    then the order itself stands for a score. `included` joins behind, unless it was found."""
    found = np.array(keys, np.int64)
    if fused is None:
        order = 1.0 / (RRF_K + np.arange(len(found)))
    else:
        # Two retrievers' items of one rank have equal scores, so the cut is made here and not by
        # Qdrant: else the last candidate would be one or the other.
        found, order = best_first(found, np.array(fused, np.float64))
        found, order = found[:limit], order[:limit]
    everything = found.tolist()
    if included:
        known = set(everything)
        everything += [key for key in dict.fromkeys(included) if key not in known]
    if not everything:
        return no_candidates()
    scored = exact_scores(everything) if fused is not None else {}
    scores = np.zeros(len(everything), np.float32)
    scores[: len(order)] = order
    return Candidates(
        keys=np.array(everything, np.int64),
        fused=scores,
        scores={
            # A point that shares no word with the query has no BM25 score: that is a score of 0.
            name: np.array([by_key.get(key, 0.0) for key in everything], np.float32)
            for name, by_key in scored.items()
        },
        capped=len(found) >= limit,
    )


def point_key(point_id: object) -> int:
    """Our points are numbered; anything else in the collection is not ours."""
    if not isinstance(point_id, int):
        raise IndexUnavailable(f"the collection holds a point with a foreign id: {point_id!r}")
    return point_id
