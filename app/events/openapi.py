"""How OpenAPI shows what `POST /v1/events` takes: the data contract as a schema."""

import dataclasses
from collections.abc import Sequence

from litestar.openapi.spec import OpenAPIType, Reference, Schema

from app.events.contract import event_contract
from app.openapi import TYPES, header, schema_of, taking
from indexing.contract import ContractField


def event_schema() -> Schema:
    contract = event_contract()
    return dataclasses.replace(
        _object(contract.fields), title="Event", description=contract.description
    )


def _object(fields: Sequence[ContractField]) -> Schema:
    properties: dict[str, Reference | Schema] = {field.name: _field(field) for field in fields}
    return Schema(
        type=OpenAPIType.OBJECT,
        properties=properties,
        required=[field.name for field in fields if field.required] or None,
        additional_properties=True,
    )


def _field(field: ContractField) -> Schema:
    shown = _object(field.fields) if field.fields else schema_of(field.type, field.bounds)
    others: list[OpenAPIType] = [TYPES[kind] for kind in field.also_as]
    if not field.required:
        others.append(OpenAPIType.NULL)
    if others:
        shown = Schema(any_of=[shown, *(Schema(type=kind) for kind in others)])
    return dataclasses.replace(shown, description=field.description, examples=list(field.examples))


def _events() -> Schema:
    event = event_schema()
    return Schema(any_of=[event, Schema(type=OpenAPIType.ARRAY, items=event)])


EventsBody = taking(
    _events,
    description="One event, an array of them, or, as application/x-ndjson, one on each line.",
    parameters=[
        header("Content-Encoding", "`gzip` for a body that is packed.", enum=["gzip", "identity"])
    ],
)
