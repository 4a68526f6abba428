"""`/v1/suggest` over HTTP: what is suggested for an unfinished word, and what never is."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import text

from app.db.postgres import EmbeddedPostgres
from app.features.counting import BehaviourCounter
from app.items.repository import write_items
from app.live import Live
from indexing.queries import SearchQuery
from tests.factories import make_item
from tests.integration.event_log import write_list
from tests.integration.shop import Shop, body, open_shop

SUGGEST = "/v1/suggest"
AUDIO = ("Electronics", "Audio", "Headphones")
ITEMS = [
    make_item(
        "over-ear",
        title="Wireless over-ear headphones",
        brand="Sonora",
        categories=AUDIO,
        price=99.5,
        popularity=5,
        image_url="https://shop.example/over-ear.jpg",
    ),
    make_item("in-ear", title="In-ear headphones", categories=AUDIO, popularity=9),
    make_item("speaker", title="Wireless speaker", categories=AUDIO[:2], popularity=7),
    make_item("kettle", title="Steel kettle", categories=("Kitchen",), popularity=1),
    make_item("kettles", title="Two kettles", categories=("Kitchen",), popularity=3),
    make_item("lamp-blue", title="Lamp", group_id="lamp", popularity=3),
    make_item("lamp-red", title="Lamp", group_id="lamp", popularity=4),
    make_item("lampshade", title="Lamp shade", popularity=2),
]
WORDS = "steel kettle"
_ids = count()


@pytest.fixture(scope="module")
def shop(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with open_shop(postgres, tmp_path_factory.mktemp("suggest"), ITEMS) as shop:
        shop.live.vocabulary.refresh()
        shop.live.suggestions.refresh()
        yield shop


@pytest.fixture
def live(shop: Shop) -> Live:
    """Without lists."""
    shop.live.lists.flush()
    with shop.live.engine.begin() as connection:
        connection.execute(text("truncate ranking_events"))
    return shop.live


def asked(live: Live, query: str, clients: int, total: int = 3, **fields: Any) -> None:
    """By so many shoppers, once each; none of it is typing."""
    at = fields.pop("at", datetime.now(UTC))
    with live.engine.begin() as connection:
        for n in range(clients):
            whose = {"client_id": f"shopper-{n}", "final": True, **fields}
            write_list(
                connection, f"q{next(_ids)}", [1, 2], query=query, total=total, at=at, **whose
            )


def suggest(shop: Shop, q: str = "", **parameters: Any) -> Any:
    return body(shop.client.get(SUGGEST, params={"q": q, **parameters}))


def queries(shop: Shop, live: Live, q: str = "") -> list[str]:
    # As if ten minutes had passed, after which also a log that has only lost rows is read anew.
    live.suggestions._log = None
    live.suggestions.refresh_queries()
    return [suggestion["text"] for suggestion in suggest(shop, q, limit=20)["queries"]]


def items(shop: Shop, q: str, **parameters: Any) -> list[str]:
    return [item["id"] for item in suggest(shop, q, **parameters)["items"]]


def values(shop: Shop, q: str) -> list[str]:
    return [category["value"] for category in suggest(shop, q)["categories"]]


def test_answer_has_all_kinds_in_their_shapes(shop: Shop, live: Live) -> None:
    asked(live, "wireless headphones", 3, total=7)
    live.suggestions.refresh_queries()

    answer = suggest(shop, "headph")

    assert answer["query"] == "headph"
    assert answer["queries"] == [{"text": "wireless headphones", "hits": 7}]
    assert [item["id"] for item in answer["items"]] == ["in-ear", "over-ear"]
    assert answer["items"][1] == {
        "id": "over-ear",
        "title": "Wireless over-ear headphones",
        "brand": "Sonora",
        "price": 99.5,
        "currency": "EUR",
        "in_stock": True,
        "image_url": "https://shop.example/over-ear.jpg",
        "url": "",
    }
    assert answer["items"][0]["price"] is None
    assert answer["categories"] == [
        {"value": "Electronics > Audio > Headphones", "path": list(AUDIO), "count": 2}
    ]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("wireless", ["speaker", "over-ear"]),
        ("wireless h", ["over-ear"]),
        ("headphones wireless", ["over-ear"]),
        ("SONO", ["over-ear"]),
        ("over-e", ["over-ear"]),
        ("kettle", ["kettles", "kettle"]),
        # Typos in an unfinished word and in whole ones.
        ("headpf", ["in-ear", "over-ear"]),
        ("wirelss speker", ["speaker"]),
        ("ketl", ["kettles", "kettle"]),
        ("wirelessheadphones", ["over-ear"]),
        ("wireless kettle", []),
        ("zzzz", []),
    ],
)
def test_items_match_every_word_and_come_by_popularity(
    shop: Shop, q: str, found: list[str]
) -> None:
    assert items(shop, q) == found


def test_item_that_a_rule_hides_is_not_suggested(shop: Shop) -> None:
    hidden = {"id": "no-kettles", "when": {}, "then": [{"hide": {"item_ids": ["kettles"]}}]}
    only = {
        "id": "sonora-for-wireless",
        "when": {"query": {"contains": "wireless"}},
        "then": [{"filter": {"field": "brand", "any_of": ["Sonora"]}}],
    }
    try:
        shop.publish(hidden, only)

        assert items(shop, "kettle", limit=1) == ["kettle"]
        assert items(shop, "wireless") == ["over-ear"]
        assert items(shop, "wirel") == ["speaker", "over-ear"]
    finally:
        shop.publish()


def test_product_group_is_suggested_once_by_its_most_popular_item(shop: Shop) -> None:
    assert items(shop, "lamp") == ["lamp-red", "lampshade"]


def test_category_is_found_by_any_word_of_its_path_the_larger_first(shop: Shop) -> None:
    assert values(shop, "electro") == [
        "Electronics",
        "Electronics > Audio",
        "Electronics > Audio > Headphones",
    ]
    assert values(shop, "audio head") == ["Electronics > Audio > Headphones"]
    assert values(shop, "kitchn") == ["Kitchen"]


def test_nothing_typed_gives_what_is_asked_most_and_no_items(shop: Shop, live: Live) -> None:
    asked(live, "kettle", 3)
    asked(live, "speaker", 4)
    live.suggestions.refresh_queries()

    for q in ("", "   ", "!?"):
        answer = suggest(shop, q)
        assert [suggestion["text"] for suggestion in answer["queries"]] == ["speaker", "kettle"]
        assert answer["items"] == []
        assert [category["count"] for category in answer["categories"]] == [3, 3, 2, 2]


def test_limit_holds_for_each_kind(shop: Shop) -> None:
    answer = suggest(shop, "e", limit=1)

    assert len(answer["categories"]) == 1
    assert items(shop, "wireless", limit=1) == ["speaker"]


def test_query_of_two_shoppers_is_private_and_of_three_is_not(shop: Shop, live: Live) -> None:
    asked(live, "surprise for ann", 2)
    asked(live, "surprise for ann", 2)
    asked(live, "surprise party", 3)

    assert queries(shop, live, "surprise") == ["surprise party"]


def test_shoppers_whom_nobody_names_are_nobody(shop: Shop, live: Live) -> None:
    asked(live, "kettle", 5, client_id="")

    assert queries(shop, live) == []


@pytest.mark.parametrize(
    "query",
    ["ann@shop.example", "ann ＠ shop", "order 1234567", "kettle 030123456", "x" * 101, "!!", ""],
)
def test_what_may_be_personal_or_is_no_query_is_never_suggested(
    shop: Shop, live: Live, query: str
) -> None:
    asked(live, query, 9)

    assert queries(shop, live) == []


def test_query_that_was_never_found_is_never_suggested(shop: Shop, live: Live) -> None:
    asked(live, "teleporter", 9, total=0)
    asked(live, "iphone 15 256", 3, total=1)

    assert queries(shop, live) == ["iphone 15 256"]


def test_old_queries_and_those_of_another_engine_are_left_out(shop: Shop, live: Live) -> None:
    asked(live, "old", 9, at=datetime.now(UTC) - timedelta(days=31))
    asked(live, "imported", 9, source="import")
    asked(live, "new", 3, at=datetime.now(UTC) - timedelta(days=29))

    assert queries(shop, live) == ["new"]


def test_queries_that_differ_in_case_and_signs_are_one(shop: Shop, live: Live) -> None:
    for client, query in (("a", "  Steel KETTLE"), ("b", "steel kettle!"), ("c", "steel, kettle")):
        live.search.search(SearchQuery(text=query, client_id=client, final=True))
    live.lists.flush()

    assert queries(shop, live) == ["steel kettle"]
    assert queries(shop, live, "Steel KET") == ["steel kettle"]


def test_query_that_a_search_would_correct_is_not_suggested(shop: Shop, live: Live) -> None:
    asked(live, "wireles headphones", 9)
    asked(live, "wireless headphones", 3)

    assert queries(shop, live) == ["wireless headphones"]
    assert queries(shop, live, "wirele") == ["wireless headphones"]


def test_queries_come_by_shoppers_and_then_by_what_was_done_with_them(
    shop: Shop, live: Live
) -> None:
    asked(live, "kettle red", 3)
    asked(live, "kettle blue", 3, interactions_to=1)
    asked(live, "kettle", 4)

    assert queries(shop, live, "kett") == ["kettle", "kettle blue", "kettle red"]


def test_what_shoppers_only_typed_is_never_suggested(shop: Shop, live: Live) -> None:
    typed = [WORDS[:length] for length in range(1, len(WORDS) + 1)]
    for shopper in range(4):
        for letters in typed:
            live.search.search(SearchQuery(text=letters, client_id=f"shopper-{shopper}"))
    live.lists.flush()
    at_once = [queries(shop, live, q) for q in ("", "stee", "steel k")]
    BehaviourCounter(live.engine, settle_seconds=0).run()

    assert at_once == [[], [], []]
    assert queries(shop, live) == [WORDS]
    assert queries(shop, live, "stee") == [WORDS]


def test_search_is_suggested_when_it_is_known_that_it_was_no_typing(shop: Shop, live: Live) -> None:
    suggestions = type(live.suggestions)(live.engine, 3)
    asked(live, "kettle", 3, final=False)
    suggestions.refresh_queries()
    before = suggestions.queries.first(1)
    BehaviourCounter(live.engine, settle_seconds=0).run()

    assert suggestions.refresh_queries()
    assert before == []
    assert [json.loads(found)["text"] for found in suggestions.queries.first(2)] == ["kettle"]
    assert not suggestions.refresh_queries()
    suggestions.close()


def test_shopper_who_is_forgotten_counts_no_longer(shop: Shop, live: Live) -> None:
    asked(live, "kettle", 3)
    assert queries(shop, live) == ["kettle"]

    body(shop.client.delete("/v1/clients/shopper-1"))

    assert queries(shop, live) == []


def test_log_that_has_only_lost_rows_is_read_anew_after_ten_minutes(shop: Shop, live: Live) -> None:
    now = 1_000.0
    suggestions = type(live.suggestions)(live.engine, 3, lambda: now)
    asked(live, "kettle", 3)
    assert suggestions.refresh_queries()
    with live.engine.begin() as connection:
        connection.execute(text("truncate ranking_events"))

    assert not suggestions.refresh_queries()
    now += 600
    assert suggestions.refresh_queries()
    assert suggestions.queries.first(1) == []
    suggestions.close()


def test_items_and_categories_follow_the_catalogue(shop: Shop) -> None:
    live = shop.live
    gramophone = make_item("gramophone", title="Gramophone", categories=("Antiques",))
    with live.engine.begin() as connection:
        write_items(connection, [gramophone])
    live.store.refresh()
    live.suggestions.refresh()
    assert items(shop, "gramo") == ["gramophone"]
    assert values(shop, "antiq") == ["Antiques"]

    body(shop.client.delete("/v1/items/gramophone"), 202)
    assert live.suggestions.refresh_catalogue()

    assert items(shop, "gramo") == []
    assert values(shop, "antiq") == []
    assert not live.suggestions.refresh_catalogue()


def test_word_that_a_rule_speaks_of_is_not_taken_for_a_typo(shop: Shop) -> None:
    assert items(shop, "kettla") == ["kettles", "kettle"]
    synonym = {"id": "s", "when": {}, "then": [{"synonym": {"terms": ["kettla", "samovar"]}}]}
    shop.publish(synonym)

    assert items(shop, "kettla") == []

    shop.publish()


@pytest.mark.parametrize(
    "q",
    [
        '"',
        '" OR "',
        "kettle* NOT",
        "NEAR(a b)",
        "text:kettle",
        "'; drop table texts; --",
        "(((",
        "%",
        "\\",
        "^kettle",
        "-kettle",
        "kettle AND",
        "a " * 100,
        "😀",
        "\u202e",
        "𞤀b𞤂",
    ],
)
def test_no_text_is_an_error(shop: Shop, q: str) -> None:
    assert suggest(shop, q)["query"] == q


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"q": "x" * 201}, "q"),
        ({"limit": 0}, "limit"),
        ({"limit": 21}, "limit"),
        ({"limit": "x"}, "limit"),
    ],
)
def test_what_is_out_of_bounds_is_a_problem(
    shop: Shop, parameters: dict[str, Any], named: str
) -> None:
    answer = shop.client.get(SUGGEST, params=parameters)

    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert [error["path"] for error in answer.json()["errors"]] == [named]


def test_longest_text_is_answered(shop: Shop) -> None:
    assert suggest(shop, "x" * 200)["items"] == []


def test_key_is_needed_where_the_search_is_not_public(shop: Shop) -> None:
    shop.client.app.state["public_search"] = False
    try:
        refused = shop.client.get(SUGGEST, headers={"Authorization": ""})
        allowed = shop.client.get(SUGGEST)
    finally:
        shop.client.app.state["public_search"] = True

    assert (refused.status_code, allowed.status_code) == (401, 200)


def test_answers_stay_whole_while_indexes_are_exchanged(shop: Shop) -> None:
    live = shop.live
    stop = threading.Event()
    answers: list[tuple[str, ...]] = []
    failed: list[Exception] = []

    def ask() -> None:
        try:
            while not stop.is_set():
                found = live.suggester.suggest("headph", 5)
                answers.append(tuple(item.id for item in found.items))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(20):
            live.suggestions._catalogue = None
            live.suggestions.refresh_catalogue()
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    assert not failed
    assert set(answers) == {("in-ear", "over-ear")}


def test_openapi_describes_the_route(shop: Shop) -> None:
    document = shop.client.get("/schema/openapi.json").json()
    described = document["paths"][SUGGEST]["get"]

    parameters = {each["name"]: each for each in described["parameters"]}
    assert parameters["q"]["schema"]["maxLength"] == 200
    assert parameters["limit"]["schema"]["maximum"] == 20
    assert all(each["description"] for each in parameters.values())
    assert {"200", "400"} <= set(described["responses"])
