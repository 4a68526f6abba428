"""The item's data contract as schemas of OpenAPI, which every route that takes items shows."""

import dataclasses
from collections.abc import Collection, Mapping
from typing import Any

from litestar.openapi.spec import OpenAPIFormat, OpenAPIType, Reference, Schema

from indexing.contract import Bounds, ContractField, LogicalType, item_contract

_TYPES: Mapping[LogicalType, OpenAPIType] = {
    "string": OpenAPIType.STRING,
    "integer": OpenAPIType.INTEGER,
    "number": OpenAPIType.NUMBER,
    "boolean": OpenAPIType.BOOLEAN,
    "timestamp": OpenAPIType.STRING,
    "array": OpenAPIType.ARRAY,
    "map": OpenAPIType.OBJECT,
}
# By the contract's words for them. OpenAPI's registry has formats of numbers, and Litestar's enum
# has none; a date-time goes by its type, since the contract writes its format as a pattern.
_FORMATS: Mapping[str | None, Any] = {
    "i32": "int32",
    "i64": "int64",
    "f64": "double",
    "uri": OpenAPIFormat.URI,
}


def whole_item(*required: str) -> Schema:
    """Every field with its default; null is as good as absent where an item can be without."""
    return _object(item_contract().fields, required, partial=False)


def changed_fields(*required: str, only: Collection[str] = ()) -> Schema:
    """A merge patch: null removes a field, where an item can be without, and an attribute; with
    `only`, of these fields."""
    fields = item_contract().fields
    chosen = tuple(field for field in fields if not only or field.name in only)
    return _object(chosen, required, partial=True)


def _object(
    fields: Collection[ContractField], required: Collection[str], *, partial: bool
) -> Schema:
    properties: dict[str, Reference | Schema] = {}
    for field in fields:
        nullable = not field.required and field.name not in required
        shown = _value(field, nullable=nullable, partial=partial)
        properties[field.name] = shown
        for name, description in field.synonyms.items():
            properties[name] = dataclasses.replace(shown, description=description)
    return Schema(
        type=OpenAPIType.OBJECT,
        properties=properties,
        required=list(required) or None,
        additional_properties=False,
    )


def _value(field: ContractField, *, nullable: bool = False, partial: bool = False) -> Schema:
    """A field, each value inside one, or each name: its types and what to know of it."""
    one_type = _of_type(field, field.type, partial=partial)
    others = [_of_type(field, kind, partial=partial) for kind in field.also_as]
    if others:
        null = [Schema(type=OpenAPIType.NULL)] if nullable else []
        schema = Schema(any_of=[one_type, *others, *null])
    elif nullable:
        schema = dataclasses.replace(one_type, type=[_TYPES[field.type], OpenAPIType.NULL])
    else:
        schema = one_type
    return dataclasses.replace(
        schema,
        description=field.description or None,
        default=None if partial else field.default,
        examples=list(field.examples) or None,
    )


def _of_type(field: ContractField, kind: LogicalType, *, partial: bool) -> Schema:
    bounds = field.bounds if kind == field.type else Bounds()
    return Schema(
        type=_TYPES[kind],
        format=OpenAPIFormat.DATE_TIME if kind == "timestamp" else _FORMATS.get(bounds.format),
        min_length=bounds.min_length,
        max_length=bounds.max_length,
        pattern=bounds.pattern,
        minimum=_number(bounds.minimum),
        maximum=_number(bounds.maximum),
        min_items=bounds.min_items,
        max_items=bounds.max_items,
        max_properties=bounds.max_properties,
        items=_value(field.items) if field.items else None,
        property_names=_value(field.key) if field.key else None,
        additional_properties=_value(field.value, nullable=partial) if field.value else None,
    )


def _number(bound: float | str | None) -> float | None:
    """A date-time's is a text, for which JSON Schema has no word."""
    return None if isinstance(bound, str) else bound
