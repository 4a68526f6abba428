"""The log of lists and events as counting reads it, and the counts as it writes them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, text

from app.features.attribution import Attribution
from ranking.behaviour_definitions import METRICS
from ranking.examination import ExaminationCurves
from ranking.tallies import HOUR, Depth, Done, DoneToItem, ShownList, Tally, counts_once


class StoredList(NamedTuple):
    """A list, and what is noted beside it."""

    shown: ShownList
    depth: Depth
    typing: bool
    """Then it counts nothing."""


class StoredEvent(msgspec.Struct, frozen=True):
    """An event, and the list that it is attributed to."""

    done: Done
    attribution: Attribution


LIST_COLUMNS = """
    query_id, query, first, item_keys, known_at, typing, impressions_to, interactions_to,
    floor(extract(epoch from at) / 3600)::bigint as hour
"""

EVENT_COLUMNS = """
    key, action, item_key, position, revenue, query, list_id, attribution,
    floor(extract(epoch from at) / 3600)::bigint as hour
"""

_LISTS = text(f"select {LIST_COLUMNS} from ranking_events where query_id = any(:ids)")  # noqa: S608
_EVENTS = text(f"select {EVENT_COLUMNS} from interaction_events where key = any(:keys)")  # noqa: S608
_EVENTS_OF_LISTS = text(
    f"""
    select {EVENT_COLUMNS} from interaction_events
    where list_id = any(:ids) and client_id is distinct from :forgotten order by key
    """  # noqa: S608
)


def read_lists(
    connection: Connection, ids: Iterable[str], curves: ExaminationCurves
) -> dict[str, StoredList]:
    rows = connection.execute(_LISTS, {"ids": list(ids)})
    return {row.query_id: stored_list(row, curves) for row in rows}


def read_events(connection: Connection, keys: Sequence[int]) -> list[StoredEvent]:
    return [stored_event(row) for row in connection.execute(_EVENTS, {"keys": list(keys)})]


def read_events_of(
    connection: Connection, list_ids: Iterable[str], forgotten: str | None = None
) -> dict[str, list[Done]]:
    """By list, what is attributed to it, but for what a client did who is being forgotten; only of
    lists with anything."""
    by_list: dict[str, list[Done]] = {}
    parameters = {"ids": list(list_ids), "forgotten": forgotten}
    for row in connection.execute(_EVENTS_OF_LISTS, parameters):
        by_list.setdefault(row.list_id, []).append(stored_event(row).done)
    return by_list


_KNOWN = text(
    """
    select list_id, item_key, action
    from unnest(cast(:lists as text[]), cast(:items as bigint[]), cast(:actions as text[]))
        as done (list_id, item_key, action)
    where exists (
        select 1 from interaction_events e
        where e.list_id = done.list_id and e.item_key = done.item_key and e.action = done.action
    )
    """
)


def read_known(
    connection: Connection, gained: Mapping[str, Iterable[Done]]
) -> dict[str, set[DoneToItem]]:
    """By list, what of this was done before, by events that are attributed to the list already."""
    asked = {
        (list_id, *what)
        for list_id, done in gained.items()
        for event in done
        if (what := counts_once(event)) is not None
    }
    found: dict[str, set[DoneToItem]] = {}
    if asked:
        lists, items, actions = zip(*sorted(asked), strict=True)
        parameters = {"lists": list(lists), "items": list(items), "actions": list(actions)}
        for list_id, item, action in connection.execute(_KNOWN, parameters):
            found.setdefault(list_id, set()).add((item, action))
    return found


def stored_list(row: Row[Any], curves: ExaminationCurves) -> StoredList:
    shown = ShownList(
        query_id=row.query_id,
        query=row.query,
        first=row.first,
        item_keys=tuple(row.item_keys),
        hour=row.hour,
        curve=curves.of(row.known_at),
    )
    return StoredList(shown, Depth(row.impressions_to, row.interactions_to), row.typing)


def stored_event(row: Row[Any]) -> StoredEvent:
    done = Done(
        key=row.key,
        action=row.action,
        item_key=row.item_key,
        position=row.position,
        revenue=row.revenue,
        query=row.query,
        hour=row.hour,
    )
    return StoredEvent(done, Attribution(row.list_id, row.attribution))


_NOTE_DEPTHS = text(
    """
    update ranking_events r
    set impressions_to = found.impressions_to, interactions_to = found.interactions_to
    from unnest(cast(:ids as text[]), cast(:impressions as int[]), cast(:interactions as int[]))
        as found (query_id, impressions_to, interactions_to)
    where r.query_id = found.query_id
    """
)


def note_depths(connection: Connection, depths: Mapping[str, Depth]) -> None:
    if depths:
        connection.execute(
            _NOTE_DEPTHS,
            {
                "ids": list(depths),
                "impressions": [depth.impressions_to for depth in depths.values()],
                "interactions": [depth.interactions_to for depth in depths.values()],
            },
        )


def packed_rows() -> str:
    """SQL that gives the rows of what `pack` makes."""
    types = ", ".join(f"{metric} bigint" for metric in METRICS)
    return f"""
        select query, item_key, to_timestamp(hour * {HOUR}), {", ".join(METRICS)}
        from json_to_recordset(cast(:rows as json))
            as given (query text, item_key bigint, hour bigint, {types})
    """  # noqa: S608


_ADD = text(
    f"""
    insert into behaviour_counts as known (query, item_key, bucket, {", ".join(METRICS)})
    {packed_rows()}
    on conflict (query, item_key, bucket) do update set
        {", ".join(f"{metric} = known.{metric} + excluded.{metric}" for metric in METRICS)},
        changed_in = excluded.changed_in
    """
)


def add_counts(connection: Connection, tally: Tally) -> int:
    """Adds what the tally holds; returns how many rows that changed."""
    rows = rows_of(tally)
    if rows:
        connection.execute(_ADD, {"rows": pack(rows)})
    return len(rows)


_Row = msgspec.defstruct(
    "_Row", [("query", str), ("item_key", int), ("hour", int), *((m, int) for m in METRICS)]
)


def rows_of(tally: Tally) -> list[msgspec.Struct]:
    """Without those that add nothing."""
    return [_Row(*key, *counts) for key, counts in tally.items() if any(counts)]


def pack(rows: Sequence[msgspec.Struct]) -> str:
    """All in one text, which costs this process a fraction of what arrays of numbers do."""
    return msgspec.json.encode(rows).decode()
