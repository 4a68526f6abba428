"""The command `endcap` in processes of its own: run to its end, or kept running as a service."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import httpx

from app.commands.starting import TITLE

ENDCAP = Path(sys.executable).with_name("endcap")
FIRST_START_SECONDS = 600
"""The demo embeds 4,181 items before it is ready, which a busy machine takes minutes for."""


class Service:
    """A running `endcap demo` or `endcap serve`."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, data_dir: Path, log: Path):
        self.process = process
        self.url = url
        self.data_dir = data_dir
        self._log = log

    @property
    def output(self) -> str:
        return self._log.read_text()

    def ready(self) -> bool:
        """Fails the test at once where the process has ended instead."""
        assert self.process.poll() is None, f"ended by itself:\n{self.output}"
        with suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/health/ready").is_success
        return False

    def starting(self) -> bool:
        """Whether it still says that it starts; raises what httpx does where nothing answers."""
        answer = httpx.get(f"{self.url}/health/ready")
        return answer.status_code == 503 and answer.json()["title"] == TITLE

    def kill(self) -> None:
        """As the system does that runs out of memory: no handler runs."""
        self.process.kill()
        self.process.wait(30)

    def terminate(self) -> int:
        """As a service manager does; returns the exit status."""
        self.process.terminate()
        return self.process.wait(60)


def environment(data_dir: Path, **settings: object) -> dict[str, str]:
    """The settings given and no others, whatever the developer's shell has."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ENDCAP_")}
    given = {f"ENDCAP_{name.upper()}": str(value) for name, value in settings.items()}
    return kept | {"ENDCAP_DATA_DIR": str(data_dir)} | given


def endcap(
    data_dir: Path, *arguments: str | Path, timeout: float = 300, **settings: object
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [ENDCAP, *arguments],
        env=environment(data_dir, **settings),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def started(command: str, data_dir: Path, **settings: object) -> AbstractContextManager[Service]:
    """`endcap COMMAND` on a free port, not waited for; whatever becomes of it, it has ended and
    its PostgreSQL too when the block does."""
    return started_program([ENDCAP, command], data_dir, **settings)


@contextmanager
def started_program(
    program: Sequence[str | Path], data_dir: Path, **settings: object
) -> Iterator[Service]:
    """A program that serves as `endcap serve` does."""
    port = free_port()
    log = data_dir.with_name(f"{data_dir.name}-{port}.log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            program,
            env=environment(data_dir, port=port, **settings),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Service(process, f"http://127.0.0.1:{port}", data_dir, log)
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        stop_postgres(data_dir)


@contextmanager
def serving(command: str, data_dir: Path) -> Iterator[Service]:
    """The same, ready to answer."""
    with started(command, data_dir) as service:
        until(service.ready, FIRST_START_SECONDS, f"endcap {command}")
        yield service


def until(condition: Callable[[], object], seconds: float, what: str) -> float:
    """Wait until the condition holds and return how long that took; fails after so many
    seconds."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds, f"waited {seconds} s for {what}"
        time.sleep(0.05)
    return time.monotonic() - begun


def running_postgres(data_dir: Path) -> int | None:
    """The process id of the embedded PostgreSQL that serves this directory, if one does."""
    try:
        pid = int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, 0)
    except (FileNotFoundError, ProcessLookupError):
        return None
    return pid


def stop_postgres(data_dir: Path) -> None:
    """End a PostgreSQL that a killed process has left behind; SIGINT is its fast shutdown."""
    pid = running_postgres(data_dir)
    if pid is not None:
        os.kill(pid, signal.SIGINT)
        until(lambda: running_postgres(data_dir) is None, 30, "PostgreSQL to end")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
