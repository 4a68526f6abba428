"""Makes versions live, now or later, and live again what was; and sees to it that nothing newer is
taken back unasked."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection

from app.admin.audit_log import note
from app.db.locks import Lock, take_turn
from app.rules.errors import CannotPublish, WouldUndo
from app.rules.publications import (
    NO_RULES,
    Scheduled,
    add_publication,
    clock,
    live_version,
    past_publications,
    scheduled,
    standing_versions,
)
from app.rules.versions import base_of, rules_of
from rules.diff import by_id, changed_ids, same_json
from rules.model import RawRule


class Undoing(Scheduled, frozen=True):
    """With the rules that it will take back when it goes live."""

    rules: tuple[str, ...]


class Published(msgspec.Struct, frozen=True):
    publication: int
    version: int
    at: datetime
    live: bool
    undone_by: tuple[Undoing, ...] = ()
    """Later publications of a few rules, made before this one and so without what it changes."""


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
    base = base_of(connection, version)
    now = clock(connection)
    if at is not None and at <= now:
        raise CannotPublish(f"{at.isoformat()} is past; leave `at` out to publish now")
    before = live_version(connection)
    if at is None and version == before:
        raise CannotPublish(f"version {version} is live already")
    coming = scheduled(connection)
    ahead = [entry.version for entry in coming if at is not None and entry.at <= at]
    replaced = ahead[-1] if ahead else before
    if base is not None and not force:
        _refuse_to_undo(connection, version, base, replaced)
    undoing = _undoing(
        connection,
        version,
        replaced,
        [entry for entry in coming if at is None or entry.at > at],
    )
    row = add_publication(connection, version, "publish", at or now, actor)
    note(
        connection,
        actor,
        "ruleset.publish",
        f"ruleset/{version}",
        before={"live": before},
        after={"live": version, "at": (at or now).astimezone(UTC).isoformat()},
    )
    return Published(row, version, at or now, at is None, undoing)


def roll_back(connection: Connection, actor: str) -> Published:
    """Make live what was live before, and before that when called again; from the first version
    back to no rules. Raises `CannotPublish` where no version is live."""
    take_turn(connection, Lock.RULES)
    before = rollback_target(connection)
    if before is None:
        raise CannotPublish("no version of the rules is live, so there is nothing to roll back")
    live = live_version(connection)
    now = clock(connection)
    row_id = add_publication(connection, before, "rollback", now, actor)
    note(
        connection,
        actor,
        "ruleset.rollback",
        f"ruleset/{before}",
        before={"live": live},
        after={"live": before},
    )
    return Published(row_id, before, now, live=True)


def rollback_target(connection: Connection) -> int | None:
    """What a rollback makes live, `NO_RULES` for the first version; None where none is live."""
    stood = [NO_RULES, *standing_versions(connection)]
    return stood[-2] if len(stood) > 1 else None


def _refuse_to_undo(connection: Connection, version: int, base: int, replaced: int) -> None:
    """A version of a few rules has all others as they were when it was made. One that was live
    before is published for what it was."""
    if base == replaced or any(row.version == version for row in past_publications(connection)):
        return
    undone = _undone(
        _rules(connection, base), _rules(connection, replaced), _rules(connection, version)
    )
    if undone:
        raise WouldUndo(version, base, undone)


def _undoing(
    connection: Connection, version: int, replaced: int, coming: Sequence[Scheduled]
) -> tuple[Undoing, ...]:
    """Which of the publications to come will take back what this version changes."""
    partial = [entry for entry in coming if base_of(connection, entry.version) is not None]
    if not partial:
        return ()
    before, own = _rules(connection, replaced), _rules(connection, version)
    found = ((entry, _undone(before, own, _rules(connection, entry.version))) for entry in partial)
    return tuple(
        Undoing(entry.publication, entry.version, entry.at, tuple(undone))
        for entry, undone in found
        if undone
    )


def _undone(
    before: Mapping[str, RawRule], newer: Mapping[str, RawRule], by: Mapping[str, RawRule]
) -> list[str]:
    """What `newer` has changed and the version `by`, coming behind it, has otherwise."""
    return [
        rule_id
        for rule_id in sorted(changed_ids(before, newer))
        if not same_json(by.get(rule_id), newer.get(rule_id))
    ]


def _rules(connection: Connection, version: int) -> dict[str, RawRule]:
    return by_id(rules_of(connection, version))
