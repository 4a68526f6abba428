"""A service that ends, by order or by force, and the one that is started in its place."""

from typing import Any, NamedTuple

import httpx
import pytest

from tests.conftest import EndedDemo
from tests.e2e.command import Service, running_postgres, serving, started, until

READY_AGAIN_SECONDS = 20
"""What the issue promises for a second run of `make demo`: everything is there, so only
PostgreSQL, the encoder, the index and TensorFlow have to be opened. PostgreSQL's recovery after
being cut off is part of it."""

QUERIES = ("", "kettle", "running shoes", "coffee machine", "gift for a gardener")


class Answers(NamedTuple):
    """What a client can see of a service's data."""

    readiness: dict[str, Any]
    hits: dict[str, list[tuple[str, str]]]
    """Of each query the ids and placements, best first."""
    scores: dict[str, list[float]]


class Restart(NamedTuple):
    """A demo that was killed with SIGKILL, started again and told to end."""

    before: Answers
    after: Answers
    seconds: float
    exit_status: int
    postgres: int | None


def ask(service: Service) -> Answers:
    hits: dict[str, list[tuple[str, str]]] = {}
    scores: dict[str, list[float]] = {}
    for query in QUERIES:
        body = {"query": query, "per_page": 50}
        answer = httpx.post(f"{service.url}/v1/search", json=body).raise_for_status().json()
        hits[query] = [(hit["id"], hit["placement"]) for hit in answer["hits"]]
        scores[query] = [hit["score"] for hit in answer["hits"]]
    readiness = httpx.get(f"{service.url}/health/ready").raise_for_status().json()
    return Answers(readiness, hits, scores)


@pytest.fixture(scope="module")
def restart(ended_demo: EndedDemo, tmp_path_factory: pytest.TempPathFactory) -> Restart:
    data_dir = ended_demo.copy_to(tmp_path_factory.mktemp("restart"))
    with serving("demo", data_dir) as service:
        before = ask(service)
        service.kill()
        with started("demo", data_dir) as again:
            seconds = until(again.ready, 120, "the service to be ready again")
            after = ask(again)
            exit_status = again.terminate()
            return Restart(before, after, seconds, exit_status, running_postgres(data_dir))


def test_service_that_is_told_to_end_does_so_cleanly(ended_demo: EndedDemo) -> None:
    assert ended_demo.exit_status == 0
    assert "Traceback" not in ended_demo.output


def test_service_that_is_told_to_end_takes_its_database_along(ended_demo: EndedDemo) -> None:
    assert ended_demo.postgres is None


def test_demo_says_where_it_can_be_reached_and_nothing_of_its_parts(
    ended_demo: EndedDemo,
) -> None:
    assert "Endcap is ready on http://127.0.0.1:" in ended_demo.output
    assert "INFO" not in ended_demo.output
    assert "WARNING" not in ended_demo.output


def test_killed_service_is_ready_again_within_20_seconds(restart: Restart) -> None:
    assert restart.seconds < READY_AGAIN_SECONDS


def test_killed_service_serves_the_same_when_it_is_started_again(restart: Restart) -> None:
    assert restart.before.readiness["items"] > 3000
    assert all(restart.before.hits.values())
    assert restart.after.readiness == restart.before.readiness
    assert restart.after.hits == restart.before.hits
    for query in QUERIES:
        # Items age by the second, and so does the feature that says how new they are.
        assert restart.after.scores[query] == pytest.approx(restart.before.scores[query], abs=1e-3)


def test_service_that_follows_a_killed_one_ends_cleanly(restart: Restart) -> None:
    assert restart.exit_status == 0


def test_service_that_follows_a_killed_one_takes_its_database_along(restart: Restart) -> None:
    assert restart.postgres is None
