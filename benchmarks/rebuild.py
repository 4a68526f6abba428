"""A rebuild under load: how long searches take, and whether any fails, while the index is rebuilt
beside them and switched, next to how long they take without.

One real service on the embedded databases, on a copy of the prepared data. Searches come by the
clock, as shoppers do, and then from a few clients without pause, which keeps the service as busy as
it gets; prices change meanwhile. Quiet times and rebuilds take turns, so that what else the machine
does meets both.

Vectors are kept by the hash of their text, so a rebuild with an unchanged encoder embeds nothing,
and is limited by composing and writing points. `rebuild_embedding` measures the other case.
"""

import atexit
import random
import shutil
import subprocess
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

import msgspec
from rich.console import Console

from app.db.engine import connect
from app.db.postgres import EmbeddedPostgres
from benchmarks.admin_api import SETTINGS, WEBHOOK_SECRET, call
from benchmarks.endcap import Service, serving
from benchmarks.machine import Neighbours, describe
from benchmarks.prepare import Prepared, prepare
from benchmarks.price_trickle import PriceTrickle
from benchmarks.queries import distinct_queries
from benchmarks.rebuild_result import (
    LoadResult,
    MemorySample,
    PriceChanges,
    Rebuild,
    RebuildResult,
    figures_of,
    p99_ratio,
    peak,
    phase_latencies,
    slowest,
    step_latencies,
)
from benchmarks.rebuild_table import print_result
from benchmarks.rebuild_watch import Watch
from benchmarks.shoppers import Asked, Load, Shoppers
from indexing.sentence_encoder import bundled_model

PACED = Load("20 per second", 64, 20.0)
CLOSED = Load("4 without pause", 4)
CHANGES_PER_SECOND = 2.0
CHANGED_ITEMS = 300
ANOTHER_ENCODER = "another-encoder"
_WARMING_SECONDS = 3.0
_IDLE_SECONDS = 1.0
_SLOWEST = 10


class Plan(msgspec.Struct, frozen=True):
    rebuilds: int
    quiet_seconds: float
    """Before the first rebuild and behind each."""
    queries: int
    """With Icecat and in full more than the service keeps vectors of, so that each is embedded
    whenever it is asked."""


FULL = Plan(2, 60.0, 24_000)
QUICK = Plan(1, 12.0, 8_000)


class NotUndisturbed(Exception):
    """A request failed, a change was lost, or a rebuild did not go live."""


def run(out: Path, data_dir: Path | None, quick: bool, console: Console) -> None:
    """A quarter of an hour beside the first filling of the data directory; `quick` takes two or
    three minutes, on the sample catalogue. Raises `NotUndisturbed`."""
    measure(out, data_dir, quick, console, FULL, embedding=False)


def measure(
    out: Path, data_dir: Path | None, quick: bool, console: Console, full: Plan, embedding: bool
) -> None:
    """`embedding`: have every text embedded again. Raises `NotUndisturbed`."""
    plan = QUICK if quick else full

    def say(what: str) -> None:
        console.print(f"[dim]{what}…[/dim]")

    # A directory that somebody names is not filled with the sample on top of what it holds.
    prepared = prepare(out, data_dir, say, small=quick and data_dir is None)
    # The sample, which stands in where Icecat is not there, suggests no more than some 12,000.
    queries = plan.queries if prepared.dataset.name == "icecat" else QUICK.queries
    texts = distinct_queries(prepared.dataset.judgments, prepared.items, queries)
    loads = tuple(
        _Bench(plan, prepared, texts, load, embedding, say).run() for load in (PACED, CLOSED)
    )
    result = RebuildResult(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        quick=quick,
        machine=describe(),
        notes=_notes(prepared, quick),
        dataset=prepared.dataset.name,
        items=len(prepared.items),
        embedding=embedding,
        loads=loads,
    )
    file = out / f"rebuild{'_embedding' if embedding else ''}.json"
    file.write_bytes(msgspec.json.format(msgspec.json.encode(result)) + b"\n")
    print_result(result, console)
    console.print(f"Written to {file}")
    if not all(load.as_it_should_be for load in loads):
        raise NotUndisturbed("a request failed, a change was lost, or a rebuild did not go live")


class _Bench:
    """One load on one service, from its start to its end."""

    def __init__(
        self,
        plan: Plan,
        prepared: Prepared,
        texts: Sequence[str],
        load: Load,
        embedding: bool,
        say: Callable[[str], None],
    ) -> None:
        self._plan = plan
        self._prepared = prepared
        self._texts = texts
        self._load = load
        self._embedding = embedding
        self._say = say

    def run(self) -> LoadResult:
        with TemporaryDirectory(prefix="endcap-rebuild-") as folder, ExitStack() as stack:
            # The library of PostgreSQL looks once more at its lock file when this process ends, and
            # makes the folder anew for it.
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            # A copy, since prices change and a collection of another encoder may go live.
            data_dir = _copy(self._prepared.data_dir, Path(folder) / "var")
            postgres = EmbeddedPostgres(data_dir / "postgres")
            stack.callback(postgres.stop)
            engine = connect(postgres.url)
            stack.callback(engine.dispose)
            self._say("Starting endcap serve")
            service = stack.enter_context(serving(data_dir, self._prepared.log, SETTINGS))
            others = _cores_used_by_others(service)
            watch = Watch(service.pid, engine, data_dir)
            trickle = PriceTrickle(
                service.port, WEBHOOK_SECRET, self._changed_ids(), CHANGES_PER_SECOND
            )
            with trickle, Shoppers(service.port, self._load, self._texts) as shoppers:
                watch.wait(_WARMING_SECONDS)
                begun = perf_counter()
                rebuilds = self._take_turns(service, watch, data_dir)
            changes = trickle.check(partial(call, service.port), engine)
            asked = [one for one in shoppers.asked if one.due >= begun]
        return _result(self._load, asked, rebuilds, watch.memory, changes, others)

    def _take_turns(self, service: Service, watch: Watch, data_dir: Path) -> list[Rebuild]:
        encoder = _another_encoder(data_dir) if self._embedding else None
        body = msgspec.json.encode({"reason": "a benchmark", "encoder": encoder})
        rebuilds = []
        self._say(f"{self._load.name}: without a rebuild")
        watch.wait(self._plan.quiet_seconds)
        for number in range(self._plan.rebuilds):
            self._say(f"{self._load.name}: rebuild {number + 1} of {self._plan.rebuilds}")
            asked_at = perf_counter()
            task = call(service.port, "POST", "/v1/admin/reindex", body)
            rebuilds.append(watch.follow(task["id"], asked_at, len(self._prepared.items)))
            self._say(f"{self._load.name}: without a rebuild")
            watch.wait(self._plan.quiet_seconds)
        return rebuilds

    def _changed_ids(self) -> list[str]:
        chance = random.Random(3)  # noqa: S311  # nothing secret
        items = self._prepared.items
        return [item.id for item in chance.sample(items, min(CHANGED_ITEMS, len(items)))]


def _result(
    load: Load,
    asked: Sequence[Asked],
    rebuilds: Sequence[Rebuild],
    memory: Sequence[MemorySample],
    changes: PriceChanges,
    others: float,
) -> LoadResult:
    searches = phase_latencies(asked, rebuilds)
    first, last = rebuilds[0].whole, rebuilds[-1].whole
    return LoadResult(
        load=load,
        searches=searches,
        p99_ratio=p99_ratio(searches),
        steps=step_latencies(asked, rebuilds),
        slowest=tuple(slow for rebuild in rebuilds for slow in slowest(asked, rebuild, _SLOWEST)),
        problems=tuple(one.problem for one in asked if one.problem)[:_SLOWEST],
        rebuilds=tuple(figures_of(rebuild) for rebuild in rebuilds),
        memory_before=peak(memory, 0.0, first.begun),
        memory_during=peak(memory, first.begun, last.ended),
        memory_after=peak(memory, last.ended, float("inf")),
        changes=changes,
        cores_used_by_others=others,
    )


def _copy(data_dir: Path, to: Path) -> Path:
    # By the system's own command, since PostgreSQL's files must keep their owner.
    subprocess.run(["cp", "-a", str(data_dir), str(to)], check=True)
    return to


def _another_encoder(data_dir: Path) -> str:
    """The same model under another name: for Endcap another encoder, whose vectors it does not have
    yet, and by which relevance cannot change."""
    folder = data_dir / ANOTHER_ENCODER
    folder.symlink_to(bundled_model())
    return str(folder)


def _cores_used_by_others(service: Service) -> float:
    neighbours = Neighbours(service.pid)
    sleep(_IDLE_SECONDS)
    return neighbours.cores()


def _notes(prepared: Prepared, quick: bool) -> tuple[str, ...]:
    notes = [
        "Clients, service and PostgreSQL share the machine's cores.",
        "A search counts for a rebuild, its steps and the switch if any moment of it lay in them; "
        "one that comes by the clock lasts from when it was due.",
        "The service's memory holds the pages of the index's files that are mapped and resident.",
        *prepared.notes,
    ]
    if quick:
        notes.append("a quick run: too few searches for p99, and a small catalogue")
    return tuple(notes)
