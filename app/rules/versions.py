"""Versions of the rules in Postgres: frozen from the draft, and never changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Select, func, select

from app.admin.audit_log import note
from app.db.tables import rule_sets
from app.rules.errors import VersionNotFound
from app.rules.publications import live_version, past_publications, scheduled
from rules.model import RawRule

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


def live_rules(connection: Connection) -> list[RawRule]:
    return rules_of(connection, live_version(connection))


def rules_of(connection: Connection, version: int) -> list[RawRule]:
    """The same as `read_version`, and none of version 0, which stands for no rules."""
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
    past = past_publications(connection)
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


def base_of(connection: Connection, version: int) -> int | None:
    """The version that all but a few of its rules were taken from, None where all are its own;
    raises `VersionNotFound`."""
    row = connection.execute(select(rule_sets.c.base).where(rule_sets.c.version == version)).first()
    if row is None:
        raise _not_found(version)
    return None if row.base is None else int(row.base)


def _not_found(version: int) -> VersionNotFound:
    return VersionNotFound(f"there is no version {version} of the rules")
