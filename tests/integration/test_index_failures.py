"""Engines that take nothing, files that change behind the service's back, and single items that are
out of step: what the service says, and what it does about them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any

import numpy as np
import pytest
from litestar.testing import TestClient
from sqlalchemy import select

from app.asgi import create_app
from app.db.tables import dead_letters, tasks
from app.items.indexers import is_indexed_elsewhere
from app.live import Live
from app.reindex.requests import request_repair
from app.worker import run_worker
from indexing import disk_room
from indexing.documents import ItemKey
from indexing.index import IndexedPoint, SparseVector
from tests.factories import make_item
from tests.integration.conftest import Fill

Client = TestClient[Any]


@pytest.fixture
def client(live: Live) -> Iterator[Client]:
    with TestClient(create_app(live)) as opened:
        yield opened


@contextmanager
def working(live: Live) -> Iterator[None]:
    """The service's own worker, in a thread."""
    stop = threading.Event()
    worker = threading.Thread(target=run_worker, args=(live.engine, live.outbox, stop))
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join()


def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    begun = monotonic()
    while not condition():
        assert monotonic() - begun < seconds
        sleep(0.05)


def problem(client: Client) -> Any:
    return client.get("/health/ready").json().get("index_problem")


def admin(live: Live) -> dict[str, str]:
    from app.admin.api_keys import create_key

    with live.engine.begin() as connection:
        _, secret = create_key(connection, "a test", ["admin"], "a test")
    return {"Authorization": f"Bearer {secret}"}


def test_index_that_takes_nothing_makes_changes_wait_and_says_why(
    live: Live, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = admin(live)
    monkeypatch.setattr(disk_room, "RESERVE", 1 << 60)
    with working(live):
        item = {"title": "Kettle", "price": 9, "currency": "EUR"}
        put = client.put("/v1/items/kettle", json=item, headers=headers).json()
        until(lambda: problem(client))
        told = problem(client)
        waiting = client.get(f"/v1/tasks/{put['id']}", headers=headers).json()
        state = client.get("/v1/admin/reindex", headers=headers).json()
        until(lambda: problem(client)["attempts"] > 1)

        monkeypatch.undo()
        until(lambda: problem(client) is None)
        done = client.get(f"/v1/tasks/{put['id']}", headers=headers).json()

    assert "free some room" in told["reason"]
    assert waiting["status"] == "enqueued"
    assert waiting["waits_for"] == told["reason"]
    assert state["problem"]["reason"] == told["reason"]
    assert (done["status"], done["waits_for"]) == ("succeeded", None)
    with live.engine.connect() as connection:
        assert connection.execute(select(dead_letters)).all() == []


def test_others_see_that_a_process_indexes_as_long_as_it_does(live: Live) -> None:
    def seen() -> bool:
        with live.engine.connect() as connection:
            return is_indexed_elsewhere(connection)

    assert not seen()
    with working(live):
        until(seen)
    until(lambda: not seen())


def test_single_items_out_of_step_are_put_right_without_a_rebuild(live: Live, fill: Fill) -> None:
    fill(*(make_item(str(n), title=f"Kettle {n}") for n in range(40)))
    index = live.index.current().index
    index.delete([ItemKey(3), ItemKey(5)])
    index.upsert([ghost(900)])

    live.index_guard.look()
    while live.outbox.run_batch():
        pass
    live.index_guard.forget()
    first = live.index_guard.last
    live.index_guard.look()
    second = live.index_guard.last

    assert first is not None
    assert (first.stale, first.ghosts, first.damage) == (2, 1, None)
    assert second is not None
    assert (second.stale, second.ghosts, second.points) == (0, 0, 40)
    assert repairs(live) == 0


def test_many_lost_items_are_damage(live: Live, fill: Fill) -> None:
    fill(*(make_item(str(n), title=f"Kettle {n}") for n in range(40)))
    live.index.current().index.delete([ItemKey(n) for n in range(1, 31)])

    live.index_guard.look()
    live.rebuild_runner.run_waiting()

    assert repairs(live) == 1
    assert live.index.current().index.count() == 40


def test_changes_on_their_way_are_no_damage(live: Live, fill: Fill) -> None:
    fill(*(make_item(str(n), title=f"Kettle {n}") for n in range(40)))
    live.index.current().index.delete([ItemKey(n) for n in range(1, 31)])
    from app.items.repository import enqueue_all

    with live.engine.begin() as connection:
        enqueue_all(connection)

    live.index_guard.look()

    assert repairs(live) == 0


def test_file_that_somebody_has_touched_is_looked_into_once(live: Live, fill: Fill) -> None:
    fill(make_item("1", title="Kettle"))
    live.index_guard.look()
    first = live.index_guard.last
    live.index_guard.look()
    again = live.index_guard.last
    file = next(live.settings.index_dir.rglob("chunk_0.mmap"))
    content = file.read_bytes()
    file.write_bytes(content)

    looked_into = None
    begun = monotonic()
    while looked_into in (None, first) and monotonic() - begun < 30:
        live.index_guard.look()
        looked_into = live.index_guard.last
        sleep(0.5)

    assert again is first
    assert looked_into is not first


def test_there_is_one_repair_a_minute(live: Live) -> None:
    with live.engine.begin() as connection:
        asked = request_repair(connection, "a test")
        assert asked is not None
        assert request_repair(connection, "a test") is None
    live.rebuild_runner.run_waiting()
    with live.engine.begin() as connection:
        assert request_repair(connection, "a test") is None
        connection.execute(tasks.delete())
        assert request_repair(connection, "a test") is not None


def test_repair_takes_the_place_of_the_damaged_collection(live: Live, fill: Fill) -> None:
    fill(*(make_item(str(n), title=f"Kettle {n}") for n in range(5)))
    damaged = live.index.current().info
    with live.engine.begin() as connection:
        request_repair(connection, "a test")

    live.rebuild_runner.run_waiting()

    collections = live.index.collections
    assert live.index.current().info.name != damaged.name
    assert collections.previous() is None
    assert [info.name for info in collections.all()] == [live.index.current().info.name]
    assert (live.settings.index_dir / "damaged" / damaged.name).is_dir()


def ghost(key: int) -> IndexedPoint:
    vector = np.zeros(64, np.float32)
    vector[0] = 1.0
    words = SparseVector((1,), (1.0,))
    return IndexedPoint(ItemKey(key), 1, vector, words, words, {"id": "ghost", "codes": []})


def repairs(live: Live) -> int:
    with live.engine.connect() as connection:
        rows = connection.execute(select(tasks.c.request).where(tasks.c.kind == "reindex")).all()
    return sum(bool(row.request.get("repair")) for row in rows)
