"""The loop by which this process keeps up with what others change."""

import logging
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)


def keep_refreshing(
    refresh: Callable[[], object],
    what: str,
    every: float,
    stop: threading.Event,
    after_failure: float = 5.0,
    at_once: bool = False,
) -> None:
    """Call `refresh` every so many seconds until told to stop, for the first time after so many or
    `at_once`; one that fails is logged and tried again `after_failure` seconds later still, with
    what was known before left in place."""
    while not stop.wait(0 if at_once else every):
        at_once = False
        try:
            refresh()
        except Exception:  # Postgres or a disk may be away for a while; what is known still serves
            logger.exception("cannot look for new %s; trying again", what)
            stop.wait(after_failure)
