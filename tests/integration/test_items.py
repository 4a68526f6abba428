"""Items in PostgreSQL and their way to the index."""

from collections.abc import Sequence
from contextlib import nullcontext

import msgspec
import pytest
from sqlalchemy import Engine, text

from app.items.changes import Change
from app.items.outbox import OutboxWorker
from app.items.repository import (
    Written,
    apply_changes,
    count_items,
    keys_of,
    read_item,
    write_items,
)
from app.items.vectors import PostgresVectorCache
from app.live import Live
from app.settings import Settings
from indexing.bm25_encoder import Bm25Encoder
from indexing.documents import Document, ItemId
from indexing.encoder import HashEncoder
from indexing.indexer import Indexer
from indexing.queries import SearchQuery
from tests.factories import make_item
from tests.integration.conftest import Fill


def test_item_comes_back_as_it_was_written(engine: Engine) -> None:
    item = make_item("a", categories=("X", "Y"), price=1.25, attributes={"n": 1.5, "f": True})

    with engine.begin() as connection:
        write_items(connection, [item])
        stored = read_item(connection, "a")

    assert stored is not None
    assert stored.version == 1
    assert stored.item == make_item(
        "a", categories=("X", "Y"), price=1.25, attributes={"n": 1.5, "f": True}, group_id="a"
    )


def test_writing_the_same_again_changes_nothing(engine: Engine) -> None:
    with engine.begin() as connection:
        first = write_items(connection, [make_item("a"), make_item("b")])
        second = write_items(connection, [make_item("a"), make_item("b", title="New")])
        waiting = connection.execute(text("select count(*) from outbox")).scalar()

    assert first == Written(added=2)
    assert second == Written(changed=1, unchanged=1)
    assert waiting == 3


def test_of_two_items_with_one_id_the_later_counts(engine: Engine) -> None:
    with engine.begin() as connection:
        written = write_items(
            connection, [make_item("a", title="Old"), make_item("a", title="New")]
        )
        stored = read_item(connection, "a")

    assert written == Written(added=1)
    assert stored is not None
    assert stored.item.title == "New"


def test_item_and_outbox_entry_are_written_together_or_not_at_all(engine: Engine) -> None:
    with engine.connect() as connection:
        write_items(connection, [make_item("a")])
        connection.rollback()

        assert count_items(connection) == 0
        assert connection.execute(text("select count(*) from outbox")).scalar() == 0


def test_keys_of_unknown_ids_are_left_out(engine: Engine) -> None:
    with engine.begin() as connection:
        write_items(connection, [make_item("a")])

        assert set(keys_of(connection, ["a", "nobody"])) == {"a"}


def test_price_change_reaches_the_index_and_embeds_nothing(live: Live, fill: Fill) -> None:
    fill(make_item("a", title="Red kettle", price=10))
    with live.engine.connect() as connection:
        embedded = connection.execute(text("select count(*) from embeddings")).scalar()

    fill(make_item("a", title="Red kettle", price=12))

    with live.engine.connect() as connection:
        assert connection.execute(text("select count(*) from embeddings")).scalar() == embedded
    hits = live.search.search(SearchQuery(text="kettle")).hits
    assert [hit.item.price for hit in hits] == [12]


def test_crash_between_index_and_commit_loses_nothing(live: Live) -> None:
    with live.engine.begin() as connection:
        write_items(connection, [make_item("a", title="Red kettle")])

    class Killed(BaseException):
        """No handler of errors sees it, as none sees a kill."""

    class CrashingIndexer(Indexer):
        def write(self, documents: Sequence[Document]) -> None:
            super().write(documents)
            raise Killed("after the index was written, before the commit")

    serving = live.index.current()
    crashing = msgspec.structs.replace(
        serving,
        indexer=CrashingIndexer(
            serving.index, serving.encoder, Bm25Encoder(), PostgresVectorCache(live.engine)
        ),
    )
    with pytest.raises(Killed):
        OutboxWorker(live.engine, lambda: nullcontext(crashing), live.ledger).run_batch()

    assert live.outbox.waiting() == 1
    assert live.outbox.run_batch() == 1
    assert live.index.current().index.count() == 1


def test_deleted_item_leaves_the_index_and_the_store(live: Live, fill: Fill) -> None:
    fill(make_item("a"), make_item("b"))
    with live.engine.begin() as connection:
        apply_changes(connection, [Change(operation="delete", item_id=ItemId("a"))])

    live.outbox.run_batch()
    live.store.refresh()

    assert live.index.current().index.count() == 1
    assert [hit.id for hit in live.search.search(SearchQuery()).hits] == ["b"]


def test_changed_encoder_indexes_everything_again(settings: Settings, engine: Engine) -> None:
    class OtherEncoder(HashEncoder):
        revision = "hash-2"

    with engine.begin() as connection:
        write_items(connection, [make_item("a"), make_item("b")])
    with Live(settings, engine=engine, encoder=HashEncoder()) as first:
        first.outbox.run_batch()

    with Live(settings, engine=engine, encoder=OtherEncoder()) as second:
        waiting = second.outbox.waiting()
        second.outbox.run_batch()

        assert waiting == 2
        assert second.index.current().index.count() == 2


def test_store_follows_changes_of_items_that_it_has_cached(live: Live, fill: Fill) -> None:
    fill(make_item("a", title="Kettle", price=10))
    live.store.warm_up()
    with live.engine.begin() as connection:
        write_items(connection, [make_item("a", title="Kettle", price=11)])
        key = keys_of(connection, ["a"])["a"]

    before = live.store.items([key])[0]
    live.store.refresh()
    after = live.store.items([key])[0]

    assert before is not None
    assert after is not None
    assert (before.item.price, after.item.price) == (10, 11)


def test_store_sees_a_row_that_commits_later_than_its_neighbours(live: Live) -> None:
    with live.engine.connect() as slow:
        write_items(slow, [make_item("slow", price=1)])
        with live.engine.begin() as quick:
            write_items(quick, [make_item("quick", price=1)])
        live.store.refresh()
        slow.commit()

    assert live.store.refresh() >= 1
