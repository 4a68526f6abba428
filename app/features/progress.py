"""How far the log has been counted: a row, whose lock lets one process count at a time, and one
more for what is counted behind it, in the same transactions."""

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from app.db.tables import behaviour_progress

_NAME = "counts"
USAGE = "usage"
"""Of what was asked and which rules fired, which waits until it is known what was typing."""


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


def read_progress(connection: Connection, name: str = _NAME) -> int:
    """Without a lock, as of the connection's snapshot."""
    seen = connection.execute(
        select(behaviour_progress.c.seen_transaction).where(behaviour_progress.c.name == name)
    ).scalar()
    return int(seen or 0)


def note_progress(connection: Connection, seen_transaction: int, name: str = _NAME) -> None:
    """Call while the lock is held."""
    noted = insert(behaviour_progress).values(
        name=name, seen_transaction=seen_transaction, updated_at=func.clock_timestamp()
    )
    connection.execute(
        noted.on_conflict_do_update(
            index_elements=["name"],
            set_={
                "seen_transaction": noted.excluded.seen_transaction,
                "updated_at": noted.excluded.updated_at,
            },
        )
    )
