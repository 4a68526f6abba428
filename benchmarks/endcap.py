"""Runs the real command `endcap` on the benchmark's data directory: to fill it, and to serve."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from benchmarks.datasets import ROOT

READY_SECONDS = 1800
"""A release with another way to index indexes everything again before it answers."""


class CommandError(Exception):
    """A command of `endcap` ended with an error; the text says which, and the end of its log."""


class Service(msgspec.Struct, frozen=True):
    """A running `endcap serve`."""

    port: int
    pid: int
    readiness: dict[str, Any]
    """What `/health/ready` said: how many items, which rule set and which model."""


def run_command(arguments: list[str], data_dir: Path, log: Path) -> None:
    """Raises `CommandError`; all that the command says is appended to the log."""
    with log.open("ab") as file:
        done = subprocess.run(
            [executable(), *arguments],
            cwd=ROOT,
            env=_environment(data_dir),
            stdout=file,
            stderr=file,
            check=False,
        )
    if done.returncode:
        raise CommandError(
            f"endcap {' '.join(arguments)} ended with {done.returncode}: {_tail(log)}"
        )


@contextmanager
def serving(
    data_dir: Path, log: Path, settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Service]:
    """A service of its own on a free port of the loopback, ready; stopped at the end."""
    port = _free_port()
    environment = {
        **_environment(data_dir),
        "ENDCAP_HOST": "127.0.0.1",
        "ENDCAP_PORT": str(port),
        **settings,
    }
    with log.open("ab") as file:
        process = subprocess.Popen(
            [executable(), "serve"], cwd=ROOT, env=environment, stdout=file, stderr=file
        )
    try:
        yield Service(port, process.pid, _wait_until_ready(process, port, log))
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> dict[str, Any]:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise CommandError(f"endcap serve ended with {process.returncode}: {_tail(log)}")
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/health/ready")
            answer = connection.getresponse()
            body = answer.read()
            if answer.status == 200:
                readiness: dict[str, Any] = json.loads(body)
                return readiness
        except (OSError, HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.5)
    raise CommandError(f"endcap serve was not ready in {READY_SECONDS} s: {_tail(log)}")


def executable() -> str:
    return str(Path(sys.executable).with_name("endcap"))


def _environment(data_dir: Path) -> dict[str, str]:
    """Of the caller's own settings of Endcap none is passed on: they would change the figures."""
    inherited = {name: value for name, value in os.environ.items() if name[:7] != "ENDCAP_"}
    return {**inherited, "ENDCAP_DATA_DIR": str(data_dir), "HF_HUB_OFFLINE": "1"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _tail(log: Path) -> str:
    lines = log.read_text(errors="replace").replace("\r", "\n").strip().splitlines()
    return " / ".join(lines[-3:])
