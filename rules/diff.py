"""What changed between two versions of the rules, by rule and field of their JSON form."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

RawRule = Mapping[str, Any]
Raw = TypeVar("Raw", bound=RawRule)


class FieldChange(msgspec.Struct, frozen=True):
    """`path` is like `when.query.contains`; null stands for a field that is not there."""

    path: str
    before: Any
    after: Any


class RuleChange(msgspec.Struct, frozen=True):
    id: str
    name: str
    fields: tuple[FieldChange, ...]


class RulesDiff(msgspec.Struct, frozen=True):
    added: tuple[RawRule, ...]
    removed: tuple[RawRule, ...]
    changed: tuple[RuleChange, ...]


def same_json(one: Any, other: Any) -> bool:
    """As JSON has it: true is not 1, as it is to Python, but 1.0 is."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same_json(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_json, one, other))
    return bool(one == other)


def by_id(rules: Iterable[Raw]) -> dict[str, Raw]:
    return {rule["id"]: rule for rule in rules}


def changed_ids(before: Mapping[str, RawRule], after: Mapping[str, RawRule]) -> set[str]:
    """Of the rules that only one has, or that each has otherwise; both by id."""
    return {
        rule_id
        for rule_id in before.keys() | after.keys()
        if not same_json(before.get(rule_id), after.get(rule_id))
    }


def diff_rules(before: Sequence[RawRule], after: Sequence[RawRule]) -> RulesDiff:
    """In the order of the ids, whatever the order given."""
    old, new = by_id(before), by_id(after)
    return RulesDiff(
        added=tuple(new[key] for key in sorted(new.keys() - old.keys())),
        removed=tuple(old[key] for key in sorted(old.keys() - new.keys())),
        changed=tuple(
            RuleChange(key, new[key].get("name", key), tuple(_changes(old[key], new[key], "")))
            for key in sorted(old.keys() & new.keys())
            if not same_json(old[key], new[key])
        ),
    )


def _changes(before: Any, after: Any, path: str) -> Iterator[FieldChange]:
    """Goes into objects; a list is one value, since its parts have no names."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted(before.keys() | after.keys()):
            inner = f"{path}.{key}" if path else key
            yield from _changes(before.get(key), after.get(key), inner)
    elif not same_json(before, after):
        yield FieldChange(path, before, after)
