"""An index brought in step with Postgres in both directions: nothing is left of what it should not
hold, and what it lacks is put on the waiting list."""

import pytest
from sqlalchemy import Engine, delete, select

from app.db.tables import outbox
from app.items.changes import Change
from app.items.repository import apply_changes, keys_of, write_items
from app.reindex import full_reconcile as module
from app.reindex.full_reconcile import Reconciled, reconcile, remove_strays
from indexing.documents import ItemId, ItemKey
from indexing.index import PointRef
from indexing.memory_index import MemoryItemIndex
from tests.factories import make_item, make_point


class Catalogue:
    """Items in Postgres, and an index that holds them as they are."""

    def __init__(self, engine: Engine, *ids: str) -> None:
        self.engine = engine
        self.index = MemoryItemIndex()
        self.ids = ids
        with engine.begin() as connection:
            write_items(connection, [make_item(item_id) for item_id in ids])
            self.keys = {item_id: ItemKey(key) for item_id, key in keys_of(connection, ids).items()}
        self.work_off()
        for item_id in ids:
            self.put(item_id)

    def put(self, item_id: str, version: int = 1, key: int | None = None) -> None:
        """A point, as if it had been indexed."""
        at = self.keys[ItemId(item_id)] if key is None else ItemKey(key)
        self.index.delete([at])
        self.index.upsert([make_point(at, make_item(item_id), version)])

    def work_off(self) -> None:
        with self.engine.begin() as connection:
            connection.execute(delete(outbox))

    def delete(self, item_id: str) -> None:
        with self.engine.begin() as connection:
            apply_changes(connection, [Change(operation="delete", item_id=ItemId(item_id))])

    def reconcile(self) -> Reconciled:
        with self.engine.begin() as connection:
            return reconcile(connection, self.index)

    def waiting(self) -> list[int]:
        with self.engine.connect() as connection:
            return list(
                connection.execute(select(outbox.c.item_key).order_by(outbox.c.id)).scalars()
            )

    def held(self) -> list[PointRef]:
        return list(self.index.scroll_refs(None, 1_000))


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", 2)


@pytest.fixture
def catalogue(engine: Engine) -> Catalogue:
    return Catalogue(engine, "a", "b", "c", "d", "e")


def test_index_in_step_is_left_as_it_is(catalogue: Catalogue) -> None:
    before = catalogue.held()

    assert catalogue.reconcile() == Reconciled()

    assert catalogue.held() == before
    assert catalogue.waiting() == []


def test_missing_and_older_points_are_put_on_the_waiting_list(catalogue: Catalogue) -> None:
    missing, older = catalogue.keys[ItemId("b")], catalogue.keys[ItemId("e")]
    catalogue.index.delete([missing])
    catalogue.put("e", version=0)

    assert catalogue.reconcile() == Reconciled(missing=2)

    assert catalogue.waiting() == [missing, older]


def test_newer_point_goes_so_that_the_item_can_be_written(catalogue: Catalogue) -> None:
    key = catalogue.keys[ItemId("c")]
    catalogue.put("c", version=9)

    assert catalogue.reconcile() == Reconciled(replaced=1)

    assert key not in {ref.key for ref in catalogue.held()}
    assert catalogue.waiting() == [key]


def test_point_of_another_item_of_the_same_key_and_version_goes(catalogue: Catalogue) -> None:
    key = catalogue.keys[ItemId("c")]
    catalogue.put("other", key=key)

    assert catalogue.reconcile() == Reconciled(replaced=1)

    assert catalogue.waiting() == [key]


def test_ghosts_and_points_of_deleted_items_go(catalogue: Catalogue) -> None:
    catalogue.put("ghost", key=900)
    catalogue.delete("a")
    catalogue.work_off()

    assert catalogue.reconcile() == Reconciled(removed=2)

    assert [ref.item_id for ref in catalogue.held()] == ["b", "c", "d", "e"]


def test_what_waits_already_does_not_wait_twice(catalogue: Catalogue) -> None:
    changed, deleted = catalogue.keys[ItemId("a")], catalogue.keys[ItemId("b")]
    with catalogue.engine.begin() as connection:
        write_items(connection, [make_item("a", title="Changed")])
    catalogue.delete("b")

    assert catalogue.reconcile() == Reconciled()

    assert catalogue.waiting() == [changed, deleted]
    assert len(catalogue.held()) == 5


def test_second_run_finds_nothing_more(catalogue: Catalogue) -> None:
    catalogue.put("ghost", key=900)
    catalogue.put("c", version=9)
    catalogue.index.delete([catalogue.keys[ItemId("d")]])
    catalogue.reconcile()
    waiting = catalogue.waiting()

    assert catalogue.reconcile() == Reconciled()

    assert catalogue.waiting() == waiting


def test_strays_go_from_a_collection_that_is_not_live(catalogue: Catalogue) -> None:
    catalogue.put("ghost", key=900)
    catalogue.put("c", version=9)
    catalogue.put("d", version=0)

    with catalogue.engine.begin() as connection:
        removed = remove_strays(connection, catalogue.index)

    assert removed == 2
    assert [ref.item_id for ref in catalogue.held()] == ["a", "b", "d", "e"]
    assert catalogue.waiting() == []
