"""What is told of the time that a request waited while all search threads were busy, over a real
socket and with a single search thread."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from litestar.concurrency import set_asyncio_executor
from sqlalchemy import text

from app.asgi import create_app
from app.db.postgres import EmbeddedPostgres
from app.experiments.outcomes import read_health
from app.experiments.repository import read_running
from tests.factories import make_item
from tests.integration.shop import Raw, Shop, body, open_shop
from tests.serving import served

ITEMS = [make_item(f"k{n}", title=f"Kettle {n}", price=10.0 * n) for n in range(1, 4)]
WAIT = 0.7
"""Seconds; more than the budget of the stages."""

LEAST = 600
"""Milliseconds of it that must be told."""

Call = Callable[[httpx.Client], httpx.Response]


class Busy:
    """A service whose one search thread can be kept from searching."""

    def __init__(self, shop: Shop, url: str, threads: ThreadPoolExecutor) -> None:
        self.shop = shop
        self.url = url
        self._threads = threads

    def ask(self, *calls: Call, apart: float = 0.0) -> list[Any]:
        """What is answered to calls that all wait for the thread; each is made so many seconds
        after the one before, and the last one waits for `WAIT`."""
        free = threading.Event()
        self._threads.submit(free.wait, 30)
        with (
            httpx.Client(base_url=self.url, timeout=30) as client,
            ThreadPoolExecutor(len(calls)) as callers,
        ):
            answers = []
            for call in calls:
                answers.append(callers.submit(call, client))
                time.sleep(apart)
            time.sleep(WAIT - apart)
            free.set()
            return [answer.result().raise_for_status() for answer in answers]


@pytest.fixture(scope="module")
def busy(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Busy]:
    with (
        open_shop(postgres, tmp_path_factory.mktemp("waiting"), ITEMS) as shop,
        ThreadPoolExecutor(1, "search") as threads,
    ):
        set_asyncio_executor(threads)
        try:
            with served(create_app(shop.live)) as url:
                yield Busy(shop, url, threads)
        finally:
            set_asyncio_executor(None)


def search(**fields: object) -> Call:
    return lambda client: client.post("/v1/search", json={"query": "kettle", **fields})


def assert_waited(timings: Raw) -> None:
    stages = {name: ms for name, ms in timings.items() if name != "total"}
    assert LEAST < timings["wait"] < timings["total"] < 20_000
    # Each figure is rounded by itself.
    assert timings["total"] >= sum(stages.values()) - 0.01


def test_search_that_waited_for_a_thread_says_so_and_is_answered_in_full(busy: Busy) -> None:
    (answer,) = busy.ask(search())

    found = answer.json()
    assert_waited(found["timings_ms"])
    assert len(found["hits"]) == 3
    # Waiting is not taken from what the stages may take.
    assert found["degraded"] == []


def test_search_that_found_a_free_thread_did_not_wait(busy: Busy) -> None:
    answer = httpx.post(f"{busy.url}/v1/search", json={"query": "kettle"}).json()

    assert answer["timings_ms"]["wait"] < LEAST
    assert answer["timings_ms"]["total"] >= answer["timings_ms"]["wait"]


def test_each_request_tells_its_own_wait(busy: Busy) -> None:
    early, late = busy.ask(search(), search(), apart=WAIT)

    early_wait, late_wait = (answer.json()["timings_ms"]["wait"] for answer in (early, late))
    assert early_wait - late_wait > LEAST


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda client: client.get("/v1/search", params={"q": "kettle"}), id="simple"),
        pytest.param(
            lambda client: client.post("/v1/recommend", json={"item_id": "k1"}), id="recommend"
        ),
    ],
)
def test_other_answers_with_timings_tell_the_wait(busy: Busy, call: Call) -> None:
    (answer,) = busy.ask(call)

    assert_waited(answer.json()["timings_ms"])


def test_each_search_of_several_counts_from_when_all_were_accepted(busy: Busy) -> None:
    searches = [{"query": "kettle"}, {"query": "k2"}]
    (answer,) = busy.ask(
        lambda client: client.post("/v1/multi-search", json={"searches": searches})
    )

    first, second = (result["response"]["timings_ms"] for result in answer.json()["results"])
    assert_waited(first)
    assert_waited(second)
    assert second["wait"] >= first["total"]


@pytest.mark.parametrize(
    ("path", "request_"),
    [
        ("queries", {"indexName": "items", "params": "query=kettle"}),
        ("queries", {"indexName": "items", "params": "query=kettle&hitsPerPage=0"}),
        ("queries", {"indexName": "items_query_suggestions", "params": "query=ket"}),
        ("recommendations", {"indexName": "items", "model": "looking-similar", "objectID": "k1"}),
    ],
)
def test_algolia_clients_are_told_the_wait_as_processing_time(
    busy: Busy, path: str, request_: Raw
) -> None:
    (answer,) = busy.ask(
        lambda client: client.post(f"/1/indexes/*/{path}", json={"requests": [request_]})
    )

    (found,) = answer.json()["results"]
    assert LEAST < found["processingTimeMS"] < 20_000


def test_search_page_explains_the_wait(busy: Busy) -> None:
    (page,) = busy.ask(lambda client: client.get("/", params={"q": "kettle", "explain": "1"}))

    told = dict(re.findall(r'<li class="(?:t-)?(\w+)">.*?<b>([\d.]+)', page.text))
    assert float(told["wait"]) > LEAST
    assert float(told["total"]) >= float(told["wait"])


def test_wait_stands_on_record_and_is_what_the_guardrail_reads(busy: Busy) -> None:
    shop = busy.shop
    shop.live.lists.flush()
    with shop.live.engine.begin() as connection:
        connection.execute(text("truncate experiments, ranking_events"))
    plan = {"key": "trial", "arms": [{"name": "a"}, {"name": "b"}]}
    body(shop.client.post("/v1/admin/experiments", json=plan), 201)
    body(shop.client.post("/v1/admin/experiments/trial/start"))
    shop.live.experiments.refresh()

    (answer,) = busy.ask(search(client_id="ann"))
    found = answer.json()
    shop.live.lists.flush()

    with shop.live.engine.connect() as connection:
        recorded = connection.execute(text("select total_ms from ranking_events")).scalar_one()
        (experiment,) = read_running(connection)
        health = read_health(connection, experiment, (0.99,))
    assert recorded == found["timings_ms"]["total"] > LEAST
    assert health[found["experiments"]["trial"]].times_ms == {0.99: recorded}
