"""Brings the index up to date with Postgres, with a progress bar; shared by several commands."""

from app.commands.progress import progress_bar
from app.live import Live


def index_waiting(live: Live) -> int:
    """Index all that waits and optimise; returns how many entries were done."""
    waiting = live.outbox.waiting()
    if not waiting:
        return 0
    done = 0
    with progress_bar("Indexing", waiting) as advance:
        while count := live.outbox.run_batch():
            advance(count)
            done += count
    with live.index.lease() as serving:
        serving.index.optimize()
    return done
