"""Which rules fired on which queries, and what was asked: counted in memory by requests, written
to Postgres by a thread, so that counting never slows a search. What may have been typing is counted
from the log of lists, once that is known (`app/features/usage_counts.py`)."""

import logging
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.dialects.postgresql import insert

from app.db.locks import Lock, take_turn
from app.db.tables import query_counts, rule_usage
from app.following import keep_refreshing
from app.search.shown import Shown
from ranking.events import normal_query

logger = logging.getLogger(__name__)
FLUSH_SECONDS = 1.0
MAX_PENDING = 20_000
"""Different rules and queries that are counted between two writes; what goes beyond is lost."""

KEPT_DAYS = 90
QUERIES_PER_RULE = 10


class QueryUsage(msgspec.Struct, frozen=True):
    query: str
    fired: int


class RuleUsage(msgspec.Struct, frozen=True):
    """How often a rule fired in the days asked for, and on which queries most."""

    fired: int
    last_fired_at: datetime
    queries: tuple[QueryUsage, ...]


class UsageCounter:
    """Counts the first page of each search that is certainly none of somebody who still types; a
    shopper who pages on has not asked again."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._fired: Counter[tuple[str, str]] = Counter()
        self._asked: Counter[str] = Counter()

    def record(self, shown: Shown) -> None:
        query, response = shown.query, shown.response
        text = normal_query(query.text)
        if query.page > 1 or _may_be_typing(shown, text):
            return
        with self._lock:
            if len(self._asked) + len(self._fired) >= MAX_PENDING:
                return
            if text and response.total.value:
                self._asked[text] += 1
            self._fired.update((rule.id, text) for rule in response.applied_rules)

    def flush(self) -> None:
        """Write what was counted; what cannot be written now is counted on."""
        with self._lock:
            fired, self._fired = self._fired, Counter()
            asked, self._asked = self._asked, Counter()
        if not fired and not asked:
            return
        try:
            with self._engine.begin() as connection:
                _write(connection, fired, asked)
        except Exception:
            with self._lock:
                self._fired.update(fired)
                self._asked.update(asked)
            raise

    def follow(self, stop: threading.Event) -> None:
        """Flush until told to stop, and then once more; runs in a thread of its own."""
        keep_refreshing(self.flush, "uses of rules", FLUSH_SECONDS, stop)
        self.flush()


def _may_be_typing(shown: Shown, text: str) -> bool:
    """Where nobody knows the shopper, nobody can tell, and it counts. A search that is sent
    elsewhere shows no list that typing on could replace."""
    query = shown.query
    known = bool(query.client_id or query.session_id)
    return known and bool(text) and not query.final and shown.response.redirect is None


def _write(
    connection: Connection, fired: Mapping[tuple[str, str], int], asked: Mapping[str, int]
) -> None:
    now = datetime.now(UTC)
    take_turn(connection, Lock.USAGE)
    if fired:
        uses = insert(rule_usage)
        connection.execute(
            uses.on_conflict_do_update(
                index_elements=["rule_id", "day", "query"],
                set_={
                    "fired": rule_usage.c.fired + uses.excluded.fired,
                    "last_at": uses.excluded.last_at,
                },
            ),
            [
                {"rule_id": rule, "day": now.date(), "query": text, "fired": n, "last_at": now}
                for (rule, text), n in fired.items()
            ],
        )
    if asked:
        counts = insert(query_counts)
        connection.execute(
            counts.on_conflict_do_update(
                index_elements=["query"],
                set_={
                    "asked": query_counts.c.asked + counts.excluded.asked,
                    "last_at": counts.excluded.last_at,
                },
            ),
            [{"query": text, "asked": n, "last_at": now} for text, n in asked.items()],
        )


def read_usage(connection: Connection, rule_ids: Sequence[str], days: int) -> dict[str, RuleUsage]:
    """Of those rules that fired at all in the last `days`."""
    since = datetime.now(UTC).date() - timedelta(days=days - 1)
    wanted = (rule_usage.c.day >= since, rule_usage.c.rule_id.in_(rule_ids))
    fired = func.sum(rule_usage.c.fired)
    totals = connection.execute(
        select(
            rule_usage.c.rule_id,
            fired.label("fired"),
            func.max(rule_usage.c.last_at).label("last_at"),
        )
        .where(*wanted)
        .group_by(rule_usage.c.rule_id)
    ).all()
    by_query = (
        select(
            rule_usage.c.rule_id,
            rule_usage.c.query,
            fired.label("fired"),
            func.row_number()
            .over(partition_by=rule_usage.c.rule_id, order_by=(fired.desc(), rule_usage.c.query))
            .label("place"),
        )
        .where(*wanted)
        .group_by(rule_usage.c.rule_id, rule_usage.c.query)
        .subquery()
    )
    queries: dict[str, list[QueryUsage]] = {}
    for row in connection.execute(
        select(by_query)
        .where(by_query.c.place <= QUERIES_PER_RULE)
        .order_by(by_query.c.rule_id, by_query.c.place)
    ):
        queries.setdefault(row.rule_id, []).append(QueryUsage(row.query, int(row.fired)))
    return {
        row.rule_id: RuleUsage(int(row.fired), row.last_at, tuple(queries.get(row.rule_id, ())))
        for row in totals
    }


def forget_usage(connection: Connection, days: int) -> None:
    """What fired and what was asked longer ago."""
    oldest = datetime.now(UTC) - timedelta(days=days)
    connection.execute(rule_usage.delete().where(rule_usage.c.day < oldest.date()))
    connection.execute(query_counts.delete().where(query_counts.c.last_at < oldest))


def frequent_queries(connection: Connection, count: int) -> list[str]:
    """What shoppers asked most and found something for."""
    return list(
        connection.execute(
            select(query_counts.c.query)
            .order_by(query_counts.c.asked.desc(), query_counts.c.query)
            .limit(count)
        ).scalars()
    )
