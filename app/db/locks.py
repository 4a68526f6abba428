"""Locks that all processes on one database share, held until the transaction ends."""

from enum import IntEnum, unique

from sqlalchemy import Connection, text


@unique
class Lock(IntEnum):
    """Any numbers do, so long as all processes take the same."""

    MIGRATION = 4_202_611
    """Two processes that start at once would both make the tables."""

    RULES = 4_202_612
    """Writers of the draft and of versions take turns, so that a version is frozen from one state
    of the draft. Readers do not wait."""

    FIRST_KEY = 4_202_613
    """Two first starts would both make a key."""

    INDEX_SWITCH = 4_202_614
    """Workers share it for each batch; a rebuild takes it for the moment in which it switches."""

    EXPERIMENTS = 4_202_615
    """Two experiments that start at once could both decide over the same thing."""

    TRAINING = 4_202_616
    """One training at a time; held by a connection as long as it lasts."""

    TRAINING_SCHEDULE = 4_202_617
    """Two processes that look at the clock at once would both ask for a training."""

    INDEXER = 4_202_618
    """Shared by every process that indexes what waits, by a connection that it holds as long."""

    USAGE = 4_202_619
    """Searches' counts of what was asked and which rules fired, and those that wait until typing
    is told from searching, touch the same rows, each in an order of its own."""

    DATABASE_IDENTITY = 4_202_620
    """Two processes that start on a copy at once would each give it an identity."""


def is_taken(connection: Connection, lock: Lock) -> bool:
    """Whether any other connection to this database holds or shares the lock."""
    taken: bool = connection.execute(
        text(
            "select exists (select from pg_locks where locktype = 'advisory' and classid = 0"
            " and objid = :lock and pid <> pg_backend_pid() and database ="
            " (select oid from pg_database where datname = current_database()))"
        ),
        {"lock": int(lock)},
    ).scalar_one()
    return taken


def take_turn(connection: Connection, lock: Lock) -> None:
    """Wait until no other transaction holds the lock; taking it again costs nothing."""
    connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": int(lock)})


def share_turn(connection: Connection, lock: Lock) -> None:
    """Wait until no other transaction has taken its turn; any number may share one."""
    connection.execute(text("select pg_advisory_xact_lock_shared(:lock)"), {"lock": int(lock)})
