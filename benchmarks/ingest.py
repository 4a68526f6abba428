"""How fast changes of a catalogue are taken in through signed webhooks, how soon they can be found,
and whether nothing is lost or counts twice when the service is killed again and again.

One real service with its worker inside, on the embedded databases. At first a shop's ordinary pace,
then as fast as the clients get answers, then the same in random order and with repetitions while
the service is killed with SIGKILL. In the end both databases are compared with a plain replay of
all that was sent.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import msgspec
import numpy as np
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, text

from app.db.engine import connect
from app.db.postgres import EmbeddedPostgres
from app.items.ledger import DELAY_BOUNDS
from benchmarks.admin_api import SETTINGS, WEBHOOK_SECRET, call
from benchmarks.changes import (
    PRICE_CHANGED,
    UPSERTED,
    Answer,
    Changes,
    Message,
    Senders,
    payloads_of,
    read_stores,
    replay,
)
from benchmarks.endcap import Service, serving
from benchmarks.machine import Machine, Neighbours, describe

AIM_SECONDS = 2.0
REPEATED = 0.05
IMPORTED = 0.8
"""The share of the items that is there before the first change; the others come with theirs."""

PROBE = "probe"
PROBE_PRICE = 2_000.0
"""Above the prices of all other items."""

_PROBE_SECONDS = 0.5
_QUIET_SECONDS = 1.0
_PATIENCE_SECONDS = 600.0
_KEPT = 0.95
"""A pace that so much of was taken in was kept."""


class Plan(msgspec.Struct, frozen=True):
    items: int
    titles: int
    clients: int
    paces: tuple[tuple[float, int], ...]
    """Changes per second, and for how many seconds."""
    flat_out: int
    killed: int
    kills: int
    seed: int = 4


FULL = Plan(5_000, 500, 8, ((25, 60), (50, 60), (100, 60)), 20_000, 100_000, 20)
QUICK = Plan(200, 20, 8, ((25, 6),), 300, 400, 1)


class Delay(msgspec.Struct, frozen=True):
    """Seconds from a change being accepted to it being searchable."""

    changes: int
    p50: float
    p99: float
    slowest: float
    in_time: float
    """The share that did not exceed the aim."""


class Phase(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    asked_per_second: float | None
    clients: int
    sent: int
    """Messages, with those that were sent twice."""
    duplicates: int
    """Answered as known already."""
    sent_again: int
    """Messages that were not answered at first."""
    indexed: int
    """Changes that were neither older than what was known nor waiting for their item, and so went
    on to the index."""
    seconds: float
    """From the first message to the last answer."""
    per_second: float
    drained_seconds: float
    """From the last answer until nothing waited to be indexed."""
    indexed_per_second: float
    """Over both."""
    answer_p50_ms: float
    answer_p99_ms: float
    price_changes: Delay | None
    """By the times that Endcap notes: each change's task from its creation to its end."""
    all_changes: Delay | None
    probed: Delay | None
    """Price changes sent beside the others, from the answer until a search by their price found
    them."""
    histogram: dict[str, int]
    """What `GET /v1/admin/contract` works from: changes by the bound that their delay did not
    exceed, in seconds."""
    outages: tuple[float, ...]
    """Seconds from each SIGKILL until the service was ready again."""
    cores_used_by_others: float
    """Before the phase, while Endcap had nothing to do."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """Both databases against the replay."""

    exact: bool
    messages: int
    """Distinct ones that were sent."""
    items: int
    points: int
    differing_items: int
    differing_payloads: int
    out_of_step: int
    """Points with another version or vector than their row has."""
    taken: int
    """Distinct webhooks that were taken in."""
    waiting: int
    dead_letters: int


class IngestResult(msgspec.Struct, frozen=True, kw_only=True):
    at: str
    quick: bool
    machine: Machine
    notes: tuple[str, ...]
    plan: Plan
    aim_seconds: float
    reached: str
    """The highest pace at which 99 of 100 price changes were searchable in time."""
    phases: tuple[Phase, ...]
    check: Check


NOTES = (
    "Clients, service and PostgreSQL share the machine's cores.",
    "Titles are few, so that hardly any text is embedded while it is measured.",
    "Delays of changes that were not to be indexed, since a newer one was known, are left out.",
    "With kills, a delay holds the time in which the service was down.",
)


class NotInStep(Exception):
    """The databases do not hold what a plain replay gives."""


def run(out: Path, _: Path | None, quick: bool, console: Console) -> None:
    """Twenty minutes; `quick` takes one. Raises `NotInStep`."""
    plan = QUICK if quick else FULL
    with TemporaryDirectory(prefix="endcap-ingest-") as folder, ExitStack() as stack:
        data_dir = Path(folder) / "var"
        # Held by this process too, so that it answers when the service has ended.
        postgres = EmbeddedPostgres(data_dir / "postgres")
        stack.callback(postgres.stop)
        engine = connect(postgres.url)
        stack.callback(engine.dispose)
        bench = _Bench(plan, data_dir, out / "endcap.log", engine, console)
        phases = bench.measure()
        check = bench.check()
    result = IngestResult(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        quick=quick,
        machine=describe(),
        notes=NOTES,
        plan=plan,
        aim_seconds=AIM_SECONDS,
        reached=_reached(phases),
        phases=phases,
        check=check,
    )
    file = out / "ingest.json"
    file.write_bytes(msgspec.json.format(msgspec.json.encode(result)) + b"\n")
    _print(result, console)
    console.print(f"Written to {file}")
    if not check.exact:
        raise NotInStep(f"not what a plain replay gives: {check}")


class _Bench:
    """Sends everything, and remembers it for the replay."""

    def __init__(
        self, plan: Plan, data_dir: Path, log: Path, engine: Engine, console: Console
    ) -> None:
        self._plan = plan
        self._data_dir = data_dir
        self._log = log
        self._engine = engine
        self._console = console
        self._changes = Changes(plan.items, plan.titles, plan.seed)
        self._catalogue = self._changes.catalogue(IMPORTED)
        self._sent: list[Message] = []
        self._probe = _Probe(lambda: self._service().port)
        self._services: list[Service] = []
        self._stack = ExitStack()
        """Of the services; each ends when this is left, if it was not killed before."""

    def measure(self) -> tuple[Phase, ...]:
        plan = self._plan
        with ExitStack() as self._stack:
            self._start()
            self._say(f"Loading {len(self._catalogue):,} items")
            self._load()
            phases = [self._paced(pace, seconds) for pace, seconds in plan.paces]
            self._say(f"{plan.flat_out:,} changes as fast as {plan.clients} clients get answers")
            made = self._changes.make(plan.flat_out)
            phases.append(self._phase("flat out", made))
            self._say(f"{plan.killed:,} changes in random order, with {plan.kills} kills")
            made = self._changes.make(plan.killed)
            arriving = self._changes.as_they_arrive(made, REPEATED)
            phases.append(self._phase("killed", arriving, kills=plan.kills))
        return tuple(phases)

    def check(self) -> Check:
        self._say("Comparing both databases with a replay")
        expected = replay(self._catalogue, [*self._sent, *self._probe.sent])
        stores = read_stores(self._engine, self._data_dir / "index")
        messages = len({m.delivery for m in (*self._sent, *self._probe.sent)})
        check = Check(
            exact=False,
            messages=messages,
            items=len(stores.items),
            points=stores.points,
            differing_items=_differing(stores.items, expected),
            differing_payloads=_differing(stores.payloads, payloads_of(expected)),
            out_of_step=len(stores.out_of_step),
            taken=stores.deliveries,
            waiting=stores.waiting,
            dead_letters=stores.dead_letters,
        )
        exact = (
            check.items == check.points == len(expected)
            and check.taken == messages == stores.received
            and stores.tasks == {"succeeded": messages}
            and not (check.differing_items or check.differing_payloads or check.out_of_step)
            and not (check.waiting or check.dead_letters)
        )
        return msgspec.structs.replace(check, exact=exact)

    def _paced(self, pace: float, seconds: int) -> Phase:
        self._say(f"{pace:g} changes per second, for {seconds} s")
        made = self._changes.make(round(pace * seconds))
        return self._phase(f"{pace:g} per second", made, per_second=pace)

    def _phase(
        self,
        name: str,
        messages: Sequence[Message],
        per_second: float | None = None,
        kills: int = 0,
    ) -> Phase:
        neighbours = Neighbours(self._service().pid)
        time.sleep(_QUIET_SECONDS)
        others = neighbours.cores()
        before = self._histogram()
        senders = Senders(lambda: self._service().port, WEBHOOK_SECRET, self._plan.clients)
        outages: list[float] = []
        with ThreadPoolExecutor(2) as pool:
            try:
                probing = pool.submit(self._probe.run)
                sending = pool.submit(senders.send, messages, per_second)
                for kill in range(1, kills + 1):
                    enough = kill * len(messages) // (kills + 1)
                    while len(senders.answers) < enough and not sending.done():
                        time.sleep(0.01)
                    outages.append(self._kill())
                seconds = sending.result()
                self._probe.finish()
                probed = probing.result()
            except BaseException:
                # Else both would wait for ever for a service that does not come back.
                senders.close()
                self._probe.close()
                raise
        drained = self._drain()
        self._sent += messages
        delays = self._delays(senders.answers)
        answered = [answer.seconds * 1e3 for answer in senders.answers]
        return Phase(
            name=name,
            asked_per_second=per_second,
            clients=self._plan.clients,
            sent=len(messages),
            duplicates=sum(answer.duplicate for answer in senders.answers),
            sent_again=sum(answer.attempts > 1 for answer in senders.answers),
            indexed=len(delays),
            seconds=round(seconds, 1),
            per_second=round(len(messages) / seconds, 1),
            drained_seconds=round(drained, 1),
            indexed_per_second=round(len(delays) / (seconds + drained), 1),
            answer_p50_ms=round(float(np.percentile(answered, 50)), 1),
            answer_p99_ms=round(float(np.percentile(answered, 99)), 1),
            price_changes=_delay(s for kind, s in delays if kind == PRICE_CHANGED),
            all_changes=_delay(s for _, s in delays),
            probed=_delay(probed),
            histogram={
                bound: number - before.get(bound, 0) for bound, number in self._histogram().items()
            },
            outages=tuple(outages),
            cores_used_by_others=others,
        )

    def _service(self) -> Service:
        return self._services[-1]

    def _start(self) -> None:
        self._say("Starting endcap serve")
        service = self._stack.enter_context(serving(self._data_dir, self._log, SETTINGS))
        self._services.append(service)

    def _kill(self) -> float:
        """Returns how many seconds it took until the next one was ready."""
        killed = perf_counter()
        os.kill(self._service().pid, signal.SIGKILL)
        self._start()
        return round(perf_counter() - killed, 1)

    def _load(self) -> None:
        lines = b"".join(msgspec.json.encode(item) + b"\n" for item in self._catalogue)
        call(self._service().port, "POST", "/v1/items/batch", lines)
        self._probe.begin()
        self._drain()

    def _drain(self) -> float:
        """Wait until nothing waits to be indexed."""
        begun = perf_counter()
        while perf_counter() - begun < _PATIENCE_SECONDS:
            ready = call(self._service().port, "GET", "/health/ready")
            if not ready["waiting_for_index"]:
                return perf_counter() - begun
            time.sleep(0.1)
        raise NotInStep(f"changes still wait after {_PATIENCE_SECONDS:g} s")

    def _delays(self, answers: Iterable[Answer]) -> list[tuple[str, float]]:
        """Of each change that had to be indexed, its type and seconds."""
        kinds = {answer.task_id: answer.type for answer in answers}
        with self._engine.connect() as connection:
            rows = connection.execute(
                text(
                    "select id, extract(epoch from finished_at - created_at)::float as seconds "
                    "from tasks where id between :first and :last "
                    "and kind = 'webhook.catalog' and (counts->>'indexed')::int > 0"
                ),
                {"first": min(kinds), "last": max(kinds)},
            )
            return [(kinds[row.id], row.seconds) for row in rows if row.id in kinds]

    def _histogram(self) -> dict[str, int]:
        # Has what was counted in memory written down.
        call(self._service().port, "GET", "/v1/admin/contract")
        with self._engine.connect() as connection:
            rows = connection.execute(text("select delays from ingest_minutes")).scalars().all()
        sums = [sum(column) for column in zip(*rows, strict=True)]
        return dict(zip((*(f"{bound:g}" for bound in DELAY_BOUNDS), "more"), sums, strict=False))

    def _say(self, what: str) -> None:
        self._console.print(f"[dim]{what}…[/dim]")


class _Probe:
    """Changes one item's price now and then, and searches by that price until it is found."""

    def __init__(self, port: Callable[[], int]) -> None:
        self._port = port
        self._senders = Senders(port, WEBHOOK_SECRET, 1)
        self._finished = threading.Event()
        self.sent: list[Message] = []

    def begin(self) -> None:
        self._send({"title": "Probe"}, UPSERTED)

    def run(self) -> list[float]:
        """Until `finish` is called; the seconds from each answer until the price was found."""
        self._finished.clear()
        delays = []
        while not self._finished.wait(_PROBE_SECONDS):
            price = PROBE_PRICE + len(self.sent)
            self._send({"price": price}, PRICE_CHANGED)
            accepted = perf_counter()
            while not self._found(price):
                if perf_counter() - accepted > _PATIENCE_SECONDS:
                    raise NotInStep(f"a price was not found in {_PATIENCE_SECONDS:g} s")
                # Asked as often as the figure needs: searches take time from what is measured.
                time.sleep(min(max(0.02, (perf_counter() - accepted) / 10), 0.5))
            delays.append(perf_counter() - accepted)
        return delays

    def finish(self) -> None:
        self._finished.set()

    def close(self) -> None:
        self._senders.close()
        self._finished.set()

    def _send(self, data: dict[str, Any], kind: str) -> None:
        number = len(self.sent) + 1
        message = Message(f"{PROBE}_{number}", kind, {"id": PROBE, "version": number} | data)
        self.sent.append(message)
        self._senders.send([message])

    def _found(self, price: float) -> bool:
        body = {"filter": {"field": "price", "gte": price, "lte": price}, "per_page": 1}
        try:
            found = call(self._port(), "POST", "/v1/search", body)
        except (OSError, HTTPException):
            return False
        return [hit["id"] for hit in found["hits"]] == [PROBE]


def _delay(seconds: Iterable[float]) -> Delay | None:
    taken = list(seconds)
    if not taken:
        return None
    p50, p99 = (round(float(np.percentile(taken, share)), 2) for share in (50, 99))
    in_time = sum(second <= AIM_SECONDS for second in taken) / len(taken)
    return Delay(len(taken), p50, p99, round(max(taken), 2), round(in_time, 4))


def _differing(found: dict[str, Any], expected: dict[str, Any]) -> int:
    """Ids that only one of both has, or of which they say different things."""
    return sum(found.get(key) != expected.get(key) for key in found.keys() | expected.keys())


def _reached(phases: Sequence[Phase]) -> str:
    """Paces rise from phase to phase; those above one that fails do not count."""
    reached = "at none of the paces"
    for phase in phases:
        asked, prices = phase.asked_per_second, phase.price_changes
        if asked is None or phase.per_second < _KEPT * asked:
            break
        if prices is None or prices.p99 > AIM_SECONDS:
            break
        reached = f"at {phase.name}"
    return reached


def _print(result: IngestResult, console: Console) -> None:
    table = Table(title="Changes through signed webhooks, seconds from accepted to searchable")
    table.add_column("phase", no_wrap=True)
    for name in ("sent", "per s", "indexed", "price p50", "p99", "in 2 s", "probed p50", "p99"):
        table.add_column(name, justify="right")
    for name in ("answer p50, ms", "p99", "others"):
        table.add_column(name, justify="right")
    for phase in result.phases:
        table.add_row(
            phase.name,
            f"{phase.sent:,}",
            f"{phase.per_second:g}",
            f"{phase.indexed:,}",
            *_shown(phase.price_changes),
            *_shown(phase.probed)[:2],
            f"{phase.answer_p50_ms:g}",
            f"{phase.answer_p99_ms:g}",
            f"{phase.cores_used_by_others:g}",
        )
    console.print(table)
    outages = [seconds for phase in result.phases for seconds in phase.outages]
    check = result.check
    console.print(
        f"{result.plan.clients} clients; {result.machine.cores} cores, {result.machine.processor}. "
        f"{len(outages)} kills, {min(outages):g} to {max(outages):g} s from each until the service "
        f"was ready again.\nAim: a price change searchable in {AIM_SECONDS:g} s at p99: reached "
        f"{result.reached}.\n{check.messages:,} webhooks, {check.items:,} items and "
        f"{check.points:,} points: {'' if check.exact else 'NOT '}what a plain replay gives"
    )


def _shown(delay: Delay | None) -> tuple[str, str, str]:
    if delay is None:
        return ("-", "-", "-")
    return (f"{delay.p50:g}", f"{delay.p99:g}", f"{delay.in_time:.1%}")
