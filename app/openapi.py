"""How OpenAPI shows a route that reads its body itself, for which Litestar knows none, and what a
data contract says of a value; used by the routes of items, events and webhooks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litestar.openapi.spec import (
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    Parameter,
    RequestBody,
    Schema,
)

from indexing.contract import Bounds, LogicalType

JSON = "application/json"

TYPES: Mapping[LogicalType, OpenAPIType] = {
    "string": OpenAPIType.STRING,
    "integer": OpenAPIType.INTEGER,
    "number": OpenAPIType.NUMBER,
    "boolean": OpenAPIType.BOOLEAN,
    "timestamp": OpenAPIType.STRING,
    "array": OpenAPIType.ARRAY,
    "map": OpenAPIType.OBJECT,
    "object": OpenAPIType.OBJECT,
}
# By the contract's words for them. OpenAPI's registry has formats of numbers, and Litestar's enum
# has none; a date-time goes by its type, since the contract writes its format as a pattern.
_FORMATS: Mapping[str | None, Any] = {
    "i32": "int32",
    "i64": "int64",
    "f64": "double",
    "uri": OpenAPIFormat.URI,
}


def taking(
    body: Callable[[], Schema],
    media_type: str = JSON,
    description: str | None = None,
    parameters: Sequence[Parameter] = (),
) -> type[Operation]:
    """For a handler's `operation_class`. The body is made when the document is, not at import."""

    @dataclass
    class Taking(Operation):
        def __post_init__(self) -> None:
            content = {media_type: OpenAPIMediaType(schema=body())}
            self.request_body = RequestBody(content, description, required=True)
            self.parameters = [*(self.parameters or ()), *parameters]

    return Taking


def header(name: str, description: str, *, required: bool = False, **bounds: Any) -> Parameter:
    """`bounds` are those of a `Schema`."""
    schema = Schema(type=OpenAPIType.STRING, **bounds)
    return Parameter(name, "header", schema=schema, description=description, required=required)


def schema_of(kind: LogicalType, bounds: Bounds) -> Schema:
    """A value by itself, without what may be inside it."""
    return Schema(
        type=TYPES[kind],
        format=OpenAPIFormat.DATE_TIME if kind == "timestamp" else _FORMATS.get(bounds.format),
        min_length=bounds.min_length,
        max_length=bounds.max_length,
        pattern=bounds.pattern,
        minimum=_number(bounds.minimum),
        maximum=_number(bounds.maximum),
        min_items=bounds.min_items,
        max_items=bounds.max_items,
        max_properties=bounds.max_properties,
    )


def _number(bound: float | str | None) -> float | None:
    """A date-time's is a text, for which JSON Schema has no word."""
    return None if isinstance(bound, str) else bound
