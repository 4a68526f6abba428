"""Facets, spelling, variants, highlighting and several searches at once, over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.db.postgres import EmbeddedPostgres
from tests.factories import make_item
from tests.integration.shop import SEARCH, Raw, Shop, body, ids, open_shop

MULTI = "/v1/multi-search"
ITEMS = [
    make_item("mug-red", title="Red mug", brand="Kori", price=5, group_id="mug", popularity=9),
    make_item("mug-blue", title="Blue mug", brand="Kori", price=6, group_id="mug", popularity=8),
    make_item("kettle", title="Steel <b>kettle</b> & mugs", brand="Brizo", price=40, popularity=7),
    make_item("lamp", title="Desk lamp", brand="Mira", price=20, popularity=6),
    make_item("torch", title="Torch TX-900 lamp", brand="Mira", price=12, popularity=5),
]


@pytest.fixture(scope="module")
def shop(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with open_shop(postgres, tmp_path_factory.mktemp("search_api"), ITEMS) as shop:
        shop.live.vocabulary.refresh()
        yield shop


def search(shop: Shop, **fields: Any) -> Raw:
    answer: Raw = body(shop.client.post(SEARCH, json=fields))
    return answer


def test_facets_are_counted_by_product_and_leave_their_own_choice_out(shop: Shop) -> None:
    answer = search(shop, filter="brand = Kori", facets=["brand", "price", "in_stock"])

    assert answer["total"] == {"value": 1, "relation": "exact"}
    assert answer["facets"]["brand"] == [
        {"value": "Mira", "count": 2},
        {"value": "Brizo", "count": 1},
        {"value": "Kori", "count": 1},
    ]
    price = answer["facets"]["price"]
    assert (price["min"], price["max"], price["count"]) == (5.0, 6.0, 1)
    assert answer["facets"]["in_stock"] == [{"value": True, "count": 1}]


def test_answer_has_facets_only_where_they_were_asked_for(shop: Shop) -> None:
    assert "facets" not in search(shop, query="mug")


def test_attribute_column_follows_a_change(shop: Shop) -> None:
    def colours() -> list[Raw]:
        answer = search(shop, query="lamp", facets=["attributes.colour"])
        found: list[Raw] = answer["facets"]["attributes.colour"]
        return found

    assert colours() == []
    headers = {"Authorization": f"Bearer {shop.live.settings.admin_key}"}
    change = {"attributes": {"colour": "green"}}
    changed = shop.client.patch("/v1/items/lamp", json=change, headers=headers)
    assert changed.status_code == 202
    while shop.live.outbox.run_batch():
        pass
    shop.live.store.refresh()

    assert colours() == [{"value": "green", "count": 1}]


def test_variants_are_one_hit_with_the_others_under_it(shop: Shop) -> None:
    answer = search(shop, query="mug")

    (mug,) = [hit for hit in answer["hits"] if hit["item"]["group_id"] == "mug"]
    (other,) = mug["variants"]
    assert {mug["id"], other["id"]} == {"mug-red", "mug-blue"}
    apart = search(shop, query="mug", group=False)
    assert apart["total"]["value"] == answer["total"]["value"] + 1


def test_highlighted_title_is_safe_and_marks_stems(shop: Shop) -> None:
    answer = search(shop, query="mug", highlight=["title"])

    marked = {hit["id"]: hit["highlights"]["title"] for hit in answer["hits"]}
    assert marked["kettle"] == "Steel &lt;b&gt;kettle&lt;/b&gt; &amp; <mark>mugs</mark>"


def test_mistyped_word_is_corrected_and_the_shopper_may_insist(shop: Shop) -> None:
    answer = search(shop, query="ketle")

    assert answer["query"]["corrected"] == "kettle"
    assert ids(answer) == ["kettle"]
    assert "corrected" not in search(shop, query="ketle", correct=False)["query"]


def test_rule_fires_for_what_was_meant(shop: Shop) -> None:
    banner = {"banner": {"title": "Kettles"}}
    shop.publish({"id": "k", "when": {"query": {"is": "kettle"}}, "then": [banner]})

    assert search(shop, query="ketle")["banners"][0]["title"] == "Kettles"


def test_part_number_is_found_without_its_dash(shop: Shop) -> None:
    assert ids(search(shop, query="tx900")) == ["torch"]


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ({"facets": ["colour"]}, "$.facets[0]: 'colour' is no facet"),
        ({"facets": ["id"]}, "$.facets[0]"),
        ({"facet_query": {"field": "brand", "query": "k"}}, "not among the facets"),
        ({"filter": "brand = "}, "$.filter"),
        ({"sort": "colour"}, "attributes.<name>"),
    ],
)
def test_what_cannot_be_counted_is_told(shop: Shop, fields: Raw, detail: str) -> None:
    answer = shop.client.post(SEARCH, json=fields)

    assert answer.status_code == 422, answer.text
    assert detail in answer.json()["detail"]


def test_simple_search_takes_a_filter_as_text_and_facets(shop: Shop) -> None:
    asked = {"q": "lamp", "filter": "price < 15", "facet": ["brand"]}

    answer = body(shop.client.get(SEARCH, params=asked))

    assert ids(answer) == ["torch"]
    assert answer["facets"]["brand"] == [{"value": "Mira", "count": 1}]


def test_each_of_several_searches_has_its_answer_or_its_problem(shop: Shop) -> None:
    searches = [
        {"query": "lamp"},
        {"query": "lamp", "sort": "nothing"},
        {"query": "lamp", "unknown": 1},
        {"query": "lamp", "facets": ["nothing"]},
        {"query": "kettle"},
    ]

    results = body(shop.client.post(MULTI, json={"searches": searches}))["results"]

    assert [result["response"] is not None for result in results] == [
        True,
        False,
        False,
        False,
        True,
    ]
    assert [result["problem"]["status"] for result in results[1:4]] == [422, 400, 422]
    assert "unknown" in results[2]["problem"]["detail"]
    assert results[1]["problem"]["instance"] == "/v1/multi-search#/searches/1"
    assert set(ids(results[0]["response"])) == {"lamp", "torch"}


@pytest.mark.parametrize("count", [0, 21])
def test_number_of_searches_is_bounded(shop: Shop, count: int) -> None:
    answer = shop.client.post(MULTI, json={"searches": [{}] * count})

    assert answer.status_code == 400


def test_word_that_the_encoder_knows_is_no_typo(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = shop.live.index.current().encoder
    monkeypatch.setattr(type(encoder), "knows_word", lambda self, word: word == "ketle")

    assert "corrected" not in search(shop, query="ketle")["query"]
