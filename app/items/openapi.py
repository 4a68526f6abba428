"""How OpenAPI shows what the routes of `/v1/items` take."""

import dataclasses

from litestar.openapi.spec import OpenAPIType, Schema

from app.items.changes import Operation
from app.items.schemas import changed_fields, whole_item
from app.openapi import header, taking
from indexing.contract import item_contract


def _item() -> Schema:
    # The address says the id, which the body may repeat.
    return dataclasses.replace(
        whole_item("title"), title="Item", description=item_contract().description
    )


def _change() -> Schema:
    return dataclasses.replace(
        changed_fields(), title="ItemChange", description="The fields that change, and no others."
    )


def _line() -> Schema:
    deletion = dataclasses.replace(
        changed_fields("id", only=("id", "version")), additional_properties=True
    )
    return Schema(
        title="BatchLine",
        any_of=[
            _of_line(whole_item("id", "title"), "put", "A whole item."),
            _of_line(changed_fields("id"), "merge", "The fields of an item that change."),
            _of_line(deletion, "delete", "The item goes; other fields are not looked at."),
        ],
    )


def _of_line(schema: Schema, operation: Operation, description: str) -> Schema:
    own = Schema(
        type=OpenAPIType.STRING,
        const=operation,
        description="Without it, the parameter `operation` says what becomes of the line.",
    )
    return dataclasses.replace(
        schema,
        title=operation,
        description=description,
        properties={"operation": own, **(schema.properties or {})},
    )


WholeItemBody = taking(_item)
ChangeBody = taking(_change)
BatchBody = taking(
    _line,
    media_type="application/x-ndjson",
    description="Lines of JSON, any number of them; the schema is that of each line.",
    parameters=[
        header(
            "Content-Encoding",
            "`gzip` for a body that is packed.",
            enum=["gzip", "identity"],
        )
    ],
)
