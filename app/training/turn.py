"""One training at a time, over all processes on one database."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text

from app.db.locks import Lock
from app.training.request import Report

_LOOK_SECONDS = 1.0


@contextmanager
def training_turn(engine: Engine, report: Report) -> Iterator[None]:
    """Waits for the training before; the turn ends with the process that has it."""
    lock = {"lock": int(Lock.TRAINING)}
    with engine.connect() as connection:
        while not connection.execute(text("select pg_try_advisory_lock(:lock)"), lock).scalar_one():
            connection.commit()
            report({"phase": "waiting for another training"})
            time.sleep(_LOOK_SECONDS)
        connection.commit()
        try:
            yield
        finally:
            connection.execute(text("select pg_advisory_unlock(:lock)"), lock)
            connection.commit()
