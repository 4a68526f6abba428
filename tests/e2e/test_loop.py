"""The whole loop on real parts: shoppers search and click, a model is trained on nothing but that,
passes the gate, goes live by itself, and orders otherwise; and the way back."""

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from ranking.evaluate import ndcg
from ranking.judgments import Judgments, read_judgments
from tests.conftest import EndedDemo
from tests.e2e.command import Service, endcap, started, until

QUERIES = 8
SESSIONS = 1_200
EXPLORATION = 0.3
Json = dict[str, Any]


class Loop(NamedTuple):
    """A service without a model, at which shoppers have been; what became of it is asked for by
    the tests, in the order of the file."""

    service: Service
    client: httpx.Client
    judgments: Judgments
    """Of the queries that shoppers asked."""
    before: dict[str, list[str]]
    """By query, the first ten ids as retrieval orders them."""
    shopping: Json
    """What the simulation says it did."""
    training: Json
    """The task at its end."""

    def first_ten(self) -> dict[str, list[str]]:
        return first_ten(self.client, self.judgments)

    def relevance(self, ranked: dict[str, list[str]]) -> float:
        """nDCG@10 over the queries."""
        by_query: Any = self.judgments.by_query
        values = [
            ndcg([by_query[query].get(item, 0) for item in items], list(by_query[query].values()))
            for query, items in ranked.items()
        ]
        return sum(values) / len(values)


def first_ten(client: httpx.Client, judgments: Judgments) -> dict[str, list[str]]:
    return {
        query: [hit["id"] for hit in search(client, query)["hits"]]
        for query in judgments.answerable
    }


def search(client: httpx.Client, query: str, **more: object) -> Json:
    answer = client.post("/v1/search", json={"query": query, "per_page": 10, **more})
    found: Json = answer.raise_for_status().json()
    return found


@pytest.fixture(scope="module")
def loop(ended_demo: EndedDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loop]:
    data_dir = ended_demo.copy_to(tmp_path_factory.mktemp("loop"))
    shutil.rmtree(data_dir / "models")
    asked = some_queries(data_dir / "sample" / "judgments.csv", data_dir.with_name("asked.csv"))
    with started("serve", data_dir, exploration=EXPLORATION) as service:
        until(service.ready, 120, "endcap serve")
        key = (data_dir / "admin.key").read_text().strip()
        headers = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=service.url, headers=headers, timeout=60) as client:
            judgments = read_judgments(asked)
            before = first_ten(client, judgments)
            shopping = shop(data_dir, service, asked)
            until(lambda: counted(client), 60, "clicks to be counted")
            task = client.post("/v1/admin/models/train", json={}).raise_for_status().json()
            until(lambda: ended(client, task["id"]), 300, "the training")
            training = client.get(f"/v1/tasks/{task['id']}").json()
            yield Loop(service, client, judgments, before, shopping, training)


def some_queries(judgments: Path, to: Path) -> Path:
    """The judgments of the first few queries that have an answer: few enough for each of them to
    see many shoppers."""
    chosen = set(read_judgments(judgments).answerable[:QUERIES])
    with judgments.open(newline="") as source, to.open("w", newline="") as target:
        rows = csv.reader(source)
        writer = csv.writer(target)
        writer.writerow(next(rows))
        writer.writerows(row for row in rows if row[0] in chosen)
    return to


def shop(data_dir: Path, service: Service, judgments: Path) -> Json:
    done = endcap(
        data_dir,
        *("simulate-shoppers", "--judgments", judgments, "--sessions", str(SESSIONS)),
        *("--url", service.url, "--json"),
    )
    assert done.returncode == 0, done.stderr
    told: Json = json.loads(done.stdout)
    return told


def counted(client: httpx.Client) -> bool:
    """Whether everything that was shown and done has become features."""
    report = client.get("/v1/admin/features").raise_for_status().json()
    return not report["freshness"]["waiting_seconds"]


def ended(client: httpx.Client, task_id: int) -> bool:
    status: str = client.get(f"/v1/tasks/{task_id}").json()["status"]
    return status in ("succeeded", "failed", "canceled")


def test_training_on_clicks_alone_passes_the_gate_and_goes_live(loop: Loop) -> None:
    assert loop.training["status"] == "succeeded", loop.training["errors"]
    outcome = loop.training["progress"]
    assert outcome["passed"], outcome["reasons"]
    assert outcome["live"]
    assert outcome["before"] == "retrieval"


def test_running_service_scores_with_the_new_model_without_a_restart(loop: Loop) -> None:
    version = loop.training["progress"]["version"]

    until(lambda: loop.client.get("/health/ready").json()["model"] == version, 30, "the model")


def test_order_has_changed_for_the_better(loop: Loop) -> None:
    after = loop.first_ten()

    changed = [query for query in after if after[query] != loop.before[query]]
    assert len(changed) >= QUERIES / 2
    assert loop.relevance(after) > loop.relevance(loop.before)


def test_explanation_shows_what_clicks_add(loop: Loop) -> None:
    query = loop.judgments.answerable[0]

    hits = search(loop.client, query, explain=True)["hits"]

    added = {
        feature["name"]: feature["contribution"]
        for hit in hits
        for feature in hit["explain"]["features"]
        if feature["name"].startswith("query_item_click")
    }
    assert any(added.values())


def test_what_is_shown_now_is_recorded_with_the_new_model(loop: Loop) -> None:
    models = loop.client.get("/v1/admin/models").raise_for_status().json()

    assert models["live"] == loop.training["progress"]["version"]
    assert models["serving"] == models["live"]
    assert [entry["version"] for entry in models["models"]] == [models["live"]]
