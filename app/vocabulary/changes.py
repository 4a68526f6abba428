"""Whether a table has changed since it was read as a whole, asked for at the cost of the rows that
have: for what cannot be kept up to date row by row."""

from typing import NamedTuple

from sqlalchemy import Connection, Table, func, select

from app.items.repository import next_horizon


class Mark(NamedTuple):
    """A state of a table with a column `changed_in` (decision 0010). Transactions commit in another
    order than they are numbered, so the greatest number alone would hide what commits late; but
    of rows from one transaction on, count and sum both only grow."""

    since: int
    rows: int
    total: int


def read_mark(connection: Connection, table: Table) -> Mark:
    """To be read in the snapshot that the table itself is read in."""
    return _mark(connection, table, next_horizon(connection))


def has_changed(connection: Connection, table: Table, mark: Mark | None) -> bool:
    """Rows that were deleted do not count; items that go leave theirs behind."""
    return mark is None or _mark(connection, table, mark.since) != mark


def _mark(connection: Connection, table: Table, since: int) -> Mark:
    changed_in = table.c.changed_in
    rows, total = connection.execute(
        select(func.count(), func.coalesce(func.sum(changed_in), 0)).where(changed_in >= since)
    ).one()
    return Mark(since, rows, int(total))
