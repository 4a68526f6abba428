"""Versions of the rules in Postgres: frozen from the draft, never changed, and one of them live.

Which one follows from the publications, of which each puts a version live at a time; so the past,
the present and what is scheduled are one table, and nothing must happen when a time comes.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Select, func, select, text

from app.admin.audit_log import note
from app.db.locks import Lock, take_turn
from app.db.tables import publications, rule_sets
from app.rules.errors import CannotPublish, VersionNotFound, WouldUndo
from rules.diff import changed_ids, same_json
from rules.model import RawRule

CHANNEL = "endcap_rules"
"""Where Postgres tells every listening process that the live version may have changed."""

_HAPPENED = (
    publications.c.at <= func.clock_timestamp(),
    publications.c.canceled_at.is_(None),
)
_INFO = select(
    rule_sets.c.version,
    rule_sets.c.message,
    rule_sets.c.created_at,
    rule_sets.c.created_by,
    func.jsonb_array_length(rule_sets.c.rules).label("rules"),
)

Standing = Literal["frozen", "scheduled", "live", "retired"]


class RuleSetInfo(msgspec.Struct, frozen=True):
    """A version without its rules; `published_at` is when it last went live, or will first."""

    version: int
    message: str
    created_at: datetime
    created_by: str
    rules: int
    status: Standing
    published_at: datetime | None


class Scheduled(msgspec.Struct, frozen=True):
    publication: int
    version: int
    at: datetime


class Undoing(msgspec.Struct, frozen=True):
    """A version that is scheduled, and the rules that it will take back when it goes live."""

    publication: int
    version: int
    at: datetime
    rules: tuple[str, ...]


class Published(msgspec.Struct, frozen=True):
    publication: int
    version: int
    at: datetime
    live: bool
    undone_by: tuple[Undoing, ...] = ()
    """Later publications of a few rules, made before this one and so without what it changes."""


def live_version(connection: Connection) -> int:
    """0 before anything was published."""
    version = connection.execute(
        select(publications.c.version)
        .where(*_HAPPENED)
        .order_by(publications.c.at.desc(), publications.c.id.desc())
        .limit(1)
    ).scalar()
    return int(version or 0)


def live_rules(connection: Connection) -> list[RawRule]:
    version = live_version(connection)
    return read_version(connection, version) if version else []


def read_version(connection: Connection, version: int) -> list[RawRule]:
    """Its rules in their JSON form; raises `VersionNotFound`."""
    found = connection.execute(
        select(rule_sets.c.rules).where(rule_sets.c.version == version)
    ).scalar_one_or_none()
    if found is None:
        raise _not_found(version)
    return list(found)


def list_versions(
    connection: Connection, page: int, per_page: int
) -> tuple[list[RuleSetInfo], int]:
    """Newest first, and how many there are."""
    total = connection.execute(select(func.count()).select_from(rule_sets)).scalar_one()
    wanted = _INFO.order_by(rule_sets.c.version.desc())
    return _infos(connection, wanted.limit(per_page).offset((page - 1) * per_page)), total


def read_info(connection: Connection, version: int) -> RuleSetInfo:
    """Raises `VersionNotFound`."""
    infos = _infos(connection, _INFO.where(rule_sets.c.version == version))
    if not infos:
        raise _not_found(version)
    return infos[0]


def _infos(connection: Connection, wanted: Select[Any]) -> list[RuleSetInfo]:
    past = _past(connection)
    live = int(past[-1].version) if past else 0
    published = {int(row.version): row.at for row in past}
    waiting = {entry.version: entry.at for entry in reversed(scheduled(connection))}

    def standing(number: int) -> Standing:
        if number == live:
            return "live"
        if number in waiting:
            return "scheduled"
        return "retired" if number in published else "frozen"

    return [
        RuleSetInfo(
            **row._mapping,
            status=standing(row.version),
            published_at=published.get(row.version) or waiting.get(row.version),
        )
        for row in connection.execute(wanted)
    ]


def freeze(
    connection: Connection,
    rules: Sequence[RawRule],
    message: str,
    actor: str,
    base: int | None = None,
) -> int:
    """A new version with these rules, which were checked; returns its number. `base` is the version
    that all but a few of them were taken from."""
    ordered = sorted(rules, key=lambda rule: str(rule["id"]))
    version: int = connection.execute(
        rule_sets.insert()
        .values(rules=ordered, base=base, message=message, created_by=actor)
        .returning(rule_sets.c.version)
    ).scalar_one()
    note(
        connection,
        actor,
        "ruleset.create",
        f"ruleset/{version}",
        after={"message": message, "rules": len(ordered)},
    )
    return version


def publish(
    connection: Connection,
    version: int,
    actor: str,
    at: datetime | None = None,
    force: bool = False,
) -> Published:
    """Live from now on, or from `at`; raises `VersionNotFound`, `CannotPublish` and, unless with
    `force`, `WouldUndo`."""
    take_turn(connection, Lock.RULES)
    known = select(rule_sets.c.version).where(rule_sets.c.version == version)
    if connection.execute(known).first() is None:
        raise _not_found(version)
    now = _now(connection)
    if at is not None and at <= now:
        raise CannotPublish(f"{at.isoformat()} is past; leave `at` out to publish now")
    before = live_version(connection)
    if at is None and version == before:
        raise CannotPublish(f"version {version} is live already")
    coming = scheduled(connection)
    ahead = [entry.version for entry in coming if at is not None and entry.at <= at]
    replaced = ahead[-1] if ahead else before
    if not force:
        _refuse_to_undo(connection, version, replaced)
    undoing = _undoing(
        connection,
        version,
        replaced,
        [entry for entry in coming if at is None or entry.at > at],
    )
    row = _publish(connection, version, "publish", at or now, actor)
    note(
        connection,
        actor,
        "ruleset.publish",
        f"ruleset/{version}",
        before={"live": before},
        after={"live": version, "at": (at or now).astimezone(UTC).isoformat()},
    )
    return Published(row, version, at or now, at is None, undoing)


def _refuse_to_undo(connection: Connection, version: int, replaced: int) -> None:
    """A version of a few rules has all others as they were when it was made. One that was live
    before is published for what it was."""
    base = _base(connection, version)
    if base is None or base == replaced or any(row.version == version for row in _past(connection)):
        return
    made_from, newer = _by_id(connection, base), _by_id(connection, replaced)
    own = _by_id(connection, version)
    undone = [
        rule_id
        for rule_id in sorted(changed_ids(made_from, newer))
        if not same_json(own.get(rule_id), newer.get(rule_id))
    ]
    if undone:
        raise WouldUndo(version, base, undone)


def _undoing(
    connection: Connection, version: int, replaced: int, coming: Sequence[Scheduled]
) -> tuple[Undoing, ...]:
    """Which of the publications to come will take back what this version changes."""
    partial = [entry for entry in coming if _base(connection, entry.version) is not None]
    if not partial:
        return ()
    own = _by_id(connection, version)
    changed = sorted(changed_ids(_by_id(connection, replaced), own))
    found = []
    for entry in partial:
        theirs = _by_id(connection, entry.version)
        undone = [
            rule_id for rule_id in changed if not same_json(own.get(rule_id), theirs.get(rule_id))
        ]
        if undone:
            found.append(Undoing(entry.publication, entry.version, entry.at, tuple(undone)))
    return tuple(found)


def _base(connection: Connection, version: int) -> int | None:
    base: int | None = connection.execute(
        select(rule_sets.c.base).where(rule_sets.c.version == version)
    ).scalar_one()
    return base


def _by_id(connection: Connection, version: int) -> dict[str, RawRule]:
    rules = read_version(connection, version) if version else []
    return {rule["id"]: rule for rule in rules}


def roll_back(connection: Connection, actor: str) -> Published:
    """Make live what was live before, and before that when called again; raises `CannotPublish`
    where nothing was."""
    take_turn(connection, Lock.RULES)
    stood = standing_versions(connection)
    if len(stood) < 2:
        raise CannotPublish("no version was live before this one")
    before, live = stood[-2:]
    now = _now(connection)
    row_id = _publish(connection, before, "rollback", now, actor)
    note(
        connection,
        actor,
        "ruleset.rollback",
        f"ruleset/{before}",
        before={"live": live},
        after={"live": before},
    )
    return Published(row_id, before, now, live=True)


def standing_versions(connection: Connection) -> list[int]:
    """What was live one after the other, the live version last, without those that were rolled
    back."""
    stack: list[int] = []
    for row in _past(connection):
        if row.kind == "publish":
            stack.append(int(row.version))
        else:
            stack.pop()
    return stack


def scheduled(connection: Connection) -> list[Scheduled]:
    """What will go live, the next first."""
    rows = connection.execute(
        select(publications.c.id, publications.c.version, publications.c.at)
        .where(publications.c.at > func.clock_timestamp(), publications.c.canceled_at.is_(None))
        .order_by(publications.c.at, publications.c.id)
    )
    return [Scheduled(row.id, row.version, row.at) for row in rows]


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


def _past(connection: Connection) -> Sequence[Any]:
    """All publications that have happened, in the order in which they did."""
    return connection.execute(
        select(publications.c.version, publications.c.kind, publications.c.at)
        .where(*_HAPPENED)
        .order_by(publications.c.at, publications.c.id)
    ).all()


def _not_found(version: int) -> VersionNotFound:
    return VersionNotFound(f"there is no version {version} of the rules")


def _now(connection: Connection) -> datetime:
    """By the database's clock, which all processes share; `now()` would be when the transaction
    began, which may be before that of one that was committed first."""
    moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return moment


def _publish(connection: Connection, version: int, kind: str, at: datetime, actor: str) -> int:
    row: int = connection.execute(
        publications.insert()
        .values(version=version, kind=kind, at=at, created_by=actor)
        .returning(publications.c.id)
    ).scalar_one()
    connection.execute(
        text("select pg_notify(:channel, :version)"),
        {"channel": CHANNEL, "version": str(version)},
    )
    return row
