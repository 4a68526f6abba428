"""Experiments in Postgres: planned, started, stopped, each change with an entry in the audit."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select

from app.admin.audit_log import note
from app.db.locks import Lock, take_turn
from app.db.tables import experiments
from app.experiments.errors import (
    ExperimentChanged,
    ExperimentExists,
    ExperimentNotFound,
    ExperimentsConflict,
    WrongState,
)
from app.experiments.model import Arm, Experiment, Guardrails, Plan, status_of

OPEN = ("scheduled", "running")


def create(connection: Connection, key: str, plan: Plan, actor: str) -> Experiment:
    """A draft; `plan` was checked. Raises `ExperimentExists`."""
    take_turn(connection, Lock.EXPERIMENTS)
    if _row(connection, key) is not None:
        raise ExperimentExists(key)
    connection.execute(experiments.insert().values(key=key, created_by=actor, **_columns(plan)))
    note(connection, actor, "experiment.create", about(key), after=msgspec.to_builtins(plan))
    return read(connection, key)


def replace(connection: Connection, key: str, plan: Plan, revision: int, actor: str) -> Experiment:
    """Only a draft; raises `ExperimentNotFound`, `ExperimentChanged` and `WrongState`."""
    before = _expect(connection, key, revision)
    _only("changed", before, "draft")
    _update(connection, key, **_columns(plan))
    note(
        connection,
        actor,
        "experiment.update",
        about(key),
        before=_plan(before),
        after=msgspec.to_builtins(plan),
    )
    return read(connection, key)


def delete(connection: Connection, key: str, revision: int, actor: str) -> None:
    """Only a draft: what has run stays on record. Raises as `replace` does."""
    before = _expect(connection, key, revision)
    _only("deleted", before, "draft")
    connection.execute(experiments.delete().where(experiments.c.key == key))
    note(connection, actor, "experiment.delete", about(key), before=_plan(before))


def start(
    connection: Connection,
    key: str,
    arms: Sequence[Arm],
    at: datetime | None,
    revision: int | None,
    actor: str,
) -> Experiment:
    """From now on, or from `at`, with the versions of `arms`. Raises `ExperimentNotFound`,
    `ExperimentChanged`, `WrongState`, and `ExperimentsConflict` where another that is running or
    scheduled tries models too, or rules too, at the same time."""
    before = _expect(connection, key, revision)
    _only("started", before, "draft")
    now = _now(connection)
    starts_at = at or now
    if at is not None and at <= now:
        raise WrongState(f"{at.isoformat()} is past; leave `at` out to start now")
    if before.ends_at is not None and before.ends_at <= starts_at:
        raise WrongState(f"it would end at {before.ends_at.isoformat()}, before it starts")
    for other in read_all(connection):
        if other.status in OPEN and _overlap(before, starts_at, other):
            _refuse_conflict(before, other)
    _update(connection, key, starts_at=starts_at, arms=msgspec.to_builtins(arms))
    after = {"starts_at": _text(starts_at), "arms": msgspec.to_builtins(arms)}
    note(connection, actor, "experiment.start", about(key), after=after)
    return read(connection, key)


def stop(
    connection: Connection, key: str, reason: str, revision: int | None, actor: str
) -> Experiment:
    """Raises `ExperimentNotFound`, `ExperimentChanged` and `WrongState`."""
    before = _expect(connection, key, revision)
    _only("stopped", before, *OPEN)
    _update(connection, key, stopped_at=_now(connection), stopped_because=reason)
    note(
        connection,
        actor,
        "experiment.stop",
        about(key),
        before={"status": before.status},
        after={"status": "stopped", "reason": reason},
    )
    return read(connection, key)


def read(connection: Connection, key: str) -> Experiment:
    """Raises `ExperimentNotFound`."""
    row = _row(connection, key)
    if row is None:
        raise ExperimentNotFound(key)
    return _experiment(row, _now(connection))


def read_all(connection: Connection) -> list[Experiment]:
    """The newest first."""
    now = _now(connection)
    rows = connection.execute(
        select(experiments).order_by(experiments.c.created_at.desc(), experiments.c.key)
    )
    return [_experiment(row, now) for row in rows]


def read_running(connection: Connection) -> list[Experiment]:
    """Those that started first, first."""
    now = func.clock_timestamp()
    rows = connection.execute(
        select(experiments)
        .where(
            experiments.c.starts_at <= now,
            experiments.c.stopped_at.is_(None),
            experiments.c.ends_at.is_(None) | (experiments.c.ends_at > now),
        )
        .order_by(experiments.c.starts_at, experiments.c.key)
    ).all()
    return [_experiment(row, datetime.now(UTC), "running") for row in rows]


def about(key: str) -> str:
    """How the audit names it."""
    return f"experiment/{key}"


def _refuse_conflict(experiment: Experiment, other: Experiment) -> None:
    for what, both in (
        ("models", experiment.tries_models and other.tries_models),
        ("rules", experiment.tries_rules and other.tries_rules),
    ):
        if both:
            raise ExperimentsConflict(
                f"experiment {other.key!r} is {other.status} and tries {what}, too; stop it "
                "first, or one shopper would be in two arms at once"
            )


def _overlap(experiment: Experiment, starts_at: datetime, other: Experiment) -> bool:
    if other.starts_at is None:
        return False
    begins_before = other.ends_at is None or starts_at < other.ends_at
    ends_after = experiment.ends_at is None or other.starts_at < experiment.ends_at
    return begins_before and ends_after


def _expect(connection: Connection, key: str, revision: int | None) -> Experiment:
    take_turn(connection, Lock.EXPERIMENTS)
    experiment = read(connection, key)
    if revision is not None and experiment.revision != revision:
        raise ExperimentChanged(key, msgspec.to_builtins(experiment))
    return experiment


def _only(done: str, experiment: Experiment, *statuses: str) -> None:
    if experiment.status not in statuses:
        raise WrongState(
            f"experiment {experiment.key!r} is {experiment.status}; only one that is "
            f"{' or '.join(statuses)} can be {done}"
        )


def _update(connection: Connection, key: str, **values: Any) -> None:
    connection.execute(
        experiments.update()
        .where(experiments.c.key == key)
        .values(revision=experiments.c.revision + 1, **values)
    )


def _columns(plan: Plan) -> dict[str, Any]:
    return {
        "name": plan.name,
        "kind": plan.kind,
        "arms": msgspec.to_builtins(plan.arms),
        "guardrails": msgspec.to_builtins(plan.guardrails),
        "ends_at": plan.ends_at,
    }


def _plan(experiment: Experiment) -> Any:
    names = Plan.__struct_fields__
    return msgspec.to_builtins({name: getattr(experiment, name) for name in names})


def _row(connection: Connection, key: str) -> Row[Any] | None:
    if "\x00" in key:  # which Postgres does not even compare with
        return None
    return connection.execute(select(experiments).where(experiments.c.key == key)).first()


def _experiment(row: Row[Any], now: datetime, status: Any = None) -> Experiment:
    return Experiment(
        key=row.key,
        name=row.name,
        kind=row.kind,
        arms=msgspec.convert(row.arms, tuple[Arm, ...]),
        guardrails=msgspec.convert(row.guardrails, Guardrails),
        status=status or status_of(row.starts_at, row.ends_at, row.stopped_at, now),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        stopped_at=row.stopped_at,
        stopped_because=row.stopped_because,
        created_at=row.created_at,
        created_by=row.created_by,
        revision=row.revision,
    )


def _now(connection: Connection) -> datetime:
    """By the database's clock, which all processes share."""
    moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return moment


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
