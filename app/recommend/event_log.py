"""What the log of interactions says for recommendations: what shoppers bought or viewed beside an
item, and what one shopper did lately."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import Connection, TextClause, text

from app.recommend.association import Pair
from app.recommend.seeds import Done

Together = Literal["bought_together", "viewed_together"]
WINDOW = timedelta(days=90)
LATELY = timedelta(days=30)
LEAST_SHOPPERS = 2
"""Of whom a pair must be: what one shopper did says something of this shopper alone."""

MOST_EVENTS = 2_000
"""Of an item: what its latest shoppers did tells enough, and a bestseller must not take longer."""

MOST_PAIRS = 300
MOST_DONE = 200
MOST_BOUGHT = 1_000
BUDGET_MS = 300
"""Longer than that nobody waits for one of these."""


class ShopperLog(NamedTuple):
    done: Sequence[Done]
    """The newest first."""
    bought: Sequence[int]


# Whose item is given stands for its product group: who bought a shirt in L has bought the shirt.
# Two actions belong together within one session, or where one of them has none within a day, by
# which long sessions are cut, too: else one that a shop never ends would join everything. Where an
# item has more events than are looked at, its shoppers of the window are as many as those would be
# at their pace. The actions stand in the text, since an index covers only what is known to be one.
_PAIRS = """
    with given as (
        select a.key as given, i.key
        from unnest(cast(:keys as bigint[])) as a(key)
        join items g on g.key = a.key
        join items i on i.group_id = g.group_id
    ),
    own as materialized (
        select given.given, e.client_id, e.session_id, e.at
        from given cross join lateral (
            select client_id, session_id, at from interaction_events
            where item_key = given.key and {actions} and at > :since and client_id <> ''
            order by at desc limit :most
        ) e
    ),
    sizes as (select given, count(distinct client_id) as shoppers from own group by given),
    pairs as (
        select own.given, o.item_key, count(distinct o.client_id) as shoppers
        from own join interaction_events o on o.client_id = own.client_id
            and o.at > :since
            and o.at between own.at - interval '1 day' and own.at + interval '1 day'
            and (o.session_id = own.session_id or '' in (o.session_id, own.session_id))
        where o.{actions} and o.item_key is not null
            and o.item_key <> all(array(select key from given))
        group by own.given, o.item_key
        having count(distinct o.client_id) >= :least
        order by shoppers desc, o.item_key
        limit :pairs
    )
    select pairs.given, pairs.item_key, pairs.shoppers, sizes.shoppers, other.shoppers
    from pairs
    join sizes on sizes.given = pairs.given
    cross join lateral (
        select count(distinct client_id) * case
            when count(*) < :most then 1.0
            else extract(epoch from cast(:now as timestamptz) - :since)
                / greatest(extract(epoch from cast(:now as timestamptz) - min(at)), 1.0)
        end as shoppers
        from (
            select client_id, at from interaction_events
            where item_key = pairs.item_key and {actions} and at > :since and client_id <> ''
            order by at desc limit :most
        ) e
    ) other
"""


def _pairs_by(actions: str) -> TextClause:
    return text(_PAIRS.format(actions=actions))


_TOGETHER = {
    "bought_together": _pairs_by("action = 'purchase'"),
    "viewed_together": _pairs_by("action in ('click', 'view')"),
}


def read_pairs(
    connection: Connection, kind: Together, keys: Sequence[int], now: datetime
) -> list[Pair]:
    """Items beside those of the keys, of any that shoppers of the window have in common with
    them. Raises SQLAlchemy's `OperationalError` where it takes too long."""
    _hurry(connection)
    parameters = {
        "keys": list(keys),
        "since": now - WINDOW,
        "now": now,
        "most": MOST_EVENTS,
        "least": LEAST_SHOPPERS,
        "pairs": MOST_PAIRS,
    }
    rows = connection.execute(_TOGETHER[kind], parameters)
    return [Pair(given, item, both, float(a), float(b)) for given, item, both, a, b in rows]


# Of a session those events that another client sent are left out: names of sessions are the shop's,
# and may repeat.
_BY_SHOPPER = """
    select action, item_key from (
        (
            select action, item_key, at, key from interaction_events
            where cast(:client as text) <> '' and client_id = :client and {of}
            order by at desc, key desc limit :most
        )
        union
        (
            select action, item_key, at, key from interaction_events
            where cast(:session as text) <> '' and session_id = :session and session_id <> ''
                and (cast(:client as text) = '' or client_id in ('', :client)) and {of}
            order by at desc, key desc limit :most
        )
    ) e
    order by at desc, key desc limit :most
"""
_DONE = text(
    _BY_SHOPPER.format(
        of="item_key is not null and action <> 'impression' and action = any(:actions) "
        "and at > :since"
    )
)
_BOUGHT = text(
    _BY_SHOPPER.format(
        of="item_key is not null and action <> 'impression' and action = 'purchase' and at > :since"
    )
)


def read_shopper(
    connection: Connection,
    client_id: str,
    session_id: str,
    actions: Sequence[str],
    now: datetime,
) -> ShopperLog:
    """What a client did, and what was done in the session without one. Raises SQLAlchemy's
    `OperationalError` where it takes too long."""
    _hurry(connection)
    who = {"client": client_id, "session": session_id}
    done = connection.execute(
        _DONE, {**who, "actions": list(actions), "since": now - LATELY, "most": MOST_DONE}
    )
    bought = connection.execute(_BOUGHT, {**who, "since": now - WINDOW, "most": MOST_BOUGHT})
    return ShopperLog(
        done=[Done(row.action, row.item_key) for row in done],
        bought=list(dict.fromkeys(row.item_key for row in bought)),
    )


def _hurry(connection: Connection) -> None:
    connection.execute(text(f"set local statement_timeout = {BUDGET_MS}"))
