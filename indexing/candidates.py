"""What retrieval hands to ranking: one frozen set of candidates, column by column."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Keys = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float64]

DENSE = "dense"
"""Cosine of the embedded texts; finds candidates."""

LEXICAL = "lexical"
"""BM25 over all texts of an item; finds candidates."""

CORE = "lexical_core"
"""BM25 over title, brand, category and description; scores the candidates that the others found.
An attribute that mentions a word should find its item, yet not count as much as the title."""

FINDING = (DENSE, LEXICAL)


class Candidates(msgspec.Struct, frozen=True):
    """`n` candidates in fused order; every array has length `n`."""

    keys: Keys
    fused: Floats
    """Reciprocal-rank-fusion score, 0 for an item that only a rule brought in."""
    scores: Mapping[str, Floats]
    """By `DENSE`, `LEXICAL` and `CORE` the exact score of every candidate, also of those that the
    retriever did not itself find; without an entry for one that did not run."""
    capped: bool
    """Whether the pool's limit cut the candidates off, so that more items may match."""

    def __len__(self) -> int:
        return len(self.keys)

    def ranks(self, retriever: str) -> npt.NDArray[np.int64]:
        """Each candidate's 1-based rank among these by that retriever's score."""
        return ranks_of(self.scores[retriever])


def ranks_of(scores: Floats) -> npt.NDArray[np.int64]:
    """1-based ranks by descending score; equal scores keep their order."""
    ranks = np.empty(len(scores), dtype=np.int64)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return ranks


def best_first(keys: Keys, scores: Scores) -> tuple[Keys, Scores]:
    """Both in the order of the scores, and of the keys among equal ones: Qdrant gives these in any
    order, and pages that are asked for one by one would repeat one item and lose another."""
    order = np.lexsort((keys, -scores))
    return keys[order], scores[order]


def no_candidates() -> Candidates:
    empty = np.empty(0, dtype=np.float32)
    return Candidates(np.empty(0, dtype=np.int64), empty, {}, capped=False)


def take(candidates: Candidates, places: Sequence[int] | npt.NDArray[np.intp]) -> Candidates:
    """Only the candidates at those places, in their order."""
    at = np.asarray(places, np.intp)
    return Candidates(
        keys=candidates.keys[at],
        fused=candidates.fused[at],
        scores={name: column[at] for name, column in candidates.scores.items()},
        capped=candidates.capped,
    )
