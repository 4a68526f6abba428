"""Items on their way to the index: claims what waits, indexes it, and takes it off the list."""

from sqlalchemy import Engine, delete, func, select

from app.db.tables import outbox
from app.items.repository import StoredItem, read_items
from indexing.composition import compose
from indexing.documents import ItemKey
from indexing.index import ItemIndex
from indexing.indexer import Indexer

BATCH = 256


class OutboxWorker:
    """Several may run at once, in any processes: each claims rows that no other holds."""

    def __init__(self, engine: Engine, indexer: Indexer, index: ItemIndex) -> None:
        self._engine = engine
        self._indexer = indexer
        self._index = index

    def waiting(self) -> int:
        with self._engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(outbox)).scalar_one()

    def run_batch(self, limit: int = BATCH) -> int:
        """Index at most `limit` waiting entries; returns how many were done, 0 when none wait.

        The claim and the removal are one transaction around the write to the index: a crash in
        between leaves the entries waiting, and indexing an item twice does no harm.
        """
        with self._engine.begin() as connection:
            claimed = connection.execute(
                select(outbox.c.id, outbox.c.item_key)
                .order_by(outbox.c.id)
                .limit(limit)
                .with_for_update(skip_locked=True)
            ).all()
            if not claimed:
                return 0
            keys = list(dict.fromkeys(row.item_key for row in claimed))
            stored = read_items(connection, keys)
            self._write(keys, stored)
            connection.execute(delete(outbox).where(outbox.c.id.in_([row.id for row in claimed])))
            return len(claimed)

    def _write(self, keys: list[int], stored: list[StoredItem]) -> None:
        self._indexer.write([compose(entry.key, entry.version, entry.item) for entry in stored])
        gone = set(keys) - {entry.key for entry in stored}
        if gone:
            self._index.delete([ItemKey(key) for key in gone])
