"""The draft of the rules in Postgres: what merchandisers edit, one row per rule."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.postgresql import insert

from app.admin.audit_log import note
from app.db.locks import Lock, take_turn
from app.db.tables import rule_revision, rules
from app.rules.errors import DraftChanged, RevisionNeeded, RuleChanged, RuleExists, RuleNotFound
from app.rules.versions import live_rules
from rules.diff import by_id, same_json
from rules.errors import InvalidRules, Problem
from rules.model import RawRule
from rules.parse import parse_rule, parse_rules
from rules.ruleset import strength

Status = Literal["unchanged", "added", "changed"]
RESERVED_IDS = frozenset({"export", "import", "preview", "validate", ".", ".."})
"""Of `/v1/admin/rules/…`, where they mean something else, or nothing that arrives."""


class Entry(msgspec.Struct, frozen=True):
    """A rule of the draft; `status` compares it with the live version."""

    rule: RawRule
    revision: int
    status: Status
    updated_at: datetime
    updated_by: str


class Changes(msgspec.Struct, frozen=True):
    """How many rules an import added, changed, left as they were, and deleted."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0


def read_draft(connection: Connection) -> list[RawRule]:
    return list(connection.execute(select(rules.c.body).order_by(rules.c.id)).scalars())


_TAG = text(
    "select md5(coalesce(string_agg(id || ':' || revision, ',' order by id), '')) from rules"
)


def draft_tag(connection: Connection) -> str:
    """Another one as soon as any rule of the draft was saved or deleted."""
    return str(connection.execute(_TAG).scalar_one())


def read_entries(connection: Connection) -> tuple[list[Entry], list[str]]:
    """All entries, the strongest rule first, and the ids of live rules that the draft no longer
    has."""
    live = by_id(live_rules(connection))
    found = connection.execute(select(rules)).all()
    entries = [_entry(row, live) for row in found]
    entries.sort(key=lambda entry: strength(parse_rule(entry.rule)))
    return entries, sorted(set(live) - {row.id for row in found})


def read_entry(connection: Connection, rule_id: str) -> Entry:
    """Raises `RuleNotFound`."""
    row = _row(connection, rule_id)
    if row is None:
        raise RuleNotFound(rule_id)
    return _entry(row, by_id(live_rules(connection)))


def create_rule(connection: Connection, raw: RawRule, actor: str) -> Entry:
    """Raises `InvalidRules`, and `RuleExists`. Without an id, one is made from the name."""
    take_turn(connection, Lock.RULES)
    if not raw.get("id"):
        taken = set(connection.execute(select(rules.c.id)).scalars()) | RESERVED_IDS
        raw = {**raw, "id": _free_id(raw.get("name"), taken)}
    rule = parse_rule(raw)
    _check_ids([raw])
    if _row(connection, rule.id) is not None:
        raise RuleExists(rule.id)
    _check_together({**by_id(read_draft(connection)), rule.id: raw})
    _write(connection, [raw], actor)
    note(connection, actor, "rule.create", f"rule/{rule.id}", after=raw)
    return read_entry(connection, rule.id)


def replace_rule(
    connection: Connection, rule_id: str, raw: RawRule, revision: int | None, actor: str
) -> Entry:
    """Raises `InvalidRules`, `RevisionNeeded`, and `RuleChanged` where `revision` is not the one
    that stands there. Without a revision, a rule that is not there is created."""
    take_turn(connection, Lock.RULES)
    if (given := raw.get("id") or rule_id) != rule_id:
        raise InvalidRules(
            (Problem("$.id", f"{given!r:.140} is not the id in the address, {rule_id!r}"),)
        )
    raw = {**raw, "id": rule_id}
    parse_rule(raw)
    _check_ids([raw])
    before = _row(connection, rule_id)
    if before is None and revision is None:
        return create_rule(connection, raw, actor)
    _check_revision(connection, rule_id, before, revision)
    _check_together({**by_id(read_draft(connection)), rule_id: raw})
    _write(connection, [raw], actor)
    note(connection, actor, "rule.update", f"rule/{rule_id}", before=before.body, after=raw)
    return read_entry(connection, rule_id)


def delete_rule(connection: Connection, rule_id: str, revision: int | None, actor: str) -> None:
    """Raises `RuleNotFound`, `RevisionNeeded` and `RuleChanged`."""
    take_turn(connection, Lock.RULES)
    before = _row(connection, rule_id)
    if before is None:
        raise RuleNotFound(rule_id)
    _check_revision(connection, rule_id, before, revision)
    connection.execute(rules.delete().where(rules.c.id == rule_id))
    note(connection, actor, "rule.delete", f"rule/{rule_id}", before=before.body)


def import_rules(
    connection: Connection,
    raw: Sequence[RawRule],
    replace: bool,
    actor: str,
    tag: str | None = None,
) -> Changes:
    """Add and change rules, and with `replace` delete those that are not among them. Raises
    `InvalidRules`, and `DraftChanged` where `tag` is given and no longer the draft's; then nothing
    is changed."""
    take_turn(connection, Lock.RULES)
    parse_rules(list(raw))
    _check_ids(raw)
    if tag is not None and tag != draft_tag(connection):
        raise DraftChanged("the draft has changed")
    before = by_id(read_draft(connection))
    incoming = by_id(raw)
    if not replace:
        _check_together(before | incoming)
    deleted = sorted(set(before) - set(incoming)) if replace else []
    added = [rule for rule in raw if rule["id"] not in before]
    changed = [
        rule for rule in raw if rule["id"] in before and not same_json(before[rule["id"]], rule)
    ]
    _write(connection, [*added, *changed], actor)
    if deleted:
        connection.execute(rules.delete().where(rules.c.id.in_(deleted)))
    for rule in added:
        note(connection, actor, "rule.create", f"rule/{rule['id']}", after=rule)
    for rule in changed:
        was = before[rule["id"]]
        note(connection, actor, "rule.update", f"rule/{rule['id']}", before=was, after=rule)
    for rule_id in deleted:
        note(connection, actor, "rule.delete", f"rule/{rule_id}", before=before[rule_id])
    unchanged = len(raw) - len(added) - len(changed)
    return Changes(len(added), len(changed), unchanged, len(deleted))


def _row(connection: Connection, rule_id: str) -> Any:
    return connection.execute(select(rules).where(rules.c.id == rule_id)).first()


def _entry(row: Any, live: Mapping[str, RawRule]) -> Entry:
    status: Status = "added"
    if row.id in live:
        status = "unchanged" if same_json(live[row.id], row.body) else "changed"
    return Entry(
        rule=row.body,
        revision=row.revision,
        status=status,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
    )


def _check_revision(connection: Connection, rule_id: str, row: Any, revision: int | None) -> None:
    if revision is None:
        raise RevisionNeeded
    if row is None:
        raise RuleChanged(rule_id, None)
    if row.revision != revision:
        raise RuleChanged(rule_id, read_entry(connection, rule_id))


def _check_ids(raw: Sequence[RawRule]) -> None:
    problems = tuple(
        Problem(
            "$.id" if len(raw) == 1 else f"$[{n}].id", f"{rule['id']!r} is reserved; take another"
        )
        for n, rule in enumerate(raw)
        if rule["id"] in RESERVED_IDS
    )
    if problems:
        raise InvalidRules(problems)


def _check_together(draft: Mapping[str, RawRule]) -> None:
    """A rule that is fine by itself may be one too many."""
    parse_rules(list(draft.values()))


def _write(connection: Connection, raw: Sequence[RawRule], actor: str) -> None:
    if not raw:
        return
    insertion = insert(rules)
    statement = insertion.on_conflict_do_update(
        index_elements=[rules.c.id],
        set_={
            "body": insertion.excluded.body,
            "revision": rule_revision.next_value(),
            "updated_at": func.now(),
            "updated_by": insertion.excluded.updated_by,
        },
    )
    connection.execute(
        statement, [{"id": rule["id"], "body": rule, "updated_by": actor} for rule in raw]
    )


def _free_id(name: object, taken: set[str]) -> str:
    """`Fleetwick season!` gives `fleetwick-season`, or `fleetwick-season-2`."""
    plain = unicodedata.normalize("NFKD", str(name or "")).encode("ascii", "ignore").decode()
    wanted = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:100] or "rule"
    numbered = (wanted if n == 1 else f"{wanted}-{n}" for n in range(1, len(taken) + 2))
    return next(rule_id for rule_id in numbered if rule_id not in taken)
