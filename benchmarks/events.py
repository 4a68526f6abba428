"""How many events a second are taken in, and what that costs the searches beside them.

One real service with everything that it does with events, counting included, on the embedded
databases. First as fast as clients get answers; then in rounds, searches by the clock with no
events beside them and with events at the pace that is aimed at. What is told are ratios within one
run: the machine's cores are shared by the service, PostgreSQL and the clients.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.admin_api import ADMIN_KEY, call
from benchmarks.endcap import Service, serving
from benchmarks.event_senders import EventSenders, Shown
from benchmarks.machine import Machine, Neighbours, describe
from benchmarks.prepare import prepare
from benchmarks.queries import distinct_queries
from benchmarks.shoppers import Load, Shoppers

AIM_PER_SECOND = 2_000.0
BATCH = 100
QUERIES = 300
_QUIET_SECONDS = 2.0


class Plan(msgspec.Struct, frozen=True):
    rounds: int
    seconds: float
    """Of each measurement."""
    searches_per_second: float
    search_clients: int = 4
    event_clients: int = 4
    single_clients: int = 16


FULL = Plan(6, 15.0, 10.0)
QUICK = Plan(1, 3.0, 5.0)


class Intake(msgspec.Struct, frozen=True, kw_only=True):
    """Events as fast as the clients got answers."""

    batch: int
    clients: int
    searches_per_second: float
    """Beside them."""
    accepted: int
    per_second: float
    call_p50_ms: float
    call_p99_ms: float


class Searches(msgspec.Struct, frozen=True, kw_only=True):
    """Searches by the clock, in one round."""

    batch: int | None
    """Events of one call; None with no events beside them."""
    events_per_second: float
    searches: int
    failed: int
    p50_ms: float
    p99_ms: float


class Ratio(msgspec.Struct, frozen=True):
    """With events to without, each round by itself."""

    batch: int
    p50: float
    p50_low: float
    p50_high: float
    p99: float
    p99_low: float
    p99_high: float


class EventsResult(msgspec.Struct, frozen=True, kw_only=True):
    at: str
    quick: bool
    machine: Machine
    notes: tuple[str, ...]
    items: int
    plan: Plan
    aim_per_second: float
    intake: tuple[Intake, ...]
    searches: tuple[Searches, ...]
    ratios: tuple[Ratio, ...]
    freshness: dict[str, Any]
    """Seconds from an event's arrival until features knew of it, of the last 10,000."""
    taken: dict[str, Any]
    """What the service says that it took in."""
    accepted: int
    """What the clients were told."""
    cores_used_by_others: float


def run(out: Path, data_dir: Path | None, quick: bool, console: Console) -> None:
    """Six minutes, and as long again to prepare on the first run; `quick` takes half a minute."""
    plan = QUICK if quick else FULL
    prepared = prepare(
        out,
        data_dir,
        lambda what: console.print(f"[dim]{what}…[/dim]"),
        small=quick and data_dir is None,
    )
    texts = distinct_queries(prepared.dataset.judgments, prepared.items, QUERIES)
    with serving(prepared.data_dir, prepared.log, {"ENDCAP_ADMIN_KEY": ADMIN_KEY}) as service:
        neighbours = Neighbours(service.pid)
        time.sleep(_QUIET_SECONDS)
        others = neighbours.cores()
        bench = _Bench(plan, service, texts, console)
        intake, searches = bench.intake(), bench.searches()
        time.sleep(_QUIET_SECONDS)
        told = bench.contract()["events"]
    result = EventsResult(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        quick=quick,
        machine=describe(),
        notes=prepared.notes,
        items=len(prepared.items),
        plan=plan,
        aim_per_second=AIM_PER_SECOND,
        intake=tuple(intake),
        searches=tuple(searches),
        ratios=tuple(_ratio(batch, searches) for batch in (BATCH, 1)),
        freshness=told["freshness"],
        taken=told["taken"],
        accepted=bench.accepted,
        cores_used_by_others=others,
    )
    file = out / "events.json"
    file.write_bytes(msgspec.json.format(msgspec.json.encode(result)) + b"\n")
    _print(result, console)
    console.print(f"Written to {file}")


class _Bench:
    def __init__(
        self, plan: Plan, service: Service, texts: Sequence[str], console: Console
    ) -> None:
        self._plan = plan
        self._port = service.port
        self._texts = texts
        self._console = console
        self._say("Searching once for each text")
        self._shown = [self._search(text) for text in texts]
        self.accepted = 0

    def intake(self) -> list[Intake]:
        plan = self._plan
        return [
            self._flat_out(batch, clients, searches)
            for batch, clients in ((BATCH, plan.event_clients), (1, plan.single_clients))
            for searches in (0.0, plan.searches_per_second)
        ]

    def searches(self) -> list[Searches]:
        """In an order that turns from round to round, so that none profits from its place."""
        kinds: list[int | None] = [None, BATCH, 1]
        found = []
        for n in range(self._plan.rounds):
            self._say(f"Round {n + 1} of {self._plan.rounds}")
            turned = kinds[n % len(kinds) :] + kinds[: n % len(kinds)]
            found += [self._with_events(batch) for batch in turned]
        return found

    def contract(self) -> Any:
        return call(self._port, "GET", "/v1/admin/contract")

    def _flat_out(self, batch: int, clients: int, searches: float) -> Intake:
        self._say(f"Events flat out, {batch} a call, beside {searches:g} searches a second")
        senders = EventSenders(self._port, self._shown, batch=batch, clients=clients)
        load = Load("beside", self._plan.search_clients, searches or None)
        if searches:
            with Shoppers(self._port, load, self._texts), senders:
                time.sleep(self._plan.seconds)
        else:
            with senders:
                time.sleep(self._plan.seconds)
        self._keep(senders)
        taken = [(call.answered - call.due) * 1e3 for call in senders.sent]
        return Intake(
            batch=batch,
            clients=clients,
            searches_per_second=searches,
            accepted=sum(call.accepted for call in senders.sent),
            per_second=round(senders.per_second, 0),
            call_p50_ms=_percentile(taken, 50),
            call_p99_ms=_percentile(taken, 99),
        )

    def _with_events(self, batch: int | None) -> Searches:
        plan = self._plan
        load = Load("beside", plan.search_clients, plan.searches_per_second)
        shoppers = Shoppers(self._port, load, self._texts)
        per_second = 0.0
        if batch is None:
            with shoppers:
                time.sleep(plan.seconds)
        else:
            senders = EventSenders(
                self._port,
                self._shown,
                batch=batch,
                clients=plan.event_clients if batch > 1 else plan.single_clients,
                per_second=AIM_PER_SECOND if batch > 1 else AIM_PER_SECOND / 10,
            )
            with senders, shoppers:
                time.sleep(plan.seconds)
            self._keep(senders)
            per_second = senders.per_second
        time.sleep(1)
        good = [asked.seconds * 1e3 for asked in shoppers.asked if not asked.problem]
        return Searches(
            batch=batch,
            events_per_second=round(per_second, 0),
            searches=len(good),
            failed=len(shoppers.asked) - len(good),
            p50_ms=_percentile(good, 50),
            p99_ms=_percentile(good, 99),
        )

    def _keep(self, senders: EventSenders) -> None:
        if senders.problems:
            raise RuntimeError(f"events were not taken in: {senders.problems[:3]}")
        self.accepted += sum(call.accepted for call in senders.sent)

    def _search(self, text: str) -> Shown:
        answer = call(self._port, "POST", "/v1/search", {"query": text})
        return Shown(answer["query_id"], tuple(hit["id"] for hit in answer["hits"]))

    def _say(self, what: str) -> None:
        self._console.print(f"[dim]{what}…[/dim]")


def _ratio(batch: int, searches: Sequence[Searches]) -> Ratio:
    """Each round has one of every kind, in whatever order."""
    with_events = [one for one in searches if one.batch == batch]
    without = [one for one in searches if one.batch is None]
    pairs = list(zip(with_events, without, strict=True))
    p50 = [one.p50_ms / other.p50_ms for one, other in pairs]
    p99 = [one.p99_ms / other.p99_ms for one, other in pairs]
    figures = (
        round(float(figure), 2)
        for column in (p50, p99)
        for figure in (np.median(column), min(column), max(column))
    )
    return Ratio(batch, *figures)


def _percentile(values: Sequence[float], share: float) -> float:
    return round(float(np.percentile(values, share)), 1) if values else float("nan")


def _print(result: EventsResult, console: Console) -> None:
    table = Table(title="Events as fast as the clients get answers")
    for name in ("a call", "clients", "searches/s beside", "events/s", "call p50 ms", "p99 ms"):
        table.add_column(name, justify="right")
    for one in result.intake:
        table.add_row(
            str(one.batch),
            str(one.clients),
            f"{one.searches_per_second:g}",
            f"{one.per_second:,.0f}",
            f"{one.call_p50_ms:g}",
            f"{one.call_p99_ms:g}",
        )
    console.print(table)
    table = Table(title="Searches by the clock")
    for name in ("events a call", "events/s", "searches", "failed", "p50 ms", "p99 ms"):
        table.add_column(name, justify="right")
    for each in sorted(result.searches, key=lambda each: each.batch or 0):
        table.add_row(
            "none" if each.batch is None else str(each.batch),
            f"{each.events_per_second:,.0f}",
            str(each.searches),
            str(each.failed),
            f"{each.p50_ms:g}",
            f"{each.p99_ms:g}",
        )
    console.print(table)
    for ratio in result.ratios:
        console.print(
            f"With events, {ratio.batch} a call, to without: p50 {ratio.p50:g} "
            f"({ratio.p50_low:g} to {ratio.p50_high:g}), p99 {ratio.p99:g} "
            f"({ratio.p99_low:g} to {ratio.p99_high:g})",
            highlight=False,
        )
    best = max(one.per_second for one in result.intake if one.searches_per_second)
    reached = "reached" if best >= result.aim_per_second else "not reached"
    console.print(
        f"Aim: {result.aim_per_second:,.0f} events a second while searches go on: {reached}; "
        f"{result.machine.cores} cores, others used {result.cores_used_by_others:g}. The service "
        f"took in {result.taken['accepted']:,}, the clients were told {result.accepted:,}. From "
        f"event to feature: p50 {result.freshness['p50']} s, p99 {result.freshness['p99']} s"
    )
    for note in result.notes:
        console.print(f"Note: {note}", highlight=False)
