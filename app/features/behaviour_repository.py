"""The counts in Postgres, added up over the windows that features look back on."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection, TextClause, bindparam, func, select, text

from app.db.tables import items
from app.items.repository import LIVE
from ranking.behaviour import BEHAVIOUR, Ints
from ranking.behaviour_sums import Group, Traits
from ranking.facts import brand_token, category_token
from ranking.tallies import HOUR

COLUMNS = BEHAVIOUR.columns
WINDOWS = BEHAVIOUR.definitions.windows
_LONGEST = max(WINDOWS)
_FETCH = 20_000


class PairSums(NamedTuple):
    """What (query, item) pairs count, row by row, query by query."""

    groups: list[Group]
    keys: Ints
    sums: Ints
    """Shape `(pairs, columns)`."""


_SUMS = ", ".join(
    f"coalesce(sum(b.{metric}) filter (where b.bucket > to_timestamp(:after_{days})), 0)::bigint"
    for metric, days in COLUMNS
)

_ALL = text(
    f"""
    select b.query, b.item_key, {_SUMS} from behaviour_counts b
    where b.bucket > to_timestamp(:after_{_LONGEST})
    group by b.query, b.item_key order by b.query, b.item_key
    """  # noqa: S608
)


def _changed(turn: bool) -> TextClause:
    """Pairs with a row that was written, and at the turn of the hour those with one that falls out
    of a window."""
    leaving = "".join(
        f"""
        union select query, item_key from behaviour_counts
        where bucket > to_timestamp(:before_{days}) and bucket <= to_timestamp(:after_{days})
        """  # noqa: S608
        for days in WINDOWS
    )
    return text(
        f"""
        with changed as (
            select query, item_key from behaviour_counts where changed_in >= :seen
            {leaving if turn else "group by query, item_key"}
        )
        select c.query, c.item_key, {_SUMS} from changed c
        left join behaviour_counts b on b.query = c.query and b.item_key = c.item_key
            and b.bucket > to_timestamp(:after_{_LONGEST})
        group by c.query, c.item_key order by c.query, c.item_key
        """  # noqa: S608
    )


_CHANGED = {turn: _changed(turn) for turn in (False, True)}


def read_all_sums(connection: Connection, hour: int) -> PairSums:
    """Of the windows that end with that hour; hours since 1970."""
    return _read(connection, _ALL, _after(hour))


def read_changed_sums(
    connection: Connection, since_transaction: int, hour: int, hour_before: int
) -> PairSums:
    """Of all pairs whose sums may not be what they were when it was `hour_before`."""
    parameters = _after(hour) | {"seen": since_transaction}
    if turn := hour != hour_before:
        parameters |= {
            name.replace("after", "before"): at for name, at in _after(hour_before).items()
        }
    return _read(connection, _CHANGED[turn], parameters)


def _after(hour: int) -> dict[str, int]:
    """By window, the last hour that is no longer in it, as seconds since 1970."""
    return {f"after_{days}": HOUR * (hour - 24 * days) for days in WINDOWS}


def _read(connection: Connection, statement: TextClause, parameters: dict[str, int]) -> PairSums:
    groups: list[Group] = []
    parts = [np.empty((0, 1 + len(COLUMNS)), np.int64)]
    first = count = 0
    query: str | None = None
    result = connection.execute(statement, parameters, execution_options={"stream_results": True})
    for rows in result.partitions(_FETCH):
        for row in rows:
            if row[0] != query:
                if query is not None:
                    groups.append(Group(query, first, count))
                query, first = row[0], count
            count += 1
        parts.append(np.array([row[1:] for row in rows], np.int64))
    if query is not None:
        groups.append(Group(query, first, count))
    numbers = np.concatenate(parts)
    return PairSums(groups, numbers[:, 0], numbers[:, 1:])


def read_traits(connection: Connection, keys: Sequence[int]) -> dict[int, Traits]:
    """Of those items that the catalogue has."""
    statement = select(items.c.key, items.c.brand, items.c.categories).where(
        items.c.key == func.any(bindparam("keys")), LIVE
    )
    return _traits(connection.execute(statement, {"keys": list(keys)}))


def _traits(rows: Iterable[Any]) -> dict[int, Traits]:
    return {row.key: Traits(brand_token(row.brand), category_token(row.categories)) for row in rows}


def read_all_traits(connection: Connection) -> dict[int, Traits]:
    """Of the whole catalogue."""
    statement = select(items.c.key, items.c.brand, items.c.categories).where(LIVE)
    return _traits(connection.execute(statement, execution_options={"yield_per": _FETCH}))


def changed_items(connection: Connection, since_transaction: int) -> list[int]:
    statement = select(items.c.key).where(items.c.changed_in >= since_transaction)
    return list(connection.execute(statement).scalars())


class SessionRow(NamedTuple):
    session_id: str
    action: str
    at: float
    """Seconds since 1970."""
    key: int
    item_key: int


_SESSIONS = text(
    """
    select session_id, action, extract(epoch from at)::float8, key, item_key
    from interaction_events
    where changed_in >= :seen and at > to_timestamp(:after)
        and session_id <> '' and item_key is not null and action = any(:actions)
    order by at desc, key desc limit :most
    """
)


def read_session_actions(
    connection: Connection, since_transaction: int, after: float, actions: Iterable[str], most: int
) -> list[SessionRow]:
    """The latest of transactions from that one on; the newest first."""
    rows = connection.execute(
        _SESSIONS,
        {"seen": since_transaction, "after": after, "actions": list(actions), "most": most},
    )
    return [SessionRow(*row) for row in rows]


_ARRIVALS = text(
    """
    select extract(epoch from known_at)::float8 from interaction_events
    where changed_in >= :seen and changed_in < :to and source = 'api'
    order by changed_in desc limit :most
    """
)


def read_arrivals(connection: Connection, seen: int, to: int, most: int) -> list[float]:
    """When the events of the transactions from `seen` and before `to` came in, in seconds since
    1970; at most so many, the latest."""
    return list(connection.execute(_ARRIVALS, {"seen": seen, "to": to, "most": most}).scalars())
