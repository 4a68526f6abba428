"""Counts what comes in and how soon it is searchable, in memory, and writes it minute by minute.

Rows of Postgres that every webhook would add to would make the webhooks wait for each other.
"""

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, Engine, func, select, text

from app.db.tables import dead_letters, ingest_minutes, outbox
from app.following import keep_refreshing

DELAY_BOUNDS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
"""Seconds; a delay is counted under the first bound that it does not exceed, or behind them."""

FLUSH_SECONDS = 1.0


class Freshness(msgspec.Struct, frozen=True):
    """From a change being accepted to it being searchable, in seconds; a percentile is the bound
    that so many did not exceed, None where nothing was indexed or where it lies behind all."""

    indexed: int
    p50: float | None
    p99: float | None
    within_promise: float | None
    """The share that was in time."""


class Intake(msgspec.Struct, frozen=True):
    """What came in since a moment, and what waits now."""

    accepted: int
    refused: int
    pass_rate: float | None
    """The share of changes that kept the contract."""
    warnings: dict[str, int]
    freshness: Freshness
    waiting: int
    oldest_waiting_seconds: float | None
    dead_letters: int


class Ledger:
    """One for each process; any thread may count."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._accepted = 0
        self._refused = 0
        self._warnings: Counter[str] = Counter()
        self._delays = [0] * (len(DELAY_BOUNDS) + 1)
        self.refused_signatures: Counter[str] = Counter()
        """By source, deliveries that were not signed as they should be; of this process alone."""

    def count(self, accepted: int, refused: int, warnings: Iterable[str] = ()) -> None:
        with self._lock:
            self._accepted += accepted
            self._refused += refused
            self._warnings.update(warnings)

    def count_delays(self, seconds: Iterable[float]) -> None:
        with self._lock:
            for delay in seconds:
                self._delays[bisect_left(DELAY_BOUNDS, delay)] += 1

    def count_refused_signature(self, source: str) -> None:
        with self._lock:
            self.refused_signatures[source] += 1

    def flush(self) -> None:
        """Write what was counted since the last time; what cannot be written is kept."""
        with self._lock:
            counted = (self._accepted, self._refused, dict(self._warnings), list(self._delays))
            self._accepted = self._refused = 0
            self._warnings.clear()
            self._delays = [0] * len(self._delays)
        accepted, refused, warnings, delays = counted
        if not (accepted or refused or any(delays)):
            return
        try:
            with self._engine.begin() as connection:
                _add(connection, accepted, refused, warnings, delays)
        except Exception:
            with self._lock:
                self._accepted += accepted
                self._refused += refused
                self._warnings.update(warnings)
                self._delays = [a + b for a, b in zip(self._delays, delays, strict=True)]
            raise

    def follow(self, stop: threading.Event) -> None:
        """Flush until told to stop, and a last time then; runs in a thread of its own."""
        keep_refreshing(self.flush, "counts of changes to write", FLUSH_SECONDS, stop)
        self.flush()


def read_intake(connection: Connection, since: datetime, promise_seconds: float) -> Intake:
    rows = connection.execute(select(ingest_minutes).where(ingest_minutes.c.minute >= since)).all()
    accepted = sum(row.accepted for row in rows)
    refused = sum(row.refused for row in rows)
    warnings: Counter[str] = Counter()
    for row in rows:
        warnings.update(row.warnings)
    waiting, oldest = connection.execute(
        select(func.count(), func.min(outbox.c.created_at)).select_from(outbox)
    ).one()
    return Intake(
        accepted=accepted,
        refused=refused,
        pass_rate=accepted / (accepted + refused) if accepted + refused else None,
        warnings=dict(warnings.most_common()),
        freshness=_freshness([row.delays for row in rows], promise_seconds),
        waiting=waiting,
        oldest_waiting_seconds=_age(connection, oldest),
        dead_letters=connection.execute(
            select(func.count()).select_from(dead_letters)
        ).scalar_one(),
    )


def forget_minutes(connection: Connection, days: int) -> None:
    connection.execute(
        text("delete from ingest_minutes where minute < now() - make_interval(days => :days)"),
        {"days": days},
    )


def _age(connection: Connection, oldest: datetime | None) -> float | None:
    if oldest is None:
        return None
    now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return round((now - oldest).total_seconds(), 3)


def _freshness(delays: Sequence[Sequence[int]], promise_seconds: float) -> Freshness:
    counts = [sum(column) for column in zip(*delays, strict=True)]
    indexed = sum(counts)
    if not indexed:
        return Freshness(0, None, None, None)
    in_time = bisect_left(DELAY_BOUNDS, promise_seconds) + (promise_seconds in DELAY_BOUNDS)
    return Freshness(
        indexed=indexed,
        p50=_percentile(counts, 0.5),
        p99=_percentile(counts, 0.99),
        within_promise=sum(counts[:in_time]) / indexed,
    )


def _percentile(counts: Sequence[int], share: float) -> float | None:
    needed = share * sum(counts)
    seen = 0
    for bound, count in zip(DELAY_BOUNDS, counts, strict=False):
        seen += count
        if seen >= needed:
            return bound
    return None


_ADD = text(
    """
    insert into ingest_minutes as known (minute, accepted, refused, warnings, delays)
    values (:minute, :accepted, :refused, cast(:warnings as jsonb), :delays)
    on conflict (minute) do update set
        accepted = known.accepted + excluded.accepted,
        refused = known.refused + excluded.refused,
        warnings = (
            select coalesce(jsonb_object_agg(name, total), '{}') from (
                select name, sum(count::bigint) as total from (
                    select * from jsonb_each_text(known.warnings)
                    union all select * from jsonb_each_text(excluded.warnings)
                ) as both_sides (name, count) group by name
            ) as totals
        ),
        delays = (
            select array_agg(coalesce(a, 0) + coalesce(b, 0) order by place)
            from unnest(known.delays, excluded.delays) with ordinality as pairs (a, b, place)
        )
    """
)


def _add(
    connection: Connection,
    accepted: int,
    refused: int,
    warnings: dict[str, int],
    delays: list[int],
) -> None:
    connection.execute(
        _ADD,
        {
            "minute": datetime.now(UTC).replace(second=0, microsecond=0),
            "accepted": accepted,
            "refused": refused,
            "warnings": msgspec.json.encode(warnings).decode(),
            "delays": delays,
        },
    )
