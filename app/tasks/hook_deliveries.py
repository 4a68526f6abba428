"""What the webhooks are still to be told, in Postgres: queued where a task ends, claimed by
`hook_sender`."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, text

from app.db.texts import storable

_QUEUE = text(
    """
    insert into hook_deliveries (hook_id, task_id)
    select h.id, t.id from task_hooks h join tasks t on t.kind = any(h.kinds)
    -- Not by status, whose index tempts Postgres to read all tasks that ever ended.
    where t.id = any(:task_ids) and t.finished_at is not null
    -- Else a webhook that is deleted just now would fail the transaction in which a task ends.
    for key share of h
    on conflict do nothing
    """
)
_HOOKS_WITH_DUE = text(
    """
    select id from task_hooks h where exists (
        select from hook_deliveries d where d.hook_id = h.id and d.next_at <= clock_timestamp()
    )
    """
)
_CLAIM = text(
    """
    with due as (
        select id from hook_deliveries
        where hook_id = :hook_id and next_at <= clock_timestamp()
        order by next_at limit :limit for update skip locked
    )
    update hook_deliveries d
    set attempts = attempts + 1, next_at = clock_timestamp() + make_interval(secs => :lease)
    from due where d.id = due.id
    returning d.id, d.task_id, d.attempts
    """
)
_DELIVERED = text(
    """
    update hook_deliveries
    set delivered_at = coalesce(delivered_at, clock_timestamp()), next_at = null, last_error = null
    where id = :id
    """
)
_FAILED = text(
    """
    update hook_deliveries
    set next_at = clock_timestamp() + make_interval(secs => :pause), last_error = :error
    where id = :id and attempts = :attempts and delivered_at is null
    """
)
_PUT_BACK = text(
    """
    update hook_deliveries
    set attempts = 0, next_at = clock_timestamp() + make_interval(secs => :seconds)
    where id = :id and attempts = :attempts and delivered_at is null
    """
)
_GIVEN_UP = text(
    """
    update hook_deliveries set next_at = null, last_error = :error
    where id = :id and attempts = :attempts and delivered_at is null
    """
)
_FORGET = text(
    """
    delete from hook_deliveries where created_at < clock_timestamp() - make_interval(days => :days)
    """
)


class Delivery(NamedTuple):
    id: int
    task_id: int
    attempts: int
    """With the one that it was claimed for."""


def queue_deliveries(connection: Connection, task_ids: Collection[int]) -> None:
    """For those of the tasks that have ended; called in the transaction in which they may have.
    Does nothing a second time."""
    if task_ids:
        connection.execute(_QUEUE, {"task_ids": list(task_ids)})


def hooks_with_due(connection: Connection) -> list[int]:
    return list(connection.execute(_HOOKS_WITH_DUE).scalars())


def claim_due(
    connection: Connection, hook_id: int, limit: int, lease_seconds: float
) -> list[Delivery]:
    """Nobody else gets them for so long; after that, whoever claimed them is taken for dead."""
    values = {"hook_id": hook_id, "limit": limit, "lease": lease_seconds}
    return [Delivery(*row) for row in connection.execute(_CLAIM, values)]


def note_delivered(connection: Connection, delivery: Delivery) -> None:
    connection.execute(_DELIVERED, {"id": delivery.id})


def note_failed(
    connection: Connection, delivery: Delivery, error: str, retry_in: float | None
) -> None:
    """`retry_in`: seconds, None to give it up. Nothing changes where somebody else has claimed it
    since, after the lease, or has delivered it."""
    values = {
        "id": delivery.id,
        "attempts": delivery.attempts,
        "error": storable(error),
    }
    if retry_in is None:
        connection.execute(_GIVEN_UP, values)
    else:
        connection.execute(_FAILED, values | {"pause": retry_in})


def put_back(connection: Connection, delivery: Delivery, seconds: float) -> None:
    """As if it had never been claimed, until after so long."""
    values = {"id": delivery.id, "attempts": delivery.attempts, "seconds": seconds}
    connection.execute(_PUT_BACK, values)


def forget_deliveries(connection: Connection, days: int) -> None:
    """Those of tasks that ended so long ago."""
    connection.execute(_FORGET, {"days": days})
