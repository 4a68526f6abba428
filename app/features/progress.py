"""How far the log has been counted: one row, whose lock lets one process count at a time."""

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from app.db.tables import behaviour_progress

_NAME = "counts"


def lock_progress(connection: Connection) -> int:
    """The transaction before which everything is counted; waits for whoever is counting, and keeps
    others from it until this transaction ends."""
    seen = try_lock_progress(connection, wait=True)
    assert seen is not None  # noqa: S101  # it was waited for
    return seen


def try_lock_progress(connection: Connection, wait: bool = False) -> int | None:
    """The same; None where another process is counting."""
    statement = select(behaviour_progress.c.seen_transaction).where(
        behaviour_progress.c.name == _NAME
    )
    if connection.execute(statement).first() is None:
        connection.execute(
            insert(behaviour_progress)
            .values(name=_NAME, seen_transaction=0, updated_at=func.clock_timestamp())
            .on_conflict_do_nothing()
        )
    locked = connection.execute(statement.with_for_update(skip_locked=not wait)).scalar()
    return None if locked is None else int(locked)


def read_progress(connection: Connection) -> int:
    """Without a lock, as of the connection's snapshot."""
    seen = connection.execute(
        select(behaviour_progress.c.seen_transaction).where(behaviour_progress.c.name == _NAME)
    ).scalar()
    return int(seen or 0)


def note_progress(connection: Connection, seen_transaction: int) -> None:
    connection.execute(
        behaviour_progress.update()
        .where(behaviour_progress.c.name == _NAME)
        .values(seen_transaction=seen_transaction, updated_at=func.clock_timestamp())
    )
