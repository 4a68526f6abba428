"""Rebuilds beside the live index, on real PostgreSQL and real Qdrant Edge."""

import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlalchemy import select

from app.admin.api_keys import create_key
from app.asgi import create_app
from app.db.tables import tasks
from app.items.changes import Change
from app.items.repository import apply_changes, put, write_items
from app.judgments import store_judgments
from app.live import Live
from app.reindex.requests import request_rebuild
from app.tasks.repository import Task, cancel_task, create_task, read_task
from indexing.candidates import Floats
from indexing.documents import ItemId
from indexing.edge_index import EdgeItemIndex
from indexing.encoder import HashEncoder
from indexing.errors import EncoderUnavailable
from indexing.queries import SearchQuery
from ranking.judgments import Judgments
from tests.factories import make_item
from tests.integration.conftest import Fill

SHOP = [make_item(f"k{n}", title=f"Kettle number {n}", price=n) for n in range(40)]


def rebuild(live: Live, encoder: str | None = None) -> Task:
    with live.engine.begin() as connection:
        task = request_rebuild(connection, "a test", encoder, "a test")
    live.rebuild_runner.run_waiting()
    with live.engine.connect() as connection:
        return read_task(connection, task.id)


def roll_back(live: Live) -> Task:
    with live.engine.begin() as connection:
        task_id = create_task(connection, "reindex.rollback", "a test")
    live.rebuild_runner.run_waiting()
    with live.engine.connect() as connection:
        return read_task(connection, task_id)


def ids(live: Live, query: str = "kettle") -> set[str]:
    live.store.refresh()
    hits = live.search.search(SearchQuery(text=query, per_page=100)).hits
    return {hit.id for hit in hits}


def test_rebuilt_collection_is_searched_and_the_old_one_kept(live: Live, fill: Fill) -> None:
    fill(*SHOP)
    before = live.index.current().info

    task = rebuild(live)

    assert task.status == "succeeded", task.errors
    assert live.index.current().info.name != before.name
    previous = live.index.collections.previous()
    assert previous is not None
    assert previous.name == before.name
    assert ids(live) == {item.id for item in SHOP}
    assert task.progress is not None
    assert [gate["name"] for gate in task.progress["gates"]] == ["titles", "relevance", "counts"]


def test_second_rebuild_drops_the_collection_before_the_last(live: Live, fill: Fill) -> None:
    fill(*SHOP)

    rebuild(live)
    rebuild(live)

    assert len(live.index.collections.all()) == 2


def test_changes_during_a_rebuild_are_in_the_new_collection(
    live: Live, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(*SHOP)
    settle = live.index.collections.settle

    def change_meanwhile(info: Any) -> None:
        with live.engine.begin() as connection:
            write_items(connection, [make_item("late", title="Late kettle")])
            apply_changes(
                connection,
                [
                    Change(operation="delete", item_id=ItemId("k0")),
                    put(make_item("k1", title="Kettle renamed teapot")),
                ],
            )
        settle(info)

    monkeypatch.setattr(live.index.collections, "settle", change_meanwhile)
    task = rebuild(live)

    assert task.status == "succeeded", task.errors
    assert "late" in ids(live)
    assert "k0" not in ids(live)
    assert "k1" in ids(live, "teapot")


def test_audit_during_which_another_collection_goes_live_finds_nothing(
    live: Live, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(*SHOP)
    index = live.index.current().index
    assert isinstance(index, EdgeItemIndex)
    copy_to = index.copy_to

    def copy_and_rebuild(folder: Path) -> None:
        copy_to(folder)
        rebuild(live)
        fill(*(make_item(item.id, title=f"{item.title}, reduced") for item in SHOP))

    monkeypatch.setattr(index, "copy_to", copy_and_rebuild)
    assert live.index_guard is not None
    live.index_guard.look()

    with live.engine.connect() as connection:
        waiting = connection.execute(select(tasks.c.id).where(tasks.c.status == "enqueued")).all()
    assert waiting == []
    assert live.index_guard.last is None


def test_rollback_goes_back_to_the_old_collection_with_what_changed_since(
    live: Live, fill: Fill
) -> None:
    fill(*SHOP)
    first = live.index.current().info.name
    rebuild(live)
    fill(make_item("new", title="New kettle"))
    with live.engine.begin() as connection:
        apply_changes(connection, [Change(operation="delete", item_id=ItemId("k3"))])
    while live.outbox.run_batch():
        pass

    task = roll_back(live)

    assert task.status == "succeeded", task.errors
    assert live.index.current().info.name == first
    assert ids(live) == {item.id for item in SHOP} - {"k3"} | {"new"}


def test_rollback_without_an_earlier_collection_fails_with_a_reason(live: Live) -> None:
    task = roll_back(live)

    assert task.status == "failed"
    assert "no earlier collection" in task.errors[0]["reason"]


class Wrong(HashEncoder):
    """Takes every number for the next one."""

    revision = "wrong-1"

    def encode_query(self, text: str) -> Floats:
        return super().encode_query(re.sub(r"\d+", lambda found: str(int(found[0]) + 1), text))

    def encode_documents(self, texts: Sequence[str]) -> Floats:
        return HashEncoder().encode_documents(texts)


def test_collection_that_is_less_relevant_is_refused_and_dropped(live: Live, fill: Fill) -> None:
    fill(*SHOP)
    with live.engine.begin() as connection:
        store_judgments(
            connection,
            Judgments({f"kettle number {n}": {ItemId(f"k{n}"): 3} for n in range(12)}),
        )
    before = live.index.current().info.name
    live.index._encoders["wrong"] = Wrong()

    task = rebuild(live, "wrong")

    assert task.status == "failed"
    assert "nDCG@10" in task.errors[0]["reason"] or "titles" in task.errors[0]["reason"]
    assert live.index.current().info.name == before
    assert len(live.index.collections.all()) == 1
    assert ids(live) == {item.id for item in SHOP}


def test_unknown_encoder_fails_the_task_and_says_why(
    live: Live, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(*SHOP)

    def load(name: str) -> HashEncoder:
        raise EncoderUnavailable(f"cannot load the encoder {name!r}")

    monkeypatch.setattr(live.index, "_load", load)
    task = rebuild(live, "no-such-model")

    assert task.status == "failed"
    assert "no-such-model" in task.errors[0]["reason"]


def test_canceled_rebuild_leaves_what_was_live_and_nothing_else(
    live: Live, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(*SHOP)
    before = live.index.current().info.name
    settle = live.index.collections.settle

    def cancel_meanwhile(info: Any) -> None:
        with live.engine.begin() as connection:
            cancel_task(connection, 1)
        settle(info)

    monkeypatch.setattr(live.index.collections, "settle", cancel_meanwhile)
    task = rebuild(live)

    assert task.status == "canceled"
    assert live.index.current().info.name == before
    assert len(live.index.collections.all()) == 1


def test_searches_go_on_throughout_a_rebuild(live: Live, fill: Fill) -> None:
    fill(*SHOP)
    stop = threading.Event()
    failed: list[Exception] = []
    answered: list[int] = []

    def search() -> None:
        while not stop.is_set():
            try:
                answered.append(len(live.search.search(SearchQuery(text="kettle")).hits))
            except Exception as error:
                failed.append(error)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        tasks = [rebuild(live), roll_back(live), rebuild(live)]
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    assert [task.status for task in tasks] == ["succeeded"] * 3
    assert failed == []
    assert len(answered) > 20
    assert set(answered) == {20}


def test_rebuild_is_asked_for_and_looked_at_over_http(live: Live, fill: Fill) -> None:
    fill(*SHOP)
    with live.engine.begin() as connection:
        _, secret = create_key(connection, "Ops", ["items:write"], "a test")
    with TestClient(create_app(live)) as client:
        client.headers["Authorization"] = f"Bearer {secret}"

        asked = client.post("/v1/admin/reindex", json={"reason": "new words"})
        again = client.post("/v1/admin/reindex", json={})
        live.rebuild_runner.run_waiting()
        state = client.get("/v1/admin/reindex").json()

        assert asked.status_code == 202
        assert again.json()["id"] == asked.json()["id"]
        assert state["items"] == 40
        assert state["previous"] is not None
        assert state["tasks"][0]["request"]["reason"] == "new words"
