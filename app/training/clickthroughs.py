"""What models learn from, read from the log: lists as shown with what was done with their items,
and how often each pair of query and item was clicked at each position."""

from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, text

from indexing.documents import ItemKey
from indexing.queries import QueryId
from ranking.events import ACTIONS, ORGANIC, Clickthrough, ClientId, RankingEvent, SessionId
from ranking.propensity import Showings

MOST_LISTS = 60_000
"""The newest. More teach little that these do not, and would take long."""

MOST_ROWS = 3_000_000

# Only lists in the order of ranking: what a sort by price put on top says nothing of relevance.
# What was done is gathered first and in one go: looked up list by list, it takes minutes as long as
# Postgres has not yet counted the rows that it has.
_CLICKTHROUGHS = text(
    """
    with done as materialized (
        select list_id, array_agg(item_key) as keys, array_agg(action) as actions
        from interaction_events
        where at >= :since and list_id is not null and item_key is not null
          and action = any(:actions)
        group by list_id
    )
    select r.*, done.keys as done_keys, done.actions as done_actions
    from ranking_events r
    join done on done.list_id = r.query_id
    where r.at >= :since and r.at < :until and r.sort = 'relevance'
      and r.query <> '' and cardinality(r.item_keys) > 0
    order by r.at desc, r.query_id
    limit :most
    """
)


def read_clickthroughs(
    connection: Connection, since: datetime, until: datetime, most: int = MOST_LISTS
) -> list[Clickthrough]:
    """Lists of the window that something was done with, the oldest first."""
    done = [action for action in ACTIONS if action not in ("impression", "view")]
    rows = connection.execute(
        _CLICKTHROUGHS, {"since": since, "until": until, "actions": done, "most": most}
    )
    return [_clickthrough(row) for row in rows][::-1]


def _clickthrough(row: Row[Any]) -> Clickthrough:
    actions: dict[ItemKey, set[Any]] = {}
    shown = frozenset(row.item_keys)
    for key, action in zip(row.done_keys, row.done_actions, strict=True):
        if key in shown:
            actions.setdefault(ItemKey(key), set()).add(action)
    features = None
    if row.features is not None:
        features = np.frombuffer(row.features, "<f4").reshape(len(row.item_keys), -1)
    event = RankingEvent(
        query_id=QueryId(row.query_id),
        at=row.at,
        client_id=ClientId(row.client_id),
        session_id=SessionId(row.session_id),
        query=row.query,
        sort=row.sort,
        first=row.first,
        total=row.total,
        item_keys=tuple(map(ItemKey, row.item_keys)),
        placements=tuple(row.placements),
        features=features,
        feature_fingerprint=row.feature_fingerprint,
        model_version=row.model_version,
        ruleset_version=row.ruleset_version,
    )
    kept = {key: frozenset(done) for key, done in actions.items()}
    return Clickthrough(event, kept, row.impressions_to)


# Of first pages alone: who asks for the second has not found what he sought on the first, so its
# clicks compare with nothing there. Nobody looked at what was typing. Pairs that were never
# clicked, or always stood at one position, tell nothing of positions, but their clicks are counted
# beside those of all others.
_SHOWINGS = text(
    """
    with counted as (
        select r.query, hit.item_key, hit.position, count(*) as shown,
            count(*) filter (where hit.item_key = any(done.keys)) as clicked
        from ranking_events r
        left join lateral (
            select array_agg(i.item_key) as keys
            from interaction_events i
            where i.list_id = r.query_id and i.item_key is not null and i.action = any(:actions)
        ) done on true
        cross join lateral unnest(r.item_keys, r.placements)
            with ordinality as hit (item_key, placement, position)
        where r.at >= :since and r.at < :until and r.sort = 'relevance' and r.first = 0
          and not r.typing and r.query <> '' and hit.placement = :organic
          and hit.position <= :positions
        group by r.query, hit.item_key, hit.position
    )
    select dense_rank() over (order by query, item_key) as pair, position, shown, clicked
    from counted
    limit :most
    """
)


def read_showings(
    connection: Connection, since: datetime, until: datetime, positions: int
) -> Showings:
    """Down to so many positions."""
    done = ("click", "add_to_cart", "purchase")
    rows = connection.execute(
        _SHOWINGS,
        {
            "since": since,
            "until": until,
            "organic": ORGANIC,
            "positions": positions,
            "actions": list(done),
            "most": MOST_ROWS,
        },
    )
    columns = np.array([tuple(row) for row in rows], np.int64).reshape(-1, 4)
    return Showings(*(np.ascontiguousarray(column) for column in columns.T))
