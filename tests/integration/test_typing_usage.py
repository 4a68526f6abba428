"""What was asked and which rules fired, where shoppers type: each search once, and typing never."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from app.db.tables import query_counts, rule_usage
from app.features.counting import BehaviourCounter
from app.live import Live
from app.rules.publishing import publish_all
from indexing.queries import SearchQuery
from tests.factories import make_item
from tests.integration.conftest import Fill
from tests.integration.event_log import marked_typing, write_event, write_list

NOW = datetime.now(UTC).replace(microsecond=0)
PIN = {
    "id": "pin",
    "when": {"query": {"contains": "kettle"}},
    "then": [{"pin": {"item_id": "mug"}}],
}


@pytest.fixture
def settled(engine: Engine) -> BehaviourCounter:
    """Waits for nothing."""
    return BehaviourCounter(engine, settle_seconds=0)


def write(engine: Engine, query: str, after: float = 0, **fields: Any) -> None:
    with engine.begin() as connection:
        at = NOW + timedelta(seconds=after)
        query_id = fields.pop("query_id", query)
        given = {"query": query, "at": at, "applied_rules": ["pin"], **fields}
        write_list(connection, query_id, [1], **given)


def asked(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        rows = connection.execute(select(query_counts.c.query, query_counts.c.asked))
        return {row.query: row.asked for row in rows}


def fired(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        rows = connection.execute(select(rule_usage.c.query, rule_usage.c.fired))
        return {row.query: row.fired for row in rows}


def test_what_was_typed_is_asked_once_and_its_rules_fire_once(
    engine: Engine, settled: BehaviourCounter
) -> None:
    for n, query in enumerate(["ket", "kett", "kettl", "kettle"]):
        write(engine, query, n / 2)

    settled.run()
    settled.run()

    assert asked(engine) == {"kettle": 1}
    assert fired(engine) == {"kettle": 1}
    with engine.connect() as connection:
        row = connection.execute(select(rule_usage)).one()
    assert (row.day, row.last_at) == (NOW.date(), NOW + timedelta(seconds=1.5))


def test_searches_add_up_over_the_steps(engine: Engine, settled: BehaviourCounter) -> None:
    for n in range(3):
        write(engine, "kettle", n * 60, query_id=f"q{n}")
        settled.run()

    assert asked(engine) == fired(engine) == {"kettle": 3}


def test_list_waits_until_it_is_known_whether_it_was_typing(engine: Engine) -> None:
    counter = BehaviourCounter(engine, settle_seconds=60)
    write(engine, "kettle")

    counter.run()
    waiting = asked(engine)
    BehaviourCounter(engine, settle_seconds=0).step()

    assert waiting == {}
    assert asked(engine) == {"kettle": 1}


def test_list_waits_for_what_was_stored_soon_after_it_to_be_counted(engine: Engine) -> None:
    write(engine, "ket")
    write(engine, "kettle", 1)
    with engine.begin() as connection:
        stored = "update ranking_events set stored_at = now() - interval '1 hour'"
        connection.exec_driver_sql(stored)

    BehaviourCounter(engine, step_rows=1).step()

    assert asked(engine) == {}
    BehaviourCounter(engine, step_rows=1).run()
    assert asked(engine) == {"kettle": 1}


def test_list_that_is_acted_on_later_is_asked_after_all(
    engine: Engine, settled: BehaviourCounter
) -> None:
    write(engine, "ket")
    write(engine, "kettle", 1)
    settled.run()
    with engine.begin() as connection:
        write_event(connection, "e", "click", 1, query_id="ket", at=NOW)

    settled.run()

    assert asked(engine) == fired(engine) == {"ket": 1, "kettle": 1}


def test_list_that_turns_out_late_to_have_been_typing_is_taken_back(
    engine: Engine, settled: BehaviourCounter
) -> None:
    write(engine, "ket")
    write(engine, "kettle", 60, query_id="another")
    settled.run()
    before = asked(engine)
    write(engine, "kettle", 1)

    settled.run()

    assert before == {"ket": 1, "kettle": 1}
    assert asked(engine) == fired(engine) == {"kettle": 2}


def test_pages_lists_of_others_logs_and_what_found_nothing_are_not_asked(
    engine: Engine, settled: BehaviourCounter
) -> None:
    write(engine, "page", first=20)
    write(engine, "import", source="import")
    write(engine, "nothing", total=0)

    settled.run()

    assert asked(engine) == {}
    assert fired(engine) == {"nothing": 1}


@pytest.mark.parametrize(
    ("fields", "at_once"),
    [
        ({}, True),
        ({"client_id": "ann"}, False),
        ({"session_id": "s"}, False),
        ({"client_id": "ann", "final": True}, True),
    ],
)
def test_each_search_is_counted_once_be_it_at_once_or_from_the_log(
    live: Live, fill: Fill, engine: Engine, fields: dict[str, Any], at_once: bool
) -> None:
    fill(make_item("kettle", title="Kettle"), make_item("mug", title="Mug"))
    with engine.begin() as connection:
        publish_all(connection, [PIN])
    live.rules.refresh()

    live.search.search(SearchQuery(text="Kettle", **fields))
    live.search.search(SearchQuery(text="Kettle", page=1, per_page=1, **fields))
    live.usage.flush()
    first = asked(engine)
    live.lists.flush()
    BehaviourCounter(engine, settle_seconds=0).run()

    assert first == ({"kettle": 2} if at_once else {})
    assert asked(engine) == fired(engine) == {"kettle": 2}
    assert marked_typing(engine) == set()


def test_rule_that_sends_a_typing_shopper_elsewhere_has_fired(
    live: Live, fill: Fill, engine: Engine
) -> None:
    fill(make_item("kettle", title="Kettle"))
    away = {"id": "pin", "when": {"query": {"is": "kettle"}}, "then": [{"redirect": "/k"}]}
    with engine.begin() as connection:
        publish_all(connection, [away])
    live.rules.refresh()

    live.search.search(SearchQuery(text="kettle", client_id="ann"))
    live.usage.flush()
    live.lists.flush()
    BehaviourCounter(engine, settle_seconds=0).run()

    assert fired(engine) == {"kettle": 1}
