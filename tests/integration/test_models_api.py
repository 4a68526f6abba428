"""Trainings and models over HTTP: what is live, what was refused, and the way back."""

import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import numpy as np
import pytest
import tensorflow as tf

from app.db.postgres import EmbeddedPostgres
from app.judgments import store_judgments
from app.tasks.repository import create_task
from app.training.request import TrainingRequest
from app.training.schedule import TrainingSchedule
from indexing.documents import ItemId
from indexing.queries import SearchQuery
from ranking.architectures import build
from ranking.evaluate import Estimate
from ranking.feature_checks import describe
from ranking.features import FEATURES
from ranking.gate import Comparison, GateReport
from ranking.judgments import Judgments
from ranking.model import Evidence, export
from ranking.model_store import SAVED_MODEL, Curves
from tests.factories import make_item
from tests.integration.shop import Raw, Shop, body, open_shop
from tests.shoppers import World, looks_down, store
from tests.unit.test_model_store import make_manifest

MODELS = "/v1/admin/models"
TRAIN = f"{MODELS}/train"
ITEMS = [
    make_item(str(n), title=f"Mouse {n}", price=float(n), rating=1.0 + n % 5, review_count=n * 9)
    for n in range(1, 31)
]


@pytest.fixture(scope="module")
def shop(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with open_shop(postgres, tmp_path_factory.mktemp("models-api"), ITEMS) as opened:
        yield opened


@pytest.fixture(autouse=True)
def nothing_live(shop: Shop) -> Iterator[None]:
    """Each test begins without a model."""
    yield
    shutil.rmtree(shop.live.settings.models_dir, ignore_errors=True)
    fresh = shop.live.model.__class__(shop.live.model_store)
    shop.live.model.__dict__.update(fresh.__dict__)


def add_model(
    shop: Shop, version: str, *, passed: bool | None = True, live: bool = False, **weights: float
) -> None:
    """A linear model of these weights, as a training would have left it."""
    model: Any = build("linear", Evidence(1, 1))
    if weights:
        kernel = [[weights.get(name, 0.0)] for name in FEATURES]
        model.output_layer.kernel.assign(tf.constant(kernel))
    models = shop.live.model_store
    export(model, models.path(version) / SAVED_MODEL)
    gate = None if passed is None else make_report(version, passed)
    models.add(make_manifest(version, weights=model.weights_by_feature()), gate=gate)
    if live:
        models.make_live(version)
        shop.live.model.refresh()


def make_report(version: str, passed: bool) -> GateReport:
    figure = Estimate(0.5, 0.4, 0.6)
    comparison = Comparison(
        source="held-out lists",
        segment="all",
        against="champion",
        lists=100,
        queries=50,
        challenger=figure,
        other=figure,
        difference=Estimate(-0.1, -0.2, -0.05),
        verdict="better" if passed else "worse",
    )
    return GateReport(
        version=version,
        champion="retrieval",
        passed=passed,
        reasons=("better: everywhere",) if passed else ("worse: in the tail",),
        comparisons=(comparison,),
        created_at="2026-11-24T12:00:00+00:00",
    )


def listed(shop: Shop) -> Raw:
    answer: Raw = body(shop.client.get(MODELS))
    return answer


def audited(shop: Shop, action: str) -> list[Raw]:
    answer = body(shop.client.get("/v1/admin/audit", params={"action": action}))
    entries: list[Raw] = answer["entries"]
    return entries


def test_shop_without_a_model_says_so(shop: Shop) -> None:
    answer = listed(shop)

    assert (answer["models"], answer["total"], answer["live"]) == ([], 0, None)
    assert answer["serving"] == "retrieval"


def test_models_are_listed_the_newest_first_with_their_gate(shop: Shop) -> None:
    add_model(shop, "20261101-a", passed=None, live=True)
    add_model(shop, "20261102-b", passed=False)

    answer = listed(shop)

    assert [(m["version"], m["live"]) for m in answer["models"]] == [
        ("20261102-b", False),
        ("20261101-a", True),
    ]
    assert answer["models"][0]["gate"]["reasons"] == ["worse: in the tail"]
    assert answer["models"][1]["gate"] is None
    assert answer["live"] == answer["serving"] == "20261101-a"


def test_pages_of_models(shop: Shop) -> None:
    for n in range(3):
        add_model(shop, f"v{n}")

    answer = body(shop.client.get(MODELS, params={"page": 2, "per_page": 2}))

    assert [m["version"] for m in answer["models"]] == ["v0"]
    assert answer["total"] == 3


def test_model_is_shown_with_its_report_weights_and_curves(shop: Shop) -> None:
    add_model(shop, "v1", live=True)
    manifest = shop.live.model_store.manifest("v1")
    curves = Curves((0.0, 0.5, 1.0), {"rating": (0.0, 0.2, 0.9)})
    shop.live.model_store.add(manifest, curves=curves, profile=describe(_rows(), 10))

    answer = body(shop.client.get(f"{MODELS}/v1"))

    assert answer["weights"]["dense"] == 5.0
    assert answer["curves"]["added"] == {"rating": [0.0, 0.2, 0.9]}
    assert answer["gate_report"]["comparisons"][0]["difference"]["mean"] == -0.1
    assert [entry["kind"] for entry in answer["history"]] == ["promote"]
    assert answer["refused"] == ""


def _rows() -> Any:
    return np.full((40, len(FEATURES)), 0.5, np.float32)


@pytest.mark.parametrize("version", ["nope", "live", "..", "%2e%2e", "a%2Fb"])
@pytest.mark.parametrize("route", ["", "/promote"])
def test_unknown_model_is_not_found(shop: Shop, version: str, route: str) -> None:
    method = "POST" if route else "GET"

    answer = shop.client.request(method, f"{MODELS}/{version}{route}")

    assert answer.status_code in (404, 405), answer.text


def test_promoted_model_orders_the_next_search(shop: Shop) -> None:
    add_model(shop, "cheap", price=-9.0)
    add_model(shop, "dear", price=9.0)
    orders = {}

    for version in ("cheap", "dear"):
        promotion = body(shop.client.post(f"{MODELS}/{version}/promote"))
        shop.live.model.refresh()
        answer = shop.search("mouse", per_page=30)
        orders[version] = [hit["id"] for hit in answer["hits"]]
        assert promotion["version"] == listed(shop)["serving"] == version

    assert orders["cheap"][0] == orders["dear"][-1] == "1"
    assert [entry["after"]["live"] for entry in audited(shop, "model.promote")[:2]] == [
        "dear",
        "cheap",
    ]


def test_no_search_fails_or_falls_back_while_models_change(shop: Shop) -> None:
    add_model(shop, "cheap", price=-9.0, live=True)
    add_model(shop, "dear", price=9.0)
    models, stop = shop.live.model_store, threading.Event()
    used, degraded = set[str](), set[str]()

    def search() -> None:
        while not stop.is_set():
            shown = shop.live.search.show(SearchQuery(text="mouse"))
            used.add(shown.ranking.model_version)
            degraded.update(shown.response.degraded)

    with ThreadPoolExecutor(2) as pool:
        searching = [pool.submit(search) for _ in range(2)]
        for version in ("dear", "cheap", "dear"):
            time.sleep(0.2)
            models.make_live(version)
            shop.live.model.refresh()
        time.sleep(0.2)
        stop.set()
        for each in searching:
            each.result(30)

    assert used == {"cheap", "dear"}
    assert not degraded


def test_model_that_the_gate_refused_needs_force(shop: Shop) -> None:
    add_model(shop, "good", live=True)
    add_model(shop, "bad", passed=False)

    refused = body(shop.client.post(f"{MODELS}/bad/promote"), 409)
    live_then = listed(shop)["live"]
    forced = body(shop.client.post(f"{MODELS}/bad/promote", json={"force": True}))

    assert "worse: in the tail" in refused["detail"]
    assert live_then == "good"
    assert (forced["version"], forced["before"], forced["forced"]) == ("bad", "good", True)
    assert audited(shop, "model.promote")[0]["after"] == {"live": "bad", "forced": True}


def test_model_of_other_features_cannot_be_forced(shop: Shop) -> None:
    add_model(shop, "old")
    manifest = msgspec.structs.replace(
        shop.live.model_store.manifest("old"), feature_fingerprint="of another release"
    )
    shop.live.model_store.add(manifest)

    answer = body(shop.client.post(f"{MODELS}/old/promote", json={"force": True}), 409)

    assert "was trained on other features" in answer["detail"]
    assert listed(shop)["live"] is None
    assert "was trained on other features" in listed(shop)["models"][0]["refused"]


def test_rollback_goes_back_step_by_step(shop: Shop) -> None:
    for version in ("v1", "v2", "v3"):
        add_model(shop, version)
        body(shop.client.post(f"{MODELS}/{version}/promote"))

    back = [body(shop.client.post(f"{MODELS}/rollback"))["version"] for _ in range(2)]
    nothing = body(shop.client.post(f"{MODELS}/rollback"), 409)

    assert back == ["v2", "v1"]
    assert "no model was live before" in nothing["detail"]
    assert listed(shop)["live"] == "v1"
    assert [entry["kind"] for entry in listed(shop)["history"]] == [
        "rollback",
        "rollback",
        "promote",
        "promote",
        "promote",
    ]
    assert audited(shop, "model.rollback")[0]["after"]["live"] == "v1"


def test_after_a_rollback_the_next_goes_back_to_what_was_rolled_back_to(shop: Shop) -> None:
    for version in ("v1", "v2", "v3"):
        add_model(shop, version)
    for version in ("v1", "v2"):
        body(shop.client.post(f"{MODELS}/{version}/promote"))
    body(shop.client.post(f"{MODELS}/rollback"))
    body(shop.client.post(f"{MODELS}/v3/promote"))

    assert body(shop.client.post(f"{MODELS}/rollback"))["version"] == "v1"


def test_models_are_compared_by_their_orders(shop: Shop) -> None:
    add_model(shop, "cheap", price=-9.0)
    add_model(shop, "dear", price=9.0)

    def compared(a: str, b: str) -> Raw:
        asked = {"a": a, "b": b, "queries": ["mouse"]}
        answer: Raw = body(shop.client.post(f"{MODELS}/compare", json=asked))
        return answer

    same, opposite = compared("cheap", "cheap"), compared("cheap", "dear")

    assert same["overlap"]["mean"] == 1.0
    assert opposite["overlap"]["mean"] == 0.0
    assert (opposite["queries"][0]["a"][0], opposite["queries"][0]["b"][0]) == ("1", "30")
    assert opposite["ndcg"] is None
    assert compared("retrieval", "live")["b"] == "retrieval"


def test_comparison_on_judgments_tells_which_is_better(shop: Shop) -> None:
    add_model(shop, "cheap", price=-9.0)
    add_model(shop, "dear", price=9.0)
    grades = {ItemId(str(n)): 3 if n <= 5 else 0 for n in range(1, 31)}
    with shop.live.engine.begin() as connection:
        store_judgments(connection, Judgments({"mouse": grades}))

    asked = {"a": "dear", "b": "cheap", "judgments": True}
    answer = body(shop.client.post(f"{MODELS}/compare", json=asked))

    assert answer["ndcg"]["b"]["mean"] == 1.0
    assert answer["ndcg"]["a"]["mean"] < 0.3
    assert answer["ndcg"]["difference"]["low"] > 0.5
    assert answer["ndcg"]["queries"] == 1


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"a": "live", "b": "retrieval"}, 422),
        ({"a": "live", "b": "nope", "queries": ["mouse"]}, 404),
        ({"a": "live", "queries": ["mouse"]}, 400),
        ({"a": "live", "b": "retrieval", "queries": [""]}, 400),
    ],
)
def test_comparison_of_nothing_is_refused(shop: Shop, asked: Raw, status: int) -> None:
    body(shop.client.post(f"{MODELS}/compare", json=asked), status)


@pytest.mark.parametrize(
    "asked",
    [
        {"architecture": "forest"},
        {"bias": "guess"},
        {"days": 0},
        {"days": "many"},
        {"epochs": 3},
        {"seed": -1},
    ],
)
def test_training_that_there_is_not_is_refused(shop: Shop, asked: Raw) -> None:
    before = listed(shop)["tasks"]

    body(shop.client.post(TRAIN, json=asked), 400)

    assert listed(shop)["tasks"] == before


def test_training_is_a_task_that_ends_with_a_model_live(shop: Shop) -> None:
    """The whole way: asked for over HTTP, done in a process of its own, live in this one."""
    entries = World().clickthroughs(4_000, looks_down(1.0), until=datetime.now(UTC))
    store(shop.live.engine, entries)

    accepted = shop.client.post(TRAIN, json={"days": 10})
    asked = body(accepted, 202)
    shop.live.training_runner.run_waiting()
    task = body(shop.client.get(accepted.headers["Location"]))

    assert (asked["kind"], asked["status"]) == ("models.train", "enqueued")
    assert task["status"] == "succeeded", task
    version = task["progress"]["version"]
    assert task["progress"]["live"] is True
    assert listed(shop)["live"] == listed(shop)["serving"] == version
    assert listed(shop)["tasks"][0]["id"] == task["id"]
    detail = body(shop.client.get(f"{MODELS}/{version}"))
    assert detail["gate"]["passed"] is True
    assert detail["window"]["learned"] > 100
    assert detail["run"]
    assert audited(shop, "model.train")[0]["actor"] == task["created_by"]


def test_training_without_anything_to_learn_from_fails_with_the_reason(shop: Shop) -> None:
    task = body(shop.client.post(TRAIN, json={"days": 0.0001}), 202)

    shop.live.training_runner.run_waiting()
    ended = body(shop.client.get(f"/v1/tasks/{task['id']}"))

    assert ended["status"] == "failed"
    assert "no list that anything was done with" in ended["errors"][0]["reason"]


def test_waiting_training_can_be_canceled(shop: Shop) -> None:
    task = body(shop.client.post(TRAIN, json={}), 202)

    body(shop.client.post(f"/v1/tasks/{task['id']}/cancel"))

    assert body(shop.client.get(f"/v1/tasks/{task['id']}"))["status"] == "canceled"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", MODELS),
        ("GET", f"{MODELS}/v1"),
        ("POST", TRAIN),
        ("POST", f"{MODELS}/v1/promote"),
        ("POST", f"{MODELS}/rollback"),
        ("POST", f"{MODELS}/compare"),
    ],
)
def test_every_route_needs_a_key_of_the_scope(shop: Shop, method: str, path: str) -> None:
    keys = "/v1/admin/keys"
    lesser = body(shop.client.post(keys, json={"name": "reader", "scopes": ["rules:read"]}), 201)[
        "key"
    ]

    without = shop.client.request(method, path, headers={"Authorization": ""}, json={})
    with_lesser = shop.client.request(
        method, path, headers={"Authorization": f"Bearer {lesser}"}, json={}
    )

    assert (without.status_code, with_lesser.status_code) == (401, 403)


def test_schedule_asks_for_a_training_when_one_is_due(shop: Shop) -> None:
    hourly = TrainingSchedule(shop.live.engine, timedelta(hours=1), TrainingRequest())
    at_once = TrainingSchedule(shop.live.engine, timedelta(microseconds=1), TrainingRequest())
    with shop.live.engine.begin() as connection:
        created = create_task(connection, "models.train", "a test", {})

    assert hourly.look() is None
    # Not while one waits, however long ago it was asked for.
    assert at_once.look() is None
    body(shop.client.post(f"/v1/tasks/{created}/cancel"))
    time.sleep(0.01)
    due = at_once.look()
    assert due is not None
    task = body(shop.client.get(f"/v1/tasks/{due}"))
    assert (task["kind"], task["created_by"]) == ("models.train", "the schedule")
    assert hourly.look() is None
    body(shop.client.post(f"/v1/tasks/{due}/cancel"))
