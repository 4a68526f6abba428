"""How long a published version takes until each of two processes answers with it, on one Postgres.

Two real services, asked over HTTP every few milliseconds, from the moment that the publishing call
has been answered back to when it was sent: so the delay holds the call itself.
"""

import json
import os
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from app.db.postgres import EmbeddedPostgres
from benchmarks.admin_api import ADMIN_KEY, call
from benchmarks.endcap import serving
from benchmarks.machine import describe

CASES = ((10, 10), (10_000, 1), (10_000, 10_000))
"""So many rules, and how many of them change each time."""

TIMES = 20
QUICK_TIMES = 3
AIM_MS = 1_000.0
_STEP = 0.004
_PATIENCE = 60.0


class Delay(msgspec.Struct, frozen=True):
    """Milliseconds from sending the call to the first answer with the new version."""

    rules: int
    changed: int
    """Of them, each time."""
    process: str
    published: int
    median_ms: float
    slowest_ms: float


class DelayResult(msgspec.Struct, frozen=True):
    at: str
    machine: dict[str, Any]
    aim_ms: float
    reached: bool
    delays: tuple[Delay, ...]


def run(out: Path, _: Path | None, quick: bool, console: Console) -> None:
    """Three minutes; needs no catalogue."""
    log = out / "endcap.log"
    times = QUICK_TIMES if quick else TIMES
    with TemporaryDirectory(prefix="endcap-publish-") as folder:
        postgres = EmbeddedPostgres(Path(folder) / "postgres")
        settings = {"ENDCAP_DATABASE_URL": postgres.url, "ENDCAP_ADMIN_KEY": ADMIN_KEY}
        try:
            console.print("[dim]Starting two services on one Postgres…[/dim]")
            with (
                serving(Path(folder) / "one", log, settings) as one,
                serving(Path(folder) / "two", log, settings) as two,
            ):
                ports = {"the one that publishes": one.port, "the other": two.port}
                delays = [
                    delay
                    for size, changed in CASES
                    for delay in _measure(ports, one.port, size, changed, times)
                ]
        finally:
            postgres.stop()
    result = DelayResult(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=msgspec.to_builtins(describe()),
        aim_ms=AIM_MS,
        reached=all(delay.slowest_ms < AIM_MS for delay in delays),
        delays=tuple(delays),
    )
    file = out / "publish_delay.json"
    file.write_bytes(msgspec.json.format(msgspec.json.encode(result)) + b"\n")
    _print(result, console)
    console.print(f"Written to {file}")


def _measure(ports: dict[str, int], admin: int, size: int, changed: int, times: int) -> list[Delay]:
    seen: dict[str, list[float]] = {name: [] for name in ports}
    # The first brings in all of them, and is not counted.
    for n in range(times + 1):
        rules = [
            {
                "id": f"rule-{k}",
                "when": {"query": {"contains": f"word{k}"}},
                "then": [{"banner": {"title": f"Edition {n if k < changed else 0}"}}],
            }
            for k in range(size)
        ]
        call(admin, "POST", "/v1/admin/rules/import?mode=replace", rules)
        made = call(admin, "POST", "/v1/admin/rulesets", {"message": f"Edition {n}"})
        found: dict[str, float] = {}
        threads = [
            Thread(target=_wait_for, args=(port, made["version"], found, name))
            for name, port in ports.items()
        ]
        for thread in threads:
            thread.start()
        sent = time.perf_counter()
        call(admin, "POST", f"/v1/admin/rulesets/{made['version']}/publish", {})
        for thread in threads:
            thread.join()
        for name, at in found.items() if n else ():
            seen[name].append((at - sent) * 1e3)
    return [
        Delay(size, changed, name, len(ms), round(statistics.median(ms), 1), round(max(ms), 1))
        for name, ms in seen.items()
    ]


def _wait_for(port: int, version: int, found: dict[str, float], name: str) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    deadline = time.perf_counter() + _PATIENCE
    while time.perf_counter() < deadline:
        connection.request("GET", "/v1/search?per_page=1")
        if json.loads(connection.getresponse().read())["ruleset_version"] == version:
            found[name] = time.perf_counter()
            break
        time.sleep(_STEP)
    connection.close()


def _print(result: DelayResult, console: Console) -> None:
    table = Table(title="From publishing to live, ms")
    for name in ("rules", "changed", "process", "published", "median", "slowest"):
        table.add_column(name, justify="right")
    for delay in result.delays:
        row: Sequence[object] = (
            f"{delay.rules:,}",
            f"{delay.changed:,}",
            delay.process,
            delay.published,
            delay.median_ms,
            delay.slowest_ms,
        )
        table.add_row(*map(str, row))
    console.print(table)
    reached = "reached" if result.reached else "not reached"
    console.print(f"Aim: live everywhere within {AIM_MS:g} ms: {reached}; {os.cpu_count()} cores")
