"""The loop that keeps the index in step with Postgres; runs inside the service."""

import logging
import threading

from app.items.outbox import OutboxWorker

logger = logging.getLogger(__name__)
IDLE_SECONDS = 0.1
# Small, so that a running service answers searches between two batches of a large import.
LIVE_BATCH = 32


def run_worker(outbox: OutboxWorker, stop: threading.Event) -> None:
    """Index what waits until told to stop; waits with backoff while an engine is away."""
    failures = 0
    while not stop.is_set():
        try:
            done = outbox.run_batch(LIVE_BATCH)
            failures = 0
        except Exception:  # nothing is lost: what was claimed still waits
            logger.exception("cannot index; trying again")
            failures += 1
            stop.wait(min(2.0**failures, 60.0))
            continue
        if not done:
            stop.wait(IDLE_SECONDS)
