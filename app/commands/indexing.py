"""Brings the index up to date with Postgres, with a progress bar; shared by several commands."""

import logging

from app.commands.progress import progress_bar
from app.commands.starting import Startup
from app.live import Live
from indexing.errors import NoRoom

logger = logging.getLogger(__name__)


def index_waiting(live: Live, startup: Startup | None = None) -> int:
    """Index all that waits and optimise; returns how many entries were done. Raises
    `IndexUnavailable` and leaves the rest waiting where the index takes no more."""
    waiting = live.outbox.waiting()
    if not waiting:
        return 0
    done = 0
    # Where nobody asks how far a start is, nobody is told.
    startup = startup or Startup()
    startup.begin("indexing what waits", waiting)
    with progress_bar("Indexing", waiting) as advance:
        while count := live.outbox.run_batch():
            advance(count)
            startup.advance(count)
            done += count
    with live.index.lease() as serving:
        try:
            serving.index.optimize()
        except NoRoom as error:
            # It answers as it is, if more slowly.
            logger.warning("the index is not optimised: %s", error)
    return done
