"""Events of the Insights API, as events of User Behavior Insights."""

from typing import Any

import pytest

from app.instantsearch.insights import RefusedInsight, read_insight, ubi_events

Json = dict[str, Any]


def insight(**fields: Any) -> Json:
    """A click on a lamp by Ann, as search-insights sends it."""
    return {
        "eventType": "click",
        "eventName": "Product clicked",
        "index": "items",
        "userToken": "ann",
        "queryID": "q1",
        "objectIDs": ["lamp"],
        "positions": [3],
        **fields,
    }


def translated(**fields: Any) -> list[Json]:
    given = {name: value for name, value in insight(**fields).items() if value is not None}
    event = read_insight(given)
    assert event is not None
    return ubi_events(event)


def test_click_after_a_search() -> None:
    (event,) = translated(timestamp=1_700_000_000_000)

    assert event == {
        "action_name": "click",
        "timestamp": 1_700_000_000_000,
        "client_id": "ann",
        "session_id": "ann",
        "query_id": "q1",
        "event_attributes": {
            "object": {"object_id": "lamp"},
            "position": {"ordinal": 3},
            "event_name": "Product clicked",
            "index": "items",
        },
    }


@pytest.mark.parametrize(
    ("kind", "subtype", "action"),
    [
        ("view", None, "view"),
        ("click", None, "click"),
        ("conversion", None, "conversion"),
        ("conversion", "addToCart", "add_to_cart"),
        ("conversion", "purchase", "purchase"),
    ],
)
def test_type_and_subtype_are_an_action(kind: str, subtype: str | None, action: str) -> None:
    (event,) = translated(eventType=kind, eventSubtype=subtype, positions=None)

    assert event["action_name"] == action


def test_each_object_is_an_event_with_its_own_list_price_and_quantity() -> None:
    first, second = translated(
        eventType="conversion",
        eventSubtype="purchase",
        objectIDs=["lamp", "rug"],
        positions=None,
        queryID=None,
        currency="EUR",
        value=50,
        objectData=[
            {"queryID": "q1", "price": 10, "quantity": 2, "discount": 5},
            {"queryID": "q2", "price": "30.5"},
        ],
    )

    assert (first["query_id"], second["query_id"]) == ("q1", "q2")
    assert first["event_attributes"]["object"] == {
        "object_id": "lamp",
        "object_detail": {"price": 10.0, "quantity": 2, "currency": "EUR"},
    }
    assert second["event_attributes"]["object"]["object_detail"]["price"] == 30.5


def test_value_of_a_single_object_is_its_price() -> None:
    (event,) = translated(
        eventType="conversion",
        eventSubtype="purchase",
        positions=None,
        value=30,
        objectData=[{"quantity": 3}],
    )

    assert event["event_attributes"]["object"]["object_detail"] == {"price": 10.0, "quantity": 3}


@pytest.mark.parametrize(
    ("kind", "action"),
    [("view", "filter_view"), ("click", "filter_click"), ("conversion", "filter_conversion")],
)
def test_filters_are_actions_without_an_object(kind: str, action: str) -> None:
    (event,) = translated(eventType=kind, objectIDs=None, positions=None, filters=["brand%3ALumen"])

    assert event["action_name"] == action
    assert event["event_attributes"]["filters"] == ["brand%3ALumen"]


def test_who_someone_is_signed_in_as_is_not_kept() -> None:
    assert "authenticatedUserToken" not in str(translated(authenticatedUserToken="ann@home"))


def test_number_as_user_token_is_a_name() -> None:
    assert translated(userToken=42)[0]["client_id"] == "42"


def test_what_instantsearch_tells_of_itself_is_not_kept() -> None:
    assert read_insight({"eventType": "instantsearch", "eventName": "__start__"}) is None


def test_lists_as_shown_are_not_kept_again_and_views_of_the_shop_are() -> None:
    shown = insight(eventType="view", algoliaSource=["instantsearch", "instantsearch-internal"])
    viewed = insight(eventType="view", algoliaSource=["instantsearch"], positions=None)

    assert read_insight(shown) is None
    assert read_insight(viewed) is not None


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"eventType": "purchase"}, "eventType"),
        ({"eventType": None}, "eventType"),
        ({"objectIDs": None, "positions": None}, "either `objectIDs` or `filters`"),
        ({"filters": ["brand:Lumen"]}, "either `objectIDs` or `filters`"),
        ({"objectIDs": []}, "objectIDs"),
        ({"objectIDs": ["x"] * 21, "positions": None}, "objectIDs"),
        ({"objectIDs": [""]}, "objectIDs"),
        ({"positions": [1, 2]}, "2 entries for 1"),
        ({"positions": [0]}, "positions"),
        ({"objectData": [{}, {}]}, "2 entries for 1"),
        ({"objectData": [{"price": -1}]}, "price"),
        ({"eventSubtype": "addToCart"}, "for conversions"),
        ({"value": "much"}, "value"),
        ({"userToken": "x" * 201}, "userToken"),
        (
            {
                "eventType": "conversion",
                "eventSubtype": "purchase",
                "objectIDs": None,
                "positions": None,
                "filters": ["a:b"],
            },
            "needs `objectIDs`",
        ),
    ],
)
def test_event_that_cannot_be_used_is_refused_with_its_reason(fields: Json, reason: str) -> None:
    with pytest.raises(RefusedInsight, match=reason):
        read_insight({k: v for k, v in insight(**fields).items() if v is not None})


@pytest.mark.parametrize("raw", [None, 5, "click", [], {}])
def test_what_is_no_event_is_refused(raw: Any) -> None:
    with pytest.raises(RefusedInsight):
        read_insight(raw)
