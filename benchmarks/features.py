"""The feature store: how long a request's read of 200 candidates takes, how many events a second
are counted, and how long it takes from an event's arrival until a read knows of it. In process, on
a Postgres of its own."""

import gc
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, text

from app.events.repository import EventRow, ListRow, write_events, write_lists
from app.features.behaviour_cache import BehaviourCache
from app.features.counting import BehaviourCounter
from app.features.counting_process import CountingProcess
from app.features.rebuild import rebuild
from benchmarks.databases import own_database
from benchmarks.machine import Neighbours, describe, memory_of
from indexing.documents import ItemId, ItemKey
from ranking.behaviour import BEHAVIOUR
from ranking.facts import NUMBERS, ItemFacts, brand_token, category_token

CANDIDATES = 200
ON_PAGE = 20
_OF_QUERY = BEHAVIOUR.names.index("query_item_click_30d")
AIM_READ_MS = 2.0
AIM_RATE = 2_000
AIM_DELAY_S = 10.0


class Size(msgspec.Struct, frozen=True):
    items: int
    queries: int
    rows: int
    """Of counts."""
    reads: int
    lists: int
    """That are counted at once, with as many events as they bring."""
    seconds: float
    """That events come in for at the rate aimed at."""
    marks: int


FULL = Size(100_000, 20_000, 1_000_000, 5_000, 2_000, 30.0, 30)
QUICK = Size(5_000, 500, 20_000, 500, 200, 4.0, 3)


class Times(msgspec.Struct, frozen=True):
    p50: float
    p99: float
    slowest: float


class FeaturesResult(msgspec.Struct, frozen=True):
    at: str
    machine: dict[str, Any]
    size: Size
    load_s: float
    memory_mb: float
    """That the loaded sums take."""
    read_ms: Times
    read_cpu_ms: Times
    """The same without waiting for a core that others have."""
    read_beside_events_ms: Times
    counted_per_s: float
    events_per_s: float
    """What came in while the delays were measured."""
    delay_s: Times
    """From arrival to the read that knows, as the service itself measures it."""
    mark_s: Times
    """The same for single clicks, measured from outside."""
    rebuild_s: float
    rebuild_rows_corrected: int
    others_cores: float
    reached: dict[str, bool]


def run(out: Path, _: Path | None, quick: bool, console: Console) -> None:
    """Three minutes; needs no catalogue."""
    size = QUICK if quick else FULL
    with own_database("features") as engine:
        result = _measure(engine, size, lambda t: console.print(f"[dim]{t}…[/dim]"))
    file = out / "features.json"
    file.write_bytes(msgspec.json.format(msgspec.json.encode(result)) + b"\n")
    _print(result, console)
    console.print(f"Written to {file}")


def _measure(engine: Engine, size: Size, say: Callable[[str], None]) -> FeaturesResult:
    neighbours = Neighbours()
    say(f"Filling {size.items:,} items and {size.rows:,} rows of counts")
    _fill(engine, size)
    shop = _Shop(size)
    cache, counter = BehaviourCache(engine), BehaviourCounter(engine)
    say("Loading")
    gc.collect()
    before, begun = memory_of(os.getpid()), time.perf_counter()
    cache.refresh()
    load = time.perf_counter() - begun
    gc.collect()
    gc.freeze()  # as the service does
    memory = memory_of(os.getpid()) - before
    say("Reading")
    wall, cpu = shop.read(cache, size.reads)
    say("Counting")
    shop.write(engine, size.lists)
    begun = time.perf_counter()
    counted = counter.run()
    rate = counted / (time.perf_counter() - begun)
    cache.refresh()
    say(f"Events for {size.seconds:g} s, and reads beside them")
    with _following(CountingProcess(engine), cache), shop.writing(engine) as written:
        begun = time.perf_counter()
        marks = [shop.mark(engine, cache, n) for n in range(size.marks)]
        beside = []
        until = time.perf_counter() + size.seconds
        while time.perf_counter() < until:
            beside += shop.read(cache, 50)[0]
            time.sleep(0.05)
        came = written() / (time.perf_counter() - begun)
    counter.run()
    cache.refresh()
    delays = cache.freshness.read()
    say("Counting all of it again")
    begun = time.perf_counter()
    # What was filled in without a log stays, being older.
    rebuilt = rebuild(engine, since=_hour())
    took = time.perf_counter() - begun
    return FeaturesResult(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=msgspec.to_builtins(describe()),
        size=size,
        load_s=round(load, 2),
        memory_mb=round(memory, 1),
        read_ms=_times(wall),
        read_cpu_ms=_times(cpu),
        read_beside_events_ms=_times(beside),
        counted_per_s=round(rate),
        events_per_s=round(came),
        delay_s=Times(delays.p50 or 0.0, delays.p99 or 0.0, delays.slowest or 0.0),
        mark_s=_times(marks),
        rebuild_s=round(took, 2),
        rebuild_rows_corrected=rebuilt.corrected,
        others_cores=neighbours.cores(),
        reached={
            "read": _times(wall).p99 < AIM_READ_MS,
            "counting": rate > AIM_RATE,
            "delay": (delays.p99 or AIM_DELAY_S) < AIM_DELAY_S,
        },
    )


def _fill(engine: Engine, size: Size) -> None:
    """Counts of the 29 days before this hour, so that a rebuild from the log of this hour leaves
    them."""
    with engine.begin() as connection:
        connection.execute(
            text(
                """
                insert into items (id, title, description, brand, categories, currency, in_stock,
                    review_count, popularity, group_id, image_url, url, attributes, version,
                    content_hash)
                select n, 'Item ' || n, '', 'Brand ' || n % 2000,
                    array['All', 'Kind ' || n % 500], 'EUR', true, 0, 0, '', '', '', '{}', 1, ''
                from generate_series(1, :items) n
                """
            ),
            {"items": size.items},
        )
        connection.execute(
            text(
                """
                insert into behaviour_counts
                    (query, item_key, bucket, impressions, exposure, clicks, carts, revenue)
                select 'query ' || n % :queries, 1 + (n / :queries * 7919 + n * 31) % :items,
                    :hour - make_interval(hours => cast(1 + n % 690 as int)),
                    1 + n % 7, 300000 * (1 + n % 7), n % 3, n % 2, 1000000 * (n % 5)
                from generate_series(cast(1 as bigint), :rows) n
                on conflict do nothing
                """
            ),
            {
                "queries": size.queries,
                "items": size.items,
                "rows": size.rows,
                "hour": _hour(),
            },
        )
        connection.execute(text("analyze"))


class _Shop:
    """What comes in, and what requests read."""

    def __init__(self, size: Size) -> None:
        self._size = size
        self._rng = np.random.default_rng(1)
        self._lists = 0
        brands = [brand_token(f"Brand {n}") for n in range(2_000)]
        kinds = [category_token(("All", f"Kind {n}")) for n in range(500)]
        self._facts: list[ItemFacts] = []
        for key in range(1, size.items + 1):
            numbers = np.zeros(len(NUMBERS))
            numbers[NUMBERS.index("brand")] = brands[key % 2_000]
            numbers[NUMBERS.index("category")] = kinds[key % 500]
            nothing = np.empty(0, np.uint32)
            self._facts.append(
                ItemFacts(
                    key=ItemKey(key),
                    item_id=ItemId(str(key)),
                    group_id="",
                    tokens=nothing,
                    lengths=np.zeros(5, np.int64),
                    numbers=numbers,
                )
            )

    def read(self, cache: BehaviourCache, count: int) -> tuple[list[float], list[float]]:
        """Milliseconds of each read, by the clock and of this thread."""
        wall, cpu = [], []
        now = datetime.now(UTC)
        for _ in range(count):
            keys = self._rng.integers(1, self._size.items + 1, CANDIDATES)
            facts = [self._facts[key - 1] for key in keys.tolist()]
            query = f"query {self._rng.integers(self._size.queries)}"
            begun, spent = time.perf_counter(), time.thread_time()
            cache.features(query, keys, facts, "session 1", now)
            wall.append((time.perf_counter() - begun) * 1e3)
            cpu.append((time.thread_time() - spent) * 1e3)
        return wall, cpu

    def write(self, engine: Engine, lists: int) -> int:
        """Each list with nineteen events: eighteen impressions, and a click on one of its hits."""
        shown, done = [], []
        now = datetime.now(UTC)
        for _ in range(lists):
            self._lists += 1
            query_id = f"list {self._lists}"
            keys = tuple(self._rng.integers(1, self._size.items + 1, ON_PAGE).tolist())
            query = f"query {self._rng.integers(self._size.queries)}"
            session = f"session {self._lists % 1_000}"
            shown.append(_list_row(query_id, keys, query, session, now))
            for n, key in enumerate(keys[:18], start=1):
                done.append(
                    _event_row(f"{query_id} {n}", "impression", key, query_id, now, session)
                )
            key = keys[self._rng.integers(8)]
            done.append(_event_row(f"{query_id} click", "click", key, query_id, now, session))
        with engine.begin() as connection:
            write_lists(connection, shown)
            write_events(connection, done)
        return len(done)

    @contextmanager
    def writing(self, engine: Engine) -> Iterator[Callable[[], int]]:
        """At the rate aimed at, in a thread; gives how many events were written."""
        stop, count = threading.Event(), [0]

        def write() -> None:
            begun = time.perf_counter()
            while not stop.is_set():
                count[0] += self.write(engine, 5)
                stop.wait(max(begun + count[0] / AIM_RATE - time.perf_counter(), 0.001))

        thread = threading.Thread(target=write)
        thread.start()
        try:
            yield lambda: count[0]
        finally:
            stop.set()
            thread.join()

    def mark(self, engine: Engine, cache: BehaviourCache, n: int) -> float:
        """Seconds from a click on something that nobody asked for before until a read sees it."""
        keys = np.arange(1, ON_PAGE + 1)
        facts = self._facts[:ON_PAGE]
        query = f"mark {n}"
        now = datetime.now(UTC)
        before = cache.features(query, keys, facts, "", now)[0, _OF_QUERY]
        rows = [_list_row(query, (1,), query, "", now)]
        with engine.begin() as connection:
            write_lists(connection, rows)
            write_events(connection, [_event_row(query, "click", 1, query, now, "")])
        begun = time.perf_counter()
        while cache.features(query, keys, facts, "", now)[0, _OF_QUERY] == before:
            time.sleep(0.01)
        return time.perf_counter() - begun


@contextmanager
def _following(counting: CountingProcess, cache: BehaviourCache) -> Iterator[None]:
    stop = threading.Event()
    threads = [threading.Thread(target=p.follow, args=(stop,)) for p in (counting, cache)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _list_row(
    query_id: str, keys: tuple[int, ...], query: str, session_id: str, at: datetime
) -> ListRow:
    source: Literal["search"] = "search"
    return ListRow(
        query_id=query_id,
        at=at,
        known_at=at,
        source=source,
        client_id=session_id,
        session_id=session_id,
        query=query,
        sort="relevance",
        first=0,
        total=len(keys),
        item_keys=keys,
        placements=(0,) * len(keys),
        features=None,
        feature_fingerprint=None,
        model_version="",
        ruleset_version=0,
        experiments={},
        explored=False,
        teams=None,
        total_ms=None,
        degraded=(),
        final=False,
        applied_rules=(),
    )


def _event_row(
    event_id: str, action: str, key: int, query_id: str, at: datetime, session_id: str
) -> EventRow:
    source: Literal["api"] = "api"
    return EventRow(
        id=event_id,
        at=at,
        known_at=at,
        source=source,
        action=action,
        client_id=session_id,
        session_id=session_id,
        query_id=query_id,
        query="",
        object_id=str(key),
        item_key=key,
        position=None,
        quantity=1,
        revenue=0,
        document=msgspec.Raw(b"{}"),
    )


def _hour() -> datetime:
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)


def _times(values: Sequence[float]) -> Times:
    p50, p99, slowest = (round(float(v), 3) for v in np.percentile(values, [50, 99, 100]))
    return Times(p50, p99, slowest)


def _print(result: FeaturesResult, console: Console) -> None:
    size = result.size
    table = Table(
        title=f"Feature store: {size.items:,} items, {size.queries:,} queries, "
        f"{size.rows:,} rows of counts"
    )
    for name in ("", "p50", "p99", "slowest", "aim at p99"):
        table.add_column(name, justify="right" if name else "left")

    def row(name: str, times: Times, unit: str, aim: str = "") -> None:
        cells = (f"{v:,.3g} {unit}" for v in (times.p50, times.p99, times.slowest))
        table.add_row(name, *cells, aim)

    row(f"read of {CANDIDATES} candidates", result.read_ms, "ms", f"{AIM_READ_MS:g} ms")
    row("  of this thread's own time", result.read_cpu_ms, "ms")
    row("  beside events", result.read_beside_events_ms, "ms", f"{AIM_READ_MS:g} ms")
    row("from event to feature", result.delay_s, "s", f"{AIM_DELAY_S:g} s")
    row("  single clicks", result.mark_s, "s")
    console.print(table)
    console.print(
        f"Counted {result.counted_per_s:,.0f} lists and events a second (aim {AIM_RATE:,}); "
        f"{result.events_per_s:,.0f} events a second came in meanwhile. Loaded in "
        f"{result.load_s:g} s, {result.memory_mb:g} MB. Rebuilt in {result.rebuild_s:g} s, "
        f"{result.rebuild_rows_corrected} rows corrected. Others kept {result.others_cores:g} "
        "cores busy."
    )
