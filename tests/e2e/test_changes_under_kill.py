"""Signed changes in random order and twice, from several clients, while the service that indexes
them is killed again and again: nothing is lost, and nothing counts twice."""

import base64
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from time import sleep
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
import pytest

from app.features.store import REFRESH_SECONDS
from benchmarks.changes import (
    Answer,
    Changes,
    Message,
    Senders,
    Stores,
    payloads_of,
    replay,
)
from indexing.documents import Item
from tests.e2e.command import Service, started, until
from tests.e2e.stores import look_up

READY_SECONDS = 120
SETTLED_SECONDS = 120
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
CHANGES, ITEMS, TITLES = 1_500, 150, 8
REPEATED = 0.1
CLIENTS = 4
KILLS = 3
FILTERS: dict[str, dict[str, Any]] = {
    "priced": {"field": "price", "gte": 0},
    "sold out": {"field": "in_stock", "any_of": [False]},
    "cheap": {"field": "price", "lt": 500},
    "dear": {"field": "price", "gte": 500},
}


class Outcome(NamedTuple):
    arrived: list[Message]
    answers: list[Answer]
    expected: dict[str, Item]
    """By a plain replay."""
    found: dict[str, list[str]]
    """By filter, the ids that searches of the last service found."""
    stores: Stores
    output: str
    """Of the last service."""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    data_dir = tmp_path_factory.mktemp("changes") / "var"
    changes = Changes(ITEMS, TITLES, seed=4)
    arriving = changes.as_they_arrive(changes.make(CHANGES), REPEATED)
    with ExitStack() as stack:
        services = [start(stack, data_dir)]
        senders = Senders(lambda: port_of(services[-1]), SECRET, CLIENTS)
        with ThreadPoolExecutor(1) as pool, closing(senders):
            sending = pool.submit(senders.send, arriving)
            for kill in range(1, KILLS + 1):
                enough = kill * len(arriving) // (KILLS + 1)
                until(partial(have_answers, senders, sending, enough), 300, "answers")
                services[-1].kill()
                services.append(start(stack, data_dir))
            sending.result()
        last = services[-1]
        until(lambda: waiting(last) == 0, SETTLED_SECONDS, "everything to be indexed")
        # What is indexed is counted by the service half a second later at most.
        sleep(2 * REFRESH_SECONDS)
        found = {name: search(last, wanted) for name, wanted in FILTERS.items()}
        last.terminate()
    return Outcome(
        arrived=arriving,
        answers=senders.answers,
        expected=replay((), arriving),
        found=found,
        stores=look_up(data_dir),
        output=last.output,
    )


def have_answers(senders: Senders, sending: Future[float], enough: int) -> bool:
    if sending.done():
        sending.result()  # raises what they died of
    return len(senders.answers) >= enough


def start(stack: ExitStack, data_dir: Path) -> Service:
    service = stack.enter_context(started("serve", data_dir, webhook_secrets=SECRET))
    until(service.ready, READY_SECONDS, "the service")
    return service


def port_of(service: Service) -> int:
    port = urlsplit(service.url).port
    assert port is not None
    return port


def waiting(service: Service) -> int:
    ready = httpx.get(f"{service.url}/health/ready").raise_for_status().json()
    return int(ready["waiting_for_index"])


def search(service: Service, wanted: dict[str, Any]) -> list[str]:
    """The ids on all pages."""
    found: list[str] = []
    while True:
        body = {"filter": wanted, "per_page": 100, "page": len(found) // 100 + 1}
        answer = httpx.post(f"{service.url}/v1/search", json=body).raise_for_status().json()
        found += [hit["id"] for hit in answer["hits"]]
        if len(found) >= answer["total"]["value"]:
            assert answer["total"]["relation"] == "exact"
            return found


def test_every_message_was_answered_though_some_had_to_be_sent_again(outcome: Outcome) -> None:
    assert len(outcome.answers) == len(outcome.arrived)
    assert any(answer.attempts > 1 for answer in outcome.answers)


def test_each_delivery_was_taken_in_once(outcome: Outcome) -> None:
    distinct = len({message.delivery for message in outcome.arrived})

    assert outcome.stores.deliveries == distinct
    assert outcome.stores.received == distinct
    assert outcome.stores.tasks == {"succeeded": distinct}
    assert len({answer.task_id for answer in outcome.answers}) == distinct


def test_nothing_is_left_waiting_and_nothing_was_refused(outcome: Outcome) -> None:
    assert outcome.stores.waiting == 0
    assert outcome.stores.dead_letters == 0


def test_postgres_holds_what_a_plain_replay_gives(outcome: Outcome) -> None:
    assert outcome.stores.items == outcome.expected


def test_qdrant_holds_what_a_plain_replay_gives_and_nothing_twice(outcome: Outcome) -> None:
    assert outcome.stores.payloads == payloads_of(outcome.expected)
    assert outcome.stores.points == len(outcome.expected)


def test_points_have_the_versions_and_the_vectors_of_their_rows(outcome: Outcome) -> None:
    assert outcome.stores.out_of_step == ()


def test_searches_find_what_passes_their_filters_by_the_replay(outcome: Outcome) -> None:
    priced = [item for item in outcome.expected.values() if item.price is not None]

    assert {name: sorted(ids) for name, ids in outcome.found.items()} == {
        "priced": sorted(item.id for item in priced),
        "sold out": sorted(i.id for i in outcome.expected.values() if not i.in_stock),
        "cheap": sorted(item.id for item in priced if (item.price or 0) < 500),
        "dear": sorted(item.id for item in priced if (item.price or 0) >= 500),
    }


def test_replay_has_items_that_went_and_items_that_stayed(outcome: Outcome) -> None:
    """Else the others would show little."""
    named = {message.data["id"] for message in outcome.arrived}

    assert 0.5 * len(named) < len(outcome.expected) < len(named)


def test_last_service_had_no_error_of_its_own(outcome: Outcome) -> None:
    assert "Traceback" not in outcome.output
