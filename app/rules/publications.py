"""Publications in Postgres, of which each puts a version live at a time: so the past, the present
and what is scheduled are one table, and nothing must happen when a time comes."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select, text

from app.admin.audit_log import note
from app.db.locks import Lock, take_turn
from app.db.tables import publications
from app.rules.errors import VersionNotFound

CHANNEL = "endcap_rules"
"""Where Postgres tells every listening process that the live version may have changed."""

NO_RULES = 0
"""Stands for a version where none is live."""

_HAPPENED = (
    publications.c.at <= func.clock_timestamp(),
    publications.c.canceled_at.is_(None),
)


class Scheduled(msgspec.Struct, frozen=True):
    publication: int
    version: int
    at: datetime


_VERSION = func.coalesce(publications.c.version, NO_RULES).label("version")


def live_version(connection: Connection) -> int:
    """`NO_RULES` before anything was published, and after the first version was rolled back."""
    version = connection.execute(
        select(_VERSION)
        .where(*_HAPPENED)
        .order_by(publications.c.at.desc(), publications.c.id.desc())
        .limit(1)
    ).scalar()
    return int(version or NO_RULES)


def standing_versions(connection: Connection) -> list[int]:
    """What was live one after the other, the live version last, without those that were rolled
    back; empty where no rules are live."""
    stack: list[int] = []
    for row in past_publications(connection):
        if row.kind == "publish":
            stack.append(int(row.version))
        else:
            stack.pop()
    return stack


def past_publications(connection: Connection) -> Sequence[Any]:
    """All publications that have happened, in the order in which they did."""
    return connection.execute(
        select(_VERSION, publications.c.kind, publications.c.at)
        .where(*_HAPPENED)
        .order_by(publications.c.at, publications.c.id)
    ).all()


def scheduled(connection: Connection) -> list[Scheduled]:
    """What will go live, the next first."""
    rows = connection.execute(
        select(publications.c.id, publications.c.version, publications.c.at)
        .where(publications.c.at > func.clock_timestamp(), publications.c.canceled_at.is_(None))
        .order_by(publications.c.at, publications.c.id)
    )
    return [Scheduled(row.id, row.version, row.at) for row in rows]


def clock(connection: Connection) -> datetime:
    """By the database's clock, which all processes share; `now()` would be when the transaction
    began, which may be before that of one that was committed first."""
    moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return moment


def add_publication(
    connection: Connection, version: int, kind: str, at: datetime, actor: str
) -> int:
    """Returns its id; a rollback may be to `NO_RULES`."""
    row: int = connection.execute(
        publications.insert()
        .values(version=version or None, kind=kind, at=at, created_by=actor)
        .returning(publications.c.id)
    ).scalar_one()
    connection.execute(
        text("select pg_notify(:channel, :version)"),
        {"channel": CHANNEL, "version": str(version)},
    )
    return row


def cancel(connection: Connection, publication: int, actor: str) -> None:
    """Raises `VersionNotFound` unless it is scheduled and has not yet happened."""
    take_turn(connection, Lock.RULES)
    entry = next((e for e in scheduled(connection) if e.publication == publication), None)
    if entry is None:
        raise VersionNotFound(f"no publication {publication} is scheduled")
    connection.execute(
        publications.update()
        .where(publications.c.id == publication)
        .values(canceled_at=func.clock_timestamp())
    )
    note(
        connection,
        actor,
        "ruleset.unschedule",
        f"ruleset/{entry.version}",
        before={"at": entry.at.astimezone(UTC).isoformat()},
    )
