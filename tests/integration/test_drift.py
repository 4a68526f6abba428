"""Drift from a training to the lists that its model shows, on the whole path: trained for real,
asked over HTTP, recorded, and read by the watch."""

import csv
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

import msgspec
import numpy as np
import pytest
from sqlalchemy import text

from app.commands.train import train_and_promote
from app.db.postgres import EmbeddedPostgres
from app.features.watch import FeatureReport
from app.items.repository import write_items
from indexing.documents import Item
from ranking.feature_checks import DRIFT_LIMIT, PROFILED_HITS, describe
from ranking.features import FEATURES
from tests.factories import make_item
from tests.integration.shop import SEARCH, Raw, Shop, body, only, open_shop

KINDS = ("kettle", "mug", "toaster", "pan", "lamp", "chair", "desk", "shelf")
COLOURS = ("red", "blue", "green", "black", "white", "teal")
BRANDS = ("Brizo", "Kori", "Mira", "Lumo")
SIZES = ("small", "large")
QUERIES = [
    *(f"{colour} {kind}" for colour, kind in product(COLOURS, KINDS)),
    *(f"{brand} {kind}" for brand, kind in product(BRANDS, KINDS)),
    *(f"{size} {colour} {kind}" for size, colour, kind in product(SIZES, COLOURS, KINDS[:3])),
    *KINDS,
]


def _catalogue() -> list[Item]:
    """Kinds cost from 10 to 1,000; each product comes in two sizes, which are one hit."""
    return [
        make_item(
            f"{kind}-{colour}-{brand}-{size}".lower(),
            title=f"{brand} {size} {colour} {kind}",
            description=f"A {kind} for every day, in {colour}.",
            brand=brand,
            categories=("Home", kind.title()),
            price=10.0 * 2 ** KINDS.index(kind) * (1 + BRANDS.index(brand) / 4),
            rating=2.5 + (7 * n % 11) / 5,
            review_count=n % 50,
            popularity=float(n % 17),
            group_id=f"{kind}-{colour}-{brand}".lower(),
        )
        for n, (kind, colour, brand, size) in enumerate(product(KINDS, COLOURS, BRANDS, SIZES))
    ]


ITEMS = _catalogue()


def write_judgments(file: Path) -> Path:
    """An item that has all of the query's words is the better, the better it is rated."""
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("query", "item_id", "grade"))
        for query in QUERIES:
            words = query.lower().split()
            for item in ITEMS:
                has = sum(word in item.title.lower().split() for word in words)
                if has == len(words):
                    writer.writerow((query, item.id, 3 if (item.rating or 0) > 3.5 else 2))
                elif has and has == len(words) - 1 and item.id.endswith("small"):
                    writer.writerow((query, item.id, 0))
    return file


def ask(shop: Shop, queries: Sequence[str], **fields: object) -> list[Raw]:
    """Lists of these alone are in the order of the live model then; earlier ones stay on record."""
    shop.live.lists.flush()
    with shop.live.engine.begin() as connection:
        connection.execute(text("update ranking_events set model_version = 'earlier'"))
    answers = [body(shop.client.post(SEARCH, json={"query": query, **fields})) for query in queries]
    shop.live.lists.flush()
    return answers


def drifts(report: FeatureReport) -> dict[str, float]:
    return {entry.name: entry.drift for entry in report.features if entry.drift is not None}


@pytest.fixture(scope="module")
def judged(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop with two rules, whose model has learned from judgments."""
    folder = tmp_path_factory.mktemp("drift-judged")
    with open_shop(postgres, folder, ITEMS) as shop:
        shop.live.vocabulary.refresh()
        shop.publish(
            {"id": "kori", "then": [{"bury": {"filter": only("brand", "Kori"), "by": 2}}]},
            {
                "id": "first",
                "when": {"query": {"contains": "lamp"}},
                "then": [{"pin": {"item_id": "lamp-red-mira-small", "position": 1}}],
            },
        )
        train_and_promote(shop.live, write_judgments(folder / "j.csv"), 1, cross_validate=False)
        yield shop


@pytest.mark.parametrize("per_page", [10, 20, 50])
def test_clean_traffic_of_the_queries_of_training_is_no_drift(judged: Shop, per_page: int) -> None:
    ask(judged, QUERIES, per_page=per_page)

    report = judged.live.watch.read()

    assert report.alerts == ()
    assert report.lists == len(QUERIES)
    assert len(drifts(report)) > 10
    assert max(drifts(report).values()) < 0.02


def test_watch_and_training_profile_the_same_rows(judged: Shop) -> None:
    answers = ask(judged, QUERIES)
    version = judged.live.model_store.live_version()
    assert version is not None

    report, profile = judged.live.watch.read(), judged.live.model_store.profile(version)

    assert profile is not None
    first = sum(min(len(answer["hits"]), PROFILED_HITS) for answer in answers)
    assert (profile.lists, profile.rows) == (report.lists, report.rows) == (len(QUERIES), first)


def test_later_pages_and_sorted_lists_are_no_drift(judged: Shop) -> None:
    ask(judged, QUERIES, per_page=5, page=2)
    later = judged.live.watch.read()
    ask(judged, QUERIES, sort="price")
    by_price = judged.live.watch.read()

    assert (later.alerts, later.lists) == ((), 0)
    assert (by_price.alerts, by_price.lists) == ((), 0)


def test_other_queries_than_those_of_training_are_drift(judged: Shop) -> None:
    others = [f"ivory {kind} with {colour} spout" for kind, colour in product(KINDS, COLOURS)]
    ask(judged, others)

    report = judged.live.watch.read()

    assert any(alert.startswith("drift of coverage:") for alert in report.alerts)
    assert drifts(report)["coverage"] > DRIFT_LIMIT


def test_broken_features_are_drift_and_missing_values(judged: Shop) -> None:
    unrated = [msgspec.structs.replace(item, rating=None, popularity=0.0) for item in ITEMS]
    try:
        write(judged, unrated)
        ask(judged, QUERIES)
        report = judged.live.watch.read()
    finally:
        write(judged, ITEMS)

    told = {alert.partition(":")[0] for alert in report.alerts}
    assert {"missing of rating", "drift of rating", "drift of popularity"} <= told


def test_order_of_another_model_is_no_drift_of_the_live_one(judged: Shop) -> None:
    answers = ask(judged, QUERIES)
    with judged.live.engine.begin() as connection:
        connection.execute(text("update ranking_events set model_version = 'retrieval'"))

    report = judged.live.watch.read()

    assert len(answers) == len(QUERIES)
    assert (report.alerts, report.lists) == ((), 0)


@pytest.fixture(scope="module")
def learned(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop whose first model has learned from what shoppers clicked in the order of retrieval,
    which is the dear of the first twenty."""
    with open_shop(postgres, tmp_path_factory.mktemp("drift-events"), ITEMS) as shop:
        shop.live.vocabulary.refresh()
        answers = ask(shop, QUERIES, client_id="ann")
        events = [
            {
                "action_name": "click",
                "client_id": "ann",
                "query_id": answer["query_id"],
                "event_attributes": {"object": {"object_id": hit["id"]}},
            }
            for answer in answers
            for hit in sorted(answer["hits"], key=lambda hit: -hit["item"]["rating"])[:2]
        ]
        for event in events:
            body(shop.client.post("/v1/events", json=event), 202)
        body(shop.client.post("/v1/admin/models/train", json={}), 202)
        shop.live.training_runner.run_waiting()
        (version,) = shop.live.model_store.versions()
        shop.live.model_store.make_live(version, forced=True)
        shop.live.model.refresh()
        yield shop


def test_clean_traffic_after_training_on_events_is_no_drift(learned: Shop) -> None:
    answers = ask(learned, QUERIES)

    report = learned.live.watch.read()

    alerts = [alert for alert in report.alerts if not alert.startswith("freshness")]
    order = drifts(report)["fused_rank"]
    assert {len(answer["hits"]) > 0 for answer in answers} == {True}
    assert alerts == []
    assert order < 0.1


def test_model_profiled_in_another_order_is_profiled_again_by_the_service(learned: Shop) -> None:
    """As one trained by a command while the service had the index, or by an earlier release."""
    models = learned.live.model_store
    version = models.live_version()
    assert version is not None
    other = describe(np.full((40, len(FEATURES)), 0.5, np.float32), 40)
    models.note_profile(version, other)
    ask(learned, QUERIES)
    before = learned.live.watch.read()

    learned.live.watch.look()

    assert any(alert.startswith("drift of") for alert in before.alerts)
    profile = models.profile(version)
    assert profile is not None
    assert profile.order == version
    assert not any(alert.startswith("drift of") for alert in learned.live.watch.read().alerts)


def test_other_queries_than_those_of_the_log_are_drift(learned: Shop) -> None:
    others = [f"ivory {kind} with {colour} spout" for kind, colour in product(KINDS, COLOURS)]
    ask(learned, others)

    report = learned.live.watch.read()

    assert any(alert.startswith("drift of coverage:") for alert in report.alerts)


def write(shop: Shop, items: Sequence[Item]) -> None:
    with shop.live.engine.begin() as connection:
        write_items(connection, items)
    while shop.live.outbox.run_batch():
        pass
    shop.live.store.refresh()
