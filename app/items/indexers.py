"""Which processes index what waits: each shows itself to the others by a lock in Postgres that the
end of its connection frees, also where it is killed."""

from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from app.db.locks import Lock, is_taken


class IndexerPresence:
    """A context manager around the work of one indexer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def show(self) -> None:
        """Also again, after Postgres was away. Raises nothing: who is not seen is only taken for
        absent."""
        try:
            if self._connection is not None:
                self._connection.execute(text("select 1"))
                return
        except DBAPIError:
            self._drop()
        try:
            # Outside of any transaction, which would hold back those that follow changes.
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            self._connection = connection
            connection.execute(
                text("select pg_advisory_lock_shared(:lock)"), {"lock": int(Lock.INDEXER)}
            )
        except DBAPIError:
            self._drop()

    def __enter__(self) -> Self:
        self.show()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            # Not back into the pool, where it would hold the lock on.
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


def is_indexed_elsewhere(connection: Connection) -> bool:
    """Whether another process indexes what waits in this database."""
    return is_taken(connection, Lock.INDEXER)
