"""Grades from the log in Postgres, as `endcap train-encoder --from-events` reads them."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine

from app.db.tables import interaction_events, ranking_events
from app.encoders.evidence import from_events
from app.items.repository import keys_of, write_items
from tests.factories import make_item

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SHOP = [make_item(f"k{n}", title=f"Kettle number {n}") for n in range(4)]


def show(connection: Connection, query_id: str, *done: tuple[int, str], days_ago: int = 1) -> None:
    """A list of the four kettles, and what was done with the one at that place."""
    at = NOW - timedelta(days=days_ago)
    keys = keys_of(connection, [item.id for item in SHOP])
    listed = [keys[item.id] for item in SHOP]
    connection.execute(
        ranking_events.insert().values(
            query_id=query_id,
            at=at,
            known_at=at,
            source="search",
            client_id="c",
            session_id="s",
            query="kettle",
            sort="relevance",
            first=0,
            total=4,
            item_keys=listed,
            placements=[0] * 4,
            model_version="v1",
            ruleset_version=0,
        )
    )
    for n, (place, action) in enumerate(done):
        connection.execute(
            interaction_events.insert().values(
                id=f"{query_id}-{n}",
                at=at,
                known_at=at,
                source="api",
                action=action,
                client_id="c",
                session_id="s",
                query_id=query_id,
                query="kettle",
                object_id=SHOP[place].id,
                item_key=listed[place],
                list_id=query_id,
                attribution="given",
                document={},
            )
        )


def test_what_shoppers_did_becomes_grades_by_item(engine: Engine) -> None:
    with engine.begin() as connection:
        write_items(connection, SHOP)
        show(connection, "a", (2, "click"), (2, "purchase"))
        show(connection, "b", (2, "click"), (1, "click"))
        show(connection, "c", (3, "click"))
        show(connection, "old", (3, "purchase"), days_ago=100)

        known = from_events(connection, NOW - timedelta(days=90), NOW)

    # k0 stood above a click three times; k1 twice, and was clicked once; k3 was clicked once.
    assert known.by_query == {"kettle": {"k2": 3, "k0": 0}}
    assert known.answerable == ("kettle",)


def test_without_events_nothing_is_known(engine: Engine) -> None:
    with engine.begin() as connection:
        assert from_events(connection, NOW - timedelta(days=90), NOW).by_query == {}
