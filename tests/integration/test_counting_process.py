"""The process that counts events beside the service: it counts, comes back when it is killed, and
goes with who started it."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from sqlalchemy import Engine, create_engine

from app.features.counting_process import CountingProcess
from tests.e2e.command import until
from tests.integration.event_log import NOON, stored_counts, write_event, write_list

CLICKS = 2
SECONDS = 30.0


@contextmanager
def following(counting: CountingProcess) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=counting.follow, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def clicks(engine: Engine, item: int) -> int:
    return stored_counts(engine).get(("kettle", item, NOON), (0,) * 7)[CLICKS]


def click(engine: Engine, item: int) -> None:
    with engine.begin() as connection:
        write_event(connection, f"on {item}", "click", item, query_id="q")


def test_it_counts_also_after_it_was_killed_and_ends_when_told_to(engine: Engine) -> None:
    counting = CountingProcess(engine, again_seconds=0.1)
    with engine.begin() as connection:
        write_list(connection, "q", [1, 2])

    with following(counting):
        click(engine, 1)
        until(lambda: clicks(engine, 1), SECONDS, "the click to be counted")
        first = counting.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        until(lambda: counting.pid not in {None, first}, SECONDS, "another process")
        click(engine, 2)
        until(lambda: clicks(engine, 2), SECONDS, "the other click to be counted")
        second = counting.pid

    assert second is not None
    assert counting.pid is None
    assert not psutil.pid_exists(second)
    assert (clicks(engine, 1), clicks(engine, 2)) == (1, 1)


def test_it_ends_with_the_process_that_started_it(engine: Engine) -> None:
    program = (
        "import sys, threading\n"
        "from sqlalchemy import create_engine\n"
        "from app.features.counting_process import CountingProcess\n"
        "counting = CountingProcess(create_engine(sys.stdin.readline().strip()))\n"
        "threading.Thread(target=counting.follow, args=(threading.Event(),)).start()\n"
        "while counting.pid is None: pass\n"
        "print(counting.pid, flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        print(engine.url.render_as_string(hide_password=False), file=parent.stdin, flush=True)
        child = int(parent.stdout.readline())
        assert psutil.pid_exists(child)
        parent.kill()

    until(lambda: not psutil.pid_exists(child), SECONDS, "the process to end")


def test_where_the_database_is_away_it_is_tried_again(engine: Engine) -> None:
    nowhere = create_engine(engine.url.set(database="nowhere"))
    counting = CountingProcess(nowhere, again_seconds=0.05)
    pids: set[int | None] = set()
    with following(counting):

        def seen_twice() -> bool:
            pids.add(counting.pid)
            return len(pids - {None}) > 1

        until(seen_twice, SECONDS, "a second process")
