"""What synthetic shoppers ask for: some queries much more often than others, and some never."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

import msgspec

from app.sample.chance import Random, chance


class Demand:
    """Queries by Zipf's law: the one of rank r is asked in proportion to 1/r, so that there are a
    head and a tail, as in a shop's log. Which query has which rank is drawn by the seed."""

    def __init__(self, queries: Sequence[str], seed: int) -> None:
        """`queries` must not be empty."""
        self.queries = tuple(chance(str(seed), "demand").sample(sorted(queries), len(queries)))
        self._reached = list(accumulate(1.0 / rank for rank in range(1, len(queries) + 1)))

    def draw(self, luck: Random) -> str:
        return self.queries[bisect_left(self._reached, luck.random() * self._reached[-1])]


class Split(msgspec.Struct, frozen=True):
    asked: tuple[str, ...]
    left_out: tuple[str, ...]
    """Never asked, so that a model can be measured where it has seen nothing."""


def leave_out(queries: Sequence[str], share: float, seed: int) -> Split:
    """Draws that share of the queries, rounded up, by the seed; both parts keep their order."""
    size = min(len(queries), math.ceil(share * len(queries)))
    chosen = frozenset(chance(str(seed), "left out").sample(sorted(queries), size))
    return Split(
        tuple(query for query in queries if query not in chosen),
        tuple(query for query in queries if query in chosen),
    )
