"""The loop that keeps the index in step with Postgres; runs inside the service, or as `endcap
worker`."""

import logging
import threading
from collections.abc import Callable

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from app.items.indexers import IndexerPresence
from app.items.indexing_problem import clear_problem, note_problem
from app.items.outbox import OutboxWorker
from indexing.errors import IndexDamaged, IndexingError

logger = logging.getLogger(__name__)
IDLE_SECONDS = 0.1
# Small, so that a running service answers searches between two batches of a large import.
LIVE_BATCH = 32
LONGEST_PAUSE = 15.0
"""Seconds between two tries: so long after a disk has room again it may take to go on."""

FAILURES_BEFORE_REPAIR = 3
"""In a row; one that goes away by itself needs no rebuild."""


def run_worker(
    engine: Engine,
    outbox: OutboxWorker,
    stop: threading.Event,
    repair: Callable[[str], object] = lambda _: None,
) -> None:
    """Index what waits until told to stop; waits with backoff while an engine is away, and says
    meanwhile why. `repair` is called with the reason while a damaged index takes no writes."""
    failures = damages = 0
    # What an earlier process has met may be over; the first failure says it again.
    troubled = True
    with IndexerPresence(engine) as presence:
        while not stop.is_set():
            try:
                done = outbox.run_batch(LIVE_BATCH)
                if troubled:
                    _clear(engine)
                failures = damages = 0
                troubled = False
            except Exception as error:  # nothing is lost: what was claimed still waits
                failures += 1
                damages = damages + 1 if isinstance(error, IndexDamaged) else 0
                troubled = True
                pause = min(2.0 ** (failures - 1), LONGEST_PAUSE)
                _tell(engine, error, pause)
                if damages >= FAILURES_BEFORE_REPAIR:
                    _call(repair, str(error))
                stop.wait(pause)
                presence.show()
                continue
            if not done:
                stop.wait(IDLE_SECONDS)


def _tell(engine: Engine, error: Exception, pause: float) -> None:
    if isinstance(error, IndexingError):
        logger.warning("cannot index, trying again in %.0f s: %s", pause, error)
    else:
        logger.exception("cannot index, trying again in %.0f s", pause)
    try:
        with engine.begin() as connection:
            note_problem(connection, str(error), pause)
    except DBAPIError:  # Postgres is what is away
        pass


def _clear(engine: Engine) -> None:
    try:
        with engine.begin() as connection:
            clear_problem(connection)
    except DBAPIError:  # said again, or cleared, with the next batch that fails or works
        pass


def _call(repair: Callable[[str], object], reason: str) -> None:
    try:
        repair(reason)
    except Exception:  # asked for again after the next failure
        logger.exception("a repair of the index cannot be asked for")
