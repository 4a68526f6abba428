"""Counting in a process of its own, so that it takes the interpreter from no search and gets a core
when no search wants it; also the program of that process."""

import logging
import signal
import subprocess
import sys
import threading

from sqlalchemy import Engine

from app import side_process

logger = logging.getLogger(__name__)
AGAIN_SECONDS = 5.0
"""After a process that ended by itself."""

_LOOK_SECONDS = 0.5
_END_SECONDS = 10.0
"""For the step that is under way; one that takes longer is cut off, and leaves nothing."""


class CountingProcess:
    def __init__(self, engine: Engine, again_seconds: float = AGAIN_SECONDS) -> None:
        """The process works on the engine's database by a connection of its own."""
        self._url = engine.url.render_as_string(hide_password=False)
        self._again_seconds = again_seconds
        self.pid: int | None = None
        """While it runs."""

    def follow(self, stop: threading.Event) -> None:
        """Keep such a process running until told to stop; runs in a thread of its own."""
        while not stop.is_set():
            status = self._run(stop)
            if not stop.is_set():
                logger.error("the process that counts events ended with status %s", status)
                stop.wait(self._again_seconds)

    def _run(self, stop: threading.Event) -> int:
        with side_process.start("app.features.counting_process") as process:
            assert process.stdin is not None  # noqa: S101 (asked for above)
            self.pid = process.pid
            try:
                # Not among its arguments, which everyone on the machine may read.
                process.stdin.write(f"{self._url}\n".encode())
                process.stdin.flush()
                while process.poll() is None and not stop.wait(_LOOK_SECONDS):
                    pass
                process.stdin.close()
                return process.wait(_END_SECONDS)
            except (BrokenPipeError, subprocess.TimeoutExpired):
                process.kill()
                return process.wait()
            finally:
                self.pid = None


def main() -> None:
    """Read the database's URL from standard input, and count until that is closed: by who started
    this, or with whom."""
    side_process.begin()
    # Of a terminal's Ctrl-C only the service is to think: it closes this.
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    from app.db.engine import connect
    from app.features.counting import BehaviourCounter

    url = sys.stdin.readline().strip()
    stop = threading.Event()

    def await_end() -> None:
        sys.stdin.read()
        stop.set()

    threading.Thread(target=await_end, daemon=True).start()
    engine = connect(url)
    try:
        BehaviourCounter(engine).follow(stop)
    finally:
        engine.dispose()


if __name__ == "__main__":
    main()
