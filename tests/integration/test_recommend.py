"""`/v1/recommend` over HTTP on real Postgres and Qdrant Edge: each kind, and what acts on it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import text

from app.db.postgres import EmbeddedPostgres
from app.items.repository import keys_of
from app.live import Live
from app.recommend import event_log
from tests.factories import make_item
from tests.integration.event_log import write_event
from tests.integration.shop import Raw, Shop, applied, body, case, ids, only, open_shop

RECOMMEND = "/v1/recommend"
ITEMS = [
    make_item("mouse", title="Wireless mouse", brand="Kori", popularity=5),
    make_item("mouse-red", title="Wireless mouse red", brand="Kori", group_id="mice"),
    make_item("mouse-blue", title="Wireless mouse blue", brand="Kori", group_id="mice"),
    make_item("pad", title="Wireless mouse pad", brand="Lumo", popularity=3),
    make_item("trackball", title="Wireless trackball mouse", brand="Sito", popularity=2),
    make_item("sold-out", title="Wireless mouse sold out", brand="Kori", in_stock=False),
    make_item("kettle", title="Steel tea kettle", brand="Brizo", popularity=9),
    make_item("teapot", title="Steel tea pot", brand="Brizo", popularity=1),
    make_item("bag", title="Shopping bag", brand="Bagly", popularity=50),
    make_item("tea-s", title="Green leaves small", brand="Leaf", group_id="tea"),
    make_item("tea-l", title="Green leaves large", brand="Leaf", group_id="tea"),
]
BOUGHT, VIEWED = "bought_together", "viewed_together"
_ids = count()


@pytest.fixture(scope="module")
def shop(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with open_shop(postgres, tmp_path_factory.mktemp("recommend"), ITEMS) as shop:
        yield shop


@pytest.fixture
def live(shop: Shop) -> Live:
    """Without events and rules."""
    with shop.live.engine.begin() as connection:
        connection.execute(text("truncate interaction_events"))
    if shop.version:
        shop.publish()
    return shop.live


def did(live: Live, client: str, action: str, *items: str, **fields: Any) -> None:
    """In this order, a minute apart up to a minute ago; in one session unless said otherwise."""
    defaults: Raw = {"client_id": client, "session_id": f"{client}-1"} | fields
    now = defaults.pop("at", datetime.now(UTC))
    with live.engine.begin() as connection:
        keys = keys_of(connection, items)
        for n, item in enumerate(items):
            at = now - timedelta(minutes=len(items) - n)
            write_event(connection, f"e{next(_ids)}", action, keys[item], at=at, **defaults)


def recommend(shop: Shop, item_id: str | None = None, **fields: Any) -> Raw:
    asked = fields if item_id is None else {"item_id": item_id, **fields}
    answer: Raw = body(shop.client.post(RECOMMEND, json=asked))
    return answer


def organic(answer: Raw) -> list[str]:
    """Those hits that do not only fill up."""
    found = ids(answer)
    return found[: len(found) - answer["filled"]]


def test_similar_items_come_first_and_neither_the_item_nor_sold_out_ones_do(
    shop: Shop, live: Live
) -> None:
    answer = recommend(shop, "mouse", limit=3)

    assert {item.replace("-blue", "-red") for item in ids(answer)} == {
        "mouse-red",
        "pad",
        "trackball",
    }
    assert [hit["position"] for hit in answer["hits"]] == [1, 2, 3]
    assert answer["hits"][0]["item"]["title"].startswith("Wireless")
    assert (answer["kind"], answer["filled_with"], answer["filled"]) == ("similar", None, 0)
    assert answer["degraded"] == []
    assert answer["timings_ms"]["total"] > 0
    assert answer["query_id"].startswith("rec-")


def test_whole_product_group_of_an_item_is_left_out_and_others_are_one_hit(
    shop: Shop, live: Live
) -> None:
    of_group = recommend(shop, "mouse-red")
    grouped, each = recommend(shop, "mouse"), recommend(shop, "mouse", group=False)

    assert not {"mouse-red", "mouse-blue"} & set(ids(of_group))
    assert "mouse" in ids(of_group)
    assert len({"mouse-red", "mouse-blue"} & set(ids(grouped))) == 1
    assert {"mouse-red", "mouse-blue"} <= set(ids(each))


def test_weights_say_what_it_should_be_more_and_less_like(shop: Shop, live: Live) -> None:
    items = [{"id": "mouse", "weight": 1}, {"id": "kettle", "weight": 5}]
    more = recommend(shop, items=items)
    less = recommend(shop, items=[{"id": "mouse"}, {"id": "kettle", "weight": -2}])

    assert ids(more)[0] == "teapot"
    assert ids(less)[-1] == "teapot"


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        case("JSON", only("brand", "Brizo", "Sito"), {"kettle", "teapot", "trackball"}),
        case("text", "brand IN [Brizo, Sito]", {"kettle", "teapot", "trackball"}),
        case("stock is decided by a filter on it", "in_stock = false", {"sold-out"}),
        case("or by none", "brand = Kori", {"mouse-red"}),
    ],
)
def test_filter_says_what_may_be_recommended(
    shop: Shop, live: Live, chosen: Any, found: set[str]
) -> None:
    answer = recommend(shop, "mouse", filter=chosen)

    assert {item.replace("-blue", "-red") for item in ids(answer)} == found


def test_bought_together_goes_by_shoppers_in_common_and_not_by_the_bestseller(
    shop: Shop, live: Live
) -> None:
    for n in range(4):
        did(live, f"a{n}", "purchase", "kettle", "bag")
        did(live, f"b{n}", "purchase", "bag", "pad")
    for n in range(3):
        did(live, f"c{n}", "purchase", "kettle", "teapot")
    for n in range(20):
        did(live, f"d{n}", "purchase", "bag")

    answer = recommend(shop, "kettle", kind=BOUGHT, explain=True)

    # 3 / sqrt(7 * 3) of the teapot, 4 / sqrt(7 * 28) of the bag.
    assert organic(answer) == ["teapot", "bag"]
    traces = [hit["explain"]["retrieval"][BOUGHT] for hit in answer["hits"]]
    assert traces[0] == {"rank": 1, "score": pytest.approx(3 / 21**0.5, abs=1e-6)}
    assert traces[1] == {"rank": 2, "score": pytest.approx(4 / 14, abs=1e-6)}


def test_too_few_are_filled_up_with_what_is_similar_and_it_is_said(shop: Shop, live: Live) -> None:
    for client in ("anna", "ben"):
        did(live, client, "purchase", "mouse", "bag")

    answer = recommend(shop, "mouse", kind=BOUGHT, limit=3)
    enough = recommend(shop, "mouse", kind=BOUGHT, limit=1)

    assert organic(answer) == ["bag"]
    assert (answer["filled_with"], answer["filled"]) == ("similar", 2)
    assert set(ids(answer)[1:]) < {"mouse-red", "mouse-blue", "pad", "trackball"}
    assert (ids(enough), enough["filled_with"], enough["filled"]) == (["bag"], None, 0)


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        case("one session", {"session_id": "s"}, {"session_id": "s"}, True),
        case("two sessions", {"session_id": "s"}, {"session_id": "t"}, False),
        case("no session, one day", {"session_id": ""}, {"session_id": ""}, True),
        case("one has a session", {"session_id": "s"}, {"session_id": ""}, True),
        case("days apart", {"session_id": ""}, {"session_id": "", "days": 2}, False),
        case("long ago", {"days": 91}, {"days": 91}, False),
        case("within the window", {"days": 89}, {"days": 89}, True),
        case("no client", {"client_id": ""}, {"client_id": ""}, False),
    ],
)
def test_what_belongs_together(
    shop: Shop, live: Live, first: Raw, second: Raw, together: bool
) -> None:
    for client in ("anna", "ben"):
        for item, given in (("kettle", first), ("pad", second)):
            fields: Raw = {"client_id": client, "session_id": "s"} | given
            at = datetime.now(UTC) - timedelta(days=fields.pop("days", 0))
            did(live, fields.pop("client_id"), "purchase", item, at=at, **fields)

    assert organic(recommend(shop, "kettle", kind=BOUGHT)) == (["pad"] if together else [])


def test_one_shopper_makes_no_pair_however_often(shop: Shop, live: Live) -> None:
    did(live, "anna", "purchase", *["kettle", "pad"] * 3)

    assert organic(recommend(shop, "kettle", kind=BOUGHT)) == []


def test_forgetting_a_shopper_takes_the_pair_away_at_once(shop: Shop, live: Live) -> None:
    for client in ("anna", "ben"):
        did(live, client, "purchase", "kettle", "pad")
    before = recommend(shop, "kettle", kind=BOUGHT)

    body(shop.client.delete("/v1/clients/anna"))

    assert organic(before) == ["pad"]
    assert organic(recommend(shop, "kettle", kind=BOUGHT)) == []


def test_clicks_and_views_are_viewed_together_and_purchases_are_not(shop: Shop, live: Live) -> None:
    did(live, "anna", "click", "kettle", "pad")
    did(live, "ben", "view", "kettle", "pad")
    did(live, "anna", "impression", "kettle", "bag")
    did(live, "ben", "impression", "kettle", "bag")
    did(live, "anna", "purchase", "kettle", "teapot")
    did(live, "ben", "purchase", "kettle", "teapot")

    assert organic(recommend(shop, "kettle", kind=VIEWED)) == ["pad"]
    assert organic(recommend(shop, "kettle", kind=BOUGHT)) == ["teapot"]


def test_variant_stands_for_its_group_and_its_siblings_are_not_shown(
    shop: Shop, live: Live
) -> None:
    for client in ("anna", "ben"):
        did(live, client, "purchase", "tea-s", "tea-l", "teapot")

    answer = recommend(shop, "tea-l", kind=BOUGHT)

    assert organic(answer) == ["teapot"]
    assert not {"tea-s", "tea-l"} & set(ids(answer))


def test_items_bought_together_are_filtered_and_in_stock(shop: Shop, live: Live) -> None:
    for client in ("anna", "ben"):
        did(live, client, "purchase", "kettle", "pad", "teapot", "sold-out")

    assert set(organic(recommend(shop, "kettle", kind=BOUGHT))) == {"pad", "teapot"}
    assert organic(recommend(shop, "kettle", kind=BOUGHT, filter="brand = Lumo")) == ["pad"]
    sold_out = recommend(shop, "kettle", kind=BOUGHT, filter="in_stock = false")
    assert organic(sold_out) == ["sold-out"]


def test_item_that_has_more_events_than_are_looked_at_counts_at_its_pace(
    shop: Shop, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "MOST_EVENTS", 4)
    now = datetime.now(UTC)
    for n in range(20):
        did(live, f"shopper-{n}", "purchase", "bag", at=now - timedelta(days=4 * n))
    for client in ("anna", "ben"):
        did(live, client, "purchase", "kettle", "bag")

    answer = recommend(shop, "kettle", kind=BOUGHT, explain=True, limit=1)

    # The latest four are anna, ben and two others, of four days: of ninety days that is 90.
    score = answer["hits"][0]["explain"]["retrieval"][BOUGHT]["score"]
    assert score == pytest.approx(2 / (2 * 90) ** 0.5, rel=0.01)


def test_session_recommends_what_is_like_its_latest_items(shop: Shop, live: Live) -> None:
    did(live, "anna", "view", "mouse")

    by_both = recommend(shop, kind="session", client_id="anna", session_id="anna-1", limit=2)
    by_client = recommend(shop, kind="session", client_id="anna", limit=2)
    by_session = recommend(shop, kind="session", session_id="anna-1", limit=2)
    of_another = recommend(shop, kind="session", client_id="ben", session_id="anna-1", limit=2)

    for answer in (by_both, by_client, by_session):
        assert all(hit["item"]["title"].startswith("Wireless") for hit in answer["hits"])
        assert "mouse" not in ids(answer)
        assert answer["filled_with"] is None
    assert of_another["filled_with"] == "popular"


def test_latest_actions_of_a_session_weigh_more(shop: Shop, live: Live) -> None:
    did(live, "anna", "click", "kettle", *["mouse"] * 6)
    did(live, "ben", "click", "mouse", *["kettle"] * 6)

    assert ids(recommend(shop, kind="session", client_id="ben"))[0] == "teapot"
    assert ids(recommend(shop, kind="session", client_id="anna"))[0] != "teapot"


def test_session_without_a_past_gets_what_is_most_popular(shop: Shop, live: Live) -> None:
    unknown = recommend(shop, kind="session", client_id="nobody", limit=3)
    nameless = recommend(shop, kind="session", limit=3)

    assert ids(unknown) == ids(nameless) == ["bag", "kettle", "mouse"]
    assert (unknown["filled_with"], unknown["filled"]) == ("popular", 3)


def test_what_was_bought_is_not_recommended_again_with_its_whole_group(
    shop: Shop, live: Live
) -> None:
    # Longer ago than what the recommendations are like.
    did(live, "anna", "purchase", "mouse-red", "bag", at=datetime.now(UTC) - timedelta(days=60))
    popular = recommend(shop, kind="session", client_id="anna", limit=3)
    did(live, "anna", "view", "mouse")

    similar = recommend(shop, kind="session", client_id="anna")

    assert ids(popular)[0] == "kettle"
    assert not {"bag", "mouse", "mouse-red", "mouse-blue"} & set(ids(similar))
    assert similar["filled_with"] is None


def test_rules_for_recommendations_act_on_them(shop: Shop, live: Live) -> None:
    when = {"context": {"recommend": "similar"}}
    shop.publish(
        {"id": "pin", "name": "", "when": when, "then": [pin("bag", 1)]},
        {"id": "hide", "name": "", "when": when, "then": [{"hide": {"item_ids": ["pad"]}}]},
        {"id": "boost", "name": "", "when": when, "then": [boost("teapot")]},
        {"id": "always", "name": "", "then": [{"bury": {"item_ids": ["trackball"], "by": 90}}]},
    )

    answer = recommend(shop, "mouse", explain=True)
    kept = recommend(shop, "mouse", kind=BOUGHT)

    assert ids(answer)[:2] == ["bag", "teapot"]
    assert ids(answer)[-1] == "trackball"
    assert "pad" not in ids(answer)
    assert [hit["placement"] for hit in answer["hits"]][:2] == ["pinned", "boosted"]
    assert answer["hits"][0]["explain"]["rules"][0]["effect"] == "pinned to position 1"
    assert set(applied(answer)) == {"pin", "hide", "boost", "always"}
    assert answer["ruleset_version"] == shop.version
    assert applied(kept) == ["always"]


def test_rule_of_which_nothing_can_act_here_is_not_said_to_have(shop: Shop, live: Live) -> None:
    banner = {"banner": {"title": "Mice"}}
    shop.publish(
        {"id": "idle", "name": "", "then": [pin("no-such-item", 1), banner]},
        {"id": "busy", "name": "", "then": [pin("bag", 1), banner, {"sort": "price"}]},
    )

    assert applied(recommend(shop, "mouse")) == ["busy"]


def test_rules_for_queries_and_for_browsing_leave_recommendations_alone(
    shop: Shop, live: Live
) -> None:
    plain = ids(recommend(shop, "mouse"))
    shop.publish(
        {"id": "browse", "name": "", "when": {"empty_query": True}, "then": [pin("bag", 1)]},
        {"id": "any", "name": "", "when": {"query": {"matches": [".*"]}}, "then": [pin("bag", 2)]},
        {"id": "sort", "name": "", "then": [{"sort": "price"}]},
        {"id": "away", "name": "", "then": [{"redirect": "/sale"}]},
    )

    answer = recommend(shop, "mouse")
    browsed = shop.search(explain=True)

    assert ids(answer) == plain
    assert applied(answer) == []
    assert browsed["redirect"] == "/sale"
    assert "browse" in {entry["id"] for entry in browsed["suppressed_rules"]}


def test_rules_for_recommendations_leave_searches_alone(shop: Shop, live: Live) -> None:
    shop.publish(
        {
            "id": "pin",
            "name": "",
            "when": {"context": {"recommend": "similar"}},
            "then": [pin("bag", 1)],
        },
        {"id": "boost", "name": "", "then": [boost("teapot")]},
    )

    found = shop.search("wireless mouse", filter=only("brand", "Kori", "Brizo"), per_page=2)

    assert applied(found) == ["boost"]
    assert all(hit["item"]["brand"] == "Kori" for hit in found["hits"])


def test_pin_brings_in_neither_a_given_item_nor_one_that_is_sold_out(
    shop: Shop, live: Live
) -> None:
    forced = {"ignore_filters": True}
    shop.publish(
        {"id": "pin", "name": "", "then": [pin("mouse-red", 1, **forced), pin("sold-out", 2)]}
    )

    answer = recommend(shop, "mouse-blue", explain=True)

    assert not {"mouse-red", "sold-out"} & set(ids(answer))
    assert {entry["instruction"] for entry in answer["suppressed_rules"]} == {
        "then[0].pin",
        "then[1].pin",
    }


def test_pin_that_ignores_filters_and_stock_brings_in_what_is_sold_out(
    shop: Shop, live: Live
) -> None:
    anyway = pin("sold-out", 1, ignore_filters=True, ignore_stock=True)
    shop.publish({"id": "pin", "name": "", "then": [anyway]})

    by_kind = [recommend(shop, "mouse", kind=kind, limit=2) for kind in ("similar", BOUGHT)]

    assert [ids(answer)[0] for answer in by_kind] == ["sold-out"] * 2


def test_filter_and_variety_of_rules_hold_for_items_bought_together(shop: Shop, live: Live) -> None:
    for client in ("anna", "ben"):
        did(live, client, "purchase", "bag", "kettle", "teapot", "pad")
    shop.publish(
        {
            "id": "variety",
            "name": "",
            "when": {"context": {"recommend": BOUGHT}},
            "then": [
                {"diversify": {"field": "brand", "max_per_page": 1}},
                {"filter": only("brand", "Brizo", "Lumo")},
            ],
        }
    )

    answer = recommend(shop, "bag", kind=BOUGHT, limit=2)

    assert {hit["item"]["brand"] for hit in answer["hits"]} == {"Brizo", "Lumo"}


def test_unknown_and_deleted_items_are_named(shop: Shop, live: Live) -> None:
    body(shop.client.put("/v1/items/short-lived", json={"title": "A"}), 202)
    while live.outbox.run_batch():
        pass
    body(shop.client.delete("/v1/items/short-lived"), 202)
    items = [{"id": "mouse"}, {"id": "nothing"}, {"id": "short-lived"}, {"id": "nul\x00"}]

    problem = body(shop.client.post(RECOMMEND, json={"items": items}), 404)

    assert problem["title"] == "There is no such item"
    assert [error["path"] for error in problem["errors"]] == [
        "$.items[1].id",
        "$.items[2].id",
        "$.items[3].id",
    ]
    assert "'short-lived'" in problem["detail"]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        case("nothing given", {}, 422),
        case("only negative", {"items": [{"id": "mouse", "weight": -1}]}, 422),
        case("only zero", {"items": [{"id": "mouse", "weight": 0}]}, 422),
        case("items for a session", {"kind": "session", "item_id": "mouse"}, 422),
        case("filter", {"item_id": "mouse", "filter": {"field": "colr", "any_of": ["a"]}}, 422),
        case("kind", {"item_id": "mouse", "kind": "other"}, 400),
        case("limit", {"item_id": "mouse", "limit": 101}, 400),
        case("unknown field", {"item_id": "mouse", "page": 2}, 400),
    ],
)
def test_what_is_wrong_with_a_request_is_a_problem(
    shop: Shop, live: Live, asked: Raw, status: int
) -> None:
    response = shop.client.post(RECOMMEND, json=asked)

    assert response.headers["content-type"] == "application/problem+json"
    assert body(response, status)["detail"]


def test_events_that_cannot_be_read_in_time_cost_the_request_no_more(
    shop: Shop, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = text("select 1, 1, 1, 1, 1 from pg_sleep(10)")
    monkeypatch.setitem(event_log._TOGETHER, BOUGHT, slow)
    monkeypatch.setattr(event_log, "_DONE", slow)

    together = recommend(shop, "mouse", kind=BOUGHT, limit=2)
    session = recommend(shop, kind="session", client_id="anna", limit=2)

    assert (together["filled_with"], together["filled"]) == ("similar", 2)
    assert session["filled_with"] == "popular"
    for answer in (together, session):
        assert answer["degraded"] == ["events"]
        assert 300 < answer["timings_ms"]["retrieve"] < 5_000
    assert recommend(shop, "mouse", kind=VIEWED)["degraded"] == []


def test_recommendations_are_no_lists_that_are_learned_from(shop: Shop, live: Live) -> None:
    live.lists.flush()
    before = live.lists.recorded.written

    recommend(shop, "mouse", client_id="anna")
    live.lists.flush()

    assert live.lists.recorded.written == before


def pin(item_id: str, position: int, **anyway: bool) -> Raw:
    return {"pin": {"item_id": item_id, "position": position, **anyway}}


def boost(item_id: str) -> Raw:
    return {"boost": {"item_ids": [item_id], "by": 90}}
