"""Signed messages from catalogues, over HTTP on real parts, with the worker at work beside it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import Response
from litestar.testing import TestClient
from sqlalchemy import Engine, text

from app.asgi import create_app
from app.items.ledger import read_intake
from app.live import Live
from app.settings import Settings
from app.webhooks.signatures import sign
from indexing.encoder import HashEncoder
from indexing.queries import SearchQuery

Client = TestClient[Any]
Json = dict[str, Any]
OLD = "whsec_" + base64.b64encode(b"o" * 32).decode()
NEW = "whsec_" + base64.b64encode(b"n" * 32).decode()
SHOPIFY = "shpss_secret"
KETTLE: Json = {"id": "kettle", "title": "Red kettle", "price": 20, "version": 1}


@pytest.fixture
def live(settings: Settings, engine: Engine) -> Iterator[Live]:
    given = Settings(
        data_dir=settings.data_dir, webhook_secrets=(OLD, NEW), shopify_secrets=(SHOPIFY,)
    )
    with Live(given, engine=engine, encoder=HashEncoder()) as opened:
        opened.start_following()
        opened.start_working()
        yield opened


@pytest.fixture
def client(live: Live) -> Iterator[Client]:
    with TestClient(create_app(live)) as client:
        yield client


def deliver(
    client: Client,
    kind: str,
    data: Json,
    delivery: str,
    secret: str = NEW,
    at: datetime | None = None,
) -> Response:
    moment = at or datetime.now(UTC)
    body = json.dumps({"type": kind, "timestamp": moment.isoformat(), "data": data}).encode()
    headers = sign(secret, delivery, moment, body)
    return client.post("/v1/webhooks/catalog?wait=true", content=body, headers=headers)


def shopify(client: Client, topic: str, product: Json, delivery: str, **more: str) -> Response:
    body = json.dumps(product).encode()
    digest = hmac.digest(SHOPIFY.encode(), body, hashlib.sha256)
    headers = {
        "X-Shopify-Topic": topic,
        "X-Shopify-Webhook-Id": delivery,
        "X-Shopify-Shop-Domain": "tea.example",
        "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
    } | {f"X-Shopify-{name.replace('_', '-')}": value for name, value in more.items()}
    return client.post("/v1/webhooks/shopify?wait=true", content=body, headers=headers)


def shown(live: Live, query: str = "kettle") -> dict[str, float | None]:
    live.store.refresh()
    hits = live.search.search(SearchQuery(text=query, group=False)).hits
    return {hit.id: hit.item.price for hit in hits}


def count(live: Live, table: str) -> int:
    with live.engine.connect() as connection:
        return int(connection.execute(text(f"select count(*) from {table}")).scalar_one())  # noqa: S608


def test_items_are_upserted_repriced_and_deleted(client: Client, live: Live) -> None:
    assert deliver(client, "item.upserted", KETTLE, "m1").status_code == 200
    assert shown(live) == {"kettle": 20}

    deliver(client, "item.price_changed", {"id": "kettle", "price": 9, "version": 2}, "m2")
    assert shown(live) == {"kettle": 9}

    deliver(client, "item.deleted", {"id": "kettle", "version": 3}, "m3")
    assert shown(live) == {}


def test_changes_that_overtake_each_other_end_as_if_they_had_not(
    client: Client, live: Live
) -> None:
    deliver(client, "item.price_changed", {"id": "kettle", "price": 5, "version": 4}, "m4")
    deliver(client, "item.stock_changed", {"id": "kettle", "in_stock": False, "version": 3}, "m3")
    deliver(client, "item.upserted", KETTLE, "m1")
    deliver(client, "item.price_changed", {"id": "kettle", "price": 7, "version": 2}, "m2")

    item, version = live.items.read("kettle")

    assert (item.price, item.in_stock, item.title, version) == (5, False, "Red kettle", 4)
    assert shown(live) == {"kettle": 5}


def test_delivery_that_comes_again_does_nothing(client: Client, live: Live) -> None:
    first = deliver(client, "item.upserted", KETTLE, "m1")
    again = deliver(client, "item.upserted", KETTLE | {"price": 99, "version": 9}, "m1")

    assert again.json()["id"] == first.json()["id"]
    assert again.headers["endcap-duplicate"] == "true"
    assert shown(live) == {"kettle": 20}
    assert count(live, "tasks") == 1


def test_the_same_delivery_at_once_is_taken_once(client: Client, live: Live) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(lambda _: deliver(client, "item.upserted", KETTLE, "m1"), range(8))
        )

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert count(live, "tasks") == 1


def test_any_of_the_secrets_will_do_and_no_other(client: Client, live: Live) -> None:
    other = "whsec_" + base64.b64encode(b"x" * 32).decode()

    assert deliver(client, "item.upserted", KETTLE, "m1", OLD).status_code == 200
    assert deliver(client, "item.upserted", KETTLE, "m2", NEW).status_code == 200
    assert deliver(client, "item.upserted", KETTLE, "m3", other).status_code == 401


def test_wrong_missing_and_old_signatures_leave_nothing_but_a_counter(
    client: Client, live: Live
) -> None:
    other = "whsec_" + base64.b64encode(b"x" * 32).decode()
    late = datetime.now(UTC) - timedelta(minutes=6)

    answers = [
        deliver(client, "item.upserted", KETTLE, "m1", other),
        deliver(client, "item.upserted", KETTLE, "m2", at=late),
        client.post("/v1/webhooks/catalog", content=b"{}"),
        client.post("/v1/webhooks/shopify", content=b"{}"),
    ]

    assert [answer.status_code for answer in answers] == [401] * 4
    assert {answer.json()["title"] for answer in answers} == {"The webhook's signature is refused"}
    for table in ("items", "tasks", "dead_letters", "webhook_deliveries"):
        assert count(live, table) == 0
    assert live.ledger.refused_signatures == {"webhook": 3, "shopify": 1}


def test_message_that_breaks_the_contract_is_kept_and_answered_with_a_failed_task(
    client: Client, live: Live
) -> None:
    answer = deliver(client, "item.price_changed", {"id": "kettle", "price": -1}, "m1")

    assert answer.status_code == 200
    assert answer.json()["status"] == "failed"
    assert answer.json()["errors"][0]["path"] == "$.data.price"
    assert count(live, "dead_letters") == 1


def warned(live: Live) -> dict[str, int]:
    live.ledger.flush()
    with live.engine.connect() as connection:
        return read_intake(connection, datetime.now(UTC) - timedelta(hours=1), 2).warnings


def test_item_made_by_a_message_is_warned_of_as_a_whole(client: Client, live: Live) -> None:
    answer = deliver(client, "item.upserted", KETTLE | {"price": 0}, "m1")

    assert answer.json()["counts"]["warnings"] == 4
    assert warned(live) == {
        "description-missing": 1,
        "categories-missing": 1,
        "price-zero": 1,
        "image-missing": 1,
    }


def test_message_of_a_change_is_warned_of_by_the_fields_that_it_names(
    client: Client, live: Live
) -> None:
    deliver(client, "item.upserted", KETTLE, "m1")
    before = warned(live)

    deliver(client, "item.stock_changed", {"id": "kettle", "in_stock": False}, "m2")
    assert warned(live) == before
    deliver(client, "item.price_changed", {"id": "kettle", "price": 0}, "m3")
    assert warned(live) == before | {"price-zero": 1}
    deliver(client, "item.upserted", {"id": "kettle", "title": "CHEAP KETTLE"}, "m4")
    deliver(client, "item.deleted", {"id": "kettle"}, "m5")

    assert warned(live) == before | {"price-zero": 1, "title-in-capitals": 1}


def test_message_that_comes_again_is_warned_of_once(client: Client, live: Live) -> None:
    for _ in range(2):
        deliver(client, "item.upserted", KETTLE, "m1")

    assert set(warned(live).values()) == {1}


def test_rebuild_can_be_asked_for_by_a_message(client: Client, live: Live) -> None:
    deliver(client, "item.upserted", KETTLE, "m1")
    before = live.index.current().info.name

    answer = deliver(client, "catalog.rebuild_requested", {"reason": "new words"}, "m2")

    assert answer.json()["kind"] == "reindex"
    assert answer.json()["status"] == "succeeded", answer.json()
    assert live.index.current().info.name != before
    assert shown(live) == {"kettle": 20}


def product(updated_at: str, *variants: Json) -> Json:
    return {
        "id": 7,
        "title": "Red kettle",
        "vendor": "Brizo",
        "product_type": "Kettles",
        "body_html": "<p>Boils <b>fast</b></p>",
        "status": "active",
        "published_at": "2026-01-01T00:00:00Z",
        "updated_at": updated_at,
        "options": [{"name": "Size", "position": 1}],
        "images": [],
        "variants": list(variants),
    }


def variant(number: int, size: str, price: str = "19.90") -> Json:
    return {
        "id": number,
        "title": size,
        "option1": size,
        "price": price,
        "inventory_quantity": 3,
        "inventory_management": "shopify",
    }


def groups(live: Live) -> list[str]:
    live.store.refresh()
    query = SearchQuery(text="kettle", group=False)
    return [hit.item.group_id for hit in live.search.search(query).hits]


def test_product_of_shopify_becomes_its_variants_and_loses_those_that_go(
    client: Client, live: Live
) -> None:
    created = product("2026-11-01T00:00:00Z", variant(1, "S"), variant(2, "L"))
    answer = shopify(client, "products/create", created, "d1")
    assert answer.json()["counts"]["added"] == 2, answer.json()
    assert groups(live) == ["7", "7"]

    updated = product("2026-11-02T00:00:00Z", variant(2, "L", "25.00"))
    answer = shopify(client, "products/update", updated, "d2")

    assert answer.json()["counts"]["deleted"] == 1
    assert groups(live) == ["7"]
    assert list(shown(live).values()) == [25]


def test_variants_of_shopify_are_warned_of_one_by_one(client: Client, live: Live) -> None:
    created = product("2026-11-01T00:00:00Z", variant(1, "S"), variant(2, "L", "0.00"))

    answer = shopify(client, "products/create", created, "d1")

    assert answer.json()["counts"]["warnings"] == 3
    assert warned(live) == {"image-missing": 2, "price-zero": 1}


def test_older_message_of_shopify_changes_nothing(client: Client, live: Live) -> None:
    shopify(client, "products/update", product("2026-11-02T00:00:00Z", variant(2, "L")), "d2")

    older = product("2026-11-01T00:00:00Z", variant(1, "S"), variant(2, "L", "1.00"))
    answer = shopify(client, "products/create", older, "d1")

    assert answer.json()["counts"] == {"received": 1, "stale": 1}
    assert list(shown(live).values()) == [19.9]


def test_deleted_product_of_shopify_takes_all_its_variants_along(
    client: Client, live: Live
) -> None:
    created = product("2026-11-01T00:00:00Z", variant(1, "S"), variant(2, "L"))
    shopify(client, "products/create", created, "d1")

    answer = shopify(
        client, "products/delete", {"id": 7}, "d2", Triggered_At="2026-11-03T00:00:00Z"
    )

    assert answer.json()["counts"]["deleted"] == 2, answer.json()
    assert groups(live) == []
