"""Writes lists and events into the log as the intake does, and counts them in a plain way of its
own: what the tests hold the counting step against."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, select, text

from app.db.tables import behaviour_counts, examination_curves, interaction_events, ranking_events
from ranking.behaviour import BEHAVIOUR
from ranking.typeahead import is_rewritten

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
Counts = dict[tuple[str, int, datetime], tuple[int, ...]]


def write_list(connection: Connection, query_id: str, items: Sequence[int], **fields: Any) -> None:
    at = fields.pop("at", NOON)
    defaults: dict[str, Any] = {
        "query_id": query_id,
        "at": at,
        "known_at": at,
        "source": "search",
        "client_id": "anna",
        "session_id": "",
        "query": "kettle",
        "sort": "relevance",
        "first": 0,
        "total": len(items),
        "item_keys": list(items),
        "placements": [0] * len(items),
        "model_version": "v1",
        "ruleset_version": 0,
    }
    connection.execute(ranking_events.insert().values(defaults | fields))


def write_event(
    connection: Connection, event_id: str, action: str, item: int | None, **fields: Any
) -> None:
    at = fields.pop("at", NOON + timedelta(minutes=1))
    defaults: dict[str, Any] = {
        "id": event_id,
        "at": at,
        "known_at": at,
        "source": "api",
        "action": action,
        "client_id": "anna",
        "session_id": "",
        "query_id": None,
        "query": "",
        "item_key": item,
        "position": None,
        "document": {},
    }
    connection.execute(interaction_events.insert().values(defaults | fields))


def stored_counts(engine: Engine) -> Counts:
    """Rows of nothing are left out: they stand for rows that are not there."""
    with engine.connect() as connection:
        rows = connection.execute(select(behaviour_counts)).all()
    return {
        (row.query, row.item_key, row.bucket): counts for row in rows if any(counts := row[3:10])
    }


def attributions(engine: Engine) -> dict[str, tuple[str | None, str | None]]:
    with engine.connect() as connection:
        rows = connection.execute(select(interaction_events)).all()
    return {row.id: (row.list_id, row.attribution) for row in rows}


def plain_attributions(engine: Engine) -> dict[str, tuple[str | None, str | None]]:
    """Of every event, by looking at every list."""
    lists, events, _ = _log(engine)
    return {event.id: _attribution(event, lists) for event in events}


def plain_counts(engine: Engine) -> Counts:
    """The whole log, list by list, as the documentation says it in words."""
    lists, events, curves = _log(engine)
    counts: dict[tuple[str, int, datetime], Counter[str]] = defaultdict(Counter)
    by_list = defaultdict(list)
    for event in events:
        list_id, _ = _attribution(event, lists)
        if list_id is not None:
            by_list[list_id].append(event)
        else:
            key = (event.query, event.item_key, _hour(event.at))
            _count_actions(counts, key, [event])
    typing = plain_typing(engine)
    for shown in lists:
        if shown.query_id not in typing:
            _count_list(counts, shown, by_list[shown.query_id], curves)
    names = [column.name for column in behaviour_counts.c][3:10]
    return {
        key: tuple(found[name] for name in names)
        for key, found in counts.items()
        if key[1] is not None and any(found.values())
    }


def marked_typing(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        marked = select(ranking_events.c.query_id).where(ranking_events.c.typing)
        return set(connection.execute(marked).scalars())


def plain_typing(engine: Engine) -> set[str]:
    """The lists that were typing, by looking at every list after every list."""
    lists, events, _ = _log(engine)
    acted = {_attribution(event, lists)[0] for event in events if event.action in _ACTS}
    return {
        shown.query_id
        for shown in lists
        if shown.query_id not in acted
        and shown.query
        and not shown.final
        and not shown.first
        and any(_takes_the_place(later, shown) for later in lists)
    }


_ACTS = {"click", "view", "add_to_cart", "purchase", "remove_from_cart", "dismiss"}


def _takes_the_place(later: Any, shown: Any) -> bool:
    whose = [shown.client_id, shown.client_id or shown.session_id]
    if not any(whose) or [later.client_id, later.client_id or later.session_id] != whose:
        return False
    if not timedelta() < later.at - shown.at <= timedelta(seconds=4):
        return False
    if later.query == shown.query:
        page = (shown.first, shown.sort, shown.item_keys)
        return bool(later.final) and (later.first, later.sort, later.item_keys) == page
    return is_rewritten(shown.query, later.query)


def _count_list(counts: Any, shown: Any, events: Sequence[Any], curves: Sequence[Any]) -> None:
    curve = list(BEHAVIOUR.definitions.examination.parts_per_million)
    for known in curves:
        if known.known_at <= shown.known_at:
            curve = known.parts_per_million
    positions = {item: shown.first + n for n, item in enumerate(shown.item_keys, start=1)}

    def lowest(actions: set[str]) -> int:
        found = [position_of(e) for e in events if e.action in actions]
        return max(found, default=0)

    def position_of(event: Any) -> int:
        if event.item_key is None and event.position in positions.values():
            return int(event.position)
        return int(positions.get(event.item_key, 0))

    seen_to = lowest({"impression"})
    if seen_to:
        used = {"click", "add_to_cart", "purchase", "remove_from_cart", "dismiss"}
        seen_to = max(seen_to, lowest(used))
    for item, position in positions.items():
        key = (shown.query, item, _hour(shown.at))
        if not seen_to or position <= seen_to:
            counts[key]["impressions"] += 1
            counts[key]["exposure"] += curve[min(position, len(curve)) - 1]
    for item in {event.item_key for event in events}:
        key = (shown.query, item, _hour(shown.at))
        _count_actions(counts, key, [event for event in events if event.item_key == item])


def _count_actions(counts: Any, key: tuple[str, int, datetime], events: Sequence[Any]) -> None:
    actions = {event.action for event in events}
    counts[key]["clicks"] += "click" in actions
    counts[key]["carts"] += "add_to_cart" in actions
    counts[key]["purchases"] += "purchase" in actions
    counts[key]["dismissals"] += "dismiss" in actions
    counts[key]["revenue"] += sum(e.revenue for e in events if e.action == "purchase")


def _attribution(event: Any, lists: Sequence[Any]) -> tuple[str | None, str | None]:
    if any(shown.query_id == event.query_id for shown in lists):
        return event.query_id, "given"
    recommended = (event.query_id or "").startswith("rec-")
    if event.action in {"impression", "wave"} or not event.client_id or recommended:
        return None, None
    before = [
        (shown.at, shown.query_id)
        for shown in lists
        if shown.client_id == event.client_id
        and event.item_key in shown.item_keys
        and timedelta() <= event.at - shown.at < timedelta(minutes=30)
    ]
    return (max(before)[1], "inferred") if before else (None, None)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _log(engine: Engine) -> tuple[Sequence[Any], Sequence[Any], Sequence[Any]]:
    with engine.connect() as connection:
        lists = connection.execute(select(ranking_events)).all()
        events = connection.execute(select(interaction_events)).all()
        curves = connection.execute(select(examination_curves).order_by(text("known_at, id"))).all()
    return lists, events, curves
