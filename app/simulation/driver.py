"""Runs synthetic sessions against a service: a closed loop in threads, each of which searches,
reacts, and sends what was done in batches."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from time import perf_counter
from typing import Any

import msgspec

from app.simulation.shop_front import ShopFront
from app.simulation.shopper import Shoppers, events_of
from app.simulation.tally import Tally

SESSIONS_PER_BATCH = 25
"""After so many sessions a thread sends their events."""

Advance = Callable[[int], None]


class Run(msgspec.Struct, frozen=True):
    tally: Tally
    seconds: float


def run_sessions(
    shoppers: Shoppers,
    sessions: int,
    concurrency: int,
    open_front: Callable[[], ShopFront],
    advance: Advance = lambda _: None,
) -> Run:
    """Raises `SimulationError` with what stopped the first thread that failed; the others end
    with the session that they are at."""
    numbers, failures, ended = count(), list[Exception](), threading.Event()
    tallies = [Tally() for _ in range(concurrency)]
    begun = perf_counter()

    def work(tally: Tally) -> None:
        front = open_front()
        batch: list[dict[str, Any]] = []
        try:
            # The next of a counter is one step of the interpreter: no two threads get the same.
            for n in numbers:
                if n >= sessions or ended.is_set():
                    break
                session = shoppers.session(n)
                shown = front.search(session)
                reaction = shoppers.react(session, shown.hits)
                events = events_of(session, shown, reaction, datetime.now(UTC).isoformat())
                tally.add(shown, reaction, len(events))
                batch += events
                if tally.searches % SESSIONS_PER_BATCH == 0:
                    front.send(batch)
                    batch = []
                    advance(SESSIONS_PER_BATCH)
            front.send(batch)
        except Exception as error:  # whatever it was, it is raised where all threads have ended
            failures.append(error)
            ended.set()
        finally:
            front.close()

    threads = [threading.Thread(target=work, args=(tally,)) for tally in tallies]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    finally:
        # Also where somebody interrupts, which only this thread is told.
        ended.set()
    if failures:
        raise failures[0]
    return Run(tallies[0].merge(tallies[1:]), perf_counter() - begun)
