"""Pages beyond the last one: of the API, of multi-search, of the search page, and on record."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from app.db.postgres import EmbeddedPostgres
from app.rules.usage import frequent_queries
from tests.factories import make_item
from tests.integration.shop import SEARCH, Raw, Shop, body, ids, open_shop

ITEMS = [
    make_item(f"k{n}", title=f"Kettle {n}", brand="Brizo" if n % 2 else "Kori", price=10.0 * n)
    for n in range(1, 46)
]
ABSURD = [2**31, 2**63 - 1, 2**63, 10**30]
BEYOND_ANY = [2, 4, 1_000_000, *ABSURD]


@pytest.fixture(scope="module")
def opened(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with open_shop(postgres, tmp_path_factory.mktemp("pages"), ITEMS) as shop:
        yield shop


@pytest.fixture
def shop(opened: Shop) -> Shop:
    """Without anything on record."""
    opened.live.lists.flush()
    opened.live.usage.flush()
    with opened.live.engine.begin() as connection:
        connection.execute(text("truncate ranking_events, query_counts, rule_usage, experiments"))
    opened.live.experiments.refresh()
    return opened


def lists_on_record(shop: Shop) -> int:
    shop.live.lists.flush()
    with shop.live.engine.connect() as connection:
        return int(connection.execute(text("select count(*) from ranking_events")).scalar_one())


def ask(shop: Shop, page: int, **fields: object) -> Raw:
    asked = {"query": "kettle", "page": page, **fields}
    found: Raw = body(shop.client.post(SEARCH, json=asked))
    return found


@pytest.mark.parametrize("page", [4, 1_000_000, *ABSURD])
def test_page_beyond_the_last_has_no_hits_and_all_else_as_any_page(shop: Shop, page: int) -> None:
    wanted = {"facets": ["brand"], "highlight": ["title"], "explain": True}
    first = ask(shop, 1, **wanted)

    beyond = ask(shop, page, **wanted)

    differing = ("query_id", "hits", "timings_ms")
    assert beyond["hits"] == []
    assert beyond["total"] == {"value": 45, "relation": "exact"}
    assert {k: v for k, v in beyond.items() if k not in differing} == {
        k: v for k, v in first.items() if k not in differing
    }


@pytest.mark.parametrize("page", BEYOND_ANY)
def test_page_of_nothing_beyond_the_first_is_as_empty_as_the_first(shop: Shop, page: int) -> None:
    beyond = ask(shop, page, filter={"field": "price", "gt": 10_000})

    assert (beyond["hits"], beyond["total"]["value"]) == ([], 0)


@pytest.mark.parametrize("page", [4, *ABSURD])
def test_simple_search_answers_a_page_beyond_the_last(shop: Shop, page: int) -> None:
    found = body(shop.client.get(SEARCH, params={"q": "kettle", "page": page, "facet": "brand"}))

    assert (found["hits"], found["total"]["value"]) == ([], 45)
    assert {entry["count"] for entry in found["facets"]["brand"]} == {22, 23}


def test_multi_search_answers_a_page_beyond_the_last(shop: Shop) -> None:
    searches = [{"query": "kettle", "page": page} for page in (3, 4, 2**63)]

    answers = body(shop.client.post("/v1/multi-search", json={"searches": searches}))["results"]

    assert [answer["problem"] for answer in answers] == [None, None, None]
    assert [len(ids(answer["response"])) for answer in answers] == [5, 0, 0]
    assert {answer["response"]["total"]["value"] for answer in answers} == {45}


def test_page_beyond_the_last_is_neither_a_list_nor_a_search_that_found_nothing(
    shop: Shop,
) -> None:
    plan = {"key": "trial", "arms": [{"name": "a"}, {"name": "b"}]}
    body(shop.client.post("/v1/admin/experiments", json=plan), 201)
    body(shop.client.post("/v1/admin/experiments/trial/start"))
    shop.live.experiments.refresh()
    shopper = {"client_id": "ann", "final": True}
    arm = ask(shop, 1, **shopper)["experiments"]["trial"]

    for page in (4, 2**63):
        ask(shop, page, **shopper)
    ask(shop, 2, filter={"field": "price", "gt": 10_000}, **shopper)

    assert lists_on_record(shop) == 1
    shop.live.usage.flush()
    with shop.live.engine.connect() as connection:
        asked = connection.execute(text("select query, asked from query_counts")).all()
        assert frequent_queries(connection, 5) == ["kettle"]
    assert [tuple(row) for row in asked] == [("kettle", 1)]
    arms = body(shop.client.get("/v1/admin/experiments/trial"))["results"]["arms"]
    counted = next(entry for entry in arms if entry["name"] == arm)
    assert (counted["searches"], counted["empty_rate"]) == (1, 0.0)


def test_last_page_is_recorded(shop: Shop) -> None:
    ask(shop, 3)

    assert lists_on_record(shop) == 1


def test_search_page_says_that_there_is_no_such_page_and_leads_back(shop: Shop) -> None:
    answer = shop.client.get("/", params={"q": "kettle", "brand": "Brizo", "page": 9})

    assert answer.status_code == 200
    assert "There is no page 9" in answer.text
    assert "This search finds 23 items, on 2 pages" in answer.text
    assert 'href="/?q=kettle&amp;brand=Brizo"' in answer.text
    assert 'href="/?q=kettle&amp;brand=Brizo&amp;page=2"' in answer.text
    assert "That search cannot be answered" not in answer.text
    assert "Nothing on the shelf" not in answer.text
    assert 'aria-label="Pages"' not in answer.text
    assert "Kori" in answer.text  # The facets are offered as on any other page.


def test_search_page_with_one_page_leads_back_to_it(shop: Shop) -> None:
    answer = shop.client.get(
        "/", params={"q": "kettle", "price": "0-50", "page": 10**17}, headers={"HX-Request": "true"}
    )

    assert answer.status_code == 200
    assert "There is no page 100,000,000,000,000,000" in answer.text
    assert ", on one page." in answer.text
    assert "Last page" not in answer.text


def test_search_page_of_nothing_says_that_nothing_is_found_on_any_page(shop: Shop) -> None:
    answer = shop.client.get("/", params={"q": "kettle", "price": "9000-9999", "page": 3})

    assert answer.status_code == 200
    assert "Nothing on the shelf" in answer.text
    assert "There is no page" not in answer.text
