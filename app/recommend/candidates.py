"""The candidates of a recommendation: in the order of retrieval or of association, and what fills
them up."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from app.recommend.schemas import Filler
from indexing.candidates import Candidates, Floats
from indexing.index import POOL_SIZE, RRF_K, ItemIndex
from indexing.queries import ExpandedQuery


class Chosen(NamedTuple):
    candidates: Candidates
    filler: Filler | None = None
    filling: frozenset[int] = frozenset()
    """The keys of those that only fill up."""


def most_popular(index: ItemIndex, expanded: ExpandedQuery) -> Chosen:
    """Where nothing is known that they could be like."""
    found = index.browse(expanded, POOL_SIZE)
    return Chosen(found, "popular", frozenset(_found(found)))


def has_found(candidates: Candidates) -> bool:
    """Whether more is there than what rules bring in."""
    return bool((candidates.fused > 0).any())


def filled_up(
    name: str, associated: Mapping[int, float], similar: Candidates, is_enough: bool
) -> Chosen:
    """What goes together, best first, and behind it what is similar where that is not enough;
    what rules bring in comes last, as it does in a search."""
    first = list(associated)[:POOL_SIZE]
    rest = [] if is_enough else [key for key in _found(similar) if key not in associated]
    found = [*first, *rest]
    known = set(found)
    brought = [key for key in similar.keys[similar.fused == 0.0].tolist() if key not in known]
    keys = [*found, *brought]
    strength = [associated.get(key, 0.0) for key in keys]
    candidates = Candidates(
        keys=np.array(keys, np.int64),
        fused=_by_order(len(found), len(brought)),
        scores={name: np.array(strength, np.float32)},
        capped=False,
    )
    return Chosen(candidates, "similar" if rest else None, frozenset(rest))


def _found(candidates: Candidates) -> Sequence[int]:
    keys: list[int] = candidates.keys[candidates.fused > 0].tolist()
    return keys


def _by_order(found: int, brought: int) -> Floats:
    """As where one browses, so that a boost means the same."""
    order = np.arange(found, dtype=np.float32)
    return np.concatenate([1.0 / (RRF_K + order), np.zeros(brought, np.float32)], dtype=np.float32)
