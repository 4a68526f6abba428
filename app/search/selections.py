"""A shopper's filter as what was chosen field by field, so that the counts of one field can leave
out what was chosen there."""

from collections.abc import Sequence
from typing import NamedTuple

from indexing.filters import All, AnyOf, Either, Filter, Not, Range, both


class Selection(NamedTuple):
    """All conditions on one field; those that speak of several fields have none."""

    field: str | None
    condition: Filter


def selections_of(chosen: Filter | None) -> list[Selection]:
    """Together they say what the filter says."""
    if chosen is None:
        return []
    parts = _parts(chosen)
    fields = [_only_field(part) for part in parts]
    return [
        Selection(field, both(*_of_field(field, parts, fields)) or All(()))
        for field in dict.fromkeys(fields)
    ]


def _of_field(
    field: str | None, parts: Sequence[Filter], fields: Sequence[str | None]
) -> list[Filter]:
    return [part for part, its in zip(parts, fields, strict=True) if its == field]


def _parts(chosen: Filter) -> list[Filter]:
    if isinstance(chosen, All):
        return [part for inner in chosen.parts for part in _parts(inner)]
    return [chosen]


def _only_field(part: Filter) -> str | None:
    fields = _fields(part)
    return next(iter(fields)) if len(fields) == 1 else None


def _fields(part: Filter) -> frozenset[str]:
    match part:
        case AnyOf(field) | Range(field):
            return frozenset((field,))
        case Not(inner):
            return _fields(inner)
        case All(parts) | Either(parts):
            return frozenset().union(*(_fields(inner) for inner in parts))
