"""The item's data contract as schemas of OpenAPI, which every route that takes items shows."""

import dataclasses
from collections.abc import Collection

from litestar.openapi.spec import OpenAPIType, Reference, Schema

from app.openapi import TYPES, schema_of
from indexing.contract import Bounds, ContractField, LogicalType, item_contract


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
        schema = dataclasses.replace(one_type, type=[TYPES[field.type], OpenAPIType.NULL])
    else:
        schema = one_type
    return dataclasses.replace(
        schema,
        description=field.description or None,
        default=None if partial else field.default,
        examples=list(field.examples) or None,
    )


def _of_type(field: ContractField, kind: LogicalType, *, partial: bool) -> Schema:
    return dataclasses.replace(
        schema_of(kind, field.bounds if kind == field.type else Bounds()),
        items=_value(field.items) if field.items else None,
        property_names=_value(field.key) if field.key else None,
        additional_properties=_value(field.value, nullable=partial) if field.value else None,
    )
