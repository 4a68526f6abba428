"""Commands in processes of their own beside a running service, all on one data directory, while
items are written and searched: whatever may be started harms nothing."""

import json
import os
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from benchmarks.changes import Stores, payloads_of
from indexing.documents import Item
from tests.e2e.command import Service, endcap, free_port, started, until
from tests.e2e.stores import look_up

ROUNDS = int(os.environ.get("ENDCAP_TEST_ROUNDS", "20"))
READY_SECONDS = 120
ITEMS = 40
ADMIN_KEY = "the-key-of-whoever-runs-the-service"
REFUSED = "has the index in"
"""What a command says that needs the index for itself."""

COMMANDS: dict[str, tuple[tuple[str, ...], int, str]] = {
    "import-items": (("import-items", "feed.jsonl"), 0, "and indexes the changes itself"),
    "import-events": (("import-events", "log.ndjson"), 0, "1 lines"),
    "evaluate": (("evaluate", "--judgments", "judgments.csv"), 2, REFUSED),
    "train": (("train", "--judgments", "judgments.csv"), 2, REFUSED),
    "train-encoder": (("train-encoder", "--judgments", "judgments.csv"), 2, REFUSED),
    "rules load": (("rules", "load", "rules.json", "--replace-draft"), 0, "1 rules are live"),
    "reindex": (("reindex", "--reason", "a test"), 0, ""),
    "keys": (("keys", "create", "a test", "--scope", "search"), 0, "endcap_"),
    "features": (("features", "rebuild"), 0, "rows of counts"),
    "a second serve": (("serve",), 2, REFUSED),
    "demo": (("demo",), 2, REFUSED),
}
"""What is started, the status that it ends with, and what it says."""


class Ended(NamedTuple):
    name: str
    seconds: float
    status: int
    output: str


class Outcome(NamedTuple):
    ended: list[Ended]
    writes: list[httpx.Response]
    searches: list[httpx.Response]
    expected: dict[str, Item]
    stores: Stores
    tasks: list[dict[str, Any]]
    """All that did not succeed."""
    data_dir: Path
    output: str
    """Of the service."""


class Traffic:
    """A catalogue system and a shopper, each in a thread, until told to stop."""

    def __init__(self, url: str) -> None:
        self.writes: list[httpx.Response] = []
        self.searches: list[httpx.Response] = []
        self.expected: dict[str, Item] = {}
        self._url = url
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=work) for work in (self._write, self._search)]

    def __enter__(self) -> "Traffic":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _write(self) -> None:
        headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
        with httpx.Client(base_url=self._url, headers=headers, timeout=60) as client:
            for n in range(1_000_000):
                kettle = item_number(n % ITEMS, price=float(n))
                body = {"title": kettle.title, "price": kettle.price, "currency": "EUR"}
                self.writes.append(client.put(f"/v1/items/{kettle.id}", json=body))
                self.expected[kettle.id] = kettle
                if self._stop.wait(0.05):
                    return

    def _search(self) -> None:
        with httpx.Client(base_url=self._url, timeout=60) as client:
            while not self._stop.wait(0.1):
                self.searches.append(client.post("/v1/search", json={"query": "kettle"}))


def item_number(n: int, price: float) -> Item:
    return item(f"kettle-{n}", f"Kettle number {n}", price)


def item(item_id: str, title: str, price: float) -> Item:
    """As it is stored: one without a group is a group of its own."""
    return Item(id=item_id, title=title, price=price, currency="EUR", group_id=item_id)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    rule = {
        "id": "kettles",
        "name": "Kettles",
        "when": {"query": {"contains": "kettle"}},
        "then": [{"pin": {"item_id": "kettle-1"}}],
    }
    (folder / "rules.json").write_text(json.dumps([rule]))
    (folder / "judgments.csv").write_text("query,item_id,grade\nkettle,kettle-1,3\n")
    return folder


@pytest.fixture(scope="module")
def outcome(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    data_dir = tmp_path_factory.mktemp("beside") / "var"
    with ExitStack() as stack:
        service = stack.enter_context(started("serve", data_dir, admin_key=ADMIN_KEY))
        until(service.ready, READY_SECONDS, "the service")
        with Traffic(service.url) as traffic:
            ended = [
                run(name, files, service, number) for number in range(ROUNDS) for name in COMMANDS
            ]
        until(lambda: nothing_waits(service), 120, "everything to be indexed")
        tasks = unsuccessful(service)
        assert service.terminate() == 0
        yield Outcome(
            ended,
            traffic.writes,
            traffic.searches,
            traffic.expected | imported(),
            look_up(data_dir),
            tasks,
            data_dir,
            service.output,
        )


def run(name: str, files: Path, service: Service, number: int) -> Ended:
    """One command; its files are other ones each time, so that there is something to do."""
    arguments, _, _ = COMMANDS[name]
    feed = {"id": f"sofa-{number}", "title": f"Sofa {number}", "price": 1.0, "currency": "EUR"}
    (files / "feed.jsonl").write_text(json.dumps(feed))
    event = {
        "action_name": "click",
        "client_id": f"client-{number}",
        "query_id": f"query-{number}",
        "timestamp": "2026-11-30T10:00:00Z",
        "event_attributes": {"object": {"object_id": "kettle-1"}},
    }
    (files / "log.ndjson").write_text(json.dumps(event))
    begun = time.monotonic()
    port = free_port() if name in ("a second serve", "demo") else service.url.rsplit(":", 1)[-1]
    done = endcap(
        service.data_dir,
        *(files / word if (files / word).is_file() else word for word in arguments),
        admin_key=ADMIN_KEY,
        port=port,
    )
    return Ended(name, time.monotonic() - begun, done.returncode, done.stdout + done.stderr)


def imported() -> dict[str, Item]:
    return {f"sofa-{n}": item(f"sofa-{n}", f"Sofa {n}", 1.0) for n in range(ROUNDS)}


def nothing_waits(service: Service) -> bool:
    ready = httpx.get(f"{service.url}/health/ready").raise_for_status().json()
    return bool(ready["waiting_for_index"] == 0)


def unsuccessful(service: Service) -> list[dict[str, Any]]:
    answer = httpx.get(
        f"{service.url}/v1/tasks",
        params={"status": "failed", "per_page": 100},
        headers={"Authorization": f"Bearer {ADMIN_KEY}"},
    )
    tasks: list[dict[str, Any]] = answer.raise_for_status().json()["tasks"]
    return tasks


@pytest.mark.parametrize("name", COMMANDS)
def test_command_does_what_it_should_each_time(outcome: Outcome, name: str) -> None:
    _, status, said = COMMANDS[name]
    runs = [ended for ended in outcome.ended if ended.name == name]

    assert len(runs) == ROUNDS
    assert Counter(ended.status for ended in runs) == {status: ROUNDS}, runs[0].output
    assert all(said in ended.output for ended in runs), runs[0].output


@pytest.mark.parametrize("name", [n for n, (_, status, _) in COMMANDS.items() if status == 2])
def test_refusal_is_one_line_that_names_the_process_that_has_the_index(
    outcome: Outcome, name: str
) -> None:
    for ended in outcome.ended:
        if ended.name == name:
            lines = [line for line in ended.output.splitlines() if not line.endswith("…")]
            assert len(lines) == 1, ended.output
            assert "`endcap serve` (process " in lines[0]


def test_no_write_and_no_search_failed(outcome: Outcome) -> None:
    assert {answer.status_code for answer in outcome.writes} <= {200, 201, 202}
    assert {answer.status_code for answer in outcome.searches} == {200}
    assert len(outcome.writes) > ROUNDS
    assert len(outcome.searches) > ROUNDS


def test_no_task_failed_and_nothing_became_a_dead_letter(outcome: Outcome) -> None:
    assert outcome.tasks == []
    assert outcome.stores.dead_letters == 0
    assert outcome.stores.waiting == 0
    assert "cannot index" not in outcome.output


def test_postgres_holds_what_was_sent_last(outcome: Outcome) -> None:
    assert outcome.stores.items == outcome.expected


def test_index_and_postgres_agree_item_by_item(outcome: Outcome) -> None:
    assert outcome.stores.points == len(outcome.expected)
    assert outcome.stores.payloads == payloads_of(outcome.expected)
    assert outcome.stores.out_of_step == ()


def test_copy_of_the_data_directory_agrees_as_well(outcome: Outcome, tmp_path: Path) -> None:
    copy = tmp_path / "var"
    subprocess.run(["cp", "-a", outcome.data_dir, copy], check=True)

    with started("serve", copy, admin_key=ADMIN_KEY) as service:
        until(service.ready, READY_SECONDS, "the service on the copy")
        until(lambda: nothing_waits(service), 120, "everything to be indexed")
        assert service.terminate() == 0

    stores = look_up(copy)
    assert stores.items == outcome.expected
    assert stores.payloads == payloads_of(outcome.expected)
    assert stores.out_of_step == ()
