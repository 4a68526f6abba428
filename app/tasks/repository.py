"""Tasks in Postgres: what was asked for, what has become of it, and what it still waits for."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, Select, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import JSONB

from app.db.tables import indexing_problem, tasks
from app.tasks.errors import CannotCancel, TaskNotFound
from app.tasks.hook_deliveries import queue_deliveries

Status = Literal["enqueued", "processing", "succeeded", "failed", "canceled"]
Kind = Literal[
    "item.put",
    "item.merge",
    "item.delete",
    "items.batch",
    "items.delete",
    "webhook.catalog",
    "webhook.shopify",
    "dead_letters.replay",
    "reindex",
    "reindex.rollback",
    "models.train",
]
RUNNABLE: tuple[Kind, ...] = (
    "items.delete",
    "dead_letters.replay",
    "reindex",
    "reindex.rollback",
    "models.train",
)
"""Kinds that a runner takes up; the others are done as their changes are indexed."""

MAX_ERRORS = 100
"""Kept with a task; the dead letters have all."""

ENDED = ("succeeded", "failed", "canceled")


class Task(msgspec.Struct, frozen=True):
    """`counts`: `received`, `added`, `changed`, `unchanged`, `stale`, `deleted`, `incomplete` and
    `refused` changes, `warnings`, and of items `indexed` and `failed` on their way to the index."""

    id: int
    kind: str
    status: Status
    created_at: datetime
    created_by: str
    started_at: datetime | None
    finished_at: datetime | None
    duration_ms: float | None
    """From created to finished."""
    waiting: int
    """Items that are not yet searchable as they are now."""
    counts: dict[str, int]
    errors: tuple[dict[str, Any], ...]
    """The first hundred."""
    request: dict[str, Any]
    progress: dict[str, Any] | None
    waits_for: str | None = None
    """Why what waits cannot be indexed now, for a task of which something waits."""

    @property
    def ended(self) -> bool:
        return self.status in ENDED


class Step(NamedTuple):
    """What became of entries of one task on their way to the index."""

    done: int = 0
    failed: int = 0


def create_task(
    connection: Connection,
    kind: Kind,
    actor: str,
    request: Mapping[str, Any] | None = None,
    receiving: bool = False,
) -> int:
    """`receiving`: changes will be added to it until `close_task`."""
    created: int = connection.execute(
        tasks.insert()
        .values(
            kind=kind,
            status="processing" if receiving else "enqueued",
            created_by=actor,
            request=dict(request or {}),
            receiving=receiving,
            started_at=func.clock_timestamp() if receiving else None,
        )
        .returning(tasks.c.id)
    ).scalar_one()
    return created


def add_to_task(
    connection: Connection,
    task_id: int,
    counts: Mapping[str, int],
    waiting: int = 0,
    errors: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Note what came of some of its changes, `waiting` of which are on their way to the index."""
    row = connection.execute(
        select(tasks.c.counts, tasks.c.errors).where(tasks.c.id == task_id).with_for_update()
    ).one()
    kept = [*row.errors, *errors][:MAX_ERRORS]
    connection.execute(
        tasks.update()
        .where(tasks.c.id == task_id)
        .values(
            counts=dict(Counter(row.counts) + Counter(counts)),
            errors=[dict(error) for error in kept],
            waiting=tasks.c.waiting + waiting,
            updated_at=func.clock_timestamp(),
        )
    )


def settle_task(
    connection: Connection,
    task_id: int,
    counts: Mapping[str, int],
    waiting: int,
    errors: Sequence[Mapping[str, Any]],
) -> Task:
    """Note all that came of a task at once; it has ended unless something waits."""
    status: Status = "enqueued" if waiting else _ended(counts)
    row = connection.execute(
        tasks.update()
        .where(tasks.c.id == task_id)
        .values(
            counts=dict(counts),
            errors=[dict(error) for error in errors[:MAX_ERRORS]],
            waiting=waiting,
            status=status,
            finished_at=None if waiting else func.clock_timestamp(),
            updated_at=func.clock_timestamp(),
        )
        .returning(tasks)
    ).one()
    if status in ENDED:
        queue_deliveries(connection, [task_id])
    return _task(row)


def close_task(connection: Connection, task_id: int, problem: str | None = None) -> None:
    """No more changes come. It has ended if none of them waits; it failed where there is a
    `problem`, or where nothing of it was accepted."""
    row = connection.execute(select(tasks).where(tasks.c.id == task_id).with_for_update()).one()
    errors = list(row.errors)
    if problem is not None:
        errors.insert(0, {"path": "$", "rule": "interrupted", "reason": problem})
    status: Status = "enqueued"
    if problem is not None:
        status = "failed"
    elif not row.waiting:
        status = _ended(row.counts)
    connection.execute(
        tasks.update()
        .where(tasks.c.id == task_id)
        .values(
            receiving=False,
            status=status,
            errors=errors[:MAX_ERRORS],
            finished_at=func.clock_timestamp() if status in ENDED else None,
            updated_at=func.clock_timestamp(),
        )
    )
    if status in ENDED:
        queue_deliveries(connection, [task_id])


def _ended(counts: Mapping[str, int]) -> Status:
    bad = counts.get("refused", 0) + counts.get("failed", 0)
    return "failed" if bad and bad >= counts.get("received", 0) else "succeeded"


_STEP = text(
    """
    update tasks set
        waiting = waiting - :done - :failed,
        counts = counts || jsonb_build_object(
            'indexed', coalesce((counts->>'indexed')::int, 0) + :done,
            'failed', coalesce((counts->>'failed')::int, 0) + :failed),
        errors = case
            when jsonb_array_length(errors) < :limit then errors || :errors else errors end,
        started_at = coalesce(started_at, clock_timestamp()),
        updated_at = clock_timestamp(),
        status = case
            when receiving or waiting > :done + :failed or status in ('failed', 'canceled')
                then case status when 'enqueued' then 'processing' else status end
            when coalesce((counts->>'failed')::int, 0) + :failed
                 + coalesce((counts->>'refused')::int, 0)
                 >= greatest(coalesce((counts->>'received')::int, 1), 1) then 'failed'
            else 'succeeded' end,
        finished_at = case
            when receiving or waiting > :done + :failed then finished_at
            else coalesce(finished_at, clock_timestamp()) end
    where id = :id
    """
).bindparams(bindparam("errors", type_=JSONB))


def note_indexed(
    connection: Connection,
    steps: Mapping[int, Step],
    errors: Mapping[int, Sequence[Mapping[str, Any]]],
) -> None:
    """By task, what became of its entries; a task without any more of them has ended."""
    for task_id in sorted(steps):
        step = steps[task_id]
        connection.execute(
            _STEP,
            {
                "id": task_id,
                "done": step.done,
                "failed": step.failed,
                "errors": [dict(error) for error in errors.get(task_id, ())],
                "limit": MAX_ERRORS,
            },
        )
    queue_deliveries(connection, steps)


def unfinished(connection: Connection, kinds: Sequence[Kind]) -> list[int]:
    """Tasks of these kinds that are to be taken up, the oldest first; also those that have been,
    by a runner that may have died."""
    wanted = select(tasks.c.id).where(
        tasks.c.kind.in_(kinds), tasks.c.status.in_(("enqueued", "processing"))
    )
    return list(connection.execute(wanted.order_by(tasks.c.id)).scalars())


def finish_task(
    connection: Connection, task_id: int, status: Status, reason: str | None = None
) -> None:
    """How a runner ends what it took up; what it sent to the index may still be on its way."""
    row = connection.execute(
        select(tasks.c.errors).where(tasks.c.id == task_id).with_for_update()
    ).one()
    errors = list(row.errors)
    if reason is not None:
        errors.insert(0, {"path": "$", "rule": status, "reason": reason})
    connection.execute(
        tasks.update()
        .where(tasks.c.id == task_id)
        .values(
            status=status,
            receiving=False,
            errors=errors[:MAX_ERRORS],
            finished_at=func.clock_timestamp(),
            updated_at=func.clock_timestamp(),
        )
    )
    queue_deliveries(connection, [task_id])


_PROBLEM = select(indexing_problem.c.reason).scalar_subquery().label("problem")


def read_task(connection: Connection, task_id: int) -> Task:
    """Raises `TaskNotFound`."""
    row = connection.execute(select(tasks, _PROBLEM).where(tasks.c.id == task_id)).first()
    if row is None:
        raise TaskNotFound(task_id)
    return _task(row)


def list_tasks(
    connection: Connection,
    page: int,
    per_page: int,
    statuses: Sequence[str] = (),
    kinds: Sequence[str] = (),
    since: datetime | None = None,
) -> tuple[list[Task], int]:
    """Newest first, and how many there are."""
    wanted: Select[Any] = select(tasks, _PROBLEM)
    if statuses:
        wanted = wanted.where(tasks.c.status.in_(statuses))
    if kinds:
        wanted = wanted.where(tasks.c.kind.in_(kinds))
    if since is not None:
        wanted = wanted.where(tasks.c.created_at >= since)
    total = connection.execute(select(func.count()).select_from(wanted.subquery())).scalar_one()
    rows = connection.execute(
        wanted.order_by(tasks.c.id.desc()).limit(per_page).offset((page - 1) * per_page)
    )
    return [_task(row) for row in rows], total


def cancel_task(connection: Connection, task_id: int) -> Task:
    """An enqueued task ends at once, one that runs at its next step. Raises `TaskNotFound` and
    `CannotCancel`."""
    row = connection.execute(select(tasks).where(tasks.c.id == task_id).with_for_update()).first()
    if row is None:
        raise TaskNotFound(task_id)
    if row.status in ENDED:
        raise CannotCancel(f"task {task_id} has already {row.status}")
    if row.kind not in RUNNABLE and not row.receiving:
        raise CannotCancel(
            "its changes were accepted and are on their way to the index; "
            "send newer changes to take them back"
        )
    values: dict[str, Any] = {"cancel_requested": True, "updated_at": func.clock_timestamp()}
    if row.status == "enqueued":
        values |= {"status": "canceled", "finished_at": func.clock_timestamp()}
    connection.execute(tasks.update().where(tasks.c.id == task_id).values(values))
    if row.status == "enqueued":
        queue_deliveries(connection, [task_id])
    return read_task(connection, task_id)


def cancel_requested(connection: Connection, task_id: int) -> bool:
    wanted = select(tasks.c.cancel_requested).where(tasks.c.id == task_id)
    return bool(connection.execute(wanted).scalar_one_or_none())


def start_task(connection: Connection, task_id: int) -> None:
    connection.execute(
        tasks.update()
        .where(tasks.c.id == task_id, tasks.c.status.not_in(ENDED))
        .values(
            status="processing",
            # More changes may come of it, so that none waiting does not mean done.
            receiving=True,
            started_at=func.coalesce(tasks.c.started_at, func.clock_timestamp()),
            updated_at=func.clock_timestamp(),
        )
    )


def note_progress(connection: Connection, task_id: int, progress: Mapping[str, Any]) -> None:
    connection.execute(
        tasks.update()
        .where(tasks.c.id == task_id)
        .values(progress=dict(progress), updated_at=func.clock_timestamp())
    )


_ABANDONED = text(
    """
    update tasks set receiving = false, status = 'failed',
        finished_at = clock_timestamp(),
        errors = jsonb_build_array(jsonb_build_object('path', '$', 'rule', 'interrupted', 'reason',
            'the service ended while it was receiving; what was accepted is indexed')) || errors
    where receiving and kind <> all(:runnable)
        and updated_at < clock_timestamp() - make_interval(secs => :seconds)
    returning id
    """
)
_FORGET = text(
    """
    delete from tasks where finished_at < clock_timestamp() - make_interval(days => :days)
    """
)


def end_abandoned(connection: Connection, seconds: float) -> None:
    """Tasks whose receiver has been silent for so long were cut off. A runner's are not: they are
    taken up again."""
    ended = (
        connection.execute(_ABANDONED, {"seconds": seconds, "runnable": list(RUNNABLE)})
        .scalars()
        .all()
    )
    queue_deliveries(connection, ended)


def forget_tasks(connection: Connection, days: int) -> None:
    """Tasks that ended so long ago."""
    connection.execute(_FORGET, {"days": days})


def _task(row: Row[Any]) -> Task:
    duration = None
    if row.finished_at is not None:
        duration = round((row.finished_at - row.created_at).total_seconds() * 1000, 1)
    return Task(
        id=row.id,
        kind=row.kind,
        status=row.status,
        created_at=row.created_at,
        created_by=row.created_by,
        started_at=row.started_at,
        finished_at=row.finished_at,
        duration_ms=duration,
        waiting=row.waiting,
        counts=row.counts,
        errors=tuple(row.errors),
        request=row.request,
        progress=row.progress,
        waits_for=row._mapping.get("problem") if row.waiting else None,
    )
