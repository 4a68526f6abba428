"""Items over HTTP, from what is sent to what is found, with the worker at work beside it."""

import gzip
import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
from httpx import Response
from litestar.testing import TestClient
from sqlalchemy import Engine

from app.admin.api_keys import create_key
from app.asgi import create_app
from app.live import Live
from app.settings import Settings
from indexing.encoder import HashEncoder

Client = TestClient[Any]
Json = dict[str, Any]
KETTLE: Json = {
    "title": "Red kettle",
    "description": "Boils a litre in a minute",
    "price": 20,
    "categories": ["Kettles"],
}


@pytest.fixture
def live(settings: Settings, engine: Engine) -> Iterator[Live]:
    with Live(settings, engine=engine, encoder=HashEncoder()) as opened:
        opened.start_following()
        opened.start_working()
        yield opened


@pytest.fixture
def client(live: Live) -> Iterator[Client]:
    with live.engine.begin() as connection:
        _, secret = create_key(connection, "Catalogue", ["items:write"], "a test")
    with TestClient(create_app(live)) as client:
        client.headers["Authorization"] = f"Bearer {secret}"
        yield client


def body(response: Response, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json() if response.content else None


def lines(response: Response) -> list[Json]:
    return [json.loads(line) for line in response.text.splitlines()]


def send(client: Client, *documents: Json | bytes, query: str = "?wait=true") -> list[Json]:
    rows = [d if isinstance(d, bytes) else json.dumps(d).encode() for d in documents]
    response = client.post(f"/v1/items/batch{query}", content=b"\n".join(rows))
    assert response.status_code in (200, 202), response.text
    return lines(response)


def found(client: Client, live: Live, query: str = "", **condition: Any) -> list[str]:
    live.store.refresh()
    request = {"query": query, "filter": condition or None}
    return [hit["id"] for hit in body(client.post("/v1/search", json=request))["hits"]]


def test_item_is_found_once_its_task_has_ended(client: Client, live: Live) -> None:
    task = body(client.put("/v1/items/kettle?wait=true", json=KETTLE))

    assert task["status"] == "succeeded"
    assert task["counts"] == {"received": 1, "added": 1, "indexed": 1, "failed": 0, "warnings": 1}
    assert found(client, live, "kettle") == ["kettle"]


def test_who_has_waited_finds_the_change_at_once(client: Client) -> None:
    def cheap() -> list[str]:
        request = {"filter": {"field": "price", "lt": 15}}
        return [hit["id"] for hit in body(client.post("/v1/search", json=request))["hits"]]

    prices = (20, 10, 30, 12, 16, 14)
    found = []
    for price in prices:
        body(client.put("/v1/items/kettle?wait=true", json=KETTLE | {"price": price}))
        found.append(cheap())

    assert found == [["kettle"] if price < 15 else [] for price in prices]


def test_without_waiting_the_answer_is_the_task_and_where_to_look(client: Client) -> None:
    response = client.put("/v1/items/kettle", json=KETTLE)

    task = body(response, 202)
    assert task["kind"] == "item.put"
    assert task["status"] in ("enqueued", "processing", "succeeded")
    assert response.headers["location"] == f"/v1/tasks/{task['id']}"


def test_item_that_breaks_the_contract_is_refused_with_every_problem(client: Client) -> None:
    problem = body(client.put("/v1/items/kettle", json={"title": "", "price": -1, "x": 1}), 422)

    assert {(e["path"], e["rule"]) for e in problem["errors"]} == {
        ("$.title", "required"),
        ("$.price", "range"),
        ("$.x", "unknown-field"),
    }
    assert problem["dead_letter"]
    assert client.get("/v1/items/kettle").status_code == 404


def test_price_changes_by_merge_patch_and_the_rest_stays(client: Client, live: Live) -> None:
    client.put("/v1/items/kettle?wait=true", json=KETTLE | {"attributes": {"a": "x", "b": "y"}})

    patch = {"price": 9, "attributes": {"b": None, "c": "z"}}
    task = body(client.patch("/v1/items/kettle?wait=true", json=patch))

    assert task["counts"]["changed"] == 1
    item = body(client.get("/v1/items/kettle"))
    assert (item["price"], item["title"]) == (9, "Red kettle")
    assert item["attributes"] == {"a": "x", "c": "z"}
    assert found(client, live, "kettle", field="price", lt=10) == ["kettle"]


def test_deleted_item_is_not_found_and_an_older_put_does_not_bring_it_back(
    client: Client, live: Live
) -> None:
    client.put("/v1/items/kettle?wait=true", json=KETTLE | {"version": 1})
    client.delete("/v1/items/kettle?version=3&wait=true")

    task = body(client.put("/v1/items/kettle?wait=true", json=KETTLE | {"version": 2}))

    assert task["counts"]["stale"] == 1
    assert found(client, live, "kettle") == []
    assert client.get("/v1/items/kettle").status_code == 404


def test_older_version_never_overwrites_a_newer_one(client: Client) -> None:
    newer = KETTLE | {"price": 2, "updated_at": "2026-11-02T00:00:00Z"}
    older = KETTLE | {"price": 1, "updated_at": "2026-11-01T00:00:00+01:00"}

    client.put("/v1/items/kettle", json=newer)
    client.put("/v1/items/kettle", json=older)

    assert body(client.get("/v1/items/kettle"))["price"] == 2


def test_each_line_of_a_batch_has_its_own_result(client: Client, live: Live) -> None:
    client.put("/v1/items/old?wait=true", json=KETTLE | {"version": 5})

    task, *results = send(
        client,
        {"id": "a", **KETTLE},
        {"id": "b", "title": "Blue kettle", "price": "cheap"},
        b'{"id": "c", "title": ',
        b'{"id": "d", "title": "caf\xe9"}',
        b'{"id": "e", "title": "E", "price": NaN}',
        {"id": "old", **KETTLE, "version": 4},
        {"id": "a", "price": 3, "operation": "merge"},
        {"id": "f", "operation": "delete"},
        {"id": "g", "operation": "explode"},
        b"[1, 2]",
    )

    assert [(line["line"], line["result"]) for line in results] == [
        (1, "added"),
        (2, "refused"),
        (3, "refused"),
        (4, "refused"),
        (5, "refused"),
        (6, "stale"),
        (7, "changed"),
        (8, "unchanged"),
        (9, "refused"),
        (10, "refused"),
    ]
    assert all(line["problems"] for line in results if line["result"] == "refused")
    assert task["status"] == "succeeded"
    assert task["counts"]["received"] == 10
    assert task["counts"]["refused"] == 6
    assert body(client.get("/v1/items/a"))["price"] == 3
    assert sorted(found(client, live, "kettle")) == ["a", "old"]


def test_line_of_100_mb_is_refused_and_the_next_is_taken(client: Client) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"id": "big", "title": "'
        for _ in range(100):
            yield b"x" * 1_000_000
        yield b'"}\n' + json.dumps({"id": "a", **KETTLE}).encode()

    response = client.post("/v1/items/batch?wait=true", content=chunks())

    _, big, small = lines(response)
    assert big["result"] == "refused"
    assert "longer than 1,000,000 bytes" in big["problems"][0]["reason"]
    assert small["result"] == "added"


def test_gzip_that_is_cut_off_keeps_what_came_before_and_says_where(client: Client) -> None:
    rows = b"".join(
        json.dumps({"id": f"k{n}", **KETTLE, "description": str(math.sin(n)) * 20}).encode() + b"\n"
        for n in range(2_000)
    )
    packed = gzip.compress(rows)

    response = client.post(
        "/v1/items/batch?wait=true",
        content=packed[: len(packed) // 2],
        headers={"Content-Encoding": "gzip"},
    )

    task, *results = lines(response)
    assert task["status"] == "failed"
    assert f"behind line {len(results)}" in task["errors"][0]["reason"]
    assert "ends in the middle" in task["errors"][0]["reason"]
    assert 500 < len(results) < 2_000
    assert client.get(f"/v1/items/k{len(results) - 1}").status_code == 200


def test_unknown_packing_is_refused(client: Client) -> None:
    response = client.post("/v1/items/batch", content=b"", headers={"Content-Encoding": "br"})

    assert "gzip or none" in body(response, 415)["detail"]


def test_item_with_10_000_attributes_is_refused_with_a_short_answer(client: Client) -> None:
    attributes = {f"a{n}": "x" for n in range(10_000)}

    response = client.put("/v1/items/kettle", json=KETTLE | {"attributes": attributes})

    assert body(response, 422)["errors"][0]["rule"] == "too-many"
    assert len(response.content) < 20_000


def test_duplicate_ids_in_one_batch_are_applied_in_their_order(client: Client) -> None:
    send(client, *({"id": "a", "title": f"Kettle {n}"} for n in range(1_200)))

    assert body(client.get("/v1/items/a"))["title"] == "Kettle 1199"


def test_wrong_body_of_a_single_item_is_a_clear_400(client: Client) -> None:
    assert client.put("/v1/items/a", content=b'{"title": ').status_code == 400
    assert client.put("/v1/items/a", content=b"").status_code == 400
    assert client.put("/v1/items/a", content=b"[" * 100_000).status_code == 400
    assert client.put("/v1/items/a", content=b'{"title": "caf\xe9"}').status_code == 400
    assert client.put("/v1/items/a", json=[1]).status_code == 422
    assert client.put("/v1/items/a", json={"id": "b", "title": "B"}).status_code == 422
    assert client.delete("/v1/items/a?version=tomorrow").status_code == 422
    assert client.put("/v1/items/a", content=b" " * 2_000_000).status_code == 413


def test_items_need_a_key_with_their_scope(client: Client, live: Live) -> None:
    with live.engine.begin() as connection:
        _, other = create_key(connection, "Ana", ["rules:write"], "a test")

    del client.headers["Authorization"]

    assert client.put("/v1/items/a", json=KETTLE).status_code == 401
    forbidden = client.put("/v1/items/a", json=KETTLE, headers={"Authorization": f"Bearer {other}"})
    assert forbidden.status_code == 403


def test_values_nested_too_deep_are_refused_wherever_they_stand(client: Client) -> None:
    deep = b"[" * 900 + b"]" * 900

    for field in (b"id", b"version", b"price", b"attributes"):
        body_bytes = b'{"title": "A", "' + field + b'": ' + deep + b"}"
        assert client.put("/v1/items/a", content=body_bytes).status_code in (400, 422)
    task, *results = send(client, b'{"id": "a", "title": "A", "version": ' + deep + b"}")
    assert [line["result"] for line in results] == ["refused"]
    assert task["status"] == "failed"


def test_items_that_pass_a_filter_are_deleted(client: Client, live: Live) -> None:
    send(client, *({"id": f"k{n}", "title": "Kettle", "price": n} for n in range(20)))

    task = body(
        client.request(
            "DELETE", "/v1/items?wait=true", json={"filter": {"field": "price", "lt": 15}}
        )
    )

    assert task["status"] == "succeeded"
    assert task["counts"]["deleted"] == 15
    assert len(found(client, live, "kettle")) == 5
    assert client.request("DELETE", "/v1/items").status_code == 400


def test_dead_letter_is_mended_and_replayed(client: Client, live: Live) -> None:
    client.put("/v1/items/kettle", json={"price": 3})
    letters = body(client.get("/v1/admin/dead-letters"))["dead_letters"]
    assert [letter["item_id"] for letter in letters] == ["kettle"]
    url = f"/v1/admin/dead-letters/{letters[0]['id']}"

    still = body(client.post(f"{url}/replay"), 202)
    body(client.put(url, json={"id": "kettle", **KETTLE}))
    mended = body(client.post(f"{url}/replay"), 202)

    assert still["status"] == "failed"
    assert mended["counts"]["added"] == 1
    assert body(client.get("/v1/items/kettle"))["price"] == 20
    assert body(client.get("/v1/admin/dead-letters"))["total"] == 0


def warned(client: Client) -> Json:
    warnings: Json = body(client.get("/v1/admin/contract"))["intake"]["warnings"]
    return warnings


def test_put_is_warned_of_as_it_was_sent(client: Client) -> None:
    odd = KETTLE | {"title": "CHEAP KETTLE", "price": 0}

    task = body(client.put("/v1/items/kettle?wait=true", json=odd))

    assert task["counts"]["warnings"] == 3
    assert warned(client) == {"title-in-capitals": 1, "price-zero": 1, "image-missing": 1}


def test_patch_is_warned_of_by_the_fields_that_it_changes(client: Client) -> None:
    client.put("/v1/items/kettle", json=KETTLE | {"title": "CHEAP KETTLE"})
    before = warned(client)

    stock = body(client.patch("/v1/items/kettle?wait=true", json={"in_stock": False}))
    assert warned(client) == before
    price = body(client.patch("/v1/items/kettle?wait=true", json={"price": None, "url": ""}))

    assert before == {"title-in-capitals": 1, "image-missing": 1}
    assert "warnings" not in stock["counts"]
    assert price["counts"]["warnings"] == 1
    assert warned(client) == before | {"price-missing": 1}


def test_older_patch_is_not_warned_of(client: Client) -> None:
    client.put("/v1/items/kettle", json=KETTLE | {"version": 5})
    before = warned(client)

    client.patch("/v1/items/kettle", json={"price": 0, "version": 4})

    assert warned(client) == before


def test_lines_of_a_batch_are_warned_of_by_what_each_does(client: Client) -> None:
    _, *results = send(
        client,
        {"id": "a", **KETTLE},
        {"id": "a", "operation": "merge", "description": "RED kettle", "rating": 4},
        {"id": "a", "operation": "merge", "in_stock": False},
        {"id": "early", "operation": "merge", "price": 0},
        {"id": "a", "operation": "delete"},
    )

    assert [line.get("warnings", []) for line in results] == [
        ["image-missing"],
        ["description-repeats-title", "rating-without-reviews"],
        [],
        [],
        [],
    ]
    assert warned(client) == {
        "image-missing": 1,
        "description-repeats-title": 1,
        "rating-without-reviews": 1,
    }


def test_replayed_letter_is_warned_of_too(client: Client) -> None:
    client.put("/v1/items/kettle", json={"price": 3})
    letter = body(client.get("/v1/admin/dead-letters"))["dead_letters"][0]["id"]
    client.put(f"/v1/admin/dead-letters/{letter}", json={"id": "kettle", **KETTLE, "price": 0})

    client.post(f"/v1/admin/dead-letters/{letter}/replay")

    assert warned(client) == {"price-zero": 1, "image-missing": 1}


def test_contract_tells_the_pass_rate_and_the_freshness(client: Client) -> None:
    send(client, {"id": "a", **KETTLE}, {"id": "b"}, {"id": "c", **KETTLE})

    report = body(client.get("/v1/admin/contract"))

    assert report["version"]
    assert report["intake"]["pass_rate"] == pytest.approx(2 / 3)
    assert report["intake"]["warnings"] == {"image-missing": 2}
    assert report["intake"]["freshness"]["indexed"] == 2
    assert report["intake"]["dead_letters"] == 1


def test_address_with_a_nul_is_refused_before_anything_looks_it_up(client: Client) -> None:
    answers = [
        client.get("/v1/items/a%00b"),
        client.delete("/v1/items/a%00b"),
        client.get("/v1/admin/dead-letters?source=%00"),
    ]

    assert [answer.status_code for answer in answers] == [400] * 3
    assert all("U+0000" in answer.json()["detail"] for answer in answers)


def test_line_whose_id_holds_a_nul_is_refused_and_the_others_go_in(client: Client) -> None:
    lines = [{"id": "a\u0000b", "title": "Bad"}, {"id": "good", "title": "Good"}]
    content = b"\n".join(json.dumps(line).encode() for line in lines)

    answer = client.post("/v1/items/batch?wait=true", content=content)

    _, *receipts = [json.loads(line) for line in answer.content.splitlines()]
    assert [receipt["result"] for receipt in receipts] == ["refused", "added"]
