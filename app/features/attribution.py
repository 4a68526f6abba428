"""Which list an event belongs to: the one that it names, or else the latest that showed the item to
the same client in the half hour before.

An event that names recommendations belongs to them, and so to no list: the search that showed the
same item before did not bring it about.

It follows from what is stored, not from the order in which it came: where a list becomes known
behind its events, the counting step asks again for those that it may concern.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from ranking.tallies import INFERRED

WINDOW_MINUTES = 30

RECOMMENDED = "rec-"
"""How the `query_id` of recommendations begins, which are not kept as lists."""

_PARAMETERS: Mapping[str, Any] = {
    "inferred": sorted(INFERRED),
    "minutes": WINDOW_MINUTES,
    "recommended": RECOMMENDED,
}


class Attribution(NamedTuple):
    list_id: str | None = None
    how: str | None = None
    """`given` or `inferred`."""


_FIND = text(
    """
    select e.key, coalesce(given.query_id, inferred.query_id) as list_id,
        case
            when given.query_id is not null then 'given'
            when inferred.query_id is not null then 'inferred'
        end as how
    from interaction_events e
    left join ranking_events given
        on given.query_id = e.query_id
        and given.changed_in < :counted_to and given.client_id is distinct from :forgotten
    left join lateral (
        select r.query_id from ranking_events r
        where given.query_id is null
            and e.client_id <> '' and e.client_id is distinct from :forgotten
            and e.action = any(:inferred)
            and not starts_with(coalesce(e.query_id, ''), :recommended)
            and r.client_id = e.client_id
            and r.at <= e.at and r.at > e.at - make_interval(mins => :minutes)
            and e.item_key = any(r.item_keys)
            and r.changed_in < :counted_to
        order by r.at desc, r.query_id desc
        limit 1
    ) inferred on true
    where e.key = any(:keys)
    """
)


def find_lists(
    connection: Connection,
    event_keys: Sequence[int],
    counted_to: int,
    forgotten: str | None = None,
) -> dict[int, Attribution]:
    """By the row of each event; only lists of transactions before `counted_to` are looked at, and
    none of a client who is being forgotten."""
    rows = connection.execute(
        _FIND,
        {
            "keys": list(event_keys),
            "counted_to": counted_to,
            "forgotten": forgotten,
            **_PARAMETERS,
        },
    )
    return {row.key: Attribution(row.list_id, row.how) for row in rows}


_CONCERNED = text(
    """
    select e.key from interaction_events e
    join ranking_events r on e.query_id = r.query_id
    where r.query_id = any(:lists) and e.changed_in < :counted_to
        and e.query_id is not null and e.attribution is distinct from 'given'
    union
    select e.key from interaction_events e
    join ranking_events r on e.client_id = r.client_id
        and e.at >= r.at and e.at < r.at + make_interval(mins => :minutes)
        and e.item_key = any(r.item_keys)
    where r.query_id = any(:lists) and e.changed_in < :counted_to
        and e.client_id <> '' and e.attribution is distinct from 'given'
        and e.action = any(:inferred)
        and not starts_with(coalesce(e.query_id, ''), :recommended)
    """
)


def events_concerned(connection: Connection, list_ids: Sequence[str], counted_to: int) -> list[int]:
    """The rows of events before `counted_to` that may belong to one of these lists, now that it is
    known."""
    parameters: dict[str, Any] = {
        "lists": list(list_ids),
        "counted_to": counted_to,
        **_PARAMETERS,
    }
    return list(connection.execute(_CONCERNED, parameters).scalars())


_STORE = text(
    """
    update interaction_events e set list_id = found.list_id, attribution = found.how
    from unnest(cast(:keys as bigint[]), cast(:lists as text[]), cast(:hows as text[]))
        as found (key, list_id, how)
    where e.key = found.key
    """
)


def store_attributions(connection: Connection, found: dict[int, Attribution]) -> None:
    if found:
        connection.execute(
            _STORE,
            {
                "keys": list(found),
                "lists": [attribution.list_id for attribution in found.values()],
                "hows": [attribution.how for attribution in found.values()],
            },
        )


class AttributedSince(NamedTuple):
    since: datetime
    attribution: Attribution


_CANDIDATES = text(
    """
    select e.known_at as event_known_at, r.* from interaction_events e
    left join lateral (
        select query_id, at, known_at, true as given from ranking_events
        where query_id = e.query_id
        union all
        select query_id, at, known_at, false from ranking_events
        where e.client_id <> '' and client_id = e.client_id and e.action = any(:inferred)
            and at <= e.at and at > e.at - make_interval(mins => :minutes)
            and e.item_key = any(item_keys)
            and not starts_with(coalesce(e.query_id, ''), :recommended)
    ) r on true
    where e.key = :key
    order by r.known_at, r.given, r.at, r.query_id
    """
)


def attributions_in_time(connection: Connection, event_key: int) -> list[AttributedSince]:
    """What the event was attributed to from when it was known, and from every later moment at which
    a list became known that it belongs to rather."""
    parameters = {"key": event_key, **_PARAMETERS}
    rows = connection.execute(_CANDIDATES, parameters).all()
    known_at = rows[0].event_known_at
    steps = [AttributedSince(known_at, Attribution())]
    best: tuple[bool, datetime, str] | None = None
    for row in rows:
        if row.query_id is None:
            continue
        rank = (row.given, row.at, row.query_id)
        if best is not None and rank < best:
            continue
        best = rank
        attribution = Attribution(row.query_id, "given" if row.given else "inferred")
        since = max(row.known_at, known_at)
        if since == steps[-1].since:
            steps.pop()
        steps.append(AttributedSince(since, attribution))
    return steps
