"""Lists as shown: what is recorded of each answered page, when, and what is not."""

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np
import pytest
from litestar.testing import TestClient
from sqlalchemy import Engine, Row, create_engine, text

from app.asgi import create_app
from app.db.postgres import EmbeddedPostgres
from app.events.recorder import ListRecorder
from app.live import Live
from app.rules.publishing import publish_all
from app.search.schemas import SearchResponse, Total
from indexing.queries import SearchQuery, Sort
from ranking.events import PLACEMENTS
from ranking.features import FINGERPRINT
from tests.factories import make_item
from tests.integration.shop import Shop, open_shop

ITEMS = [
    make_item("red", title="Red kettle", price=20),
    make_item("blue", title="Blue kettle", description="There is a red one, too.", price=30),
    make_item("steel", title="Steel kettle", price=10),
]


@pytest.fixture(scope="module")
def shop(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with open_shop(postgres, tmp_path_factory.mktemp("recorder"), ITEMS) as shop:
        yield shop


@pytest.fixture
def live(shop: Shop) -> Live:
    """Without rules and without lists."""
    live = shop.live
    live.lists.flush()
    use_rules(live)
    with live.engine.begin() as connection:
        connection.execute(text("truncate ranking_events"))
    return live


def use_rules(live: Live, *rules: dict[str, Any]) -> None:
    with live.engine.begin() as connection:
        publish_all(connection, rules)
    live.rules.refresh()


def search(live: Live, query: str = "kettle", **fields: Any) -> SearchResponse:
    return live.search.search(SearchQuery(text=query, **fields))


def recorded(live: Live) -> list[Row[Any]]:
    live.lists.flush()
    with live.engine.connect() as connection:
        return list(connection.execute(text("select * from ranking_events order by at")))


def keys(live: Live, *ids: str) -> list[int]:
    with live.engine.connect() as connection:
        found = connection.execute(text("select id, key from items")).all()
    by_id = {row.id: row.key for row in found}
    return [by_id[item] for item in ids]


def test_page_is_recorded_as_it_was_shown_with_the_features_of_its_hits_alone(live: Live) -> None:
    pin = {
        "id": "p",
        "when": {"query": {"contains": "kettle"}},
        "then": [{"pin": {"item_id": "steel"}}],
    }
    use_rules(live, pin)
    before = datetime.now(UTC)
    response = search(
        live, "  Red   KETTLE ", per_page=2, client_id="ann", session_id="s1", explain=True
    )

    (row,) = recorded(live)

    assert row.query_id == response.query_id
    assert before <= row.at <= row.known_at
    assert (row.source, row.query, row.sort) == ("search", "red kettle", "relevance")
    assert (row.client_id, row.session_id) == ("ann", "s1")
    assert (row.first, row.total) == (0, 3)
    assert row.item_keys == keys(live, *(hit.id for hit in response.hits))
    assert [PLACEMENTS[place] for place in row.placements] == ["pinned", "organic"]
    assert row.model_version == "retrieval"
    assert row.ruleset_version == response.ruleset_version
    assert row.total_ms == response.timings_ms.total
    assert row.degraded == []
    assert row.feature_fingerprint == FINGERPRINT
    features = np.frombuffer(row.features, "<f4").reshape(2, -1)
    for values, hit in zip(features, response.hits, strict=True):
        assert hit.explain is not None
        told = [feature.value for feature in hit.explain.features]
        assert np.allclose(values, told, atol=1e-6)


def test_later_page_knows_how_many_stand_before_it(live: Live) -> None:
    search(live, sort=Sort("price", False), per_page=2)
    second = search(live, sort=Sort("price", False), per_page=2, page=2)

    first_row, second_row = recorded(live)
    assert first_row.first == 0
    assert (second_row.query_id, second_row.first, second_row.sort) == (
        second.query_id,
        2,
        "price:asc",
    )
    assert second_row.item_keys == keys(live, "blue")


def test_list_without_a_model_of_features_has_none(live: Live) -> None:
    search(live, "")
    search(live, "zzzz")

    browsed, empty = recorded(live)
    assert len(browsed.item_keys) == 3
    assert (browsed.features, browsed.feature_fingerprint) == (None, None)
    assert empty.total == len(empty.item_keys)


def test_what_no_shopper_sees_is_not_recorded(live: Live) -> None:
    away = {"id": "r", "when": {"query": {"is": "kettle"}}, "then": [{"redirect": "/kettles"}]}
    use_rules(live, away)

    assert search(live).redirect == "/kettles"
    live.warm_up()
    live.search.show(SearchQuery(text="red"))

    assert recorded(live) == []


def test_search_page_and_api_are_recorded_with_their_shopper(shop: Shop, live: Live) -> None:
    whose = {"client_id": "ann", "session_id": "s1"}
    page = shop.client.get("/", params={"q": "red", **whose})
    answer = shop.client.get("/v1/search", params={"q": "red", **whose}).json()

    first, second = recorded(live)

    assert (first.client_id, first.session_id) == ("ann", "s1")
    assert f'data-query-id="{first.query_id}"' in page.text
    assert second.query_id == answer["query_id"]


def test_each_way_to_search_says_whether_the_shopper_means_it(shop: Shop, live: Live) -> None:
    pin = {"id": "p", "when": {}, "then": [{"pin": {"item_id": "steel"}}]}
    use_rules(live, pin)
    post, multi = "/v1/search", "/v1/multi-search"
    typed: list[dict[str, Any]] = [{"query": "red"}, {"query": "red", "final": True}]
    for body in typed:
        assert shop.client.post(post, json=body).is_success
        assert shop.client.get(post, params={"q": "red", **body}).is_success
    assert shop.client.post(multi, json={"searches": typed}).is_success

    rows = recorded(live)

    assert [row.final for row in rows] == [False, False, True, True, False, True]
    assert {tuple(row.applied_rules) for row in rows} == {("p",)}
    assert shop.client.post(post, json={"query": "red", "final": "yes"}).status_code == 400


def test_page_that_is_opened_is_meant_and_one_that_scripts_ask_for_says_so(
    shop: Shop, live: Live
) -> None:
    by_script = {"HX-Request": "true"}
    restored = {**by_script, "HX-History-Restore-Request": "true"}
    for headers, more in (({}, {}), (by_script, {}), (by_script, {"final": "1"}), (restored, {})):
        page = shop.client.get("/", params={"q": "red", **more}, headers=headers)
        assert page.is_success
        # It is no part of the address that is shown.
        assert page.headers.get("HX-Push-Url", "/?q=red") == "/?q=red"

    assert [row.final for row in recorded(live)] == [True, False, True, True]


def test_names_that_no_database_takes_are_recorded_without_what_it_refuses(live: Live) -> None:
    search(live, "red\x00 kettle", client_id="a\x00b")

    (row,) = recorded(live)
    assert (row.client_id, row.query) == ("ab", "red kettle")


def test_follower_writes_within_a_second_and_once_more_when_it_ends(live: Live) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=live.lists.follow, args=(stop,))
    thread.start()
    try:
        search(live)
        for _ in range(200):
            if not live.lists.recorded.waiting:
                break
            stop.wait(0.05)
        assert live.lists.recorded.waiting == 0
        search(live)
    finally:
        stop.set()
        thread.join()

    assert live.lists.recorded.waiting == 0
    assert len(recorded(live)) == 2


def away_from(live: Live) -> Engine:
    """An engine that finds nobody."""
    return create_engine(live.engine.url.set(host="127.0.0.1", port=1, query={}))


def test_lists_wait_while_postgres_is_away_and_what_is_too_many_is_counted(live: Live) -> None:
    recorder = ListRecorder(away_from(live), most=2)
    for _ in range(3):
        recorder.record(live.search.show(SearchQuery(text="kettle")))

    with pytest.raises(Exception, match="connection"):
        recorder.flush()
    assert (recorder.recorded.waiting, recorder.recorded.dropped) == (2, 1)

    recorder._engine = live.engine
    recorder.flush()
    assert (recorder.recorded.waiting, recorder.recorded.written) == (0, 2)
    assert len(recorded(live)) == 2


def test_list_that_postgres_will_not_take_does_not_keep_the_others(
    live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    good, bad, later = (live.search.show(SearchQuery(text="kettle")) for _ in range(3))
    too_many = msgspec.structs.replace(bad.response, total=Total(2**40, "exact"))

    with caplog.at_level(logging.CRITICAL):
        for shown in (good, bad._replace(response=too_many), later):
            live.lists.record(shown)
        rows = recorded(live)

    assert {row.query_id for row in rows} == {good.response.query_id, later.response.query_id}
    assert live.lists.recorded.dropped == 1


def test_waiting_lists_of_a_forgotten_shopper_are_never_written(live: Live) -> None:
    search(live, client_id="ann")
    search(live, client_id="bob")

    assert live.lists.forget("ann") == 1

    assert [row.client_id for row in recorded(live)] == ["bob"]


def test_lists_and_events_are_forgotten_when_their_time_is_over(live: Live) -> None:
    old, new = search(live), search(live)
    recorded(live)
    with live.engine.begin() as connection:
        age = "update ranking_events set stored_at = now() - interval '91 days'"
        connection.execute(text(f"{age} where query_id = :id"), {"id": old.query_id})
        # However long ago it happened: what was stored lately is kept.
        connection.execute(text("update ranking_events set at = now() - interval '1 year'"))

    live.housekeeper.tidy()

    assert [row.query_id for row in recorded(live)] == [new.query_id]


def test_contract_tells_what_was_taken_in_and_recorded(live: Live) -> None:
    search(live)

    with TestClient(create_app(live)) as client:
        client.post("/v1/events", json={"action_name": ""})
        headers = {"Authorization": f"Bearer {live.settings.admin_key}"}
        told = client.get("/v1/admin/contract", headers=headers).json()["events"]

    assert (told["id"], told["status"]) == ("endcap-event", "active")
    assert told["taken"]["refused"] == {"length": 1}
    assert told["lists"]["waiting"] == 1
