"""The whole way on a real catalogue, through the commands: import, train, evaluate, serve, search.

Embedding all 19,406 products takes about 270 s on two cores, too long for every CI run. So the
whole feed goes into PostgreSQL, where a mapping or a row that is wrong would show, and what is
embedded and searched is a subset: every product that anyone judged, so that no judgment is lost,
and every sixth of the others, so that the judged ones have something to be confused with. The
figures on it are higher than on the whole catalogue; those stand in docs/relevance.md.
"""

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from sqlalchemy import Engine, text

from app.items.importer import Importer
from app.items.repository import Written, count_items
from indexing.mapping import load_mapping
from ranking.features import FEATURES
from tests.conftest import SHARED_DATA
from tests.e2e.command import Service, endcap, serving

FEED = SHARED_DATA / "icecat" / "products.jsonl.gz"
JUDGMENTS = SHARED_DATA / "icecat" / "judgments.dev.csv"
MAPPING = Path(__file__).parents[2] / "examples" / "icecat.toml"
PRODUCTS = 19_406
EVERY = 6
JUDGED_QUERIES = 70

pytestmark = pytest.mark.skipif(
    not FEED.exists() or not JUDGMENTS.exists(),
    reason=f"the Icecat data is not in {SHARED_DATA}; it is lent, not ours to ship",
)


class Shop(NamedTuple):
    """A data directory with the subset indexed and a model trained, and what was said."""

    data_dir: Path
    products: int
    imported: str
    trained: str
    report: dict[str, Any]


def write_subset(path: Path) -> int:
    """Returns how many products it holds."""
    with JUDGMENTS.open(newline="") as file:
        judged = {row["product_id"] for row in csv.DictReader(file)}
    kept = others = 0
    with gzip.open(FEED, "rb") as feed, gzip.open(path, "wb", compresslevel=1) as subset:
        for line in feed:
            if json.loads(line)["id"] not in judged:
                others += 1
                if others % EVERY:
                    continue
            subset.write(line)
            kept += 1
    return kept


def run(data_dir: Path, *arguments: str | Path) -> str:
    done = endcap(data_dir, *arguments, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("icecat")
    feed, data_dir = folder / "subset.jsonl.gz", folder / "var"
    products = write_subset(feed)
    imported = run(data_dir, "import-items", feed, "--mapping", MAPPING, "--strict")
    trained = run(data_dir, "train", "--judgments", JUDGMENTS)
    report = run(data_dir, "evaluate", "--judgments", JUDGMENTS, "--json", "--cross-validate")
    return Shop(data_dir, products, imported, trained, json.loads(report))


@pytest.fixture(scope="module")
def service(shop: Shop) -> Iterator[Service]:
    with serving("serve", shop.data_dir) as service:
        yield service


def search(service: Service, **body: Any) -> dict[str, Any]:
    response = httpx.post(f"{service.url}/v1/search", json=body)
    answer: dict[str, Any] = response.raise_for_status().json()
    return answer


def mean(shop: Shop, system: str, measure: str = "ndcg@10") -> float:
    figure: float = shop.report["systems"][system][measure]["mean"]
    return figure


def test_all_19406_products_of_the_feed_are_imported_and_none_is_rejected(
    engine: Engine, tmp_path: Path
) -> None:
    rejects = tmp_path / "rejects.jsonl"

    summary = Importer(engine, load_mapping(MAPPING), rejects).run(FEED)

    assert (summary.rows, summary.rejected) == (PRODUCTS, 0)
    assert summary.written == Written(added=PRODUCTS)
    assert not rejects.exists()
    with engine.connect() as connection:
        assert count_items(connection) == PRODUCTS
        priced, branded, described = connection.execute(
            text(
                "select count(price), count(*) filter (where brand <> ''),"
                " count(*) filter (where attributes <> '{}') from items"
            )
        ).one()
    # A row without one of these still goes in, so a mapping gone wrong would show only here.
    assert priced == PRODUCTS
    assert branded > 0.99 * PRODUCTS
    assert described > 0.9 * PRODUCTS


def test_subset_is_imported_and_indexed_by_the_command(shop: Shop) -> None:
    count = shop.products

    assert f"{count} rows: {count} items added, 0 changed, 0 unchanged, 0 rejected" in shop.imported
    assert f"{count} items indexed, {count} in the index" in shop.imported


def test_model_is_trained_on_every_query_that_can_be_answered(shop: Shop) -> None:
    assert f"trained on {JUDGED_QUERIES} queries is live" in shop.trained


def test_report_measures_every_system_with_an_interval(shop: Shop) -> None:
    systems = shop.report["systems"]

    assert list(systems) == ["lexical", "dense", "hybrid", "ranked", "served", "ranked+rules"]
    assert shop.report["queries"] == JUDGED_QUERIES
    assert shop.report["cross_validated"] is True
    for figures in systems.values():
        assert set(figures) == {
            "ndcg@10",
            "mrr@10",
            "recall@200",
            "judged@10",
            "ndcg@10_judged_only",
        }
        assert all(0 <= one["low"] <= one["mean"] <= one["high"] <= 1 for one in figures.values())


def test_retrieval_finds_most_of_what_was_judged_relevant(shop: Shop) -> None:
    # The whole catalogue has an oracle at 0.98; here are fewer products to be lost among.
    assert mean(shop, "hybrid", "recall@200") > 0.8


def test_what_is_served_is_no_worse_than_what_is_ranked(shop: Shop) -> None:
    assert shop.report["served_minus_ranked"]["ndcg@10"]["high"] >= 0


def test_ranking_beats_retrieval_on_queries_that_it_was_not_trained_on(shop: Shop) -> None:
    # Cross-validated, so no query was ranked by a model that had seen it. Data, seed and versions
    # are fixed, so the figure is too (0.019 when this was written, 0.013 and 0.017 with two other
    # seeds) and need not be given room for chance. The lower end of its interval is just below 0:
    # hybrid does better here than on the whole catalogue, where it has six times as many products
    # to take for the right ones.
    assert shop.report["ranked_minus_hybrid"]["ndcg@10"]["mean"] > 0
    assert mean(shop, "ranked") > max(mean(shop, one) for one in ("lexical", "dense", "hybrid"))


def test_ranking_does_not_harm_the_order_of_judged_products(shop: Shop) -> None:
    measure = "ndcg@10_judged_only"

    # Over judged products alone both are near their best, so what is left to gain (0.008 when this
    # was written) is lost in the interval of 0.02 to either side; that is the room given.
    assert mean(shop, "ranked", measure) > mean(shop, "hybrid", measure) - 0.02


def test_running_service_holds_the_subset_and_the_trained_model(
    service: Service, shop: Shop
) -> None:
    ready = httpx.get(f"{service.url}/health/ready").json()

    assert (ready["items"], ready["waiting_for_index"]) == (shop.products, 0)
    assert ready["model"] in shop.trained


def test_laptop_query_is_explained_by_features_that_add_up(service: Service) -> None:
    answer = search(service, query="laptop", explain=True)

    assert answer["degraded"] == []
    assert len(answer["hits"]) == 20
    for hit in answer["hits"]:
        trace = hit["explain"]
        assert [feature["name"] for feature in trace["features"]] == list(FEATURES)
        added = sum(feature["contribution"] for feature in trace["features"])
        assert added == pytest.approx(trace["model_score"], abs=1e-4)


@pytest.mark.xfail(
    strict=True,
    reason="in this feed laptops are called notebooks, and bags are called laptop bags: neither "
    "the encoder nor the feature `accessory` tells them apart yet",
)
def test_laptops_stand_before_the_bags_for_them(service: Service) -> None:
    titles = [hit["item"]["title"].lower() for hit in search(service, query="laptop")["hits"][:10]]

    # The sleeves, cases and backpacks among the judged products all have grade 0 for this query,
    # and the nine notebooks all have grade 3.
    assert sum("notebook" in title and "case" not in title for title in titles) >= 5, titles


def test_notebooks_are_found_by_their_own_name(service: Service) -> None:
    hits = search(service, query="notebook pc")["hits"][:10]

    assert all("Notebook" in hit["item"]["title"] for hit in hits)


def test_filter_by_brand_and_price_holds_on_every_hit(service: Service) -> None:
    brand = {"field": "brand", "any_of": ["HP"]}
    price = {"field": "price", "gte": 100, "lt": 500}

    hits = search(service, query="notebook", filter={"all": [brand, price]})["hits"]

    assert hits
    assert {hit["item"]["brand"] for hit in hits} == {"HP"}
    assert all(100 <= hit["item"]["price"] < 500 for hit in hits)
