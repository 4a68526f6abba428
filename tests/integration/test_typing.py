"""Typing is not searching: lists that their shopper soon replaces by typing on are marked and count
nowhere, until something is done with them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from app.features.counting import BehaviourCounter
from app.features.forgetting import uncount_client
from app.features.rebuild import rebuild
from ranking.typeahead import MOST
from tests.integration.event_log import (
    NOON,
    marked_typing,
    plain_counts,
    stored_counts,
    write_event,
    write_list,
)

WORDS = "running shoes"
TYPED = [WORDS[:length] for length in range(1, len(WORDS) + 1) if WORDS[length - 1] != " "]


@pytest.fixture
def counter(engine: Engine) -> BehaviourCounter:
    return BehaviourCounter(engine)


def seconds(count: float) -> datetime:
    return NOON + timedelta(seconds=count)


def type_out(
    connection: Connection, texts: Sequence[str] = TYPED, pause: float = 0.3, **fields: Any
) -> None:
    for n, query in enumerate(texts):
        write_list(connection, query, [1, 2], query=query, at=seconds(n * pause), **fields)


def counted_queries(engine: Engine) -> set[str]:
    return {query for query, _, _ in stored_counts(engine)}


def test_of_a_text_that_is_typed_letter_by_letter_only_the_last_list_counts(
    engine: Engine, counter: BehaviourCounter
) -> None:
    with engine.begin() as connection:
        type_out(connection)

    counter.run()

    assert len(TYPED) == 12
    assert marked_typing(engine) == set(TYPED[:-1])
    assert counted_queries(engine) == {WORDS}
    assert stored_counts(engine) == plain_counts(engine)


def test_list_that_was_counted_is_taken_back_when_it_is_typed_on(
    engine: Engine, counter: BehaviourCounter
) -> None:
    counted = []
    for n, query in enumerate(["runn", "runni", "running"]):
        with engine.begin() as connection:
            write_list(connection, query, [1, 2], query=query, at=seconds(n))
        counter.run()
        counted.append(counted_queries(engine))

    assert counted == [{"runn"}, {"runni"}, {"running"}]
    assert marked_typing(engine) == {"runn", "runni"}


@pytest.mark.parametrize("action", ["click", "view", "add_to_cart", "purchase", "dismiss"])
def test_list_that_is_acted_on_later_stops_being_typing(
    engine: Engine, counter: BehaviourCounter, action: str
) -> None:
    with engine.begin() as connection:
        type_out(connection, ["runn", "running"])
    counter.run()
    before = marked_typing(engine)
    with engine.begin() as connection:
        write_event(connection, "e", action, 2, query_id="runn", at=seconds(600))
    counter.run()

    assert before == {"runn"}
    assert marked_typing(engine) == set()
    assert counted_queries(engine) == {"runn", "running"}
    assert stored_counts(engine) == plain_counts(engine)
    assert rebuild(engine).corrected == 0


def test_that_a_list_was_seen_does_not_stop_it_from_being_typing(
    engine: Engine, counter: BehaviourCounter
) -> None:
    with engine.begin() as connection:
        type_out(connection, ["runn", "running"])
        write_event(connection, "seen", "impression", 1, query_id="runn", at=seconds(1))
        write_event(connection, "chosen", "suggestion", None, query_id="runn", at=seconds(1))
    counter.run()
    marked = marked_typing(engine)
    with engine.begin() as connection:
        write_event(connection, "click", "click", 1, query_id="runn", at=seconds(2))
    counter.run()

    assert marked == {"runn"}
    # How deep it was seen was noted all the while.
    assert stored_counts(engine) == plain_counts(engine)
    assert stored_counts(engine).get(("runn", 2, NOON)) is None


@pytest.mark.parametrize(
    "later",
    [
        {"at": seconds(4.5)},
        {"client_id": "bert"},
        {"client_id": "", "session_id": "s"},
        {"query": "kettle"},
        {"query": "runn", "sort": "price:asc"},
        {"query": "runn", "first": 2, "item_keys": [3]},
        {"query": "runn", "item_keys": [2], "total": 1},
    ],
)
def test_what_is_no_typing_on_marks_nothing(
    engine: Engine, counter: BehaviourCounter, later: dict[str, Any]
) -> None:
    with engine.begin() as connection:
        write_list(connection, "earlier", [1, 2], query="runn")
        fields = {"query": "running", "at": seconds(1), "final": True, **later}
        write_list(connection, "later", [1, 2], **fields)

    counter.run()

    assert marked_typing(engine) == set()


def test_where_nobody_knows_the_shopper_every_list_counts(
    engine: Engine, counter: BehaviourCounter
) -> None:
    with engine.begin() as connection:
        type_out(connection, ["runn", "running"], client_id="")

    counter.run()

    assert marked_typing(engine) == set()
    assert counted_queries(engine) == {"runn", "running"}


def test_session_tells_the_shopper_where_there_is_no_client(
    engine: Engine, counter: BehaviourCounter
) -> None:
    with engine.begin() as connection:
        type_out(connection, ["runn", "running"], client_id="", session_id="s")
        type_out(connection, ["ke", "kettle"], client_id="bert", session_id="s")
        write_list(connection, "other", [1], query="ket", client_id="", session_id="t")

    counter.run()

    assert marked_typing(engine) == {"runn", "ke"}


def test_final_list_is_never_typing_and_takes_the_place_of_what_was_typed_before(
    engine: Engine, counter: BehaviourCounter
) -> None:
    with engine.begin() as connection:
        write_list(connection, "typed", [1, 2], query="running")
        write_list(connection, "enter", [1, 2], query="running", at=seconds(1), final=True)
        write_list(connection, "on", [1, 2], query="running shoes", at=seconds(2))

    counter.run()

    assert marked_typing(engine) == {"typed"}


def test_it_does_not_matter_which_of_two_lists_becomes_known_first(
    engine: Engine, counter: BehaviourCounter
) -> None:
    for query_id, at in [("running", 1), ("runn", 0)]:
        with engine.begin() as connection:
            write_list(connection, query_id, [1], query=query_id, at=seconds(at))
        counter.run()

    assert marked_typing(engine) == {"runn"}
    assert stored_counts(engine) == plain_counts(engine)


def test_list_that_loses_its_only_act_to_another_is_typing_again(
    engine: Engine, counter: BehaviourCounter
) -> None:
    with engine.begin() as connection:
        write_list(connection, "runn", [1], query="runn")
        write_list(connection, "running", [2], query="running", at=seconds(1))
        write_event(connection, "click", "click", 1, at=seconds(60))
    counter.run()
    before = marked_typing(engine)
    with engine.begin() as connection:
        write_list(connection, "later", [1], query="jogging", at=seconds(30))
    counter.run()

    assert before == set()
    assert marked_typing(engine) == {"runn"}
    assert stored_counts(engine) == plain_counts(engine)


def test_act_of_a_shopper_who_is_forgotten_no_longer_keeps_a_list_from_being_typing(
    engine: Engine, counter: BehaviourCounter
) -> None:
    with engine.begin() as connection:
        type_out(connection, ["runn", "running"])
        write_event(connection, "e", "click", 1, query_id="runn", client_id="bert")
    counter.run()
    before = marked_typing(engine)

    with engine.begin() as connection:
        uncount_client(connection, "bert")
        connection.execute(text("delete from interaction_events where client_id = 'bert'"))

    assert before == set()
    assert marked_typing(engine) == {"runn"}
    assert stored_counts(engine) == plain_counts(engine)
    assert rebuild(engine).corrected == 0


@pytest.mark.parametrize(("between", "typing"), [(MOST - 1, True), (MOST, False)])
def test_behind_a_list_no_more_than_a_few_are_looked_at_however_many_a_robot_asks_for(
    engine: Engine, counter: BehaviourCounter, between: int, typing: bool
) -> None:
    with engine.begin() as connection:
        write_list(connection, "ke", [1], query="ke")
        for n in range(between):
            write_list(connection, f"lamp {n}", [1], query="lamp", at=seconds(1 + n / 100))
        write_list(connection, "kettle", [1], query="kettle", at=seconds(3))

    counter.run()

    assert marked_typing(engine) == ({"ke"} if typing else set())


def test_rebuild_corrects_marks_that_are_wrong(engine: Engine, counter: BehaviourCounter) -> None:
    with engine.begin() as connection:
        type_out(connection, ["runn", "running"])
    counter.run()
    with engine.begin() as connection:
        connection.execute(text("update ranking_events set typing = not typing"))

    rebuild(engine)

    assert marked_typing(engine) == {"runn"}
    assert stored_counts(engine) == plain_counts(engine)
