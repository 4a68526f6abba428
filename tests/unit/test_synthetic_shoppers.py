"""What synthetic shoppers ask and do, without a service."""

from collections import Counter
from typing import Any

import pytest

from app.sample.chance import chance
from app.simulation.click_models import PositionBased
from app.simulation.demand import Demand, leave_out
from app.simulation.shopper import (
    CART_SHARE,
    PURCHASE_SHARE,
    Shoppers,
    ShownHit,
    ShownItem,
    ShownList,
    events_of,
)
from app.simulation.tally import Tally
from indexing.documents import ItemId

QUERIES = tuple(f"query {n}" for n in range(10))
HITS = tuple(ShownHit(ItemId(f"i{n}"), n, ShownItem(10.0 * n)) for n in range(1, 6))
GRADES = {query: {ItemId("i1"): 3, ItemId("i4"): 2} for query in QUERIES}


def make_shoppers(seed: int = 1, sessions: int = 5_000) -> Shoppers:
    return Shoppers(Demand(QUERIES, seed), GRADES, PositionBased(), sessions, seed)


def test_queries_are_asked_by_zipfs_law() -> None:
    demand, luck = Demand(QUERIES, 1), chance("1", "test")

    asked = Counter(demand.draw(luck) for _ in range(20_000))

    total = sum(1 / rank for rank in range(1, 11))
    for rank, query in enumerate(demand.queries, start=1):
        assert asked[query] / 20_000 == pytest.approx(1 / rank / total, abs=0.012)


def test_left_out_queries_are_never_asked_and_the_same_for_the_same_seed() -> None:
    split = leave_out(QUERIES, 0.25, seed=3)

    assert len(split.left_out) == 3
    assert sorted(split.asked + split.left_out) == sorted(QUERIES)
    assert leave_out(tuple(reversed(QUERIES)), 0.25, seed=3).left_out == split.left_out[::-1]
    assert leave_out(QUERIES, 0.0, seed=3).left_out == ()


def test_sessions_are_the_same_for_the_same_seed_in_any_order() -> None:
    first, second = make_shoppers(), make_shoppers()

    ahead = {n: first.session(n) for n in range(50)}
    back = {n: second.session(n) for n in reversed(range(50))}

    assert ahead == back
    assert first.react(ahead[7], HITS) == second.react(back[7], HITS)
    assert ahead != {n: make_shoppers(seed=2).session(n) for n in range(50)}


def test_carts_and_purchases_come_from_the_grade() -> None:
    shoppers = make_shoppers()

    clicked, carted, bought = Counter[str](), Counter[str](), Counter[str]()
    for n in range(5_000):
        reaction = shoppers.react(shoppers.session(n), HITS)
        clicked.update(hit.id for hit in reaction.clicked)
        carted.update(hit.id for hit in reaction.carted)
        bought.update(hit.id for hit in reaction.bought)

    assert carted["i1"] / clicked["i1"] == pytest.approx(CART_SHARE, abs=0.03)
    assert carted["i4"] / clicked["i4"] == pytest.approx(CART_SHARE * 3 / 7, abs=0.05)
    assert bought["i1"] / carted["i1"] == pytest.approx(PURCHASE_SHARE, abs=0.05)
    assert clicked["i2"] > 0
    assert carted["i2"] == 0


def test_events_say_what_was_done_in_the_shape_of_user_behavior_insights() -> None:
    shoppers = make_shoppers()
    session, reaction = next(
        (session, reaction)
        for n in range(1_000)
        if (reaction := shoppers.react(session := shoppers.session(n), HITS)).bought
    )

    events = events_of(session, ShownList("q1", HITS), reaction, "2026-11-25T12:00:00+00:00")

    impression: dict[str, Any] = events[0]
    assert impression["action_name"] == "impression"
    assert impression["event_attributes"]["position"] == {"ordinal": len(HITS)}
    purchase = events[-1]
    bought = reaction.bought[-1]
    assert purchase["action_name"] == "purchase"
    assert purchase["query_id"] == "q1"
    assert purchase["client_id"] == session.client_id
    assert purchase["event_attributes"]["object"] == {
        "object_id": bought.id,
        "object_detail": {"quantity": 1, "price": bought.item.price},
    }
    assert len(events) == 1 + len(reaction.clicked) + len(reaction.carted) + len(reaction.bought)


def test_tally_of_two_threads_is_the_sum_of_both() -> None:
    shoppers, tallies = make_shoppers(), (Tally(), Tally(), Tally())
    for n in range(200):
        reaction = shoppers.react(shoppers.session(n), HITS)
        shown = ShownList(f"q{n}", HITS, {"trial": "ab"[n % 2]})
        for tally in (tallies[n % 2], tallies[2]):
            tally.add(shown, reaction, 1)

    merged = tallies[0].merge([tallies[1]]).report(200, 2.0, ())

    assert merged == tallies[2].report(200, 2.0, ())
    assert merged.arms == {"trial": {"a": 100, "b": 100}}
    assert merged.searches_per_second == 100
