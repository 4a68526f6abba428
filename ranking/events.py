"""What a model learns from, as values: lists as they were shown, what shoppers did with them, and
the two joined. `app/events` reads and writes them; field names are those of User Behavior Insights
1.3.0 where it has one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NewType, get_args

import msgspec

from indexing.candidates import Floats
from indexing.documents import ItemKey
from indexing.queries import QueryId

ClientId = NewType("ClientId", str)
SessionId = NewType("SessionId", str)

Action = Literal[
    "impression", "view", "click", "add_to_cart", "purchase", "remove_from_cart", "dismiss"
]
ACTIONS: tuple[Action, ...] = get_args(Action)
"""What is learned from; any other `action_name` is stored and left alone."""

PLACEMENTS = ("organic", "pinned", "boosted", "buried")
"""How a hit came to its position; stored as an index into this."""

ORGANIC = PLACEMENTS.index("organic")


def normal_query(text: str) -> str:
    """How queries are told apart: in lower case, with single blanks, without what no database
    takes."""
    return " ".join(text.split()).lower().replace("\x00", "")


class RankingEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One page of hits as it was shown; `n` items."""

    query_id: QueryId
    at: datetime
    client_id: ClientId
    session_id: SessionId
    query: str
    """In lower case, with single blanks."""
    sort: str
    first: int
    """How many hits stand on earlier pages: position 1 of a second page is `first + 1`."""
    total: int
    item_keys: tuple[ItemKey, ...]
    placements: tuple[int, ...]
    """Of each item, its index in `PLACEMENTS`."""
    features: Floats | None
    """Shape `(n, features)`, as scored; None where no model scored the list."""
    feature_fingerprint: str | None
    model_version: str
    ruleset_version: int
    experiments: Mapping[str, str] = {}
    """By experiment, the arm that answered; at most one experiment of models and one of rules."""
    explored: bool = False
    """The organic order was drawn by chance, from the scores."""
    teams: tuple[int, ...] | None = None
    """Of an interleaved list, the index of the arm that each item stands for; -1 for neither."""
    total_ms: float | None = None
    degraded: tuple[str, ...] = ()
    final: bool = False
    """The request said that the shopper meant this one, so that it is never taken for typing."""
    applied_rules: tuple[str, ...] = ()
    """The ids of the rules that fired."""

    def position_of(self, key: ItemKey) -> int | None:
        """Counted from 1 over all pages."""
        return self.first + self.item_keys.index(key) + 1 if key in self.item_keys else None


class Clickthrough(msgspec.Struct, frozen=True):
    """A list as shown with what was done to its items."""

    shown: RankingEvent
    actions: Mapping[ItemKey, frozenset[Action]]
    """Only of items with any."""
    impressions_to: int | None
    """The lowest position that the client says was seen; None where it did not say."""
