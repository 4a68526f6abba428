"""The HTTP API as a client meets it: shapes, simple filters, and an answer to each bad request."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import msgspec
import pytest
from httpx import Response
from litestar.testing import TestClient
from sqlalchemy import Engine

from app.asgi import MAX_BODY_BYTES, create_app
from app.live import Live
from app.rules.publishing import publish_all
from app.settings import Settings
from indexing.collection import CollectionSpec
from indexing.edge_index import EdgeItemIndex
from indexing.encoder import HashEncoder
from ranking.features import FEATURES
from tests.factories import NOW, make_item
from tests.integration.conftest import Fill

Client = TestClient[Any]
JSON = "application/json"

SHOP = [
    make_item(
        "red",
        title="Red kettle",
        description="Boils a litre.",
        brand="Brizo",
        categories=("Kitchen", "Kettles"),
        price=20.5,
        rating=4.5,
        review_count=12,
        popularity=3,
        released_at=NOW,
        group_id="kettle",
        image_url="https://shop.example/red.jpg",
        url="https://shop.example/red",
        attributes={"litres": 1.0, "colour": "red", "cordless": True},
    ),
    make_item("blue", title="Blue kettle", brand="Brizo", popularity=2, price=30),
    make_item("steel", title="Steel kettle", brand="Kori", popularity=9, in_stock=False),
    make_item("mug", title="Mug", brand="Kori", categories=("Table",), popularity=5, price=5),
]


@pytest.fixture
def client(live: Live, fill: Fill) -> Iterator[Client]:
    fill(*SHOP)
    with TestClient(create_app(live)) as client:
        yield client


@pytest.fixture(scope="module")
def bare(migrated: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A shop without items, opened once for all requests that are refused whatever it sells."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("bare"))
    with (
        Live(settings, engine=migrated, encoder=HashEncoder()) as live,
        TestClient(create_app(live)) as client,
    ):
        yield client


@pytest.fixture
def closed_index(tmp_path: Path) -> EdgeItemIndex:
    """A real index that no longer answers."""
    index = EdgeItemIndex(tmp_path / "closed", CollectionSpec(64, "dense", "lexical"))
    index.close()
    return index


def post(client: Client, **body: Any) -> Response:
    return client.post("/v1/search", json=body)


def ids(response: Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [hit["id"] for hit in response.json()["hits"]]


def problem_of(response: Response) -> dict[str, Any]:
    """The problem, whose shape is the same whatever went wrong."""
    problem: dict[str, Any] = response.json()
    assert response.headers["Content-Type"] == "application/problem+json"
    assert problem["status"] == response.status_code
    assert problem["title"]
    assert problem["detail"]
    return problem


def test_answer_has_exactly_the_documented_shape(client: Client) -> None:
    answer = post(client, query="red kettle").json()

    assert list(answer) == [
        "query_id",
        "query",
        "total",
        "hits",
        "applied_rules",
        "degraded",
        "timings_ms",
        "ruleset_version",
        "sort",
        "experiments",
        "redirect",
        "banners",
        "data",
    ]
    assert answer["query_id"]
    assert answer["query"] == {"original": "red kettle", "applied": "red kettle"}
    assert answer["total"] == {"value": len(answer["hits"]), "relation": "exact"}
    assert answer["applied_rules"] == []
    assert answer["degraded"] == []
    assert list(answer["timings_ms"]) == [
        "wait",
        "embed",
        "retrieve",
        "features",
        "score",
        "rules",
        "facets",
        "highlight",
        "total",
    ]
    assert answer["timings_ms"]["total"] >= answer["timings_ms"]["retrieve"] > 0
    first = answer["hits"][0]
    assert list(first) == ["id", "position", "score", "placement", "item"]
    assert (first["id"], first["position"], first["placement"]) == ("red", 1, "organic")


def test_item_in_an_answer_is_whole_and_as_the_shop_gave_it(client: Client) -> None:
    item = post(client, query="red kettle").json()["hits"][0]["item"]

    assert item == {
        "id": "red",
        "title": "Red kettle",
        "description": "Boils a litre.",
        "brand": "Brizo",
        "categories": ["Kitchen", "Kettles"],
        "price": 20.5,
        "currency": "EUR",
        "in_stock": True,
        "rating": 4.5,
        "review_count": 12,
        "popularity": 3.0,
        "released_at": "2026-11-24T12:00:00+00:00",
        "group_id": "kettle",
        "image_url": "https://shop.example/red.jpg",
        "url": "https://shop.example/red",
        "attributes": {"litres": 1.0, "colour": "red", "cordless": True},
    }


def test_each_answer_has_a_query_id_of_its_own(client: Client) -> None:
    assert (
        post(client, query="mug").json()["query_id"] != post(client, query="mug").json()["query_id"]
    )


def test_empty_query_browses_by_popularity(client: Client) -> None:
    assert ids(post(client)) == ["steel", "mug", "red", "blue"]
    assert ids(client.get("/v1/search")) == ["steel", "mug", "red", "blue"]


def test_filter_of_the_documented_form_is_applied(client: Client) -> None:
    documented = {
        "all": [
            {"field": "brand", "any_of": ["Brizo"]},
            {"field": "price", "gte": 10, "lt": 50},
            {"not": {"field": "id", "any_of": ["blue"]}},
        ]
    }
    either = {"any": [{"field": "attributes.colour", "any_of": ["red"]}, documented]}

    assert ids(post(client, filter=documented)) == ["red"]
    assert ids(post(client, filter=either)) == ["red"]


def test_positions_go_on_over_the_pages(client: Client) -> None:
    answer = post(client, page=2, per_page=3).json()

    assert [(hit["id"], hit["position"]) for hit in answer["hits"]] == [("blue", 4)]
    assert answer["total"]["value"] == 4


def test_explanation_has_ranks_features_score_rules_and_position(
    client: Client, live: Live
) -> None:
    bury = {"id": "out", "name": "Sold out", "then": [{"bury": {"item_ids": ["steel"], "by": 4}}]}
    with live.engine.begin() as connection:
        publish_all(connection, [bury])
    live.rules.refresh()

    answer = post(client, query="steel kettle", explain=True).json()

    steel = next(hit for hit in answer["hits"] if hit["id"] == "steel")
    trace = steel["explain"]
    assert list(trace) == ["retrieval", "features", "model_score", "rules", "position"]
    assert {"dense", "lexical", "fused"} <= set(trace["retrieval"])
    assert all(set(seen) == {"rank", "score"} for seen in trace["retrieval"].values())
    assert [feature["name"] for feature in trace["features"]] == list(FEATURES)
    assert all(0 <= feature["value"] <= 1 for feature in trace["features"])
    assert trace["rules"] == [{"id": "out", "name": "Sold out", "effect": "buried by 4"}]
    assert trace["position"] == steel["position"]
    assert trace["model_score"] > steel["score"]
    assert steel["placement"] == "buried"
    assert answer["applied_rules"] == [{"id": "out", "name": "Sold out"}]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("q=red+kettle&per_page=1", ["red"]),
        ("brand=Brizo", ["red", "blue"]),
        ("brand=Brizo&brand=Kori", ["steel", "mug", "red", "blue"]),
        ("category=Table", ["mug"]),
        ("in_stock=false", ["steel"]),
        ("in_stock=true&brand=Kori", ["mug"]),
        ("price_min=20.5", ["red", "blue"]),
        ("price_max=20.5", ["mug", "red"]),
        ("price_min=10&price_max=25", ["red"]),
        ("page=2&per_page=3", ["blue"]),
    ],
)
def test_simple_search_takes_filters_and_pages_as_parameters(
    client: Client, parameters: str, expected: list[str]
) -> None:
    assert ids(client.get(f"/v1/search?{parameters}")) == expected


def test_simple_search_explains_on_request(client: Client) -> None:
    hit = client.get("/v1/search?q=kettle&explain=true").json()["hits"][0]

    assert hit["explain"]["features"]


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ({"query": 7}, ["query", "str", "int"]),
        ({"query": None}, ["query", "null"]),
        ({"query": "x" * 513}, ["query", "512"]),
        ({"querry": "kettle"}, ["querry", "unknown"]),
        ({"filter": []}, ["filter", "array"]),
        ({"page": 0}, ["page", ">= 1"]),
        ({"page": "first"}, ["page", "int", "str"]),
        ({"page": 1.5}, ["page", "int", "float"]),
        ({"per_page": 101}, ["per_page", "100"]),
        ({"per_page": 0}, ["per_page", ">= 1"]),
        ({"explain": "maybe"}, ["explain", "bool"]),
        ({"filter": {}}, ["$.filter", "expected one of"]),
        ({"filter": {"field": "colour", "any_of": ["red"]}}, ["$.filter.field", "'colour'"]),
        ({"filter": {"field": "price", "any_of": ["x"]}}, ["$.filter.any_of[0]", "numbers"]),
        ({"filter": {"field": "brand", "gte": 1}}, ["$.filter", "brand has no order"]),
        ({"filter": {"field": "brand", "anyof": ["x"]}}, ["$.filter.anyof", "unknown"]),
        (
            {"filter": {"all": [{"field": "brand", "any_of": ["x"]}, {"not": {"any": 1}}]}},
            ["$.filter.all[1].not.any", "list"],
        ),
    ],
)
def test_bad_body_is_answered_with_what_is_wrong(
    bare: Client, body: dict[str, Any], parts: list[str]
) -> None:
    response = post(bare, **body)

    assert response.status_code in {400, 422}
    detail = problem_of(response)["detail"]
    assert all(part in detail for part in parts), detail


def test_query_of_512_characters_and_a_page_of_100_are_still_taken(bare: Client) -> None:
    assert post(bare, query="x" * 512, per_page=100).status_code == 200


@pytest.mark.parametrize(
    ("parameters", "parts"),
    [
        ("q=" + "x" * 513, ["q", "512"]),
        ("page=0", ["page", ">= 1"]),
        ("page=x", ["page", "int"]),
        ("per_page=101", ["per_page", "100"]),
        ("explain=maybe", ["explain", "bool"]),
        ("in_stock=perhaps", ["in_stock", "bool"]),
        ("price_min=cheap", ["price_min", "float"]),
        ("price_max=nan", ["finite number"]),
    ],
)
def test_bad_parameter_is_answered_with_what_is_wrong(
    bare: Client, parameters: str, parts: list[str]
) -> None:
    response = bare.get(f"/v1/search?{parameters}")

    assert response.status_code in {400, 422}
    detail = problem_of(response)["detail"]
    assert all(part in detail for part in parts), detail


def test_problem_lists_each_fault_with_its_place(bare: Client) -> None:
    problem = problem_of(bare.get("/v1/search?page=0&per_page=0"))

    assert {error["path"] for error in problem["errors"]} == {"page", "per_page"}
    assert all(error["reason"] for error in problem["errors"])
    assert problem["instance"] == "/v1/search"


@pytest.mark.parametrize(
    "content",
    [b'{"query": ', b'{"query": "kettle",}', b"kettle", b"\xff\xfe", b'{"query": "\\ud800"}'],
)
def test_body_that_is_no_json_is_answered_with_what_is_wrong(bare: Client, content: bytes) -> None:
    response = bare.post("/v1/search", content=content, headers={"Content-Type": JSON})

    assert response.status_code == 400
    assert any(word in problem_of(response)["detail"] for word in ("JSON", "truncated"))


@pytest.mark.parametrize("content", [b"[]", b'"kettle"', b"null", b"3"])
def test_body_that_is_no_object_is_answered_with_what_is_wrong(
    bare: Client, content: bytes
) -> None:
    response = bare.post("/v1/search", content=content, headers={"Content-Type": JSON})

    assert response.status_code == 400
    assert "object" in problem_of(response)["detail"]


def test_missing_body_is_answered_with_what_is_wrong(bare: Client) -> None:
    response = bare.post("/v1/search", headers={"Content-Type": JSON})

    assert response.status_code == 400
    assert "body" in problem_of(response)["detail"]


def test_body_nested_too_deep_is_the_clients_mistake(bare: Client) -> None:
    deep = b'{"filter": ' + b'{"not": ' * 50_000 + b"{}" + b"}" * 50_001

    response = bare.post("/v1/search", content=deep, headers={"Content-Type": JSON})

    assert response.status_code == 400
    assert "nested" in problem_of(response)["detail"]


@pytest.mark.parametrize(
    ("content_type", "content"),
    [
        ("application/x-www-form-urlencoded", b"query=kettle"),
        ("application/xml", b"<query>kettle</query>"),
        ("text/plain", b"kettle"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nkettle\r\n--x--\r\n"),
    ],
)
def test_body_of_another_type_is_answered_with_what_is_wanted(
    bare: Client, content_type: str, content: bytes
) -> None:
    response = bare.post("/v1/search", content=content, headers={"Content-Type": content_type})

    assert response.status_code in {400, 415}
    assert "JSON" in problem_of(response)["detail"]


def test_body_that_is_too_large_is_refused(bare: Client) -> None:
    content = b'{"query": "' + b"x" * MAX_BODY_BYTES + b'"}'

    response = bare.post("/v1/search", content=content, headers={"Content-Type": JSON})

    assert response.status_code == 413
    assert problem_of(response)["title"] == "The request is too large"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/nothing", 404), ("PUT", "/v1/search", 405), ("DELETE", "/health/live", 405)],
)
def test_unknown_routes_and_methods_are_problems_too(
    bare: Client, method: str, path: str, status: int
) -> None:
    response = bare.request(method, path)

    assert response.status_code == status
    assert problem_of(response)["instance"] == path


def test_failure_that_nobody_foresaw_is_a_problem_that_tells_no_secret(
    client: Client, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("the password is hunter2")

    monkeypatch.setattr(live.search, "search", fail)
    response = post(client, query="kettle")

    assert response.status_code == 500
    assert "hunter2" not in problem_of(response)["detail"]


def test_search_while_the_index_is_away_is_503(
    client: Client, live: Live, closed_index: EdgeItemIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = msgspec.structs.replace(live.index.current(), index=closed_index)
    monkeypatch.setattr(live.search, "_lease", lambda: nullcontext(away))

    response = post(client, query="kettle")

    assert response.status_code == 503
    assert problem_of(response)["title"] == "The index does not answer"


def test_health_says_that_the_process_lives_and_what_it_can_answer(client: Client) -> None:
    assert client.get("/health/live").json() == {"status": "ok"}
    assert client.get("/health/ready").json() == {
        "status": "ready",
        "items": 4,
        "waiting_for_index": 0,
        "rule_set": 0,
        "model": "retrieval",
    }


def test_service_whose_index_fails_lives_but_is_not_ready(
    client: Client, live: Live, closed_index: EdgeItemIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = msgspec.structs.replace(live.index.current(), index=closed_index)
    monkeypatch.setattr(live.index, "lease", lambda: nullcontext(away))

    assert client.get("/health/live").status_code == 200
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert problem_of(response)["title"] == "The index does not answer"


def test_openapi_names_the_routes_their_fields_and_their_limits(client: Client) -> None:
    document = client.get("/schema/openapi.json").json()

    assert {"/v1/search", "/health/live", "/health/ready"} <= set(document["paths"])
    assert set(document["paths"]["/v1/search"]) == {"get", "post"}
    request = document["components"]["schemas"]["SearchRequest"]["properties"]
    assert {"query", "filter", "page", "per_page", "explain", "sort", "segments"} <= set(request)
    assert request["query"]["maxLength"] == 512
    assert request["per_page"]["maximum"] == 100
    answer = document["components"]["schemas"]["SearchResponse"]["properties"]
    whole = post(client, explain=True, facets=["brand"]).json()
    assert set(answer) == {*whole, "explored"}
    parameters = {one["name"] for one in document["paths"]["/v1/search"]["get"]["parameters"]}
    assert {"q", "page", "per_page", "explain", "brand", "category", "in_stock"} <= parameters


def test_openapi_shows_errors_as_the_problems_that_they_are(bare: Client) -> None:
    document = bare.get("/schema/openapi.json").json()

    errors = document["paths"]["/v1/search"]["post"]["responses"]["400"]["content"]
    assert list(errors) == ["application/problem+json"]


def test_openapi_can_be_read_in_a_browser(bare: Client) -> None:
    response = bare.get("/schema")

    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/html")
    assert "Endcap" in response.text
