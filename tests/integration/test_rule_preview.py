"""A preview says not only what would change, but why something acts or does not, over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.admin.preview_controller import MAX_JUDGMENTS
from app.db.postgres import EmbeddedPostgres
from tests.factories import make_item
from tests.integration.shop import RULES, Raw, Shop, applied, body, case, only, open_shop

ITEMS = [
    make_item("red", title="Red kettle", brand="Brizo", popularity=3, price=20),
    make_item("blue", title="Blue kettle", brand="Brizo", popularity=2, price=30),
    make_item("steel", title="Steel kettle", brand="Kori", popularity=9, price=10),
]
FRIDAY = "2100-01-01T00:00:00+01:00"


@pytest.fixture(scope="module")
def shop(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with open_shop(postgres, tmp_path_factory.mktemp("preview"), ITEMS) as shop:
        yield shop


def rule(*then: Raw, rule_id: str = "rule", **fields: Any) -> Raw:
    return {"id": rule_id, "name": "Rule", "then": then, **fields}


def draft(shop: Shop, *rules: Raw) -> None:
    """Nothing is live, and these rules are drafted."""
    shop.publish()
    body(shop.client.post(f"{RULES}/import", params={"mode": "replace"}, json=rules))


def preview(shop: Shop, query: str = "kettle", **fields: Any) -> Raw:
    asked = {"queries": [query], "draft": True, **fields}
    [entry] = body(shop.client.post(f"{RULES}/preview", json=asked))["queries"]
    found: Raw = entry
    return found


def shown(side: Raw) -> list[str]:
    return [hit["id"] for hit in side["hits"]]


def test_preview_tells_what_is_suppressed_and_why(shop: Shop) -> None:
    draft(
        shop,
        rule({"pin": {"item_id": "unknown"}}, {"data": {"n": 1}}, rule_id="a"),
        rule({"synonym": {"terms": ["sofa", "couch"]}}, rule_id="b"),
    )

    found = preview(shop)

    assert (found["before"]["suppressed_rules"], applied(found["before"])) == ([], [])
    assert applied(found["after"]) == ["a"]
    assert found["after"]["suppressed_rules"] == [
        {
            "id": "b",
            "name": "Rule",
            "instruction": "then[0].synonym",
            "reason": "none of its terms is in the query",
        },
        {
            "id": "a",
            "name": "Rule",
            "instruction": "then[0].pin",
            "reason": "not among the candidates: unknown, hidden, or stopped by a filter",
        },
    ]


@pytest.mark.parametrize(
    ("then", "name", "before", "after"),
    [
        case("its sort", {"sort": "popularity"}, "sort", "relevance", "popularity:desc"),
        case("its data", {"data": {"n": 1}}, "data", [], [{"n": 1}]),
        case("its words", {"remove_words": "cheap"}, "applied_query", "cheap", ""),
        case("its address", {"redirect": "/sale"}, "redirect", None, "/sale"),
    ],
)
def test_answer_is_changed_where_only_what_stands_beside_its_hits_is(
    shop: Shop, then: Raw, name: str, before: Any, after: Any
) -> None:
    draft(shop, rule(then))

    found = preview(shop, "cheap", filter=only("brand", "nobody's"))

    assert (found["before"]["hits"], found["after"]["hits"]) == ([], [])
    assert (found["before"][name], found["after"][name]) == (before, after)
    assert found["changed"] is True


def test_answer_is_unchanged_where_a_rule_does_not_act(shop: Shop) -> None:
    draft(shop, rule({"pin": {"item_id": "unknown"}}))

    found = preview(shop)

    assert found["changed"] is False
    assert found["after"]["sort"] == "relevance"


def test_campaign_that_has_not_begun_is_previewed_as_of_then(shop: Shop) -> None:
    pin = {"pin": {"item_id": "blue"}}
    draft(shop, rule(pin, when={"starts_at": FRIDAY, "ends_at": "2100-01-02T00:00:00Z"}))

    assert applied(preview(shop)["after"]) == []
    begun = preview(shop, at=FRIDAY)
    assert applied(begun["after"]) == ["rule"]
    assert shown(begun["after"])[0] == "blue"
    assert applied(preview(shop, at="2100-01-01T00:00:00+02:00")["after"]) == []
    assert applied(preview(shop, at="2100-01-02T00:00:00Z")["after"]) == []


def test_live_rules_are_previewed_as_of_then_too(shop: Shop) -> None:
    shop.publish(rule({"data": {}}, when={"ends_at": FRIDAY}))

    assert applied(preview(shop)["before"]) == ["rule"]
    assert applied(preview(shop, at=FRIDAY)["before"]) == []


def test_moment_needs_a_zone(shop: Shop) -> None:
    asked = {"queries": ["kettle"], "draft": True, "at": "2100-01-01T00:00:00"}

    assert shop.client.post(f"{RULES}/preview", json=asked).status_code == 400


@pytest.mark.parametrize("filter_", [only("brand", "Kori"), 'brand = "Kori"'])
def test_filter_is_taken_as_json_and_as_text(shop: Shop, filter_: Raw | str) -> None:
    draft(shop)

    assert shown(preview(shop, filter=filter_)["after"]) == ["steel"]


def test_filter_that_cannot_be_read_is_refused(shop: Shop) -> None:
    asked = {"queries": ["kettle"], "draft": True, "filter": "brand ="}

    assert shop.client.post(f"{RULES}/preview", json=asked).status_code == 422


def test_judgments_are_for_a_query_however_it_is_written(shop: Shop) -> None:
    draft(shop)
    judgments = [{"query": " Red  KETTLE ", "item_id": "red", "grade": 3}]

    assert preview(shop, "red kettle", judgments=judgments)["after"]["ndcg_at_10"] is not None
    assert preview(shop, "Red Kettle", judgments=judgments)["after"]["ndcg_at_10"] is not None
    assert preview(shop, "kettle", judgments=judgments)["after"]["ndcg_at_10"] is None


def test_as_many_judgments_as_may_be_given_are_not_too_large(shop: Shop) -> None:
    draft(shop)
    judgments = [
        {"query": f"a kettle of some colour or other {n}", "item_id": "steel", "grade": 1}
        for n in range(MAX_JUDGMENTS)
    ]

    assert preview(shop, judgments=judgments)["changed"] is False
