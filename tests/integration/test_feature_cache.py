"""What a request reads of shoppers' behaviour: in memory, behind the counts by a moment."""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import Engine, text

from app.features.behaviour_cache import BehaviourCache
from app.features.counting import BehaviourCounter
from app.features.rebuild import rebuild
from app.items.repository import write_items
from indexing.candidates import Floats
from indexing.documents import ItemKey
from ranking.behaviour import BEHAVIOUR
from ranking.facts import ItemFacts, facts_of
from tests.e2e.command import until
from tests.factories import make_item
from tests.integration.event_log import NOON, write_event, write_list

KETTLES = ("Kitchen", "Kettles")
ITEMS = [
    make_item("1", brand="Bosch", categories=KETTLES),
    make_item("2", brand="Bosch", categories=("Kitchen", "Mugs")),
    make_item("3", brand="Philips", categories=KETTLES),
    make_item("4", brand="Philips", categories=("Toys",)),
]
FACTS = [facts_of(ItemKey(key), item) for key, item in enumerate(ITEMS, start=1)]


class Clock:
    def __init__(self) -> None:
        self.now = NOON + timedelta(minutes=30)

    def __call__(self) -> datetime:
        return self.now


class Shop:
    """Counting and reading on a clock of its own."""

    def __init__(self, engine: Engine, most_pairs: int = 1_000) -> None:
        self.engine = engine
        self.clock = Clock()
        self.counter = BehaviourCounter(engine)
        self.cache = BehaviourCache(engine, self.clock, most_pairs=most_pairs)
        self.cache.refresh()

    def catch_up(self) -> None:
        self.counter.run()
        self.cache.refresh()

    def show(
        self, query_id: str, items: Sequence[int], clicked: Sequence[int] = (), **f: object
    ) -> None:
        with self.engine.begin() as connection:
            write_list(connection, query_id, items, **f)
            for item in clicked:
                name = f"{query_id} {item}"
                write_event(connection, name, "click", item, query_id=query_id, client_id="")
        self.catch_up()

    def column(
        self,
        name: str,
        query: str = "kettle",
        session_id: str = "",
        facts: Sequence[ItemFacts] = FACTS,
    ) -> list[float]:
        """Of all items, rounded so that it can be written down."""
        values = self.values(query, session_id, facts)[:, BEHAVIOUR.names.index(name)]
        return [round(float(value), 3) for value in values]

    def values(
        self, query: str = "kettle", session_id: str = "", facts: Sequence[ItemFacts] = FACTS
    ) -> Floats:
        keys = np.array([fact.key for fact in facts], np.int64)
        return self.cache.features(query, keys, facts, session_id, self.clock())


@pytest.fixture
def shop(engine: Engine) -> Shop:
    with engine.begin() as connection:
        for item in ITEMS:
            write_items(connection, [item])
    return Shop(engine)


def test_where_nothing_was_ever_counted_every_value_is_neutral(shop: Shop) -> None:
    assert np.array_equal(shop.values(), BEHAVIOUR.neutral(4))


def test_clicked_item_rises_and_one_that_is_passed_over_falls(shop: Shop) -> None:
    for n in range(20):
        shop.show(f"q{n}", [1, 2, 3], clicked=[2], query="mug")

    passed, clicked, far_down, never_shown = shop.column("query_item_click_30d", "mug")
    assert clicked > 0.7
    assert passed < far_down < 0.5 == never_shown
    assert shop.column("query_item_click_30d", "kettle") == [0.5] * 4
    assert shop.column("query_item_click_30d", "  MUG ") == [passed, clicked, far_down, never_shown]


def test_new_item_stands_where_its_category_does(shop: Shop) -> None:
    for n in range(30):
        shop.show(f"q{n}", [4, 1], clicked=[1])
    new = facts_of(ItemKey(99), make_item("99", categories=KETTLES))
    toy = facts_of(ItemKey(98), make_item("98", categories=("Toys",)))
    bare = facts_of(ItemKey(97), make_item("97"))

    item = shop.column("item_click_30d", facts=[new, toy, bare])
    category = shop.column("category_click_30d", facts=[new, toy, bare])

    assert item == category
    assert item[0] > 0.5 > item[1]
    assert item[2] == 0.5


def test_brand_gathers_what_its_items_count(shop: Shop) -> None:
    for n in range(20):
        shop.show(f"q{n}", [1, 3], clicked=[3])

    bosch, also_bosch, philips, also_philips = shop.column("brand_click_30d")

    assert bosch == also_bosch < 0.5 < philips == also_philips


def test_item_that_changes_its_brand_takes_its_counts_along(shop: Shop) -> None:
    for n in range(20):
        shop.show(f"q{n}", [1, 3], clicked=[3])
    with shop.engine.begin() as connection:
        write_items(connection, [make_item("3", brand="Bosch", categories=KETTLES)])
    shop.cache.refresh()
    moved = facts_of(ItemKey(3), make_item("3", brand="Bosch", categories=KETTLES))

    bosch, moved_one, philips = shop.column("brand_click_30d", facts=[FACTS[0], moved, FACTS[3]])

    assert bosch == moved_one
    assert philips == 0.5
    assert_as_if_loaded_anew(shop)


def test_item_that_is_deleted_counts_for_no_brand(shop: Shop) -> None:
    for n in range(20):
        shop.show(f"q{n}", [1, 3], clicked=[3])
    with shop.engine.begin() as connection:
        connection.execute(
            text("update items set state = 'deleted', changed_in = default where key = 3")
        )
    shop.cache.refresh()

    assert shop.column("brand_click_30d")[3] == 0.5
    assert_as_if_loaded_anew(shop)


def assert_as_if_loaded_anew(shop: Shop, query: str = "kettle") -> None:
    anew = Shop(shop.engine)
    anew.clock.now = shop.clock.now
    anew.cache.refresh()
    assert np.array_equal(shop.values(query), anew.values(query))


def test_windows_let_go_of_an_hour_when_it_is_a_day_a_week_and_a_month_old(shop: Shop) -> None:
    for n in range(20):
        shop.show(f"q{n}", [1, 3], clicked=[3])
    names = ("item_click_1d", "item_click_7d", "item_click_30d")
    seen = []
    for age in (timedelta(0), timedelta(days=1), timedelta(days=7), timedelta(days=30)):
        for moment in (NOON + age - timedelta(seconds=1), NOON + age):
            shop.clock.now = moment
            shop.cache.refresh()
            assert_as_if_loaded_anew(shop)
            seen.append([shop.column(name)[2] for name in names])

    assert seen[0] == seen[1]
    before_a_day, day, before_a_week, week, before_a_month, month = seen[2:]
    assert before_a_day == seen[1]
    assert day[0] < before_a_day[0]
    assert day[1:] == before_a_day[1:] == before_a_week[1:]
    assert week[1] < before_a_week[1]
    assert week[2] == before_a_week[2] == before_a_month[2]
    assert month == [0.5, 0.5, 0.5]
    assert shop.cache.pairs == 0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_following_gives_what_loading_all_of_it_gives(shop: Shop, seed: int) -> None:
    chance = np.random.default_rng(seed)
    for n in range(30):
        items = chance.permutation([1, 2, 3, 4])[: chance.integers(1, 5)].tolist()
        at = shop.clock.now - timedelta(minutes=int(chance.integers(0, 60 * 24 * 3)))
        query = str(chance.choice(["kettle", "mug", ""]))
        shop.show(f"q{n}", items, items[: chance.integers(0, 3)], at=at, query=query)
        shop.clock.now += timedelta(minutes=int(chance.choice([0, 20, 60 * 9])))
        shop.cache.refresh()

        assert_as_if_loaded_anew(shop, query)


def test_counts_that_a_rebuild_corrects_are_read_again(shop: Shop) -> None:
    shop.show("q", [1, 2, 3], clicked=[2])
    right = shop.values()
    with shop.engine.begin() as connection:
        connection.execute(
            text("update behaviour_counts set clicks = 50, changed_in = default where item_key = 3")
        )
        connection.execute(
            text(
                "insert into behaviour_counts (query, item_key, bucket, clicks) "
                "values ('kettle', 4, :noon, 9)"
            ),
            {"noon": NOON},
        )
    shop.cache.refresh()
    wrong = shop.values()

    rebuild(shop.engine)
    shop.cache.refresh()

    assert not np.array_equal(wrong, right)
    assert np.array_equal(shop.values(), right)


def test_session_is_about_the_brands_and_categories_of_what_was_done_in_it(shop: Shop) -> None:
    with shop.engine.begin() as connection:
        for n, (action, item) in enumerate([("click", 1), ("add_to_cart", 3), ("impression", 4)]):
            at = NOON + timedelta(minutes=n)
            write_event(connection, f"e{n}", action, item, session_id="s", at=at)
    shop.cache.refresh()

    # 0.9 * 1 for the click before, 2 for what lies in the cart.
    assert shop.column("session_brand", session_id="s") == [0.31, 0.31, 0.69, 0.69]
    assert shop.column("session_category", session_id="s") == [1.0, 0.0, 1.0, 0.0]
    assert shop.column("session_brand", session_id="another") == [0.0] * 4
    assert shop.column("session_brand") == [0.0] * 4


def test_session_is_over_after_a_day_and_forgotten_with_its_client(shop: Shop) -> None:
    with shop.engine.begin() as connection:
        write_event(connection, "e", "click", 1, session_id="s")
        write_event(connection, "f", "click", 1, session_id="t")
    shop.cache.refresh()
    before = shop.column("session_brand", session_id="s")
    shop.cache.forget(["t"])
    forgotten = shop.column("session_brand", session_id="t")
    shop.clock.now = NOON + timedelta(days=1, minutes=2)
    shop.cache.refresh()

    assert before == [1.0, 1.0, 0.0, 0.0]
    assert forgotten == [0.0] * 4
    assert shop.column("session_brand", session_id="s") == [0.0] * 4


def test_where_memory_is_full_items_still_get_what_the_pairs_shown_least_count(
    engine: Engine, shop: Shop
) -> None:
    for n in range(3):
        shop.show(f"q{n}", [1, 3], clicked=[3])
    shop.show("rare", [4], clicked=[4], query="toy")
    expected = shop.column("query_item_click_30d")

    small = Shop(engine, most_pairs=2)
    small.show("later", [4], clicked=[4], query="toy")
    kettles = small.column("query_item_click_30d")
    toys = small.column("query_item_click_30d", "toy")
    items = small.column("item_click_30d")
    small.clock.now += timedelta(hours=1)
    small.cache.refresh()
    shop.clock.now = small.clock.now
    shop.cache.refresh()

    assert kettles == expected
    assert toys == [0.5] * 4
    assert items[3] > 0.5
    # Read again at the turn of the hour.
    assert small.column("item_click_30d") == shop.column("item_click_30d")


def test_readers_never_see_half_of_a_change(shop: Shop) -> None:
    stop = threading.Event()
    seen: set[bytes] = set()

    def read() -> None:
        while not stop.is_set():
            seen.add(shop.values().tobytes())

    threads = [threading.Thread(target=read) for _ in range(2)]
    whole = {shop.values().tobytes()}
    for thread in threads:
        thread.start()
    try:
        for n in range(40):
            shop.show(f"q{n}", [1, 3], clicked=[1, 3])
            whole.add(shop.values().tobytes())
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)

    assert len(seen) > 1
    assert seen <= whole


def test_delay_from_event_to_feature_is_measured(shop: Shop) -> None:
    assert shop.cache.freshness.read().p99 is None

    shop.show("q", [1])
    with shop.engine.begin() as connection:
        for n, seconds in enumerate((5, 10)):
            known = shop.clock.now - timedelta(seconds=seconds)
            write_event(connection, f"e{n}", "click", 1, known_at=known)
    shop.catch_up()

    measured = shop.cache.freshness.read()
    assert (measured.events, measured.p50, measured.slowest) == (2, 7.5, 10.0)


def test_what_is_done_changes_features_by_itself_within_seconds(engine: Engine) -> None:
    counter, cache, stop = BehaviourCounter(engine), BehaviourCache(engine), threading.Event()
    cache.refresh()
    threads = [threading.Thread(target=part.follow, args=(stop,)) for part in (counter, cache)]
    for thread in threads:
        thread.start()
    try:
        with engine.begin() as connection:
            now = connection.execute(text("select clock_timestamp()")).scalar_one()
            write_list(connection, "q", [1, 3], at=now)
            write_event(connection, "e", "click", 3, query_id="q", at=now)
        until(lambda: cache.freshness.read().events == 1, 30, "the event to be a feature")
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)

    keys = np.array([1, 3], np.int64)
    values = cache.features("kettle", keys, [FACTS[0], FACTS[2]], "", now)
    shown, clicked = values[:, BEHAVIOUR.names.index("query_item_click_7d")]
    assert shown < 0.5 < clicked
