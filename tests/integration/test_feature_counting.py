"""Counting what shoppers did: bit by bit, in any order, all of it again, and without someone."""

import random
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from app.features.counting import BehaviourCounter
from app.features.examination_curves import add_curve
from app.features.forgetting import uncount_client
from app.features.rebuild import rebuild
from ranking.tallies import Done
from tests.integration.event_log import (
    NOON,
    attributions,
    marked_typing,
    plain_attributions,
    plain_counts,
    plain_typing,
    stored_counts,
    write_event,
    write_list,
)

SCALING = Path(__file__).parents[2] / "docs" / "scaling.md"
IMPRESSIONS, EXPOSURE, CLICKS, CARTS, PURCHASES, DISMISSALS, REVENUE = range(7)


@pytest.fixture
def counter(engine: Engine) -> BehaviourCounter:
    return BehaviourCounter(engine)


def counts(engine: Engine, item: int, query: str = "kettle", at: datetime = NOON) -> Any:
    nothing = (0,) * 7
    return stored_counts(engine).get((query, item, at), nothing)


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


def test_all_of_a_page_counts_as_seen_each_position_by_how_likely_it_is_looked_at(
    engine: Engine, counter: BehaviourCounter
) -> None:
    with engine.begin() as connection:
        write_list(connection, "q", [7, 8])
        write_list(connection, "page 2", [9], first=2)

    counter.run()

    assert counts(engine, 7)[:2] == (1, 1_000_000)
    assert counts(engine, 8)[:2] == (1, 615_572)  # 1 / 2^0.7
    assert counts(engine, 9)[:2] == (1, 463_463)  # 1 / 3^0.7


def test_list_is_seen_down_to_the_lowest_impression_or_whatever_was_done_below(
    engine: Engine, counter: BehaviourCounter
) -> None:
    with engine.begin() as connection:
        for query_id in ("seen", "used"):
            write_list(connection, query_id, [1, 2, 3, 4], query=query_id)
            write_event(connection, f"{query_id} 1", "impression", 2, query_id=query_id)
        write_event(connection, "click", "click", 3, query_id="used")

    counter.run()

    assert [counts(engine, n, "seen")[IMPRESSIONS] for n in (1, 2, 3, 4)] == [1, 1, 0, 0]
    assert [counts(engine, n, "used")[IMPRESSIONS] for n in (1, 2, 3, 4)] == [1, 1, 1, 0]


def test_impressions_that_come_after_the_list_was_counted_take_back_what_was_not_seen(
    engine: Engine, counter: BehaviourCounter
) -> None:
    with engine.begin() as connection:
        write_list(connection, "q", [1, 2, 3])
    counter.run()
    whole = [counts(engine, n)[IMPRESSIONS] for n in (1, 2, 3)]
    with engine.begin() as connection:
        write_event(connection, "e", "impression", 1, query_id="q")
    counter.run()

    assert whole == [1, 1, 1]
    assert [counts(engine, n)[IMPRESSIONS] for n in (1, 2, 3)] == [1, 0, 0]
    with engine.connect() as connection:
        row = connection.execute(
            text("select impressions_to, interactions_to from ranking_events")
        ).one()
    assert tuple(row) == (1, None)


def test_an_action_counts_once_for_each_hit_and_revenue_adds_up(
    engine: Engine, counter: BehaviourCounter
) -> None:
    with engine.begin() as connection:
        write_list(connection, "q", [1, 2])
        write_event(connection, "a", "click", 1, query_id="q")
        write_event(connection, "b", "purchase", 1, query_id="q", revenue=5)
    counter.run()
    with engine.begin() as connection:
        write_event(connection, "c", "click", 1, query_id="q")
        write_event(connection, "d", "purchase", 1, query_id="q", revenue=7)
        write_event(connection, "e", "add_to_cart", 2, query_id="q")
        write_event(connection, "f", "dismiss", 2, query_id="q")
    counter.run()

    assert counts(engine, 1)[CLICKS:] == (1, 0, 1, 0, 12)
    assert counts(engine, 2)[CLICKS:] == (0, 1, 0, 1, 0)


def test_what_is_done_to_a_hit_counts_in_the_hour_in_which_the_list_was_shown(
    engine: Engine, counter: BehaviourCounter
) -> None:
    with engine.begin() as connection:
        write_list(connection, "q", [1], at=minutes(59))
        write_event(connection, "late", "click", 1, query_id="q", at=minutes(3 * 60))
        write_event(connection, "alone", "click", 1, client_id="", at=minutes(3 * 60))

    counter.run()

    assert counts(engine, 1)[CLICKS] == 1
    assert counts(engine, 1, "", minutes(3 * 60))[CLICKS] == 1


def test_views_and_what_is_no_action_of_ours_count_nothing(
    engine: Engine, counter: BehaviourCounter
) -> None:
    with engine.begin() as connection:
        for action in ("view", "remove_from_cart", "wave"):
            write_event(connection, action, action, 1, client_id="")

    counter.run()

    assert stored_counts(engine) == {}


def test_event_without_a_list_belongs_to_the_latest_that_showed_the_item_to_its_client(
    engine: Engine, counter: BehaviourCounter
) -> None:
    with engine.begin() as connection:
        write_list(connection, "old", [1], at=minutes(-31))
        write_list(connection, "first", [1, 2], at=minutes(0))
        write_list(connection, "second", [1], at=minutes(1))
        write_list(connection, "of another", [1], at=minutes(2), client_id="bert")
        write_event(connection, "1", "click", 1, at=minutes(3))
        write_event(connection, "2", "click", 2, at=minutes(3))
        write_event(connection, "3", "click", 1, at=minutes(-1.5))
        write_event(connection, "4", "click", 3, at=minutes(3))
        write_event(connection, "5", "click", 1, at=minutes(3), query_id="unknown")
        write_event(connection, "6", "impression", 1, at=minutes(3))
        write_event(connection, "7", "click", 1, at=minutes(3), query_id="rec-1")

    counter.run()

    assert attributions(engine) == {
        "1": ("second", "inferred"),
        "2": ("first", "inferred"),
        "3": ("old", "inferred"),
        "4": (None, None),
        "5": ("second", "inferred"),
        "6": (None, None),
        "7": (None, None),
    }


def test_list_that_becomes_known_behind_its_event_still_gets_it(
    engine: Engine, counter: BehaviourCounter
) -> None:
    with engine.begin() as connection:
        write_list(connection, "first", [1], at=minutes(0))
        write_event(connection, "named", "click", 1, at=minutes(5), query_id="second")
        write_event(connection, "unnamed", "click", 1, at=minutes(6))
        write_event(connection, "recommended", "click", 1, at=minutes(6), query_id="rec-1")
    counter.run()
    before = attributions(engine)
    with engine.begin() as connection:
        write_list(connection, "second", [1, 2], at=minutes(4), query="boiler")
    counter.run()

    assert before == {
        "named": ("first", "inferred"),
        "unnamed": ("first", "inferred"),
        "recommended": (None, None),
    }
    assert attributions(engine) == {
        "named": ("second", "given"),
        "unnamed": ("second", "inferred"),
        "recommended": (None, None),
    }
    assert counts(engine, 1)[CLICKS] == 0
    assert counts(engine, 1, "boiler")[CLICKS] == 1
    assert stored_counts(engine) == plain_counts(engine)


def test_depth_of_a_list_is_kept_whose_event_was_counted_in_the_piece_before(
    engine: Engine,
) -> None:
    counter = BehaviourCounter(engine, chunk=1)
    with engine.begin() as connection:
        write_event(connection, "click", "click", 1, at=minutes(5))
    counter.run()
    with engine.begin() as connection:
        write_list(connection, "a, older", [1], at=minutes(1))
        write_list(connection, "b, newer", [3, 1], at=minutes(2), query="boiler")
    counter.run()
    with engine.begin() as connection:
        write_event(connection, "seen", "impression", 3, at=minutes(6), query_id="b, newer")
    counter.run()

    assert stored_counts(engine) == plain_counts(engine)


def test_list_is_counted_by_the_curve_that_was_known_when_it_was(
    engine: Engine, counter: BehaviourCounter
) -> None:
    with engine.begin() as connection:
        write_list(connection, "before", [1, 2], query="before")
        add_curve(connection, [900_000, 100_000], "a test")
        after = connection.execute(text("select clock_timestamp()")).scalar_one()
        write_list(connection, "after", [1, 2, 3], query="after", known_at=after)

    counter.run()

    assert counts(engine, 2, "before")[EXPOSURE] == 615_572
    assert [counts(engine, n, "after")[EXPOSURE] for n in (1, 2, 3)] == [900_000, 100_000, 100_000]


def test_rows_of_a_transaction_that_is_under_way_are_counted_when_it_has_ended(
    engine: Engine, counter: BehaviourCounter
) -> None:
    with engine.connect() as slow, slow.begin() as under_way:
        write_list(slow, "slow", [1], query="slow")
        with engine.begin() as connection:
            write_list(connection, "quick", [1], query="quick")
        counter.run()
        assert counts(engine, 1, "slow")[IMPRESSIONS] == 0
        under_way.commit()
    counter.run()

    assert counts(engine, 1, "slow")[IMPRESSIONS] == 1
    assert counts(engine, 1, "quick")[IMPRESSIONS] == 1


def test_step_that_fails_on_the_way_leaves_nothing_and_is_done_again(engine: Engine) -> None:
    with engine.begin() as connection:
        write_list(connection, "q", [1])
        write_event(connection, "e", "click", 1, query_id="q", revenue=2**62)
        write_event(connection, "f", "purchase", 1, query_id="q", revenue=2**62)
        write_event(connection, "g", "purchase", 1, query_id="q", revenue=2**62)

    with pytest.raises(Exception, match="out of range"):
        BehaviourCounter(engine, chunk=1).step()

    assert stored_counts(engine) == {}
    with engine.begin() as connection:
        connection.execute(text("update interaction_events set revenue = 1"))
    BehaviourCounter(engine).run()
    assert counts(engine, 1) == (1, 1_000_000, 1, 0, 1, 0, 2)


def test_second_counter_leaves_the_step_to_the_first(
    engine: Engine, counter: BehaviourCounter
) -> None:
    with engine.begin() as connection:
        write_list(connection, "q", [1])
    counter.run()
    with engine.begin() as connection:
        write_list(connection, "r", [1])
    with engine.begin() as holding:
        holding.execute(text("select 1 from behaviour_progress for update"))
        assert counter.step() == 0

    assert counter.step() == 1


class History:
    """A random log, written in an order that has little to do with when things happened."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311
        self._actions = [
            *("impression", "click", "click", "view", "add_to_cart", "purchase"),
            *("remove_from_cart", "dismiss", "wave"),
        ]
        self.writes: list[Callable[[Connection], None]] = []
        for n in range(40):
            self.writes.append(self._list(f"list {n}"))
        for n in range(120):
            self.writes.append(self._event(f"event {n}"))
        self.writes.append(lambda connection: add_curve(connection, [800_000, 300_000], "a test"))
        self._chance.shuffle(self.writes)

    def _list(self, query_id: str) -> Callable[[Connection], None]:
        chance = self._chance
        items = chance.sample(range(1, 9), chance.randint(0, 6))
        fields: dict[str, Any] = {
            "client_id": chance.choice(["anna", "bert", "cleo", ""]),
            "session_id": chance.choice(["s", ""]),
            "query": chance.choice(["kettle", "kett", "ke", "boiler", ""]),
            # Now and then so soon after another that the other was typing.
            "at": minutes(chance.randint(0, 9) * 10 + chance.randint(0, 8) / 60),
            "first": chance.choice([0, 0, 0, 6]),
            "final": chance.random() < 0.2,
        }
        imported = chance.random() < 0.3
        return lambda connection: write_list(
            connection,
            query_id,
            items,
            # Lists of searches are known when they are written, which is what the curve goes by.
            known_at=fields["at"]
            if imported
            else connection.execute(text("select clock_timestamp()")).scalar_one(),
            **fields,
        )

    def _event(self, event_id: str) -> Callable[[Connection], None]:
        chance = self._chance
        fields: dict[str, Any] = {
            "client_id": chance.choice(["anna", "bert", "cleo", ""]),
            "query": chance.choice(["kettle", "boiler", ""]),
            "query_id": chance.choice([None, f"list {chance.randint(0, 44)}"]),
            "position": chance.choice([None, chance.randint(1, 8)]),
            "revenue": chance.choice([0, chance.randint(1, 10**9)]),
            "at": minutes(chance.randint(0, 120)),
        }
        action = chance.choice(self._actions)
        item = chance.choice([None, *range(1, 10), *range(1, 10)])
        return lambda connection: write_event(connection, event_id, action, item, **fields)

    def happen(self, engine: Engine, between: Callable[[], object]) -> None:
        """Each write in a transaction of its own or with its neighbours."""
        writes = list(self.writes)
        while writes:
            with engine.begin() as connection:
                for _ in range(self._chance.randint(1, 6)):
                    if writes:
                        writes.pop()(connection)
            if self._chance.random() < 0.4:
                between()


@pytest.mark.parametrize("seed", range(12))
def test_counting_bit_by_bit_gives_what_the_whole_log_gives(engine: Engine, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311

    def between() -> None:
        rows, chunk = chance.choice([(1, 1), (3, 2), (10_000, 2_000)])
        counter = BehaviourCounter(engine, step_rows=rows, chunk=chunk)
        if chance.random() < 0.5:
            counter.step()
        else:
            counter.run()
        if chance.random() < 0.1:
            forget(engine, chance.choice(["bert", "cleo"]))

    History(seed).happen(engine, between)
    BehaviourCounter(engine).run()

    expected = plain_counts(engine)
    assert attributions(engine) == plain_attributions(engine)
    assert stored_counts(engine) == expected
    assert marked_typing(engine) == plain_typing(engine)
    rebuilt = rebuild(engine, chunk=7)
    assert (rebuilt.rows, rebuilt.corrected) == (len(expected), 0)
    assert stored_counts(engine) == expected


def forget(engine: Engine, client_id: str) -> None:
    with engine.begin() as connection:
        uncount_client(connection, client_id)
        for table in ("interaction_events", "ranking_events"):
            connection.execute(
                text(f"delete from {table} where client_id = :client"),  # noqa: S608
                {"client": client_id},
            )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_forgotten_client_leaves_the_counts_as_if_it_had_never_been(
    engine: Engine, counter: BehaviourCounter, seed: int
) -> None:
    History(seed).happen(engine, counter.run)
    counter.run()

    forget(engine, "anna")

    assert attributions(engine) == plain_attributions(engine)
    assert stored_counts(engine) == plain_counts(engine)
    assert marked_typing(engine) == plain_typing(engine)
    assert rebuild(engine).corrected == 0


def test_what_is_done_to_a_forgotten_clients_list_by_another_stays(
    engine: Engine, counter: BehaviourCounter
) -> None:
    with engine.begin() as connection:
        write_list(connection, "q", [1], query="kettle")
        write_event(connection, "e", "click", 1, query_id="q", client_id="", query="boiler")
    counter.run()

    forget(engine, "anna")

    assert counts(engine, 1) == (0,) * 7
    assert counts(engine, 1, "boiler")[CLICKS] == 1


def test_nobody_in_particular_cannot_be_forgotten(engine: Engine) -> None:
    with engine.begin() as connection, pytest.raises(ValueError, match="nobody"):
        uncount_client(connection, "")


def test_rebuild_corrects_what_is_wrong_and_leaves_the_rest_untouched(
    engine: Engine, counter: BehaviourCounter
) -> None:
    with engine.begin() as connection:
        write_list(connection, "q", [1, 2, 3])
    counter.run()
    expected = stored_counts(engine)
    with engine.begin() as connection:
        connection.execute(text("update behaviour_counts set clicks = 9 where item_key = 1"))
        connection.execute(text("delete from behaviour_counts where item_key = 2"))
        connection.execute(
            text(
                "insert into behaviour_counts (query, item_key, bucket, clicks) "
                "values ('never', 5, now(), 1)"
            )
        )
        write_list(connection, "not yet counted", [4])

    rebuilt = rebuild(engine)

    assert (rebuilt.lists, rebuilt.rows, rebuilt.corrected) == (2, 4, 3)
    assert stored_counts(engine) == expected | plain_counts(engine)
    assert rebuild(engine).corrected == 0


def test_counts_that_were_lost_altogether_come_back_from_the_log(
    engine: Engine, counter: BehaviourCounter
) -> None:
    History(5).happen(engine, counter.run)
    counter.run()
    expected = stored_counts(engine)
    with engine.begin() as connection:
        connection.execute(text("truncate behaviour_counts"))

    rebuilt = rebuild(engine)

    assert rebuilt.corrected == len(expected)
    assert stored_counts(engine) == expected


def test_rebuild_also_finds_anew_how_deep_a_list_was_seen(
    engine: Engine, counter: BehaviourCounter
) -> None:
    with engine.begin() as connection:
        write_list(connection, "q", [1, 2, 3, 4])
        write_event(connection, "e", "impression", 3, query_id="q")
    counter.run()
    with engine.begin() as connection:
        connection.execute(text("update ranking_events set impressions_to = 1"))

    rebuild(engine)
    with engine.begin() as connection:
        write_event(connection, "later", "impression", 2, query_id="q")
    counter.run()

    assert [counts(engine, n)[IMPRESSIONS] for n in (1, 2, 3, 4)] == [1, 1, 1, 0]


def test_what_is_done_with_a_list_costs_no_more_for_what_was_done_before(
    engine: Engine, counter: BehaviourCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    with engine.begin() as connection:
        write_list(connection, "q", [1, 2, 3])
        write_event(connection, "first", "click", 2, query_id="q")
    counter.run()

    def read_again(connection: Connection, list_ids: Iterable[str]) -> dict[str, list[Done]]:
        assert not set(list_ids), "reads what the list has counted already"
        return {}

    monkeypatch.setattr("app.features.counting.read_events_of", read_again)
    with engine.begin() as connection:
        write_event(connection, "again", "click", 2, query_id="q")
        write_event(connection, "more", "click", 3, query_id="q")
    counter.run()

    assert [counts(engine, n)[CLICKS] for n in (1, 2, 3)] == [0, 1, 1]


def test_log_that_moved_to_another_server_is_counted_on_from_where_it_was(
    engine: Engine, counter: BehaviourCounter
) -> None:
    """Transactions are numbered from the start there; docs/scaling.md says what to do about it."""
    documented = SCALING.read_text().split('-c "\n', 1)[1].split('"\n```', 1)[0]
    with engine.begin() as connection:
        write_list(connection, "q", [1, 2])
        write_event(connection, "before", "click", 1, query_id="q")
    counter.run()
    counted = stored_counts(engine)
    with engine.begin() as connection:
        for table in ("ranking_events", "interaction_events", "behaviour_counts"):
            connection.execute(text(f"update {table} set changed_in = 10 ^ 12"))  # noqa: S608
        connection.execute(text("update behaviour_progress set seen_transaction = 10 ^ 12"))

    with engine.begin() as connection:
        connection.exec_driver_sql(documented)
    counter.run()
    again = stored_counts(engine)
    with engine.begin() as connection:
        write_event(connection, "after", "click", 2, query_id="q")
    counter.run()

    assert again == counted
    assert [counts(engine, n)[CLICKS] for n in (1, 2)] == [1, 1]
    assert rebuild(engine).corrected == 0
