"""Counts all of the log again, beside the counts that are there, and corrects those that differ:
the log is the truth. Searches go on meanwhile; only counting waits."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Row, TextClause, text

from app.features.counting import CHUNK, count
from app.features.examination_curves import read_curves
from app.features.log_repository import (
    EVENT_COLUMNS,
    LIST_COLUMNS,
    note_depths,
    pack,
    packed_rows,
    read_events_of,
    rows_of,
    stored_event,
    stored_list,
)
from app.features.progress import lock_progress
from app.features.typing_marks import change_marks
from app.items.repository import next_horizon
from ranking.behaviour_definitions import METRICS
from ranking.tallies import Depth, Tally, add_alone, add_list

Progress = Callable[[int], None]
_EVER = datetime(1, 1, 1, tzinfo=UTC)


class Rebuilt(msgspec.Struct, frozen=True):
    """What was counted, and how many rows of the counts were not as they should be."""

    lists: int
    events: int
    rows: int
    corrected: int


def rebuild(
    engine: Engine,
    progress: Progress = lambda _: None,
    chunk: int = CHUNK,
    since: datetime = _EVER,
) -> Rebuilt:
    """In one transaction, in memory that does not grow with the log; what was counted for hours
    before `since` stays as it is. Rows that are as they should be stay untouched, so that caches
    read again only what was wrong."""
    with engine.begin() as connection:
        seen = lock_progress(connection)
        to = next_horizon(connection)
        count(connection, seen, to, chunk)
        connection.execute(text(_MAKE_RECOUNT))
        curves = read_curves(connection)
        lists = events = 0
        for rows in _batches(connection, _LISTS, to, chunk):
            tally: Tally = {}
            ids = [row.query_id for row in rows]
            marks = change_marks(connection, ids, to)
            done = read_events_of(connection, ids)
            depths: dict[str, Depth] = {}
            for row in rows:
                shown, noted, marked = stored_list(row, curves)
                typing = marks.get(shown.query_id, marked)
                depth = add_list({} if typing else tally, shown, done.get(shown.query_id, ()))
                if depth != noted:
                    depths[shown.query_id] = depth
            note_depths(connection, depths)
            _store(connection, tally)
            lists += len(rows)
            events += sum(map(len, done.values()))
            progress(len(rows))
        for rows in _batches(connection, _EVENTS_ALONE, to, chunk):
            tally = {}
            for row in rows:
                add_alone(tally, stored_event(row).done)
            _store(connection, tally)
            events += len(rows)
            progress(len(rows))
        connection.execute(text(_SUM_UP), {"since": since})
        total = connection.execute(text("select count(*) from recounted")).scalar_one()
        corrected = connection.execute(text(_CORRECT)).rowcount
        corrected += connection.execute(text(_CLEAR), {"since": since}).rowcount
        return Rebuilt(lists, events, total, corrected)


_LISTS = text(
    f"select {LIST_COLUMNS} from ranking_events where changed_in < :to"  # noqa: S608
)
_EVENTS_ALONE = text(
    f"""
    select {EVENT_COLUMNS} from interaction_events e
    where changed_in < :to and not exists (
        select 1 from ranking_events r where r.query_id = e.list_id and r.changed_in < :to
    )
    """  # noqa: S608
)


def _batches(
    connection: Connection, statement: TextClause, to: int, chunk: int
) -> Iterator[Sequence[Row[Any]]]:
    """Through a server-side cursor."""
    options = {"stream_results": True}
    with connection.execute(statement, {"to": to}, execution_options=options) as result:
        # Of a text, SQLAlchemy heeds no `yield_per`.
        yield from result.partitions(chunk)


def _store(connection: Connection, tally: Tally) -> None:
    if rows := rows_of(tally):
        connection.execute(text(_ADD), {"rows": pack(rows)})


_NAMES = f"query, item_key, bucket, {', '.join(METRICS)}"

_MAKE_RECOUNT = f"""
    create temporary table pieces on commit drop as
    select {_NAMES} from behaviour_counts with no data
"""  # noqa: S608

_ADD = f"insert into pieces ({_NAMES}) {packed_rows()}"

_SUM_UP = f"""
    create temporary table recounted on commit drop as
    select query, item_key, bucket, {", ".join(f"sum({m})::bigint as {m}" for m in METRICS)}
    from pieces where bucket >= :since group by query, item_key, bucket
"""  # noqa: S608

_CORRECT = f"""
    insert into behaviour_counts as known ({_NAMES}) select {_NAMES} from recounted
    on conflict (query, item_key, bucket) do update set
        {", ".join(f"{metric} = excluded.{metric}" for metric in METRICS)},
        changed_in = excluded.changed_in
    where ({", ".join(f"known.{metric}" for metric in METRICS)})
        is distinct from ({", ".join(f"excluded.{metric}" for metric in METRICS)})
"""  # noqa: S608

_CLEAR = f"""
    update behaviour_counts known
    set {", ".join(f"{metric} = 0" for metric in METRICS)}, changed_in = default
    where bucket >= :since
        and ({", ".join(METRICS)}) is distinct from ({", ".join("0" for _ in METRICS)})
        and not exists (
            select 1 from recounted r
            where (r.query, r.item_key, r.bucket) = (known.query, known.item_key, known.bucket)
        )
"""  # noqa: S608
