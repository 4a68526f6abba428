"""Team-draft interleaving of two rankings (Radlinski, Kurup and Joachims, "How does clickthrough
data reflect retrieval quality?", CIKM 2008): in each round a coin says which team picks first, and
each picks the best of its own ranking that nobody has picked yet."""

from collections.abc import Hashable, Sequence
from random import Random
from typing import Generic, NamedTuple, TypeVar

Entry = TypeVar("Entry", bound=Hashable)


class Drafted(NamedTuple, Generic[Entry]):
    """Of one length."""

    order: list[Entry]
    teams: list[int]
    """0 where the first ranking picked, 1 where the second did."""


def draft_teams(first: Sequence[Entry], second: Sequence[Entry], seed: int) -> Drafted[Entry]:
    """Everything that either ranking has, once; the same seed gives the same draft. A ranking that
    has nothing left to pick lets the other go on."""
    coin = Random(seed)  # noqa: S311 - it must be fair, not secret.
    rankings = (first, second)
    reached = [0, 0]
    taken: set[Entry] = set()
    drafted: Drafted[Entry] = Drafted([], [])

    def pick(team: int) -> bool:
        ranking = rankings[team]
        while reached[team] < len(ranking):
            entry = ranking[reached[team]]
            reached[team] += 1
            if entry not in taken:
                taken.add(entry)
                drafted.order.append(entry)
                drafted.teams.append(team)
                return True
        return False

    while True:
        beginner = coin.getrandbits(1)
        picked = pick(beginner)
        picked = pick(1 - beginner) or picked
        if not picked:
            return drafted
