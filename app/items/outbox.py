"""Items on their way to the index: claims what waits, indexes it, and takes it off the list."""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import msgspec
from sqlalchemy import Connection, Engine, Row, delete, func, select, text
from sqlalchemy.exc import DBAPIError

from app.db.locks import Lock, share_turn
from app.db.tables import outbox
from app.items.dead_letters import Undeliverable, bury
from app.items.ledger import Ledger
from app.items.repository import StoredItem, read_items
from app.tasks.repository import Step, note_indexed
from indexing.composition import compose
from indexing.documents import ItemKey
from indexing.encoder import Encoder
from indexing.errors import EncoderUnavailable, IndexUnavailable
from indexing.index import ItemIndex
from indexing.indexer import Indexer

logger = logging.getLogger(__name__)
BATCH = 256
WORKER = "the worker"
SOURCE = "index"


class Target(Protocol):
    """Where items go: a collection, and what writes to it."""

    @property
    def index(self) -> ItemIndex: ...

    @property
    def indexer(self) -> Indexer: ...

    @property
    def encoder(self) -> Encoder: ...


Failed = dict[int, tuple[StoredItem, str]]
"""By key, with the reason."""

Latest = Callable[[], AbstractContextManager[Target]]
"""Gives the collection that is live at this moment, and keeps it open so long."""


class OutboxWorker:
    """Several may run at once, in any processes: each claims rows that no other holds, and no two
    hold rows of one item, so that an older state is never written behind a newer one's back."""

    def __init__(self, engine: Engine, latest: Latest, ledger: Ledger) -> None:
        self._engine = engine
        self._latest = latest
        self._ledger = ledger

    def waiting(self) -> int:
        with self._engine.connect() as connection:
            return count_waiting(connection)

    def run_batch(self, limit: int = BATCH) -> int:
        """Index at most `limit` waiting entries; returns how many were done, 0 when none wait.

        The claim and the removal are one transaction around the write to the index: a crash in
        between leaves the entries waiting, and indexing an item twice does no harm. An item that
        cannot be indexed becomes a dead letter, and the others go on; where nothing can, because
        an engine or the encoder is away, all stay, and what went wrong is raised.
        """
        with self._engine.begin() as connection:
            # A rebuild that is about to switch waits for us, and we for it.
            share_turn(connection, Lock.INDEX_SWITCH)
            claimed = _claim(connection, limit)
            if not claimed:
                return 0
            keys = list(dict.fromkeys(row.item_key for row in claimed))
            stored = read_items(connection, keys)
            gone = set(keys) - {entry.key for entry in stored}
            with self._latest() as target:
                failed = index_items(target, stored)
                if gone:
                    target.index.delete([ItemKey(key) for key in gone])
            self._conclude(connection, claimed, failed)
            delays = [
                row.delay.total_seconds()
                for row in connection.execute(
                    delete(outbox)
                    .where(outbox.c.id.in_([row.id for row in claimed]))
                    .returning(
                        outbox.c.task_id,
                        (func.clock_timestamp() - outbox.c.created_at).label("delay"),
                    )
                )
                # An import or a new collection promises nothing about when it is done.
                if row.task_id is not None
            ]
        self._ledger.count_delays(delays)
        return len(claimed)

    def _conclude(
        self,
        connection: Connection,
        claimed: Sequence[Row[Any]],
        failed: Failed,
    ) -> None:
        """Tell the tasks, and keep what failed."""
        steps: dict[int, Step] = defaultdict(Step)
        errors: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in claimed:
            if row.task_id is None:
                continue
            done, bad = steps[row.task_id]
            if row.item_key in failed:
                stored, reason = failed[row.item_key]
                steps[row.task_id] = Step(done, bad + 1)
                errors[row.task_id].append({"id": stored.item.id, **_problem(reason)})
            else:
                steps[row.task_id] = Step(done + 1, bad)
        note_indexed(connection, steps, errors)
        letters = [
            Undeliverable(
                problems=(_problem(reason),),
                item_id=stored.item.id,
                operation="index",
                document=msgspec.to_builtins(stored.item),
            )
            for stored, reason in failed.values()
        ]
        bury(connection, letters, SOURCE, WORKER)


def count_waiting(connection: Connection) -> int:
    """Entries that are not yet indexed."""
    return connection.execute(select(func.count()).select_from(outbox)).scalar_one()


def count_waiting_items(connection: Connection) -> int:
    """Items that have entries; several of one count once."""
    distinct = func.count(outbox.c.item_key.distinct())
    return connection.execute(select(distinct)).scalar_one()


_CLAIM = text(
    """
    with next as materialized (
        select id, item_key, task_id from outbox order by id limit :limit for update skip locked
    )
    select id, item_key, task_id from next
    where pg_try_advisory_xact_lock(:items + item_key) order by id
    """
)
_ITEMS = 1 << 60
"""Above all numbers of `Lock`: the locks of single items."""


def _claim(connection: Connection, limit: int) -> Sequence[Row[Any]]:
    return connection.execute(_CLAIM, {"limit": limit, "items": _ITEMS}).all()


def index_items(target: Target, stored: list[StoredItem]) -> Failed:
    """Write the items to the index; returns those that it or the encoder has something against.
    Raises where one of both is away."""
    if not stored:
        return {}
    try:
        target.indexer.write([compose(entry.key, entry.version, entry.item) for entry in stored])
    except (DBAPIError, EncoderUnavailable, IndexUnavailable, MemoryError):
        # What an engine does wrong is never the item's fault.
        raise
    except Exception as error:  # whatever the encoder or the index has against one of them
        # Raises where the encoder has something against any text.
        target.encoder.encode_documents(["check"])
        if len(stored) > 1:
            middle = len(stored) // 2
            return index_items(target, stored[:middle]) | index_items(target, stored[middle:])
        logger.exception("item %s cannot be indexed", stored[0].item.id)
        return {stored[0].key: (stored[0], f"cannot be indexed: {error}"[:500])}
    return {}


def _problem(reason: str) -> dict[str, str]:
    return {"path": "$", "rule": "indexing", "reason": reason}
