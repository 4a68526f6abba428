"""Numbers in an address or a query that no row and no page can have."""

from collections.abc import Iterator
from typing import Any

import pytest
from httpx import Response

from app.admin.parameters import MAX_PAGE
from app.db.postgres import EmbeddedPostgres
from tests.integration.shop import SEARCH, Shop, open_shop

Json = dict[str, Any]
BIGINT = 2**63
IMPOSSIBLE = ["0", "-1", str(BIGINT), str(-BIGINT - 1), "1" + "0" * 30, "1" + "0" * 5_000]


@pytest.fixture(scope="module")
def shop(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with open_shop(postgres, tmp_path_factory.mktemp("numbers"), []) as opened:
        yield opened


def numbers(shop: Shop, place: str) -> list[tuple[str, str, str]]:
    """Each method, path and integer parameter of the API, as its OpenAPI text has them."""
    document = shop.client.get("/schema/openapi.json").json()
    return [
        (method, path, parameter["name"])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        for parameter in operation.get("parameters", ())
        if path.startswith("/v1/")
        and parameter["in"] == place
        and parameter["schema"].get("type") == "integer"
    ]


def ask(shop: Shop, method: str, path: str, **query: str) -> Response:
    body: Json | None = {} if method in ("post", "put", "patch") else None
    return shop.client.request(method.upper(), path, params=query, json=body)


def problem(response: Response) -> Json:
    assert response.headers["content-type"] == "application/problem+json"
    answer: Json = response.json()
    return answer


def test_address_with_a_number_that_no_row_can_have_is_not_found(shop: Shop) -> None:
    asked = numbers(shop, "path")

    answers = [
        ask(shop, method, path.replace(f"{{{name}}}", number))
        for method, path, name in asked
        for number in IMPOSSIBLE
    ]

    assert {path.split("/{")[0] for _, path, _ in asked} == {
        "/v1/admin/dead-letters",
        "/v1/admin/rulesets",
        "/v1/admin/rulesets/publications",
        "/v1/admin/webhooks",
        "/v1/tasks",
    }
    assert {(answer.status_code, problem(answer)["title"]) for answer in answers} == {
        (404, "Not found")
    }


def test_page_or_span_that_cannot_be_counted_is_a_clear_400(shop: Shop) -> None:
    asked = [entry for entry in numbers(shop, "query") if entry[1] != SEARCH]

    answers = [
        ask(shop, method, path, **{name: number})
        for method, path, name in asked
        for number in IMPOSSIBLE
    ]

    assert {(path, name) for _, path, name in asked} >= {
        ("/v1/tasks", "page"),
        ("/v1/admin/audit", "per_page"),
        ("/v1/admin/usage", "days"),
        ("/v1/admin/contract", "hours"),
    }
    assert {answer.status_code for answer in answers} == {400}
    assert all(problem(answer)["errors"] for answer in answers)


@pytest.mark.parametrize(
    ("page", "status"), [(str(BIGINT), 200), ("1" + "0" * 30, 200), ("1" + "0" * 5_000, 400)]
)
def test_page_of_a_search_is_beyond_the_last_or_a_clear_400(
    shop: Shop, page: str, status: int
) -> None:
    simple = ask(shop, "get", SEARCH, page=page)
    full = shop.client.post(SEARCH, content=f'{{"page": {page}}}')

    assert (simple.status_code, full.status_code) == (status, status)


def test_last_page_there_can_be_is_empty(shop: Shop) -> None:
    asked = [path for _, path, name in numbers(shop, "query") if name == "page"]

    answers = [
        ask(shop, "get", path, page=str(MAX_PAGE), per_page="200")
        for path in asked
        if path != SEARCH
    ]

    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize("name", [str(BIGINT), str(10**30), "-1", "٣" * 30])
def test_version_by_a_name_that_is_no_version_is_not_found(shop: Shop, name: str) -> None:
    diff = shop.client.get(f"/v1/admin/rulesets/{name}/diff/live")
    export = shop.client.get("/v1/admin/rules/export", params={"version": name})
    removal = shop.client.delete("/v1/admin/rules/any", headers={"If-Match": f'"{BIGINT}"'})

    assert (diff.status_code, export.status_code) == (404, 404)
    assert removal.status_code == 428


def test_version_in_a_preview_that_cannot_be_one_is_a_clear_400(shop: Shop) -> None:
    for version in IMPOSSIBLE:
        request = f'{{"queries": ["kettle"], "version": {version}}}'
        answer = shop.client.post("/v1/admin/rules/preview", content=request)

        assert answer.status_code == 400, answer.text
        assert problem(answer)["title"] == "The request is not valid"
