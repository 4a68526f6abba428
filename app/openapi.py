"""How OpenAPI shows a route that reads its body itself, for which Litestar knows none; used by the
routes of items and of webhooks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from litestar.openapi.spec import (
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    Parameter,
    RequestBody,
    Schema,
)

JSON = "application/json"


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
