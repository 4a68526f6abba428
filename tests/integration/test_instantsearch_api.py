"""Algolia's protocol over HTTP, on a small shop."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from httpx import Response
from litestar.testing import TestClient
from sqlalchemy import text

from app.admin.api_keys import Scope, create_key
from app.asgi import create_app
from app.db.postgres import EmbeddedPostgres
from app.live import Live
from app.settings import Settings
from tests.factories import make_item
from tests.integration.shop import Shop, open_shop

Json = dict[str, Any]
Client = TestClient[Any]
QUERIES = "/1/indexes/*/queries"
EVENTS = "/1/events"
ORIGIN = {"Origin": "https://shop.example"}

ITEMS = [
    make_item(
        f"{colour}-{brand.lower()}",
        title=f"{colour.title()} kettle by {brand}",
        description=f"A {colour} kettle, which boils <fast> & quietly.",
        brand=brand,
        categories=("Kitchen", "Kettles" if brand != "Cern" else "Pots"),
        price=price,
        rating=rating,
        popularity=price,
        attributes={"colour": colour, "litres": litres, "steel": brand == "Abel"},
    )
    for colour, brand, price, rating, litres in [
        ("red", "Abel", 10.0, 4.0, 1.0),
        ("blue", "Abel", 20.0, 3.0, 1.5),
        ("red", "Brun", 30.0, 5.0, 1.0),
        ("green", "Brun", 40.0, 2.0, 2.0),
        ("red", "Cern", 50.0, 1.0, 2.0),
    ]
]


@pytest.fixture(scope="module")
def shop(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with open_shop(postgres, tmp_path_factory.mktemp("instantsearch"), ITEMS) as shop:
        yield shop


@pytest.fixture
def client(shop: Shop) -> Client:
    """Nobody in particular, as shoppers' browsers are."""
    shop.client.headers.pop("Authorization", None)
    return shop.client


def body(response: Response, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json()


def ask(client: Client, *requests: Json) -> list[Json]:
    """As `algoliasearch` in a browser sends it: JSON that says that it is text, so that the browser
    asks for no leave, and the key in the address."""
    response = client.post(
        f"{QUERIES}?x-algolia-agent=Algolia&x-algolia-api-key=any&x-algolia-application-id=endcap",
        content=json.dumps({"requests": [{"indexName": "items", **each} for each in requests]}),
        headers={"content-type": "text/plain", **ORIGIN},
    )
    results: list[Json] = body(response)["results"]
    assert len(results) == len(requests)
    return results


def ids(result: Json) -> list[str]:
    return [hit["objectID"] for hit in result["hits"]]


def test_all_queries_of_a_call_are_answered_in_their_order(client: Client) -> None:
    red, green, everything = ask(
        client,
        {"query": "", "facetFilters": ["colour:red"]},
        {"query": "", "facetFilters": ["colour:green"]},
        {"query": "", "hitsPerPage": 2},
    )

    assert set(ids(red)) == {"red-abel", "red-brun", "red-cern"}
    assert ids(green) == ["green-brun"]
    assert (everything["nbHits"], everything["nbPages"], len(everything["hits"])) == (5, 3, 2)


def test_hits_have_fields_and_marked_texts(client: Client) -> None:
    (found,) = ask(
        client,
        {
            "query": "kettle",
            "filters": "objectID:red-abel",
            "highlightPreTag": "__ais-highlight__",
            "highlightPostTag": "__/ais-highlight__",
            "attributesToSnippet": ["description:3"],
        },
    )

    (hit,) = found["hits"]
    assert (hit["title"], hit["price"], hit["attributes"]["litres"]) == (
        "Red kettle by Abel",
        10.0,
        1.0,
    )
    marks = "__ais-highlight__kettle__/ais-highlight__"
    title, description = (hit["_highlightResult"][name] for name in ("title", "description"))
    assert title["value"] == f"Red {marks} by Abel"
    assert title["matchLevel"] == "full"
    assert description["value"] == f"A red {marks}, which boils <fast> & quietly."
    assert marks in hit["_snippetResult"]["description"]["value"]


def test_counts_of_facets_are_those_of_the_filters_as_sent(client: Client) -> None:
    chosen, others = ask(
        client,
        {"facets": ["brand", "colour", "price"], "facetFilters": [["brand:Abel"]]},
        {"facets": "brand", "hitsPerPage": 0, "clickAnalytics": False, "analytics": False},
    )

    assert chosen["facets"]["brand"] == {"Abel": 2}
    assert chosen["facets"]["colour"] == {"red": 1, "blue": 1}
    assert chosen["facets_stats"]["price"] == {"min": 10.0, "max": 20.0, "avg": 15.0, "sum": 30.0}
    assert others["facets"]["brand"] == {"Abel": 2, "Brun": 2, "Cern": 1}
    assert others["hits"] == []


def test_categories_are_levels(client: Client) -> None:
    top, below = ask(
        client,
        {"facets": ["categories.lvl0"]},
        {
            "facets": ["categories.lvl0", "categories.lvl1"],
            "facetFilters": [["categories.lvl1:Kitchen > Kettles"]],
        },
    )

    assert top["facets"] == {"categories.lvl0": {"Kitchen": 5}}
    assert below["nbHits"] == 4
    assert below["facets"]["categories.lvl1"] == {"Kitchen > Kettles": 4}


def test_numbers_are_filtered(client: Client) -> None:
    between, by_attribute = ask(
        client,
        {"numericFilters": ["price>=20", "price<=40"]},
        {"filters": "litres > 1 AND (colour:red OR brand:Brun)"},
    )

    assert set(ids(between)) == {"blue-abel", "red-brun", "green-brun"}
    assert set(ids(by_attribute)) == {"red-cern", "green-brun"}


@pytest.mark.parametrize(
    ("index", "first"),
    [
        ("items_price_asc", "red-abel"),
        ("items_price_desc", "red-cern"),
        ("items_rating_desc", "red-brun"),
        ("items_attributes.litres_desc", None),
    ],
)
def test_a_replica_is_sorted(client: Client, index: str, first: str | None) -> None:
    (found,) = ask(client, {"indexName": index})

    assert found["index"] == index
    assert first is None or ids(found)[0] == first
    assert found["nbHits"] == 5


def test_page_behind_the_last_is_empty_and_counts_all_the_same(client: Client) -> None:
    (found,) = ask(client, {"page": 7, "hitsPerPage": 2, "facets": ["brand"]})

    assert (found["hits"], found["nbHits"], found["page"], found["nbPages"]) == ([], 5, 7, 3)
    assert found["facets"]["brand"]["Abel"] == 2


def test_pages_follow_each_other(client: Client) -> None:
    pages = ask(client, *({"page": page, "hitsPerPage": 2} for page in range(3)))

    assert sorted(item for page in pages for item in ids(page)) == sorted(i.id for i in ITEMS)
    assert [hit["__position"] for page in pages for hit in page["hits"]] == [1, 2, 3, 4, 5]


def test_values_of_a_facet_are_found_by_their_beginnings(client: Client) -> None:
    (found,) = ask(client, {"type": "facet", "facet": "brand", "params": {"facetQuery": "b"}})

    assert found["facetHits"] == [{"value": "Brun", "highlighted": "<em>B</em>run", "count": 2}]
    assert found["exhaustiveFacetsCount"] is True


def test_single_routes_answer_the_same(client: Client) -> None:
    one = body(client.post("/1/indexes/items/query", json={"params": "query=&hitsPerPage=2"}))
    facet = body(
        client.post(
            "/1/indexes/items/facets/categories.lvl1/query",
            json={"facetQuery": "po", "maxFacetHits": 5},
        )
    )

    assert len(one["hits"]) == 2
    assert [hit["value"] for hit in facet["facetHits"]] == ["Kitchen > Pots"]


def test_objects_are_had_by_their_ids(client: Client) -> None:
    requests = [
        {"indexName": "items", "objectID": "red-abel", "attributesToRetrieve": ["title"]},
        {"indexName": "items", "objectID": "nothing"},
    ]

    found = body(client.post("/1/indexes/*/objects", json={"requests": requests}))["results"]

    assert found == [{"objectID": "red-abel", "title": "Red kettle by Abel"}, None]


def recommended(client: Client, *requests: Json, status: int = 200) -> Any:
    sent = {"requests": [{"indexName": "items", "threshold": 0, **each} for each in requests]}
    return body(client.post("/1/indexes/*/recommendations", json=sent), status)


def test_recommendations_are_items_like_one(client: Client) -> None:
    similar, filtered, gone = recommended(
        client,
        {"model": "looking-similar", "objectID": "red-abel", "maxRecommendations": 2},
        {
            "model": "related-products",
            "objectID": "red-abel",
            "queryParameters": {"facetFilters": ["colour:green"], "clickAnalytics": True},
        },
        {"model": "bought-together", "objectID": "nothing"},
    )["results"]

    assert len(similar["hits"]) == 2
    assert "red-abel" not in ids(similar)
    assert ids(filtered) == ["green-brun"]
    assert filtered["queryID"] == filtered["hits"][0]["__queryID"]
    assert gone["hits"] == []


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"model": "trending-items"}, "model"),
        ({"model": "looking-similar"}, "objectID"),
        ({"model": "recommended-for-you", "objectID": "red-abel"}, "objectID"),
        ({"model": "looking-similar", "objectID": "red-abel", "maxRecommendations": 31}, "maxRec"),
        ({"objectID": "red-abel"}, "model"),
    ],
)
def test_recommendations_that_are_not_offered_are_refused(
    client: Client, given: Json, named: str
) -> None:
    assert named in recommended(client, given, status=400)["message"]


def test_query_suggestions_are_an_index(client: Client) -> None:
    (found,) = ask(client, {"indexName": "items_query_suggestions", "query": "ket"})

    assert found["hits"] == []
    assert found["nbHits"] == 0


@pytest.mark.parametrize(
    ("given", "status", "named"),
    [
        ({"indexName": "products"}, 404, "products"),
        ({"hitsPerPage": 1_000}, 400, "hitsPerPage"),
        ({"aroundLatLng": "1,2"}, 400, "aroundLatLng"),
        ({"filters": "brand:"}, 400, "filters"),
        ({"nonsense": 1}, 400, "nonsense"),
    ],
)
def test_what_cannot_be_answered_says_so_in_the_protocols_form(
    client: Client, given: Json, status: int, named: str
) -> None:
    response = client.post(
        QUERIES, json={"requests": [{"indexName": "items", **given}]}, headers=ORIGIN
    )

    told = body(response, status)
    assert set(told) == {"message", "status"}
    assert told["status"] == status
    assert named in told["message"]
    # Else the browser would not let the page read it.
    assert response.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/1/indexes/*/browse"),
        ("GET", "/1/indexes"),
        ("GET", "/1/indexes/items"),
        ("PUT", "/1/indexes/items/settings"),
        ("POST", "/1/indexes/items/batch"),
        ("POST", "/1/keys"),
        ("DELETE", "/1/indexes/items/lamp"),
    ],
)
def test_other_parts_of_the_api_are_refused_by_name(client: Client, method: str, path: str) -> None:
    assert path in body(client.request(method, path), 400)["message"]


def test_body_that_is_no_json_is_refused(client: Client) -> None:
    assert "JSON" in body(client.post(QUERIES, content="{"), 400)["message"]


def test_what_is_shown_is_recorded_and_what_only_counts_is_not(client: Client, shop: Shop) -> None:
    shown, counted, quiet = ask(
        client,
        {"query": "kettle", "userToken": "ann", "clickAnalytics": True},
        {"query": "kettle", "hitsPerPage": 0, "userToken": "ann"},
        {"query": "kettle", "analytics": False, "clickAnalytics": True},
    )

    shop.live.lists.flush()
    with shop.live.engine.connect() as connection:
        recorded = {
            row.query_id: row.client_id
            for row in connection.execute(text("select query_id, client_id from ranking_events"))
        }
    assert recorded[shown["queryID"]] == "ann"
    assert "queryID" not in counted
    assert quiet["queryID"] not in recorded


@pytest.mark.parametrize(
    "given",
    [
        {"query": "ket\0tle"},
        {"userToken": "a\0b"},
        {"ruleContexts": ["a\0b"]},
        {"facets": ["a\0b"]},
        {"facetFilters": ["a\0b:c"]},
        {"type": "facet", "facet": "brand", "facetQuery": "\0"},
        {"params": "&".join(f"a{n}=1" for n in range(300))},
        {"numericFilters": ["a" + " " * 100_000]},
        {"filters": "(" * 10_000},
        {"facetFilters": "[" * 100_000},
    ],
)
def test_whatever_is_sent_is_no_error_of_the_service(
    client: Client, shop: Shop, given: Json
) -> None:
    response = client.post(QUERIES, json={"requests": [{"indexName": "items", **given}]})
    shop.live.lists.flush()

    assert response.status_code in (200, 400)


def insight(**fields: Any) -> Json:
    return {
        "eventType": "click",
        "eventName": "Product clicked",
        "index": "items",
        "userToken": "bob",
        "objectIDs": ["red-abel"],
        **fields,
    }


def events_of(shop: Shop, client_id: str) -> list[Any]:
    query = text(
        "select e.*, i.id as item from interaction_events e left join items i on i.key = e.item_key"
        " where e.client_id = :client order by e.action, i.id desc"
    )
    with shop.live.engine.connect() as connection:
        return list(connection.execute(query, {"client": client_id}))


def test_events_are_stored_as_our_own(client: Client, shop: Shop) -> None:
    (found,) = ask(client, {"query": "kettle", "userToken": "bob", "clickAnalytics": True})
    query_id, first = found["queryID"], found["hits"][0]["objectID"]
    purchase = insight(
        eventType="conversion",
        eventSubtype="purchase",
        objectIDs=["red-abel", "blue-abel"],
        objectData=[{"queryID": query_id, "price": 10, "quantity": 2}, {"price": 20}],
        currency="EUR",
    )

    response = client.post(
        f"{EVENTS}?X-Algolia-API-Key=any&X-Algolia-Application-Id=endcap",
        content=json.dumps(
            {"events": [insight(objectIDs=[first], queryID=query_id, positions=[1]), purchase]}
        ),
        headers={"content-type": "text/plain;charset=UTF-8"},
    )

    assert body(response) == {"status": 200, "message": "OK"}
    click, red, blue = events_of(shop, "bob")
    assert (click.action, click.item, click.position, click.query_id) == (
        "click",
        first,
        1,
        query_id,
    )
    assert (red.action, red.item, red.quantity, red.revenue) == (
        "purchase",
        "red-abel",
        2,
        20_000_000,
    )
    assert (blue.item, blue.query_id, blue.revenue) == ("blue-abel", None, 20_000_000)


def test_bad_event_keeps_no_other_from_being_stored(client: Client, shop: Shop) -> None:
    events = [
        insight(userToken="cid"),
        insight(userToken="cid", positions=[0]),
        insight(userToken="cid", timestamp=12),
        insight(userToken="cid", objectIDs=["blue-abel"]),
    ]

    told = body(client.post(EVENTS, json={"events": events}))

    assert [refusal["index"] for refusal in told["refused"]] == [1, 2]
    assert "2 of 4 events" in told["message"]
    assert [event.item for event in events_of(shop, "cid")] == ["red-abel", "blue-abel"]


def test_call_with_nothing_but_bad_events_is_refused(client: Client) -> None:
    told = body(client.post(EVENTS, json={"events": [insight(positions=[0])]}), 422)

    assert told["status"] == 422
    assert "positions" in told["message"]


@pytest.mark.parametrize("sent", [{}, {"events": {}}, {"events": [insight()] * 1_001}])
def test_call_without_events_is_refused(client: Client, sent: Json) -> None:
    assert "events" in body(client.post(EVENTS, json=sent), 400)["message"]


@pytest.mark.parametrize("path", [QUERIES, EVENTS, "/v1/search", "/v1/events", "/v1/suggest"])
def test_pages_of_other_origins_may_call_what_shoppers_call(client: Client, path: str) -> None:
    leave = client.options(
        path,
        headers={
            **ORIGIN,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type,x-algolia-api-key",
        },
    )

    assert leave.status_code == 204
    assert leave.headers["access-control-allow-origin"] == "*"
    assert leave.headers["access-control-allow-headers"] == "content-type,x-algolia-api-key"
    assert "access-control-allow-credentials" not in leave.headers


@pytest.mark.parametrize("path", ["/v1/items/red-abel", "/v1/admin/keys", "/", "/v1/embeddings"])
def test_pages_of_other_origins_may_call_nothing_else(client: Client, path: str) -> None:
    leave = client.options(path, headers={**ORIGIN, "Access-Control-Request-Method": "POST"})
    asked = client.get(path, headers=ORIGIN)

    assert "access-control-allow-origin" not in leave.headers
    assert "access-control-allow-origin" not in asked.headers


@pytest.fixture
def under(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Client]:
    """The same shop under other settings."""

    def opened(**settings: Any) -> Client:
        changed = Settings(data_dir=shop.live.settings.data_dir, **settings)
        monkeypatch.setattr(shop.live, "settings", changed)
        return TestClient(create_app(shop.live))

    return opened


def test_only_named_origins_may_call(under: Callable[..., Client]) -> None:
    client = under(cors_origins=("https://shop.example",))

    named = client.post(QUERIES, json={"requests": []}, headers=ORIGIN)
    other = client.post(QUERIES, json={"requests": []}, headers={"Origin": "https://x.example"})

    assert named.headers["access-control-allow-origin"] == "https://shop.example"
    assert "Origin" in named.headers["vary"]
    assert "access-control-allow-origin" not in other.headers


def test_search_that_is_not_public_needs_a_key_wherever_it_stands(
    under: Callable[..., Client], shop: Shop
) -> None:
    client = under(public_search=False)
    searching, telling = key_of(shop.live, "search"), key_of(shop.live, "events")
    nothing: Json = {"requests": []}

    assert "API key" in body(client.post(QUERIES, json=nothing), 401)["message"]
    by_header = client.post(
        QUERIES, json=nothing, headers={"X-Algolia-API-Key": searching, **ORIGIN}
    )
    by_address = client.post(f"{QUERIES}?x-algolia-api-key={quote(searching)}", json=nothing)
    assert body(by_header) == body(by_address) == {"results": []}
    body(client.post(f"{QUERIES}?x-algolia-api-key={quote(telling)}", json=nothing), 403)
    told = client.post(f"{EVENTS}?X-Algolia-API-Key={quote(telling)}", json={"events": []})
    assert body(told)["status"] == 200
    # Other pages must be let in by name then.
    assert "access-control-allow-origin" not in by_header.headers


def key_of(live: Live, *scopes: Scope) -> str:
    with live.engine.begin() as connection:
        return create_key(connection, "Someone", scopes, "a test")[1]
