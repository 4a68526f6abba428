"""Our filters as Qdrant's own; the embedded and the server library name the same parts alike."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from indexing.filters import (
    FLAG_FIELDS,
    All,
    AnyOf,
    Either,
    Filter,
    Not,
    Range,
    attribute_name,
    attribute_term,
)


class Dialect(NamedTuple):
    """One library's classes for the parts of a filter. `Any`, because `qdrant_edge` and
    `qdrant_client` share no types, only names."""

    filter: Any
    field_condition: Any
    match_any: Any
    range: Any
    has_id: Callable[[Sequence[int]], Any]


def edge_dialect() -> Dialect:
    """For Qdrant Edge, in process."""
    import qdrant_edge as edge

    return Dialect(
        filter=edge.Filter,
        field_condition=edge.FieldCondition,
        match_any=edge.MatchAny,
        range=edge.RangeFloat,
        has_id=lambda keys: edge.HasIdCondition(set(keys)),
    )


def client_dialect() -> Dialect:
    """For a Qdrant server, through its client."""
    from qdrant_client import models

    return Dialect(
        filter=models.Filter,
        field_condition=models.FieldCondition,
        match_any=models.MatchAny,
        range=models.Range,
        has_id=lambda keys: models.HasIdCondition(has_id=list(keys)),
    )


def translate(condition: Filter | None, dialect: Dialect) -> Any:
    """The library's filter, None where nothing is asked."""
    if condition is None:
        return None
    part = _part(condition, dialect)
    return part if isinstance(part, dialect.filter) else dialect.filter(must=[part])


def _part(condition: Filter, dialect: Dialect) -> Any:
    match condition:
        case All(parts):
            return dialect.filter(must=[_part(part, dialect) for part in parts])
        case Either(parts):
            return dialect.filter(should=[_part(part, dialect) for part in parts])
        case Not(part):
            return dialect.filter(must_not=[_part(part, dialect)])
        case AnyOf():
            return _any_of(condition, dialect)
        case Range(field, gt, gte, lt, lte):
            return dialect.field_condition(
                key=_number_key(field), range=dialect.range(gt=gt, gte=gte, lt=lt, lte=lte)
            )


def _any_of(condition: AnyOf, dialect: Dialect) -> Any:
    field, values = condition.field, condition.values
    name = attribute_name(field)
    if name is not None:
        terms = [attribute_term(name, value) for value in values]
        return dialect.field_condition(key="terms", match=dialect.match_any(any=terms))
    if field in FLAG_FIELDS:
        flags = [int(value) for value in values]
        return dialect.field_condition(key=field, match=dialect.match_any(any=flags))
    if all(isinstance(value, str) for value in values):
        return dialect.field_condition(key=field, match=dialect.match_any(any=list(values)))
    # Qdrant matches text and whole numbers only; an exact fraction is a range of one value.
    return dialect.filter(
        should=[
            dialect.field_condition(key=field, range=dialect.range(gte=value, lte=value))
            for value in values
        ]
    )


def _number_key(field: str) -> str:
    name = attribute_name(field)
    return field if name is None else f'numbers."{name}"'
