"""What synthetic shoppers did, added up; printed at the end of a simulation."""

from collections import Counter
from collections.abc import Iterable
from typing import Self

import msgspec

from app.simulation.shopper import Reaction, ShownList

MILLIONTHS = 1_000_000


class Report(msgspec.Struct, frozen=True):
    """What `--json` prints."""

    sessions: int
    searches: int
    empty: int
    explored: int
    clicks: int
    clicked_searches: int
    click_through_rate: float
    """The share of searches with at least one click."""
    clicks_by_position: dict[int, int]
    shown_by_position: dict[int, int]
    carts: int
    purchases: int
    revenue: float
    events: int
    seconds: float
    searches_per_second: float
    arms: dict[str, dict[str, int]]
    """By experiment and arm, how many searches."""
    left_out: tuple[str, ...] = ()
    """Queries that nobody asked."""


class Tally:
    """Of one thread; `merge` adds another's."""

    def __init__(self) -> None:
        self.searches = 0
        self.events = 0
        self._counts: Counter[str] = Counter()
        self._clicks: Counter[int] = Counter()
        self._shown: Counter[int] = Counter()
        self._arms: Counter[tuple[str, str]] = Counter()
        self._revenue = 0

    def add(self, shown: ShownList, reaction: Reaction, events: int) -> None:
        self.searches += 1
        self.events += events
        self._shown.update(hit.position for hit in shown.hits)
        self._clicks.update(hit.position for hit in reaction.clicked)
        self._arms.update(shown.experiments.items())
        self._counts["empty"] += not shown.hits
        self._counts["explored"] += shown.explored
        self._counts["clicked"] += bool(reaction.clicked)
        self._counts["carts"] += len(reaction.carted)
        self._counts["purchases"] += len(reaction.bought)
        self._revenue += sum(round((hit.item.price or 0.0) * MILLIONTHS) for hit in reaction.bought)

    def merge(self, others: Iterable[Self]) -> Self:
        for other in others:
            self.searches += other.searches
            self.events += other.events
            self._counts.update(other._counts)
            self._clicks.update(other._clicks)
            self._shown.update(other._shown)
            self._arms.update(other._arms)
            self._revenue += other._revenue
        return self

    def report(self, sessions: int, seconds: float, left_out: tuple[str, ...]) -> Report:
        arms: dict[str, dict[str, int]] = {}
        for (experiment, arm), count in sorted(self._arms.items()):
            arms.setdefault(experiment, {})[arm] = count
        return Report(
            sessions=sessions,
            searches=self.searches,
            empty=self._counts["empty"],
            explored=self._counts["explored"],
            clicks=self._clicks.total(),
            clicked_searches=self._counts["clicked"],
            click_through_rate=self._counts["clicked"] / max(self.searches, 1),
            clicks_by_position=dict(sorted(self._clicks.items())),
            shown_by_position=dict(sorted(self._shown.items())),
            carts=self._counts["carts"],
            purchases=self._counts["purchases"],
            revenue=self._revenue / MILLIONTHS,
            events=self.events,
            seconds=seconds,
            searches_per_second=self.searches / seconds if seconds else 0.0,
            arms=arms,
            left_out=left_out,
        )
