"""From the draft to a version, whole or a few rules of it; called by the API and the commands."""

from collections.abc import Sequence

from sqlalchemy import Connection

from app.db.locks import Lock, take_turn
from app.rules.draft import draft_tag, import_rules, read_draft
from app.rules.errors import DraftChanged, RuleNotFound, VersionNotFound
from app.rules.going_live import publish
from app.rules.publications import live_version
from app.rules.versions import freeze, live_rules, read_version, rules_of
from rules.diff import by_id, changed_ids
from rules.model import RawRule
from rules.parse import parse_rules

COMMAND_LINE = "the command line"


def difference_tag(connection: Connection) -> str:
    """Another one as soon as the draft or what is live has changed."""
    return f"{live_version(connection)}-{draft_tag(connection)}"


def freeze_draft(
    connection: Connection,
    message: str,
    actor: str,
    only: Sequence[str] | None = None,
    tag: str | None = None,
) -> int:
    """A new version of the draft; with `only`, of what is live with these rules as the draft has
    them, so that one rule goes live without everybody else's edits. Raises `InvalidRules`,
    `RuleNotFound` for one that neither has, and `DraftChanged` where `tag` is given and no longer
    that of the difference."""
    take_turn(connection, Lock.RULES)
    if tag is not None and tag != difference_tag(connection):
        raise DraftChanged("the draft, or what is live, has changed")
    rules = read_draft(connection)
    base = None
    if only is not None:
        base = live_version(connection)
        drafted = by_id(rules)
        merged = by_id(rules_of(connection, base))
        for rule_id in only:
            if rule_id not in drafted and rule_id not in merged:
                raise RuleNotFound(rule_id)
            merged.pop(rule_id, None)
            if rule_id in drafted:
                merged[rule_id] = drafted[rule_id]
        rules = list(merged.values())
    parse_rules(rules)
    return freeze(connection, rules, message, actor, base)


def publish_all(
    connection: Connection,
    raw: Sequence[RawRule],
    message: str = "Loaded",
    actor: str = COMMAND_LINE,
) -> int:
    """These rules and no others: in the draft, frozen, and live; returns the version. Raises
    `InvalidRules`, and then nothing is changed."""
    import_rules(connection, raw, replace=True, actor=actor)
    version = freeze_draft(connection, message, actor)
    publish(connection, version, actor)
    return version


def unpublished(connection: Connection) -> int:
    """How many rules the draft has otherwise than the live version."""
    return len(changed_ids(by_id(live_rules(connection)), by_id(read_draft(connection))))


def named_version(connection: Connection, name: str) -> list[RawRule]:
    """The rules of a version by its number, of `live`, or of the `draft`; raises
    `VersionNotFound`."""
    if name == "draft":
        return read_draft(connection)
    if name == "live":
        return live_rules(connection)
    if not name.isdecimal() or len(name) > 18:
        raise VersionNotFound(f"{name!r:.40} is no version; say a number, live or draft")
    return read_version(connection, int(name))
