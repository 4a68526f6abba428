"""Reads that belong together, all of one state of the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """What others commit meanwhile is not seen."""
    with engine.connect() as connection:
        yield connection.execution_options(isolation_level="REPEATABLE READ")
